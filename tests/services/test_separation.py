"""Two people who must not meet: nothing in the house brings them together, and nothing tells."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Uuid, select

from portal.domain.appointments import AppointmentState
from portal.domain.decisions import (
    AskedByYourself,
    DecisionState,
    EffectTimeGone,
    WaitsAlready,
)
from portal.domain.kept_apart import ApartAlready, SameCase, TooManyApart
from portal.domain.needs import Category
from portal.domain.refusals import NotFound, NotYours, ProofTooOld, WrongState
from portal.domain.roles import Role
from portal.domain.separation import TimeNotPossible
from portal.domain.services import ServiceKind
from portal.domain.spans import Span
from portal.domain.words import NothingWritten, TooLong
from portal.models import AllowedTime, Appointment, AuditEvent, KeptApart, KeptApartKey
from portal.services import audit
from portal.services.dates import exceptions, her_dates, kept_apart, separation
from portal.services.dates.exceptions import Time
from portal.services.endings import closing, erasure
from portal.services.keys.halves import KeyNotHandedOver
from portal.services.moderation import deciding
from portal.services.need_to_know import looking
from portal.vault import Forged
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    POLICE,
    TOMORROW,
    a_date,
    a_shared_need,
    referral_of,
)

HOUR = timedelta(hours=1)
WHY = "He is named in her report of March."


def keep_apart(house: TestHouse, one: Person, other: Person, by: Person | None = None) -> None:
    with house.acting(by or house.coordinator) as (session, acting):
        kept_apart.lay(session, acting, one.case_number, other.case_number, reason=WHY, now=NOON)


def links_of(house: TestHouse, her: Person, by: Person | None = None) -> list[kept_apart.Link]:
    with house.acting(by or house.coordinator) as (session, acting):
        return kept_apart.of_case(session, acting, her.case_number, now=NOON)[1]


def closed(house: TestHouse, her: Person, **more: object) -> tuple[Span, ...]:
    assert her.case_id
    with house.database.transaction("read") as session:
        week = Span(NOON, NOON + timedelta(days=7))
        return separation.closed(session, her.case_id, week, **more)  # type: ignore[arg-type]


def refused(house: TestHouse, need_id: UUID, starts_at: datetime, **more: object) -> bool:
    try:
        a_date(house, need_id, starts_at=starts_at, **more)  # type: ignore[arg-type]
    except TimeNotPossible:
        return True
    return False


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
        own = [Span(TOMORROW + timedelta(minutes=130), TOMORROW + timedelta(minutes=150))]
        assert closed(the_house, her) == (Span(TOMORROW - HOUR, TOMORROW + 2 * HOUR),)
        assert closed(the_house, her, own=own) == (Span(TOMORROW - HOUR, TOMORROW + 3 * HOUR),)

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
            assert list(audit.verify(session)) == []


def ask(
    house: TestHouse,
    her: Person,
    need_id: UUID,
    starts_at: datetime,
    *,
    by: Person | None = None,
    with_id: UUID | None = None,
    minutes: int = 45,
) -> UUID:
    wanted = Time(
        referral_of(house, need_id).id,
        with_id or house.workers[HOUSING].account_id,
        starts_at,
        minutes,
    )
    with house.acting(by or house.director) as (session, acting):
        assert her.case_id
        reason = "The court sits on this day alone."
        return exceptions.ask(session, acting, her.case_id, wanted, reason=reason, now=NOON).id


def accept(
    house: TestHouse, decision_id: UUID, *, by: Person | None = None, now: datetime = NOON
) -> DecisionState:
    with house.acting(by or house.coordinator, now=now, second_factor_at=now) as (session, acting):
        return deciding.accept(session, acting, decision_id, now=now).state


def allow(house: TestHouse, her: Person, need_id: UUID, starts_at: datetime) -> None:
    accept(house, ask(house, her, need_id, starts_at))


class TestExceptions:
    """One time, for one talk, once: asked by one person and decided by another."""

    @pytest.fixture
    def need_id(self, the_house: TestHouse, her: Person, another: Person) -> UUID:
        keep_apart(the_house, her, another)
        a_date(the_house, a_shared_need(the_house, another), starts_at=TOMORROW + HOUR)
        need_id = a_shared_need(the_house, her)
        assert refused(the_house, need_id, TOMORROW)
        return need_id

    def test_the_date_may_be_set_at_that_time_once(
        self, the_house: TestHouse, her: Person, need_id: UUID
    ) -> None:
        allow(the_house, her, need_id, TOMORROW)
        date = a_date(the_house, need_id)
        again = TOMORROW + timedelta(days=2)
        a_date(the_house, need_id, starts_at=again, instead_of=date)
        assert refused(the_house, need_id, TOMORROW)
        with the_house.database.transaction("read") as session:
            acts = select(AuditEvent).where(AuditEvent.case_id == her.case_id)
            kinds = [act.kind for act in session.scalars(acts)]
        assert kinds.count("exception_used") == 1
        assert {"decision_asked", "decision_accepted"} <= set(kinds)

    @pytest.mark.parametrize(
        "other", [{"starts_at": TOMORROW + timedelta(minutes=5)}, {"minutes": 50}]
    )
    def test_no_other_time_is_allowed_with_it(
        self, the_house: TestHouse, her: Person, need_id: UUID, other: dict[str, object]
    ) -> None:
        allow(the_house, her, need_id, TOMORROW)
        assert refused(the_house, need_id, **{"starts_at": TOMORROW, **other})  # type: ignore[arg-type]

    def test_a_date_that_is_refused_for_something_else_uses_nothing_up(
        self, the_house: TestHouse, her: Person, need_id: UUID
    ) -> None:
        allow(the_house, her, need_id, TOMORROW)
        with pytest.raises(NotFound):
            a_date(the_house, need_id, with_id=the_house.workers[POLICE].account_id)
        a_date(the_house, need_id)

    def test_the_asker_does_not_decide(
        self, the_house: TestHouse, her: Person, need_id: UUID
    ) -> None:
        second = the_house.a_colleague("Second", (Role.COORDINATOR, None))
        asked = ask(the_house, her, need_id, TOMORROW, by=the_house.coordinator)
        with pytest.raises(AskedByYourself):
            accept(the_house, asked)
        with pytest.raises(NotYours):
            accept(the_house, asked, by=the_house.moderator)
        assert accept(the_house, asked, by=second) is DecisionState.ACCEPTED

    def test_who_may_not_ask(self, the_house: TestHouse, her: Person, need_id: UUID) -> None:
        lead = (Role.CASE_DIRECTOR, the_house.services[ServiceKind.CENTRE_WORK].id)
        other_director = the_house.a_colleague("Nadia", lead)
        for who, refusal in (
            (the_house.workers[HOUSING], NotYours),
            (the_house.moderator, NotYours),
            (other_director, NotFound),
        ):
            with pytest.raises(refusal):
                ask(the_house, her, need_id, TOMORROW, by=who)
        with pytest.raises(NotFound):
            police = the_house.workers[POLICE].account_id
            ask(the_house, her, need_id, TOMORROW, with_id=police)

    def test_it_is_asked_once_and_a_yes_that_comes_too_late_is_none(
        self, the_house: TestHouse, her: Person, need_id: UUID
    ) -> None:
        asked = ask(the_house, her, need_id, TOMORROW)
        with pytest.raises(WaitsAlready):
            ask(the_house, her, need_id, TOMORROW)
        with pytest.raises(EffectTimeGone):
            accept(the_house, asked, now=TOMORROW + timedelta(minutes=1))
