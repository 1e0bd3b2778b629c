"""What a service says of itself: hours as people type them, words in the language that there is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.opening import HoursOverlap, HoursUpsideDown
from portal.domain.profiles import (
    DayTwice,
    DayUnreadable,
    FloorOutOfReach,
    HoursUnreadable,
    NoPlace,
    NoSuchLanguage,
    Profile,
    WrongHours,
    checked,
    read_exceptions,
    read_hours,
    spoken,
    typed_exceptions,
    typed_hours,
)
from portal.domain.refusals import Refusal

PROFILE: Profile = {
    "kind": "police",
    "state": "open",
    "name": "Team",
    "languages": ["nl"],
    "place_kind": "in_house",
    "floor": 2,
    "place": "Desk 4",
    "hours": {"0": [["09:00", "12:00"]]},
    "exceptions": {"2026-12-24": []},
    "cost": "free",
    "texts": {"bring": {"nl": "Niets."}},
    "notices": {},
}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", []),
        ("9-12", [["09:00", "12:00"]]),
        ("13:00 – 17:30; 9.00-12", [["09:00", "12:00"], ["13:00", "17:30"]]),
        ("٩-١٢", [["09:00", "12:00"]]),
        ("20:00-24:00", [["20:00", "00:00"]]),
    ],
)
def test_hours_are_read_as_people_type_them(typed: str, kept: list[list[str]]) -> None:
    assert read_hours(typed) == kept
    assert read_hours(typed_hours(kept)) == kept


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("nine to five", HoursUnreadable),
        ("9-25", HoursUnreadable),
        ("09:61-12", HoursUnreadable),
        ("9-12-15", HoursUnreadable),
        ("12-9", HoursUpsideDown),
        ("9-12, 11-13", HoursOverlap),
    ],
)
def test_hours_that_nobody_could_keep_are_refused(typed: str, refused: type[Refusal]) -> None:
    with pytest.raises(refused):
        read_hours(typed)


def test_days_are_read_a_line_each_and_one_without_hours_has_none() -> None:
    days = read_exceptions("2026-12-24 9-12\n\n 31/12/2026\n")
    assert days == {"2026-12-24": [["09:00", "12:00"]], "2026-12-31": []}
    assert read_exceptions(typed_exceptions(days)) == days


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Christmas", DayUnreadable),
        ("2026-02-30", DayUnreadable),
        ("2026-12-24\n24/12/2026", DayTwice),
        ("2026-12-24 late", HoursUnreadable),
    ],
)
def test_a_day_that_cannot_be_read_is_refused(typed: str, why: type[Refusal]) -> None:
    with pytest.raises(WrongHours) as refused:
        read_exceptions(typed)
    assert (refused.value.where, refused.value.why) == ("exceptions", why)


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ({"place": "  "}, NoPlace),
        ({"floor": 100}, FloorOutOfReach),
        ({"languages": ["nl", "nl"]}, NoSuchLanguage),
        ({"languages": ["<b>"]}, NoSuchLanguage),
        ({"hours": {"6": [["12:00", "09:00"]]}}, WrongHours),
        ({"hours": {"6": [["09:00+01:00", "12:00"]]}}, WrongHours),
        ({"exceptions": {"soon": []}}, WrongHours),
    ],
)
def test_what_cannot_stand_is_refused(wrong: dict[str, Any], refused: type[Refusal]) -> None:
    with pytest.raises(refused):
        checked(PROFILE | wrong)


@pytest.mark.parametrize("kind", ["comes_to_her", "told_with_date"])
def test_a_confidential_place_keeps_no_address(kind: str) -> None:
    kept = checked(PROFILE | {"place_kind": kind, "place": "12 Oak Street", "floor": 1})
    assert (kept["place"], kept["floor"]) == ("", None)


def test_words_are_hers_or_honestly_those_that_there_are() -> None:
    said = {"fr": "Rien.", "nl": "Niets."}
    assert spoken(said, "nl") == ("nl", "Niets.")
    assert spoken(said, "ar", ("en", "nl", "fr")) == ("nl", "Niets.")
    assert spoken({"tr": "Yok."}, "ar", ("nl",)) == ("tr", "Yok.")
    assert spoken({}, "ar", ("nl",)) is None


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    for read in (read_hours, read_exceptions):
        try:
            read(typed)
        except Refusal:
            continue
