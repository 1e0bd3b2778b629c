"""Real calendars on a real server: busy times come in, dates go out, and nobody overwrites."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from portal.domain.appointments import AppointmentState
from portal.domain.availability import CalendarBusy
from portal.domain.calendars import EVERY, Access, Answer, CalendarKind, Clash, EntryState, Trouble
from portal.domain.spans import Span
from portal.models import Appointment, BusyTime, Calendar, CalendarEntry
from portal.services.availability import free
from portal.services.availability.owners import Owner, of_service, own
from portal.services.calendars import keeping, links
from portal.services.dates import giving, her_dates
from portal.services.endings import erasure
from portal.worker import calendars
from portal.worker.calendars import asking
from tests.people import NOON, Person, TestHouse
from tests.radicale import Radicale, running
from tests.services.journey import HOUSING, TOMORROW, a_date, a_shared_need

pytestmark = pytest.mark.real
HOUR = timedelta(hours=1)
SHORTLY = EVERY + timedelta(seconds=1)


def an_event(starts_at: datetime, uid: str = "hers", more: str = "") -> str:
    """An event of an hour as another programme writes it."""
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n"
        f"DTSTAMP:20261101T000000Z\r\nDTSTART:{starts_at:%Y%m%dT%H%M%SZ}\r\nDURATION:PT1H\r\n"
        f"SUMMARY:Dentist\r\n{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


@dataclass
class Desk:
    """The housing worker with a calendar of her own on the server."""

    house: TestHouse
    server: Radicale
    path: str
    calendar_id: UUID
    now: datetime = NOON

    @property
    def owner(self) -> Owner:
        return Owner(account_id=self.house.workers[HOUSING].account_id)

    def sync(self, *, later: timedelta = SHORTLY) -> calendars.Synced:
        """The worker's next round."""
        self.now += later
        return calendars.sync_due(self.house.database, now=self.now)

    def calendar(self) -> Calendar:
        """The row as it is."""
        with self.house.database.transaction("read") as session:
            return session.get_one(Calendar, self.calendar_id)

    def busy(self) -> list[Span]:
        """What the calendar takes of her time."""
        with self.house.database.transaction("read") as session:
            rows = session.scalars(select(BusyTime).order_by(BusyTime.starts_at))
            return [Span(row.starts_at, row.ends_at) for row in rows]

    def entries(self) -> list[CalendarEntry]:
        """Our dates in it."""
        with self.house.database.transaction("read") as session:
            return list(session.scalars(select(CalendarEntry).order_by(CalendarEntry.starts_at)))

    def act(self, function: Callable[..., object], *args: object, **more: object) -> object:
        """The worker does something on her page."""
        with self.house.acting(self.house.workers[HOUSING], now=self.now) as (session, acting):
            return function(session, acting, self.owner, *args, now=self.now, **more)

    def texts(self) -> list[str]:
        """What lies on the server."""
        names = self.server.names(self.path)
        return [self.server.ask("GET", self.path + name).text for name in names]

    def conflicts(self) -> list[links.Conflict]:
        """What stands on her page."""
        with self.house.database.transaction("read") as session:
            (line,) = links.lines(session, self.owner, now=self.now)
            return list(line.conflicts)


@pytest.fixture
def desk(the_house: TestHouse, radicale: Radicale) -> Desk:
    return a_desk(the_house, radicale)


