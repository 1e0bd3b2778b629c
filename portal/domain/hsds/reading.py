"""From a file to services: whatever a stranger's file holds becomes services or faults."""

import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from portal.domain.hsds import FLOOR, KIND, PLACE_KIND, STATUS, TEXTS, ZONE
from portal.domain.hsds.faults import Fault, Faults, FaultyFile
from portal.domain.hsds.times import HouseClock, hours_of_rows
from portal.domain.profiles import Profile, WrongHours, checked
from portal.domain.refusals import Refusal
from portal.domain.services import Cost, PlaceKind, ServiceKind, ServiceState

LARGEST = 2_000_000
"""Bytes of a file."""
MOST_SERVICES = 500
_STATES = {status: state for state, status in STATUS.items()} | {"defunct": ServiceState.CLOSED}
_READ = {
    "id",
    "name",
    "status",
    "languages",
    "schedules",
    "cost_options",
    "service_at_locations",
    "attributes",
    *TEXTS,
}
_UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_A_FIELD = re.compile("[A-Za-z_]{1,40}")

Found = list[tuple[UUID, Profile]]


def read(raw: bytes, *, clock: HouseClock, language: str) -> tuple[Found, list[str]]:
    """The services of a file, and the names of fields that the house has no place for.

    Plain texts are in `language`. Raises FaultyFile with everything that is wrong.
    """
    rows = _rows(raw)
    faults: list[Fault] = []
    found = [_service(row, Faults(number, faults), clock, language) for number, row in rows]
    _refuse_twice([one[0] for one in found], "id", faults)
    _refuse_twice([one[1]["name"] if one[1] else None for one in found], "name", faults)
    if faults:
        raise FaultyFile(sorted(faults, key=lambda fault: fault.row))
    names = {name for _, row in rows for name, value in row.items() if value} - _READ
    unread = [name for name in names if _A_FIELD.fullmatch(name)]
    good = [(service_id, profile) for service_id, profile in found if service_id and profile]
    return good, sorted(unread)


def _rows(raw: bytes) -> list[tuple[int, dict[str, Any]]]:
    faults, page = Faults(0, []), _page(raw)
    if isinstance(page, dict):
        version = page.get("version", "3")
        if not isinstance(version, str) or version.split(".")[0] != "3":
            faults.add("version", "only version 3 of the specification is read")
        page = page.get("contents")
    if faults.is_a(list, page, "contents"):
        if len(page) > MOST_SERVICES:
            faults.add("contents", f"more than {MOST_SERVICES} services")
        for number, row in enumerate(page[:MOST_SERVICES], 1):
            Faults(number, faults.found).is_a(dict, row, "")
    if faults.found:
        raise FaultyFile(faults.found)
    return list(enumerate(page, 1))


def _page(raw: bytes) -> Any:
    if len(raw) > LARGEST:
        raise FaultyFile([Fault(0, "", f"the file is larger than {LARGEST:,} bytes")])
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_none)
    except (ValueError, RecursionError) as error:
        what = str(error) if isinstance(error, _Odd | json.JSONDecodeError) else "it is not JSON"
        raise FaultyFile([Fault(0, "", f"this cannot be read: {what}")]) from None


