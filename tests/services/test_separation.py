"""Two people who must not meet: nothing in the house brings them together, and nothing tells."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Uuid, select

from portal.domain.appointments import AppointmentState
from portal.domain.calendars import Access, CalendarKind, Clash, EntryState
from portal.domain.centre import Topic
from portal.domain.kept_apart import ApartAlready, SameCase, TooManyApart
from portal.domain.needs import Category
from portal.domain.refusals import NotFound, NotYours, ProofTooOld, WrongState
from portal.domain.roles import Role
from portal.domain.spans import Span
from portal.domain.words import NothingWritten, TooLong
from portal.models import (
    AllowedTime,
    Appointment,
    AuditEvent,
    CalendarEntry,
    KeptApart,
    KeptApartKey,
)
from portal.services.availability.owners import Owner
from portal.services.calendars import links
from portal.services.centre import house_settings
from portal.services.dates import her_dates, kept_apart, separation, taken_times
from portal.services.endings import closing, erasure
from portal.services.keys.halves import KeyNotHandedOver
from portal.services.need_to_know import looking
from portal.services.running import chains
from portal.vault import Forged
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    TOMORROW,
    a_date,
    a_shared_need,
)
from tests.services.kept_apart import (
    WHY,
    allow,
    but_tuesday,
    closed,
    keep_apart,
    links_of,
    refused,
    wish,
)

HOUR = timedelta(hours=1)


class TestTheRule:
    """TOMORROW at 11:00 UTC another is here for 45 minutes: from 10 to 13 nobody else may be."""

    @pytest.fixture
    def need_id(self, the_house: TestHouse, her: Person, another: Person) -> UUID:
        keep_apart(the_house, her, another)
        a_date(the_house, a_shared_need(the_house, another))
        return a_shared_need(the_house, her)

    def test_no_date_is_given_within_the_buffer(self, the_house: TestHouse, need_id: UUID) -> None:
        for minutes in (-95, -40, 50, 95, 115):
            assert refused(the_house, need_id, TOMORROW + timedelta(minutes=minutes)), minutes
        assert not refused(the_house, need_id, TOMORROW + 2 * HOUR)
        assert not refused(the_house, need_id, TOMORROW - timedelta(minutes=105))

    def test_it_holds_from_both_sides(
        self, the_house: TestHouse, need_id: UUID, another: Person
    ) -> None:
        a_date(the_house, need_id, starts_at=TOMORROW + 4 * HOUR)
        second = a_shared_need(the_house, another, Category.WORK)
        assert refused(the_house, second, TOMORROW + 3 * HOUR)
        assert not refused(the_house, second, TOMORROW + timedelta(days=1))

    def test_no_date_is_moved_there(self, the_house: TestHouse, need_id: UUID) -> None:
        first = a_date(the_house, need_id, starts_at=TOMORROW + 3 * HOUR)
        assert refused(the_house, need_id, TOMORROW + HOUR, instead_of=first)
        with the_house.database.transaction("read") as session:
            assert session.get_one(Appointment, first).state is AppointmentState.PLANNED
        # Its own place does not stand in the way of the one that replaces it.
        assert not refused(
            the_house, need_id, TOMORROW + timedelta(hours=3, minutes=30), instead_of=first
        )

    def test_waiting_between_two_talks_counts(self, the_house: TestHouse, need_id: UUID) -> None:
        a_date(the_house, need_id, starts_at=TOMORROW - timedelta(minutes=165), minutes=30)
        day_after = TOMORROW + timedelta(days=1)
        assert not refused(the_house, need_id, day_after)
        # Her talk at 8:15 is over at 8:45; the next at 10:15 would keep her here past 10.
        assert refused(the_house, need_id, TOMORROW - timedelta(minutes=45), minutes=15)

    @pytest.mark.parametrize(("minutes", "before", "after"), [(15, 1, 1), (180, 3, 4), (240, 4, 5)])
    def test_the_house_sets_how_long_they_are_kept_apart(
        self,
        the_house: TestHouse,
        her: Person,
        need_id: UUID,
        minutes: int,
        before: int,
        after: int,
    ) -> None:
        first = a_date(the_house, need_id, starts_at=TOMORROW + 6 * HOUR)
        with the_house.acting(the_house.coordinator) as (session, acting):
            value = {"minutes": minutes}
            house_settings.change(session, acting, Topic.SEPARATION, value, now=NOON)
        begins, ends = TOMORROW - before * HOUR, TOMORROW + after * HOUR
        # What the planner gets, a date that is given, one that is moved, and one moved outside.
        assert closed(the_house, her) == (Span(begins, ends),)
        for at, is_free in ((begins - HOUR, True), (begins, False), (ends - HOUR, False)):
            span = Span(at, at + HOUR)
            with the_house.database.transaction("read") as session:
                asked = {
                    first: separation.Asked(the_house.case_of(session, her).id, span, (first,))
                }
                assert separation.impossible(session, asked) == (set() if is_free else {first}), at
        assert refused(the_house, need_id, ends - HOUR, instead_of=first)
        assert not refused(the_house, need_id, ends, instead_of=first)

    def test_a_date_moved_there_in_a_calendar_outside_is_not_taken_over(
        self, the_house: TestHouse, need_id: UUID
    ) -> None:
        date_id = a_date(the_house, need_id, starts_at=TOMORROW + 4 * HOUR)
        worker = the_house.workers[HOUSING]
        owner = Owner(account_id=worker.account_id)
        with the_house.acting(worker) as (session, acting):
            access = Access("https://calendars.example/mine/", "ward", "secret")
            calendar = links.add(session, acting, owner, CalendarKind.CALDAV, access, now=NOON)
            entry = CalendarEntry(
                calendar_id=calendar.id, appointment_id=date_id, href="x.ics", uid="x", etag="2",
                state=EntryState.CONFLICT, clash=Clash.MOVED, clash_at=NOON, is_left=False,
                starts_at=TOMORROW + 4 * HOUR, minutes=45,
            )  # fmt: skip
            session.add(entry)
            for moved_to, is_possible in ((HOUR, False), (3 * HOUR, True), (5 * HOUR, True)):
                entry.theirs_starts_at = TOMORROW + moved_to
                entry.theirs_ends_at = TOMORROW + moved_to + HOUR
                session.flush()
                (line,) = links.lines(session, owner, now=NOON)
                (conflict,) = line.conflicts
                assert conflict.is_possible is is_possible, moved_to
            date = session.get_one(Appointment, date_id)
            assert date.starts_at == TOMORROW + 4 * HOUR

    def test_who_said_that_she_cannot_come_takes_it_back_too_late(
        self, the_house: TestHouse, need_id: UUID, her: Person, another: Person
    ) -> None:
        date = a_date(the_house, need_id, starts_at=TOMORROW + 4 * HOUR)
        with the_house.acting(her) as (session, acting):
            her_dates.cannot_come(session, acting, date, now=NOON)
        a_date(
            the_house,
            a_shared_need(the_house, another, Category.WORK),
            starts_at=TOMORROW + 5 * HOUR,
        )
        with the_house.acting(her) as (session, acting), pytest.raises(WrongState):
            her_dates.keep(session, acting, date, now=NOON)

    def test_her_own_closed_times_are_melted_in(
        self, the_house: TestHouse, need_id: UUID, her: Person
    ) -> None:
        assert closed(the_house, her) == (Span(TOMORROW - HOUR, TOMORROW + 2 * HOUR),)
        hours = (time.min, time(14, 10)), (time(14, 30), time.min)
        wish(the_house, her, hours=but_tuesday(*hours), not_on={date(2026, 11, 27)})
        friday = datetime(2026, 11, 26, 23, tzinfo=UTC)
        assert closed(the_house, her) == (
            Span(TOMORROW - HOUR, TOMORROW + 3 * HOUR),
            Span(friday, friday + timedelta(days=1)),
        )
        assert refused(the_house, need_id, friday + timedelta(hours=12))
        assert refused(the_house, need_id, TOMORROW + timedelta(hours=2, minutes=10))

    def test_to_herself_her_own_wishes_are_no_hindrance(
        self, the_house: TestHouse, need_id: UUID, her: Person
    ) -> None:
        date_id = a_date(the_house, need_id, starts_at=TOMORROW + 4 * HOUR)
        with the_house.acting(her) as (session, acting):
            her_dates.cannot_come(session, acting, date_id, now=NOON)
        wish(the_house, her, not_on={TOMORROW.date()})
        with the_house.acting(her) as (session, acting):
            her_dates.keep(session, acting, date_id, now=NOON)

    def test_dates_that_stood_before_are_shown_to_those_who_lay_it(
        self, the_house: TestHouse, need_id: UUID, her: Person, another: Person
    ) -> None:
        third = the_house.a_survivor("Third", activated=False)
        own = a_date(the_house, need_id, starts_at=TOMORROW + 4 * HOUR)
        assert [link.too_close for link in links_of(the_house, her)] == [()]
        keep_apart(the_house, third, her)
        with the_house.database.transaction() as session:
            stands = session.get_one(Appointment, own)
            taken_times.free(session, stands)
            stands.starts_at = TOMORROW + HOUR
            taken_times.take(session, stands)
        links = links_of(the_house, her)
        close = {link.other.number: [span.starts_at for span in link.too_close] for link in links}
        assert close == {another.case_number: [TOMORROW + HOUR], third.case_number: []}

    def test_after_the_end_of_the_link_they_may_meet(
        self, the_house: TestHouse, need_id: UUID, her: Person, another: Person
    ) -> None:
        (link,) = links_of(the_house, another)
        with the_house.acting(the_house.moderator) as (session, acting):
            kept_apart.end(session, acting, another.case_number, link.id, now=NOON)
        assert links_of(the_house, her) == links_of(the_house, another) == []
        assert not refused(the_house, need_id, TOMORROW + HOUR)


class TestTheLink:
    """Laid, read and ended by two roles, and by nobody else."""

    def test_both_teams_read_it_from_both_sides(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        keep_apart(the_house, her, another, by=the_house.moderator)
        for reader in (the_house.coordinator, the_house.moderator):
            (link,) = links_of(the_house, her, by=reader)
            assert (link.other.number, link.reason) == (another.case_number, WHY)
            assert (link.laid_by, link.laid_at) == ("Mona", NOON)
        (link,) = links_of(the_house, another)
        assert link.other.number == her.case_number

    @pytest.mark.parametrize("who", ["director", "auditor", "stand_in"])
    def test_nobody_else_does(
        self, the_house: TestHouse, her: Person, another: Person, who: str
    ) -> None:
        keep_apart(the_house, her, another)
        for act in (
            lambda session, acting: kept_apart.of_case(session, acting, her.case_number, now=NOON),
            lambda session, acting: kept_apart.lay(
                session, acting, her.case_number, another.case_number, reason=WHY, now=NOON
            ),
        ):
            person = getattr(the_house, who)
            with the_house.acting(person) as (session, acting), pytest.raises(NotYours):
                act(session, acting)

    def test_it_takes_a_fresh_proof(self, the_house: TestHouse, her: Person) -> None:
        old, who = NOON - timedelta(minutes=16), the_house.coordinator
        with (
            the_house.acting(who, second_factor_at=old) as (session, acting),
            pytest.raises(ProofTooOld),
        ):
            kept_apart.of_case(session, acting, her.case_number, now=NOON)

    def test_a_newcomer_without_the_key_is_not_told_that_there_is_none(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        keep_apart(the_house, her, another)
        new = the_house.a_colleague("Nora", (Role.MODERATOR, None))
        with pytest.raises(KeyNotHandedOver):
            links_of(the_house, her, by=new)

    @pytest.mark.parametrize(
        ("numbers", "why", "refusal"),
        [
            (("hers", "hers"), WHY, SameCase),
            (("hers", "AB-CDEFGH"), WHY, NotFound),
            (("", "hers"), WHY, NotFound),
            (("hers", "other"), " ", NothingWritten),
            (("hers", "other"), "ه" * 1001, TooLong),
        ],
    )
    def test_what_makes_no_link_is_refused(
        self,
        the_house: TestHouse,
        her: Person,
        another: Person,
        numbers: tuple[str, str],
        why: str,
        refusal: type[Exception],
    ) -> None:
        known = {"hers": her.case_number, "other": another.case_number}
        first, second = (known.get(one, one) for one in numbers)
        with the_house.acting(the_house.coordinator) as (session, acting), pytest.raises(refusal):
            kept_apart.lay(session, acting, first, second, reason=why, now=NOON)

    def test_a_link_is_laid_once_and_a_case_has_eight_at_most(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        keep_apart(the_house, her, another)
        with pytest.raises(ApartAlready):
            keep_apart(the_house, another, her)
        for number in range(7):
            keep_apart(the_house, her, the_house.a_survivor(f"Other {number}", activated=False))
        with pytest.raises(TooManyApart):
            keep_apart(the_house, the_house.a_survivor("One more", activated=False), her)
        assert len(links_of(the_house, her)) == 8

    def test_a_row_under_another_mark_is_no_link(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        keep_apart(the_house, her, another)
        with the_house.database.transaction() as session:
            first, second = session.scalars(select(KeptApart)).all()
            (one, other), first.mark = (first.mark, second.mark), b"nothing"
            session.flush()
            second.mark = one
            session.flush()
            first.mark = other
        with pytest.raises(Forged):
            closed(the_house, her)


class TestWhatAThiefFinds:
    """In the database, without the key file."""

    def test_no_row_ties_the_two_cases(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        third = the_house.a_survivor("Third", activated=False)
        keep_apart(the_house, her, another)
        with the_house.acting(the_house.coordinator) as (session, acting):
            long = "ك" * 1000
            kept_apart.lay(
                session, acting, her.case_number, third.case_number, reason=long, now=NOON
            )
        links_of(the_house, her)
        with the_house.database.transaction("read") as session:
            rows = session.scalars(select(KeptApart)).all()
            keys = session.scalars(select(KeptApartKey)).all()
            acts = session.scalars(select(AuditEvent).where(AuditEvent.kind.like("apart_%"))).all()
        assert len(rows) == 4
        assert len({(len(row.mark), len(row.pair), len(row.story)) for row in rows}) == 1
        assert len({row.mark for row in rows}) == 4
        ids = {one.case_id for one in (her, another, third)}
        held = [value for row in (*rows, *keys) for value in vars(row).values()]
        assert not ids & {value for value in held if isinstance(value, UUID)}
        for value in held:
            if isinstance(value, bytes):
                assert not any(one and one.bytes in value for one in ids)
        assert {act.case_id for act in acts} == {None}
        assert not any(str(one) in str(act.facts) for one in ids for act in acts)
        assert {act.kind for act in acts} == {"apart_laid", "apart_looked"}

    def test_only_ids_of_holders_and_rows_stand_beside_the_seals(self) -> None:
        tables = (KeptApart.__table__, KeptApartKey.__table__)
        clear = {c.name for table in tables for c in table.columns if isinstance(c.type, Uuid)}
        assert clear == {"id", "kept_apart_id", "holder_id"}

    def test_her_account_of_who_looked_says_nothing(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        def looks() -> list[object]:
            with the_house.acting(her) as (session, acting):
                return [look.id for look in looking.who_looked(session, acting, now=NOON)]

        before = looks()
        keep_apart(the_house, her, another)
        links_of(the_house, her)
        assert looks() == before


class TestEnds:
    """What ends a file ends its links; what replaces the key file does not."""

    def test_closing_a_file_removes_its_links_on_both_sides(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        keep_apart(the_house, her, another)
        with the_house.acting(the_house.director) as (session, acting):
            assert her.case_id
            closing.close(session, acting, her.case_id, "She moved.", now=NOON)
        assert links_of(the_house, another) == []
        with the_house.database.transaction("read") as session:
            assert session.scalars(select(KeptApartKey)).all() == []

    def test_erasing_a_file_removes_its_links_and_allowed_times(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        keep_apart(the_house, her, another)
        need_id = a_shared_need(the_house, her)
        allow(the_house, her, need_id, TOMORROW)
        with the_house.database.transaction() as session:
            assert her.case_id
            erasure.erase(session, her.case_id, actor_id=None, facts={}, now=NOON)
        with the_house.database.transaction("read") as session:
            for table in (KeptApart, KeptApartKey, AllowedTime):
                assert session.scalars(select(table)).all() == []
            assert list(chains.verify(session)) == []
