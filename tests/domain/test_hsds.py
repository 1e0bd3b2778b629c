"""The directory of the house as a file: it comes back as it went, and bad files are named."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.hsds.faults import FaultyFile
from portal.domain.hsds.reading import LARGEST, read
from portal.domain.hsds.times import HouseClock
from portal.domain.hsds.writing import written
from portal.domain.profiles import Profile, Text, checked
from portal.domain.services import SPOKEN, Cost, PlaceKind, ServiceKind, ServiceState
from tests.domain.test_profiles import PROFILE

pytestmark = pytest.mark.real

BRUSSELS = HouseClock("Europe/Brussels")
ID = UUID("ac148810-d857-441c-9679-408f346de14b")
LANGUAGES = ("nl", "fr", "en", "ar")

words = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
said = st.dictionaries(st.sampled_from(LANGUAGES), words, max_size=4)
clocks = st.integers(0, 287).map(lambda step: f"{step // 12:02}:{step % 12 * 5:02}")


@st.composite
def hours(draw: st.DrawFn) -> list[list[str]]:
    """Hours of a day, none of them twice."""
    times = sorted(draw(st.sets(clocks, max_size=6)))
    found = [list(pair) for pair in zip(times[::2], times[1::2], strict=False)]
    until_midnight: bool = draw(st.booleans())
    if found and until_midnight:
        found[-1][1] = "00:00"
    return found


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """Everything that may stand in a profile."""
    days = st.dates(min_value=date(1900, 1, 1)).map(lambda day: day.isoformat())
    typed = {
        "kind": draw(st.sampled_from(ServiceKind)),
        "state": draw(st.sampled_from(ServiceState)),
        "name": "S" + draw(words),
        "languages": draw(st.lists(st.sampled_from(SPOKEN), unique=True, max_size=5)),
        "place_kind": draw(st.sampled_from(PlaceKind)),
        "floor": draw(st.none() | st.integers(-9, 99)),
        "place": "P" + draw(words),
        "hours": draw(st.dictionaries(st.sampled_from("0123456"), hours(), max_size=7)),
        "exceptions": draw(st.dictionaries(days, hours(), max_size=5)),
        "cost": draw(st.sampled_from(Cost)),
        "texts": {kind.value: draw(said) for kind in Text},
        "notices": draw(said),
    }
    return checked(typed)


@pytest.mark.real
@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.uuids(), profiles(), max_size=4))
def test_what_is_written_is_read_as_the_same_house(house: dict[UUID, Profile]) -> None:
    if len({one["name"] for one in house.values()}) < len(house):
        return
    text = written(house.items(), languages=LANGUAGES, zone=BRUSSELS.zone)
    found, not_kept = read(text.encode(), clock=BRUSSELS, language="nl")
    assert dict(found) == house and not_kept == []


@settings(deadline=None, max_examples=150)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "name", "status", "schedules", "attributes", "languages", "freq",
                         "cost_options", "service_at_locations", "location", "link_type",
                         "taxonomy_term", "code", "byday", "timezone", "opens_at", "amount"]),
        inner, max_size=6,
    ),
    max_leaves=25,
))  # fmt: skip
def test_whatever_a_file_holds_is_taken_or_named(anything: Any) -> None:
    for page in (anything, [anything], {"contents": [anything]}):
        try:
            read(json.dumps(page).encode(), clock=BRUSSELS, language="nl")
        except FaultyFile as faulty:
            assert faulty.faults


def a_row(**changed: Any) -> dict[str, Any]:
    page = json.loads(written([(ID, PROFILE)], languages=LANGUAGES, zone=BRUSSELS.zone))
    row: dict[str, Any] = page["contents"][0]
    return {key: value for key, value in (row | changed).items() if value is not Ellipsis}


def faults_of(page: Any) -> list[tuple[int, str]]:
    raw = page if isinstance(page, bytes) else json.dumps(page).encode()
    with pytest.raises(FaultyFile) as faulty:
        read(raw, clock=BRUSSELS, language="nl")
    return [(fault.row, fault.field) for fault in faulty.value.faults]


def a_schedule(**changed: Any) -> dict[str, Any]:
    week = {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "12:00"}
    return {"schedules": [week | changed]}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no id": ({"id": ...}, "id"),
    "an id that is none": ({"id": "12"}, "id"),
    "no name": ({"name": ...}, "name"),
    "a name that is a number": ({"name": 7}, "name"),
    "a name too long": ({"name": "x" * 300}, ""),
    "a status that is none": ({"status": "sleeping"}, "status"),
    "an unknown kind": ({"attributes": []}, "attributes (service_kind)"),
    "languages as a text": ({"languages": "nl"}, "languages"),
    "a language that is none": ({"languages": [{"code": "<b>"}]}, "languages"),
    "a clock that is none": (a_schedule(opens_at="25:00"), "schedules[0].opens_at"),
    "no end": (a_schedule(closes_at=None), "schedules[0].closes_at"),
    "the end before": (a_schedule(closes_at="08:00"), "schedules[0].closes_at"),
    "another zone's clock": (a_schedule(opens_at="09:00-05:00"), "schedules[0].opens_at"),
    "a zone of another": (a_schedule(timezone=9), "schedules[0].timezone"),
    "a zone in words": (a_schedule(timezone="CET"), "schedules[0].timezone"),
    "a zone without end": (a_schedule(timezone=10**400), "schedules[0].timezone"),
    "a day that is none": (a_schedule(byday="XX"), "schedules[0].byday"),
    "every month": (a_schedule(freq="MONTHLY"), "schedules[0].freq"),
    "a week that ends": (a_schedule(valid_to="2027-01-01"), "schedules[0].valid_to"),
    "a date that is none": (
        {"schedules": [{"valid_from": "2026-02-30", "valid_to": "2026-03-01"}]},
        "schedules[0].valid_from",
    ),
    "closed for ten years": (
        {"schedules": [{"valid_from": "2026-01-01", "valid_to": "2036-01-01"}]},
        "schedules[0].valid_to",
    ),
    "hours twice": ({"schedules": a_schedule()["schedules"] * 2}, "schedules"),
    "money owed to her": ({"cost_options": [{"amount": -1}]}, "cost_options[0].amount"),
    "no place": ({"service_at_locations": []}, "service_at_locations"),
    "a place without a name": (
        {"service_at_locations": [{"location": {"id": str(ID)}}]},
        "service_at_locations[0].location.name",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_each_fault_is_named_with_its_row_and_its_field(what: str) -> None:
    changed, field = WRONG[what]
    other = a_row(id="00000000-0000-4000-8000-000000000000", name="Good")
    assert faults_of([other, a_row(**changed)]) == [(2, field)]


def test_all_faults_come_at_once() -> None:
    rows = [a_row(status="x", name=1), a_row(languages=3), a_row(**a_schedule(opens_at=9))]
    assert [row for row, _ in faults_of(rows)] == [1, 1, 2, 2, 3, 3]


def test_ids_and_names_stand_once() -> None:
    assert faults_of([a_row(), a_row()]) == [(2, "id"), (2, "name")]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"contents": 3}',
        b'{"contents": [1]}',
        b'{"version": "2.0", "contents": []}',
        b'{"contents": [], "contents": []}',
        b'[{"amount": NaN}]',
        b"[" + b"1" * 5000 + b"]",
        b" " * (LARGEST + 1),
        b"[" + b"{}," * 600 + b"{}]",
    ],
    ids=range(12),
)
def test_a_file_that_is_none_is_refused(raw: bytes) -> None:
    assert faults_of(raw)


def test_a_confidential_place_is_neither_written_nor_read_nor_repeated() -> None:
    profile = PROFILE | {"place_kind": "told_with_date", "place": "12 Oak Street", "floor": 1}
    text = written([(ID, profile)], languages=LANGUAGES, zone=BRUSSELS.zone)
    assert "Oak Street" not in text and "location" not in json.loads(text)["contents"][0]
    row = json.loads(text)["contents"][0]
    row["service_at_locations"] = [{"location": {"name": "12 Oak Street"}}]
    with pytest.raises(FaultyFile) as faulty:
        read(json.dumps([row]).encode(), clock=BRUSSELS, language="nl")
    assert [fault.field for fault in faulty.value.faults] == ["service_at_locations"]
    assert "Oak" not in str(faulty.value.faults)


def test_a_strangers_file_says_what_the_house_cannot_keep() -> None:
    row = a_row(phones=[{"number": "1"}], url="https://a.example", eligibility_description="All")
    found, not_kept = read(json.dumps([row]).encode(), clock=BRUSSELS, language="fr")
    assert not_kept == ["phones", "url"]
    assert found[0][1]["texts"]["for_whom"] == {"fr": "All"}
    winter = a_row(**a_schedule(opens_at="09:00+01:00", timezone=1))
    found, _ = read(json.dumps([winter]).encode(), clock=BRUSSELS, language="nl")
    assert found[0][1]["hours"] == {"0": [["09:00", "12:00"]]}