class _Odd(ValueError):
    """JSON that would be read differently by another program."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise _Odd("a name stands twice in one object")
    return dict(pairs)


def _none(name: str) -> None:
    raise _Odd(f"{name} is no number of JSON")


def _refuse_twice(values: Sequence[object], field: str, faults: list[Fault]) -> None:
    seen: dict[object, int] = {}
    for row, value in enumerate(values, 1):
        if value is not None and value in seen:
            faults.append(Fault(row, field, f"the same as in row {seen[value]}"))
        seen.setdefault(value, row)


def _service(
    row: dict[str, Any], faults: Faults, clock: HouseClock, language: str
) -> tuple[UUID | None, Profile]:
    before = len(faults.found)
    attributes = _attributes(row, faults, clock)
    place_kind = _code(
        attributes.get(PLACE_KIND, PlaceKind.IN_HOUSE), PlaceKind, PLACE_KIND, faults
    )
    week, days = hours_of_rows(_items(row, "schedules", faults), clock, faults)
    place, floor = _place(row, place_kind, faults)
    texts = {
        text: _words(row, field, attributes, language, faults) for field, text in TEXTS.items()
    }
    profile: Profile = {
        "kind": _code(attributes.get(KIND), ServiceKind, KIND, faults),
        "state": _state(row.get("status"), faults),
        "name": _text(row, "name", faults),
        "languages": [
            _text(one, "code", faults, f"languages[{number}].")
            for number, one in _items(row, "languages", faults)
        ],
        "place_kind": place_kind,
        "floor": floor,
        "place": place,
        "hours": week,
        "exceptions": days,
        "cost": _cost(row, faults),
        "notices": texts.pop("notices"),
        "texts": texts,
    }
    service_id = _uuid(row.get("id"), faults)
    if len(faults.found) > before:
        return service_id, {}
    try:
        return service_id, checked(profile)
    except WrongHours as wrong:
        faults.add("schedules", f"hours that nobody could keep ({wrong.why.__name__})")
    except Refusal as refusal:
        faults.add(_FIELD.get(type(refusal).__name__, ""), f"this cannot stand: {_why(refusal)}")
    return service_id, {}


_FIELD = {
    "NothingWritten": "name",
    "NoPlace": "service_at_locations",
    "FloorOutOfReach": "floor",
    "NoSuchLanguage": "languages",
}


def _why(refusal: Refusal) -> str:
    return f"{type(refusal).__name__} {getattr(refusal, 'limit', '')}".strip()


def _items(row: dict[str, Any], field: str, faults: Faults) -> list[tuple[int, dict[str, Any]]]:
    """The objects of a list that may be missing, numbered; anything else is a fault."""
    value = row.get(field)
    if value is None or not faults.is_a(list, value, field):
        return []
    return [
        (number, one)
        for number, one in enumerate(value)
        if faults.is_a(dict, one, f"{field}[{number}]")
    ]


def _text(row: dict[str, Any], field: str, faults: Faults, path: str = "") -> str:
    value = row.get(field)
    return str(value) if faults.is_a(str, value, path + field) else ""


def _uuid(value: object, faults: Faults) -> UUID | None:
    if isinstance(value, str) and _UUID.fullmatch(value):
        return UUID(value)
    faults.add("id", "expected an id such as ac148810-d857-441c-9679-408f346de14b")
    return None


def _code(value: object, codes: Any, field: str, faults: Faults) -> Any:
    if value not in set(codes):
        faults.add(f"attributes ({field})", f"expected one of: {', '.join(sorted(codes))}")
        return next(iter(codes))
    return codes(value)


def _state(value: object, faults: Faults) -> ServiceState:
    if not isinstance(value, str) or value not in _STATES:
        faults.add("status", f"expected one of: {', '.join(sorted(_STATES))}")
        return ServiceState.CLOSED
    return _STATES[value]


def _attributes(row: dict[str, Any], faults: Faults, clock: HouseClock) -> dict[str, Any]:
    """Our own codes by what they say, and words by field and language."""
    found: dict[str, Any] = {}
    for number, one in _items(row, "attributes", faults):
        what, path = one.get("link_type"), f"attributes[{number}]."
        if what in (KIND, PLACE_KIND):
            term = one.get("taxonomy_term")
            if faults.is_a(dict, term, path + "taxonomy_term"):
                found[what] = _text(term, "code", faults, path + "taxonomy_term.")  # type: ignore[arg-type]
        elif what == ZONE:
            clock.check_zone(one.get("value"), path + "value", faults)
        elif isinstance(what, str) and what in TEXTS:
            words = _text(one, "value", faults, path)
            found.setdefault(what, {})[_text(one, "label", faults, path)] = words
    return found


def _words(
    row: dict[str, Any], field: str, attributes: dict[str, Any], language: str, faults: Faults
) -> dict[str, str]:
    if field == "required_documents":
        items = _items(row, field, faults)
        said = [_text(one, "document", faults, f"{field}[{at}].") for at, one in items]
        plain = "\n".join(said)
    else:
        plain = _text(row, field, faults) if row.get(field) is not None else ""
    in_each: dict[str, str] | None = attributes.get(field)
    return in_each if in_each is not None else {language: plain} if plain else {}


def _cost(row: dict[str, Any], faults: Faults) -> Cost:
    options = _items(row, "cost_options", faults)
    for number, one in options:
        amount = one.get("amount", 0)
        if isinstance(amount, bool) or not isinstance(amount, int | float) or amount < 0:
            faults.add(f"cost_options[{number}].amount", "expected an amount of 0 or more")
    if not options:
        return Cost.UNSAID
    return Cost.FREE if all(one.get("amount") == 0 for _, one in options) else Cost.MAY_COST


def _place(row: dict[str, Any], kind: PlaceKind, faults: Faults) -> tuple[str, int | None]:
    places = _items(row, "service_at_locations", faults)
    if kind.is_confidential:
        if places:
            faults.add("service_at_locations", "a confidential place is in no file: take it out")
        return "", None
    if len(places) != 1:
        faults.add("service_at_locations", "expected one place, or a kind of place that has none")
        return "", None
    path, location = "service_at_locations[0].location", places[0][1].get("location")
    if not faults.is_a(dict, location, path):
        return "", None
    assert isinstance(location, dict)
    floor = None
    for number, one in _items(location, "attributes", faults):
        if one.get("link_type") == FLOOR:
            floor = _whole(one.get("value"), f"{path}.attributes[{number}].value", faults)
    return _text(location, "name", faults, path + "."), floor


def _whole(value: object, field: str, faults: Faults) -> int | None:
    if not isinstance(value, str) or not value.removeprefix("-").isdecimal() or len(value) > 3:
        faults.add(field, "expected a floor such as 2, 0 or -1")
        return None
    return int(value)