def a_desk(the_house: TestHouse, server: Radicale) -> Desk:
    """The worker gives the house a new calendar of hers."""
    path = server.a_calendar()
    access = Access(server.url(path), server.name, server.secret)
    with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
        owner = own(acting)
        added = links.add(session, acting, owner, CalendarKind.CALDAV, access, now=NOON)
    return Desk(the_house, server, path, added.id)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every request that goes out from now on."""
    asked: list[str] = []
    send = asking.Host._send

    def count(self: asking.Host, method: str, *more: object) -> asking.Reply:
        asked.append(method)
        return send(self, method, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(asking.Host, "_send", count)
    return asked


def test_a_calendar_is_reached_by_tls_and_only_where_its_certificate_is_believed(
    the_house: TestHouse,
    her: Person,
    certificate: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with running(tmp_path, certificate) as server:
        desk = a_desk(the_house, server)
        server.put(f"{desk.path}1.ics", an_event(TOMORROW))
        desk.sync()
        assert desk.busy() == []
        assert desk.calendar().trouble is Trouble.NOT_REACHED
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        desk.sync(later=HOUR)
        assert [one.starts_at for one in desk.busy()] == [TOMORROW]
        a_date(
            the_house,
            a_shared_need(the_house, the_house.a_survivor()),
            starts_at=TOMORROW + 3 * HOUR,
        )
        desk.sync()
        assert len(desk.texts()) == 2, "our date goes out the same way"


def test_busy_times_come_in_by_what_changed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        starts = TOMORROW + number * 2 * HOUR
        desk.server.put(f"{desk.path}{number}.ics", an_event(starts, f"e{number}"))
    assert desk.sync() == (1, 0)
    assert [one.starts_at for one in desk.busy()] == [TOMORROW + n * 2 * HOUR for n in range(3)]
    asked = counted(monkeypatch)
    desk.sync()
    assert asked == ["REPORT"], "an unchanged calendar costs one request"
    desk.server.put(f"{desk.path}1.ics", an_event(TOMORROW + 7 * HOUR, "e1"))
    desk.server.ask("DELETE", f"{desk.path}2.ics")
    desk.sync()
    assert [one.starts_at for one in desk.busy()] == [TOMORROW, TOMORROW + 7 * HOUR]
    assert asked == ["REPORT"] * 3
    # A token that the server no longer takes: everything is compared, nothing fetched twice.
    with desk.house.database.transaction() as session:
        session.execute(text("UPDATE calendar SET token = 'http://radicale.org/ns/sync/gone'"))
    desk.server.ask("DELETE", f"{desk.path}0.ics")
    desk.sync()
    assert [one.starts_at for one in desk.busy()] == [TOMORROW + 7 * HOUR]
    assert desk.calendar().trouble is None
    # After four weeks all is read anew, so that what repeats is known far enough ahead.
    asked.clear()
    desk.sync(later=timedelta(days=28))
    assert asked == ["REPORT", "REPORT"]


def test_a_date_goes_out_without_a_telling_word_and_blocks_nothing_of_its_own(
    desk: Desk, her: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    need_id = a_shared_need(desk.house, her)
    date_id = a_date(desk.house, need_id)
    desk.sync()
    (written,) = desk.texts()
    assert f"DTSTART:{TOMORROW:%Y%m%dT%H%M%SZ}" in written
    for telling in ("Amal", "lock", "Housing", "desk", "Arabic", "One Roof", "home", str(date_id)):
        assert telling.lower() not in written.lower(), telling
    assert desk.busy() == []
    with desk.house.acting(desk.house.workers[HOUSING], now=desk.now) as (session, acting):
        giving.cancel(session, acting, date_id, now=desk.now)
    desk.sync()
    assert (desk.texts(), desk.entries(), desk.conflicts()) == ([], [], [])
    assert desk.server.secret not in caplog.text
    assert desk.path not in caplog.text
    stored = desk.house.house.settings.database_url.removeprefix("sqlite:///")
    with open(stored, "rb") as file:  # noqa: PTH123
        assert desk.server.secret.encode() not in file.read()


def test_a_date_moved_in_the_calendar_while_she_asks_for_another_time(
    desk: Desk, her: Person
) -> None:
    need_id = a_shared_need(desk.house, her)
    date_id = a_date(desk.house, need_id)
    desk.sync()
    (name,) = desk.server.names(desk.path)
    theirs = TOMORROW + 3 * HOUR
    desk.server.put(desk.path + name, an_event(theirs, name.removesuffix(".ics")))
    with desk.house.acting(her, now=desk.now) as (session, acting):
        her_dates.another_time(session, acting, date_id, now=desk.now)
    desk.sync()
    (conflict,) = desk.conflicts()
    assert conflict.entry.clash is Clash.MOVED
    assert conflict.theirs == Span(theirs, theirs + HOUR)
    assert conflict.appointment.state is AppointmentState.OTHER_TIME
    assert desk.busy() == [Span(theirs, theirs + HOUR)]
    # Nothing is overwritten, however often the worker comes by.
    desk.sync()
    assert "Dentist" in desk.texts()[0]
    # She gets the time to which it was moved: the place made there is no obstacle.
    a_date(desk.house, need_id, starts_at=theirs, minutes=60, instead_of=date_id, now=desk.now)
    desk.act(links.answer, desk.calendar_id, date_id, Answer.WRITE_AGAIN)
    desk.sync()
    (written,) = desk.texts()
    assert f"DTSTART:{theirs:%Y%m%dT%H%M%SZ}" in written
    assert "Dentist" not in written
    assert desk.conflicts() == []


def test_staff_put_a_moved_date_back_or_leave_it(desk: Desk, her: Person) -> None:
    date_id = a_date(desk.house, a_shared_need(desk.house, her))
    desk.sync()
    (name,) = desk.server.names(desk.path)
    moved = an_event(TOMORROW + 3 * HOUR, name.removesuffix(".ics"))
    desk.server.put(desk.path + name, moved)
    desk.sync()
    desk.act(links.answer, desk.calendar_id, date_id, Answer.WRITE_AGAIN)
    # Moved once more at this very moment: what nobody has seen is not overwritten either.
    desk.server.put(desk.path + name, moved.replace("Dentist", "Doctor"))
    desk.sync()
    assert "Doctor" in desk.texts()[0]
    assert len(desk.conflicts()) == 1
    desk.act(links.answer, desk.calendar_id, date_id, Answer.WRITE_AGAIN)
    desk.sync()
    assert f"DTSTART:{TOMORROW:%Y%m%dT%H%M%SZ}" in desk.texts()[0]
    assert (desk.conflicts(), desk.busy()) == ([], [])
    # Deleted there: shown, and left as it is.
    desk.server.ask("DELETE", desk.path + name)
    desk.sync()
    assert [one.entry.clash for one in desk.conflicts()] == [Clash.DELETED]
    desk.act(links.answer, desk.calendar_id, date_id, Answer.LEAVE)
    desk.sync()
    assert (desk.texts(), desk.conflicts()) == ([], [])
    with desk.house.database.transaction("read") as session:
        assert session.get_one(Appointment, date_id).state is AppointmentState.PLANNED


def test_a_note_of_the_owner_on_a_date_is_no_conflict(desk: Desk, her: Person) -> None:
    date_id = a_date(desk.house, a_shared_need(desk.house, her), minutes=60)
    desk.sync()
    (name,) = desk.server.names(desk.path)
    noted = an_event(TOMORROW, name.removesuffix(".ics"), "DESCRIPTION:key in the drawer\r\n")
    desk.server.put(desk.path + name, noted)
    desk.sync()
    assert (desk.conflicts(), desk.busy()) == ([], [])
    assert "drawer" in desk.texts()[0]
    with desk.house.acting(desk.house.workers[HOUSING], now=desk.now) as (session, acting):
        giving.cancel(session, acting, date_id, now=desk.now)
    desk.sync()
    assert desk.texts() == []


def test_a_worker_killed_after_writing_writes_nothing_twice(
    desk: Desk, her: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_date(desk.house, a_shared_need(desk.house, her))
    with monkeypatch.context() as killed:
        killed.setattr(keeping, "keep", lambda *_, **__: exit(9))
        with pytest.raises(SystemExit):
            desk.sync()
    assert len(desk.texts()) == 1
    assert desk.sync(later=timedelta(minutes=1)) == (0, 0), "it may still be at work"
    desk.sync()
    assert len(desk.texts()) == 1
    assert [one.state for one in desk.entries()] == [EntryState.WRITTEN]
    assert desk.conflicts() == []


def test_two_workers_do_no_harm(desk: Desk, her: Person) -> None:
    a_date(desk.house, a_shared_need(desk.house, her))
    desk.now += SHORTLY
    with ThreadPoolExecutor(2) as pool:
        rounds = [
            pool.submit(calendars.sync_due, desk.house.database, now=desk.now) for _ in range(2)
        ]
        assert sum(one.result().looked_at for one in rounds) == 1
    assert len(desk.texts()) == 1
    assert [one.state for one in desk.entries()] == [EntryState.WRITTEN]


def test_an_erased_case_goes_from_calendars_too_and_so_does_one_who_leaves(
    desk: Desk, her: Person
) -> None:
    a_date(desk.house, a_shared_need(desk.house, her))
    desk.sync()
    with desk.house.database.transaction() as session:
        assert her.case_id is not None
        erasure.erase(session, her.case_id, actor_id=None, facts={}, now=desk.now)
    assert len(desk.texts()) == 1
    desk.sync()
    assert (desk.texts(), desk.entries()) == ([], [])
    desk.act(links.remove, desk.calendar_id)
    desk.sync()
    with desk.house.database.transaction("read") as session:
        assert session.get(Calendar, desk.calendar_id) is None


def test_a_calendar_that_cannot_be_reached_keeps_what_it_said_and_blocks_nothing_else(
    desk: Desk, her: Person, radicale: Radicale
) -> None:
    desk.server.put(f"{desk.path}a.ics", an_event(TOMORROW))
    other = radicale.a_calendar()
    radicale.put(f"{other}b.ics", an_event(TOMORROW + 5 * HOUR))
    service = desk.house.services[HOUSING]
    with desk.house.acting(desk.house.workers[HOUSING]) as (session, acting):
        owner = of_service(acting, service.id)
        access = Access(radicale.url(other), radicale.name, radicale.secret)
        links.add(session, acting, owner, CalendarKind.CALDAV, access, now=NOON)
    desk.sync()
    read_at = desk.now
    desk.server.ask("DELETE", desk.path)
    assert desk.sync() == (2, 1)
    since = desk.now
    desk.sync(later=timedelta(hours=3))
    row = desk.calendar()
    assert (row.trouble, row.trouble_since_at, row.read_at) == (Trouble.NOT_THERE, since, read_at)
    assert [one.starts_at for one in desk.busy()] == [TOMORROW, TOMORROW + 5 * HOUR]
    # Its busy time still warns, and what it cannot hear blocks no date.
    need_id = a_shared_need(desk.house, her)
    with pytest.raises(CalendarBusy):
        a_date(desk.house, need_id, now=desk.now)
    a_date(desk.house, need_id, starts_at=TOMORROW + 2 * HOUR, now=desk.now)
    desk.sync()
    assert len(radicale.names(other)) == 2


def test_a_wrong_pass_word_is_said(desk: Desk, radicale: Radicale) -> None:
    access = Access(radicale.url(radicale.a_calendar()), radicale.name, "wrong")
    with desk.house.acting(desk.house.workers[HOUSING]) as (session, acting):
        added = links.add(session, acting, own(acting), CalendarKind.CALDAV, access, now=NOON)
    assert desk.sync() == (2, 1)
    assert replace(desk, calendar_id=added.id).calendar().trouble is Trouble.NOT_LET_IN


def test_a_link_of_a_calendar_is_read_only_and_the_planner_sees_it_all(
    desk: Desk, her: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.server.put(f"{desk.path}a.ics", an_event(TOMORROW))
    with desk.house.acting(desk.house.workers[HOUSING]) as (session, acting):
        service = desk.house.services[HOUSING]
        owner = of_service(acting, service.id)
        access = Access(desk.server.url(desk.path), desk.server.name, desk.server.secret)
        links.add(session, acting, owner, CalendarKind.LINK, access, now=NOON)
    a_date(desk.house, a_shared_need(desk.house, her), starts_at=TOMORROW + 2 * HOUR, minutes=60)
    assert desk.sync() == (2, 0)
    asked = counted(monkeypatch)
    desk.sync()
    assert asked.count("PUT") == 0
    assert len(desk.texts()) == 2
    day = TOMORROW.date()
    with desk.house.acting(desk.house.workers[HOUSING], now=desk.now) as (session, _):
        members = giving.colleagues(session, service.id)
        (worker,) = free.workers(session, service.id, members, day, day, now=desk.now)
    # The house is open from 9 to 17: busy 12 to 13 (by her calendar), a date from 14 to 15.
    at = [TOMORROW + hours * HOUR for hours in (-3, 0, 1, 2, 3, 5)]
    assert worker.free == (Span(at[0], at[1]), Span(at[2], at[3]), Span(at[4], at[5]))
