"""Hours, single days, calendars and rooms through the front door."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from portal.domain.calendars import Clash, EntryState, Trouble
from portal.domain.services import ServiceKind
from portal.models import Appointment, BusyTime, Calendar, CalendarEntry, CalendarPart
from portal.services.case_work import cover
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, referral_of, route, say_yes
from tests.web.staff.browser import Browser

HOUR = timedelta(hours=1)
OPENED = Callable[[Person], Browser]


@pytest.fixture
def worker(people: TestHouse, signed_in: OPENED) -> Browser:
    """The housing worker at her desk."""
    return signed_in(people.workers[HOUSING])


def a_calendar(worker: Browser, **changed: str) -> None:
    usual = {
        "kind": "caldav",
        "url": "https://cal.example.org/els/work/",
        "name": "els",
        "secret": "a pass word of tests",
    }
    worker.get("/staff/time").submit("Add the calendar", **{**usual, **changed})


def a_referral(people: TestHouse, kind: ServiceKind = HOUSING) -> UUID:
    """A need that a service may read."""
    her = people.a_survivor()
    need_id = people.a_need(her)
    route(people, need_id, kind)
    say_yes(people, her, need_id, kind)
    return referral_of(people, need_id, kind).id


def typed(person: Person, **changed: str) -> dict[str, str]:
    """A date on Wednesday at two."""
    usual = {
        "day": "2026-11-25",
        "time": "14:00",
        "minutes": "45",
        "with_id": str(person.account_id),
        "place": "2nd floor, desk 1",
        "bring": "The letter of the landlord",
    }
    return {**usual, **changed}


def busy(people: TestHouse, starts_at: datetime, ends_at: datetime) -> None:
    """The worker read that her calendar takes this time."""
    with people.database.transaction() as session:
        calendar = session.query(Calendar).one()
        part = CalendarPart(calendar_id=calendar.id, href="a.ics", etag="1", unread=0)
        session.add(part)
        session.flush()
        session.add(
            BusyTime(calendar_id=calendar.id, part_id=part.id, starts_at=starts_at, ends_at=ends_at)
        )


def test_hours_and_single_days_are_written_as_people_write_them(worker: Browser) -> None:
    page = worker.get("/staff/time")
    assert "those of the house count" in page.words
    page.submit("Save the hours", d0="9-12, 13.30-17h", first="2026-12-01")
    assert "09:00-12:00, 13:30-17:00" in worker.words
    worker.submit("Save the day", day="2026-12-25", hours="")
    assert "not there" in worker.words
    worker.submit("Save the day", day="2026-12-25", hours="10-11")
    assert "hours of its own already" in worker.words
    worker.submit("Take this day away")
    worker.submit("Take these hours away")
    assert "those of the house count" in worker.words


@pytest.mark.parametrize(
    ("button", "fields", "words", "kept"),
    [
        ("Save the hours", {"d1": "mornings"}, "Write hours as", "mornings"),
        ("Save the hours", {"d1": "12-9"}, "end before they begin", "12-9"),
        ("Save the hours", {}, "at least one day", ""),
        ("Save the hours", {"d1": "9-12", "first": "2026-12-02", "last": "2026-12-01"},
         "before the first one", "9-12"),
        ("Save the day", {"hours": "9-12"}, "Choose a day.", "9-12"),
        ("Save the day", {"day": "2026-01-01", "hours": "9-12"}, "has passed", "9-12"),
        ("Save the day", {"day": "2026-12-01", "hours": "9-12, 11-13"}, "overlap", "9-12, 11-13"),
    ],
)  # fmt: skip
def test_hours_that_nobody_could_keep_are_refused_beside_the_field(
    worker: Browser, button: str, fields: dict[str, str], words: str, kept: str
) -> None:
    worker.get("/staff/time").submit(button, **fields)
    assert words in worker.words
    assert kept in str(worker.page)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"url": "http://cal.example.org/els/"}, "begins with https"),
        ({"url": "https://els:x@cal.example.org/"}, "no address of a calendar"),
        ({"url": "https://"}, "no address of a calendar"),
        ({"url": ""}, "Copy the address"),
        ({"name": ""}, "needs a name and a pass word"),
        ({"url": "http://127.0.0.1:22/"}, "begins with https"),
    ],
)
def test_an_address_that_is_none_is_refused_beside_its_field(
    worker: Browser, changed: dict[str, str], words: str
) -> None:
    a_calendar(worker, **changed)
    assert words in worker.words
    assert "a pass word of tests" not in str(worker.page)
    assert changed.get("url", "els/work") in str(worker.page)


def test_a_calendar_shows_its_state_and_nothing_secret(people: TestHouse, worker: Browser) -> None:
    a_calendar(worker)
    assert "It is read within a few minutes" in worker.words
    assert "cal.example.org" in worker.words
    assert "els/work" not in str(worker.page)
    a_calendar(worker)
    assert "here already" in worker.words
    with people.database.transaction() as session:
        calendar = session.query(Calendar).one()
        assert b"pass word" not in calendar.access
        calendar.trouble, calendar.trouble_since_at = Trouble.NOT_REACHED, NOON - HOUR
        calendar.read_at, calendar.unread = NOON - 2 * HOUR, 2
    worker.get("/staff/time")
    assert "The server does not answer." in worker.words
    assert "still counts" in worker.words
    assert "2 entries could not be read" in worker.words
    worker.submit("Read it again now")
    worker.submit("Take this calendar out")
    assert "No calendars are added" in worker.words


def test_a_busy_calendar_is_said_and_can_be_passed_over_knowingly(
    people: TestHouse, worker: Browser
) -> None:
    a_calendar(worker)
    # 14:00 in Brussels.
    busy(people, NOON + timedelta(days=2, hours=2), NOON + timedelta(days=2, hours=3))
    referral = a_referral(people)
    page = worker.get(f"/staff/referrals/{referral}/date")
    assert "all the same" not in page.words
    page.submit("Give her this date", **typed(people.workers[HOUSING]))
    assert "Worker housing's calendar is busy then." in worker.words
    assert "The letter of the landlord" in str(worker.page)
    worker.submit("Give her this date", knowingly="y")
    assert "The date is set." in worker.words


def test_who_is_not_there_by_the_hours_is_named(people: TestHouse, worker: Browser) -> None:
    worker.get("/staff/time").submit("Save the hours", d0="9-12")
    referral = a_referral(people)
    worker.get(f"/staff/referrals/{referral}/date").submit(
        "Give her this date", **typed(people.workers[HOUSING])
    )
    assert "Worker housing is not there then, say the hours." in worker.words


def test_a_public_holiday_is_no_day_of_the_week(people: TestHouse, worker: Browser) -> None:
    page = worker.get("/staff/time")
    page.submit("Save the hours", **{f"d{day}": "9-17" for day in range(5)})
    referral = a_referral(people)
    wanted = typed(people.workers[HOUSING], day="2026-12-25")
    worker.get(f"/staff/referrals/{referral}/date").submit("Give her this date", **wanted)
    assert "Worker housing is not there then, say the hours." in worker.words
    worker.get(f"/staff/referrals/{referral}/date").submit(
        "Give her this date", **typed(people.workers[HOUSING], day="2026-12-24")
    )
    assert "The date is set." in worker.words


@pytest.mark.parametrize("last", [None, date(2026, 11, 25)])
def test_who_is_away_then_is_named_and_can_be_passed_over_knowingly(
    people: TestHouse, worker: Browser, last: date | None
) -> None:
    who = people.workers[HOUSING].account_id
    with people.acting(people.coordinator) as (session, acting):
        cover.note_illness(session, acting, who, last, now=NOON)
    referral = a_referral(people)
    worker.get(f"/staff/referrals/{referral}/date").submit(
        "Give her this date", **typed(people.workers[HOUSING])
    )
    assert "Worker housing is away." in worker.words
    worker.submit("Give her this date", knowingly="y")
    assert "The date is set." in worker.words


def test_after_ones_days_away_one_is_there(people: TestHouse, worker: Browser) -> None:
    who = people.workers[HOUSING].account_id
    with people.acting(people.coordinator) as (session, acting):
        cover.note_illness(session, acting, who, date(2026, 11, 24), now=NOON)
    referral = a_referral(people)
    worker.get(f"/staff/referrals/{referral}/date").submit(
        "Give her this date", **typed(people.workers[HOUSING])
    )
    assert "The date is set." in worker.words


def test_a_date_that_stands_otherwise_in_a_calendar_is_shown_until_somebody_answers(
    people: TestHouse, worker: Browser
) -> None:
    a_calendar(worker)
    referral = a_referral(people)
    worker.get(f"/staff/referrals/{referral}/date").submit(
        "Give her this date", **typed(people.workers[HOUSING])
    )
    starts_at = NOON + timedelta(days=2, hours=2)
    with people.database.transaction() as session:
        session.add(
            CalendarEntry(
                calendar_id=session.query(Calendar).one().id,
                appointment_id=session.query(Appointment).one().id,
                href="x.ics", uid="x", etag="2", state=EntryState.CONFLICT,
                starts_at=starts_at, minutes=45, clash=Clash.MOVED, clash_at=NOON,
                theirs_starts_at=starts_at + HOUR, theirs_ends_at=starts_at + 2 * HOUR,
                is_left=False,
            )
        )  # fmt: skip
    worker.get("/staff/dates")
    assert "1 date stands otherwise in a calendar" in worker.words
    worker.follow("Look at it")
    assert "was moved to" in worker.words
    worker.submit("Leave the calendar as it is")
    assert "The calendar stays as it is." in worker.words
    assert "was moved to" not in worker.words


def test_no_room_is_given_twice(people: TestHouse, worker: Browser, signed_in: OPENED) -> None:
    coordinator = signed_in(people.coordinator)
    page = coordinator.get("/staff/house/settings/rooms")
    page.submit("Add the room", name="Green room", floor="1", service="")
    assert "Green room" in coordinator.words
    page.submit("Add the room", name="Green room", floor="1", service="")
    assert "Another room has this name." in coordinator.words
    page.submit("Add the room", name="Sky", floor="41", service="")
    assert "Floors go from -5 to 40" in coordinator.words
    first = a_referral(people)
    page = worker.get(f"/staff/referrals/{first}/date")
    option = page.page.find("option", string="Green room")
    assert option is not None
    room = str(option["value"])
    page.submit("Give her this date", **typed(people.workers[HOUSING], room_id=room))
    assert "The date is set." in worker.words
    police = signed_in(people.workers[ServiceKind.POLICE])
    second = a_referral(people, ServiceKind.POLICE)
    police.get(f"/staff/referrals/{second}/date").submit(
        "Give her this date", **typed(people.workers[ServiceKind.POLICE], room_id=room)
    )
    assert "Another date has this room then." in police.words
    coordinator.get("/staff/house/settings/rooms").submit("Take out of use")
    assert "out of use" in coordinator.words


def test_nobody_changes_the_hours_or_calendars_of_another(
    people: TestHouse, worker: Browser, signed_in: OPENED
) -> None:
    a_calendar(worker)
    police = signed_in(people.workers[ServiceKind.POLICE])
    with people.database.transaction("read") as session:
        row = str(session.query(Calendar).one().id)
    for act in ("calendar", "look", "again", "hours", "nonsense"):
        police.get("/staff/time").post("/staff/time/change", act=act, row=row, date=row)
        assert police.status == 404
    housing = people.services[HOUSING].id
    assert police.get(f"/staff/time/of/{housing}").status == 404
    assert worker.get(f"/staff/time/of/{housing}").status == 200
    assert "Hours and calendars of Housing desk" in worker.heading
