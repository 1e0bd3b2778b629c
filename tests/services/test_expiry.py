"""What has had its time goes, once, whoever asks and however often."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import worker
from portal.domain.needs import Category
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound
from portal.domain.services import ServiceKind
from portal.domain.sharing import WISH_LASTS
from portal.models import AuditEvent, AuditNight, Card, Draft, Grant, KeySlot, SignIn, Tries
from portal.services import audit, drafts
from portal.services.dates import agenda, attendance, shown_dates
from portal.services.entry import answers, tries
from portal.services.entry.sessions import SignedIn
from portal.services.house import zone_of
from portal.services.moderation import desk, lanes
from portal.services.need_to_know import sharing
from portal.services.needs import her_needs
from portal.services.referrals import at_service, listing
from portal.services.referrals.answers import accept, finish
from portal.services.running import chains, expiry
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, a_date, a_shared_need, referral_of, say_yes

Note = Callable[..., None]
NOTHING = expiry.Forgotten(0, 0, 0, 0, 0, 0)


@pytest.fixture
def full_of_leftovers(the_house: TestHouse, her: Person) -> TestHouse:
    """One of each thing that ends."""
    the_house.a_survivor("Tine", activated=False)
    need_id = the_house.a_need(her, Category.POLICE)
    service_id = the_house.services[ServiceKind.POLICE].id
    with the_house.acting(the_house.moderator) as (session, acting):
        (waiting,) = lanes.waiting(session, acting, now=NOON)
        desk.route(session, acting, waiting.decision.id, [service_id], now=NOON)
    with the_house.acting(her) as (session, acting):
        sharing.say_yes(session, acting, need_id, service_id, now=NOON)
        drafts.keep(session, acting, "note", {"words": "half"}, now=NOON)
        answers.begin_form(session, acting.session_id, "form", now=NOON)
        answers.keep_answer(session, bytes(32), b"sealed", now=NOON)
        tries.count(session, "sign-in", b"somebody", within=timedelta(minutes=5), now=NOON)
    return the_house


def left(session: Session) -> dict[str, int]:
    kinds = {"drafts": Draft, "sign-ins": SignIn, "tries": Tries}
    return {name: len(session.scalars(select(kind)).all()) for name, kind in kinds.items()}


def test_nothing_goes_before_its_time(full_of_leftovers: TestHouse) -> None:
    with full_of_leftovers.database.transaction() as session:
        assert expiry.forget_expired(session, now=NOON + timedelta(seconds=20)) == NOTHING


def test_everything_goes_in_its_time_and_only_once(full_of_leftovers: TestHouse) -> None:
    later = NOON + timedelta(days=3)
    forgotten = worker.run_once(full_of_leftovers.database, now=later).forgotten
    assert forgotten.drafts == forgotten.kept_answers == forgotten.activation_slots == 1
    assert forgotten.tries and forgotten.sign_ins
    assert worker.run_once(full_of_leftovers.database, now=later).forgotten == NOTHING
    with full_of_leftovers.database.transaction("read") as session:
        assert left(session) == {"drafts": 0, "sign-ins": 0, "tries": 0}
        assert session.scalars(select(KeySlot.id).where(KeySlot.expires_at <= later)).all() == []
        unused = session.scalars(select(Card.slot_id).where(Card.activated_at.is_(None))).all()
        assert unused == [None]


def test_a_grant_that_ended_is_deleted_and_accounted_for(full_of_leftovers: TestHouse) -> None:
    much_later = NOON + timedelta(days=190)
    officer = full_of_leftovers.workers[ServiceKind.POLICE]
    with full_of_leftovers.acting(officer, now=much_later) as (session, acting):
        (line,) = listing.of_service(session, acting, now=much_later)
        assert line.name is None
        with pytest.raises(NotFound):
            at_service.open_referral(session, acting, line.referral.id, now=much_later)
    assert worker.run_once(full_of_leftovers.database, now=much_later).forgotten.grants == 1
    with full_of_leftovers.acting(officer, now=much_later) as (session, acting):
        assert listing.of_service(session, acting, now=much_later) == []
        ended = session.scalars(select(AuditEvent).where(AuditEvent.kind == "grant_ended")).all()
        assert [event.actor_id for event in ended] == [None]
        assert session.scalars(select(Grant).where(Grant.until <= much_later)).all() == []
        assert list(chains.verify(session)) == []


def test_when_her_yes_has_ended_she_is_asked_again_and_a_new_yes_hands_over_anew(
    the_house: TestHouse, her: Person
) -> None:
    need_id, later = a_shared_need(the_house, her), NOON + WISH_LASTS
    date_id = a_date(the_house, need_id, starts_at=later + timedelta(days=2))
    before = referral_of(the_house, need_id)
    worker.run_once(the_house.database, now=later - timedelta(seconds=1))
    assert referral_of(the_house, need_id).state is ReferralState.DATE_SET
    worker.run_once(the_house.database, now=later)
    assert referral_of(the_house, need_id).state is ReferralState.WAITS_FOR_YES
    with the_house.acting(her, now=later) as (session, acting):
        ((asked, _, _),) = sharing.waiting_for_her(session, acting)
        assert asked.id == before.id
        her_needs.add_words(session, acting, need_id, "And now the window.", now=later)
    say_yes(the_house, her, need_id, now=later)
    with the_house.acting(the_house.workers[HOUSING], now=later) as (session, acting):
        (line,) = listing.of_service(session, acting, now=later)
        assert (line.referral.state, line.referral.seen_at) == (ReferralState.SENT, None)
        story = at_service.open_referral(session, acting, before.id, now=later)
        assert story.words == "The lock.\n\nAnd now the window."
        (date,) = shown_dates.of_referral(session, acting, before.id, now=later)
        assert date.appointment.id == date_id
        assert date.details is not None, "sealed before her first yes ended"
        assert date.details.place == "2nd floor, desk 1"
        assert list(chains.verify(session)) == []


def test_what_is_over_when_her_yes_ends_is_not_asked_again(
    the_house: TestHouse, her: Person
) -> None:
    need_id, later = a_shared_need(the_house, her), NOON + WISH_LASTS
    with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
        referral_id = referral_of(the_house, need_id).id
        accept(session, acting, referral_id, now=NOON)
        finish(session, acting, referral_id, now=NOON)
    assert worker.run_once(the_house.database, now=later).forgotten.grants
    assert referral_of(the_house, need_id).state is ReferralState.DONE


@pytest.mark.parametrize("note", [attendance.came, attendance.did_not_come])
def test_whether_she_came_can_be_noted_after_her_yes_has_ended(
    the_house: TestHouse, her: Person, note: Note
) -> None:
    need_id = a_shared_need(the_house, her)
    ends = NOON + WISH_LASTS
    date_id = a_date(the_house, need_id, starts_at=ends + timedelta(days=7))
    with the_house.database.transaction() as session:
        expiry.forget_expired(session, now=ends + timedelta(days=1))
    assert referral_of(the_house, need_id).state is ReferralState.WAITS_FOR_YES
    after = ends + timedelta(days=8)

    def to_note(session: Session, acting: SignedIn) -> list[UUID]:
        whose, show = agenda.of_services(session, acting), agenda.Show.TO_NOTE
        day, zone = after.date(), zone_of(session)
        listed = agenda.listed(session, acting, whose, show, day, zone, now=after)
        return [one.appointment.id for one in listed]

    with the_house.acting(the_house.workers[HOUSING], now=after) as (session, acting):
        assert to_note(session, acting) == [date_id]
        note(session, acting, date_id, now=after)
        assert to_note(session, acting) == []
    assert referral_of(the_house, need_id).state is ReferralState.WAITS_FOR_YES
    with (
        the_house.acting(the_house.workers[ServiceKind.POLICE], now=after) as (session, acting),
        pytest.raises(NotFound),
    ):
        note(session, acting, date_id, now=after)


def test_a_yes_that_she_renewed_before_the_worker_came_stands(
    the_house: TestHouse, her: Person
) -> None:
    need_id, later = a_shared_need(the_house, her), NOON + WISH_LASTS
    say_yes(the_house, her, need_id, now=later)
    worker.run_once(the_house.database, now=later)
    assert referral_of(the_house, need_id).state is ReferralState.SENT


def test_two_workers_at_a_time_do_everything_once(full_of_leftovers: TestHouse) -> None:
    later, found = NOON + timedelta(days=190), []
    both = threading.Barrier(2)

    def work() -> None:
        both.wait()
        found.append(worker.run_once(full_of_leftovers.database, now=later).forgotten)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.grants for one in found) == 1
    assert sum(one.drafts for one in found) == 1
    with full_of_leftovers.database.transaction("read") as session:
        assert len(session.scalars(select(AuditNight)).all()) == 1
        assert list(chains.verify(session)) == []


def test_a_night_is_closed_once_a_day_and_shows_what_was_rolled_back(
    full_of_leftovers: TestHouse,
) -> None:
    tomorrow = datetime(2026, 11, 24, 0, 20, tzinfo=UTC)
    with full_of_leftovers.database.transaction() as session:
        assert expiry.close_last_night(session, now=tomorrow - timedelta(minutes=15)) is None
        night = expiry.close_last_night(session, now=tomorrow)
        assert night is not None
        assert night.at == datetime(2026, 11, 24, tzinfo=UTC)
        assert expiry.close_last_night(session, now=tomorrow + timedelta(hours=8)) is None
    with full_of_leftovers.database.transaction() as session:
        audit.record(session, None, "message_written", now=tomorrow)
        assert list(chains.verify(session)) == []
        session.execute(update(AuditNight).values(digest=bytes(32)))
        (fault,) = chains.verify(session)
        assert fault.what == "rolled back"
