"""From the services of the house to a file; a place that is confidential is not among them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from portal.domain.hsds import (
    DAYS,
    FLOOR,
    FREE,
    KIND,
    MAY_COST,
    PLACE_KIND,
    STATUS,
    TEXTS,
    VERSION,
    ZONE,
)
from portal.domain.profiles import Profile, spoken
from portal.domain.services import Cost, PlaceKind, ServiceState

Row = dict[str, Any]


def written(
    services: Iterable[tuple[UUID, Profile]], *, languages: Sequence[str], zone: str
) -> str:
    """A page of services as JSON; plain fields speak the first of these languages that they can."""
    rows = [_service(service_id, profile, languages, zone) for service_id, profile in services]
    page = {
        "version": VERSION,
        "total_items": len(rows),
        "total_pages": 1,
        "page_number": 1,
        "size": len(rows),
        "first_page": True,
        "last_page": True,
        "empty": not rows,
        "contents": rows,
    }
    return json.dumps(page, ensure_ascii=False, indent=2) + "\n"


def _service(of: UUID, profile: Profile, languages: Sequence[str], zone: str) -> Row:
    said = {**profile["texts"], "notices": profile["notices"]}
    plain = {field: _plain(said.get(text, {}), languages) for field, text in TEXTS.items()}
    bring = plain.pop("required_documents")
    row: Row = {
        "id": str(of),
        "name": profile["name"],
        "status": STATUS[ServiceState(profile["state"])],
        **{field: words for field, words in plain.items() if words},
        "languages": [
            {"id": _id(of, "language", code), "service_id": str(of), "code": code}
            for code in profile["languages"]
        ],
        "schedules": _schedules(of, profile),
        "cost_options": _cost(of, Cost(profile["cost"])),
        "service_at_locations": _places(of, profile),
        "attributes": _attributes(of, profile, said, zone),
    }
    if bring:
        document = {"id": _id(of, "document"), "service_id": str(of), "document": bring}
        row["required_documents"] = [document]
    return row


def _plain(said: Mapping[str, str], languages: Sequence[str]) -> str:
    first, *rest = languages or ("",)
    found = spoken(said, first, rest)
    return found[1] if found else ""


def _schedules(of: UUID, profile: Profile) -> list[Row]:
    days_of: dict[tuple[str, str], list[str]] = {}
    for day, hours in sorted(profile["hours"].items()):
        for start, end in hours:
            days_of.setdefault((start, end), []).append(DAYS[int(day)])
    found: list[Row] = [
        {"freq": "WEEKLY", "wkst": "MO", "byday": ",".join(days), "opens_at": a, "closes_at": b}
        for (a, b), days in days_of.items()
    ]
    for day, hours in sorted(profile["exceptions"].items()):
        alone = {"valid_from": day, "valid_to": day, "dtstart": day}
        found += [{**alone, "opens_at": start, "closes_at": end} for start, end in hours]
        if not hours:
            found.append({**alone, "description": "closed"})
    return [
        {"id": _id(of, "schedule", str(number)), "service_id": str(of), **one}
        for number, one in enumerate(found)
    ]


def _cost(of: UUID, cost: Cost) -> list[Row]:
    if cost is Cost.UNSAID:
        return []
    option: Row = {"id": _id(of, "cost"), "service_id": str(of)}
    free = {"option": FREE, "amount": 0}
    return [option | (free if cost is Cost.FREE else {"option": MAY_COST})]


def _places(of: UUID, profile: Profile) -> list[Row]:
    if PlaceKind(profile["place_kind"]).is_confidential:
        return []
    place = _id(of, "place")
    location: Row = {"id": place, "location_type": "physical", "name": profile["place"]}
    if profile["floor"] is not None:
        floor = {"id": _id(of, "floor"), "link_id": place, "link_entity": "location"}
        floor |= {"link_type": FLOOR, "value": str(profile["floor"])}
        location["attributes"] = [floor]
    there = {"id": _id(of, "there"), "service_id": str(of), "location_id": place}
    return [{**there, "location": location}]


def _attributes(
    of: UUID, profile: Profile, said: Mapping[str, Mapping[str, str]], zone: str
) -> list[Row]:
    kind, place = profile["kind"], profile["place_kind"]
    found: list[Row] = [
        {"link_type": KIND, "taxonomy_term": _term(KIND, kind, "One Roof: kinds of service")},
        {"link_type": PLACE_KIND, "taxonomy_term": _term(PLACE_KIND, place, "One Roof: places")},
        {"link_type": ZONE, "value": zone},
    ]
    for field, text in TEXTS.items():
        for code, words in said.get(text, {}).items():
            found.append({"link_type": field, "label": code, "value": words})
    return [
        {"id": _id(of, "attribute", str(number)), "link_id": str(of), "link_entity": "service"}
        | one
        for number, one in enumerate(found)
    ]


def _term(taxonomy: str, code: str, name: str) -> Row:
    term = str(uuid5(_OURS, f"{taxonomy} {code}"))
    return {"id": term, "code": code, "name": code, "description": code, "taxonomy": name}


def _id(of: UUID, *what: str) -> str:
    """The same id at each export, so that a reader can tell what is new."""
    return str(uuid5(of, " ".join(what)))


_OURS = UUID("6f1c2c0e-5a0c-5d8e-9b57-0d0a5f6b7a11")
