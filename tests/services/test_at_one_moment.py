"""Two people act at one moment: the second decides by what the first did."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.appointments import AppointmentState, Overlaps
from portal.domain.cards import WRONG_PINS_BEFORE_FREEZE, CardDoesNotOpen
from portal.domain.decisions import DecidedMeanwhile
from portal.domain.folders import FolderKind
from portal.domain.leave import StandInIsAway
from portal.domain.needs import Category, HowSoon, NeedAnswer, NeedState, Statement
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound, WrongState
from portal.domain.roles import Role
from portal.domain.safe_contact import Channel, Wish
from portal.domain.separation import TimeNotPossible
from portal.domain.services import ServiceKind
from portal.models import Appointment, Grant, Need, SafeContact
from portal.services.case_work import cases, cover, readiness
from portal.services.dates import giving, her_dates
from portal.services.dates.shown_dates import Details
from portal.services.entry import covering, pins, sessions
from portal.services.entry.sessions import SignedIn
from portal.services.keys import pending
from portal.services.keys.folders import get_folder
from portal.services.moderation import deciding, desk
from portal.services.needs import her_needs, statements, stories
from portal.services.referrals import answers, at_service
from portal.services.telling import safe_contact, ways
from tests.people import NOON, Person, TestHouse, a_sign_in
from tests.services.conftest import Meanwhile
from tests.services.journey import (
    HOUSING,
    POLICE,
    TOMORROW,
    a_date,
    a_shared_need,
    decision_of,
    referral_of,
    route,
    say_no,
    say_yes,
)
from tests.services.kept_apart import keep_apart
from tests.services.ways import types

pytestmark = pytest.mark.real
A_MINUTE = timedelta(minutes=1)
LATER = NOON + A_MINUTE


def test_her_no_stands_although_the_service_accepts(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    need_id = a_shared_need(the_house, her)
    referral_id = referral_of(the_house, need_id).id
    with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
        at_service.get_to_answer(session, acting, referral_id)
        no = meanwhile(lambda: say_no(the_house, her, need_id))
        answers.accept(session, acting, referral_id, now=NOON)
    no.result()
    assert referral_of(the_house, need_id).state is ReferralState.SAID_NO


def test_a_service_does_not_answer_what_she_just_took_away(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    need_id = a_shared_need(the_house, her)
    referral_id = referral_of(the_house, need_id).id

    def accept() -> None:
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            answers.accept(session, acting, referral_id, now=NOON)

    with the_house.acting(her) as (session, acting):
        her_needs.take_back(session, acting, need_id, now=NOON)
        accepted = meanwhile(accept)
    with pytest.raises(NotFound):
        accepted.result()
    assert referral_of(the_house, need_id).state is ReferralState.STOPPED


def test_what_she_takes_back_is_not_routed(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    need_id = the_house.a_need(her)
    with the_house.acting(her) as (session, acting):
        her_needs.take_back(session, acting, need_id, now=NOON)
        routed = meanwhile(lambda: route(the_house, need_id))
    with pytest.raises(WrongState):
        routed.result()


def test_what_she_adds_while_it_is_routed_is_not_for_the_desk(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    need_id = the_house.a_need(her)
    decision_id = decision_of(the_house, need_id)
    assert her.case_id is not None

    def add() -> None:
        with the_house.acting(her) as (session, acting):
            her_needs.add_words(session, acting, need_id, "One more thing.", now=NOON)

    with the_house.acting(the_house.moderator) as (session, acting):
        service = the_house.services[HOUSING].id
        desk.route(session, acting, decision_id, [service], now=NOON)
        added = meanwhile(add)
    added.result()
    with the_house.acting(the_house.moderator) as (session, acting):
        assert session.get_one(Need, need_id).state is NeedState.ROUTED
        folder = get_folder(session, her.case_id, FolderKind.NEEDS)
        held = select(Grant).where(Grant.folder_id == folder.id)
        why = {grant.why.value for grant in session.scalars(held)}
        assert "desk_unrouted" not in why


def test_a_date_that_is_taken_away_is_not_answered(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    date_id = a_date(the_house, a_shared_need(the_house, her))

    def answer() -> None:
        with the_house.acting(her) as (session, acting):
            her_dates.cannot_come(session, acting, date_id, now=NOON)

    with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
        giving.cancel(session, acting, date_id, now=NOON)
        answered = meanwhile(answer)
    with pytest.raises(WrongState):
        answered.result()
    with the_house.database.transaction("read") as session:
        assert session.get_one(Appointment, date_id).state is AppointmentState.CANCELLED


def test_the_right_pin_beside_the_tenth_wrong_one_comes_too_late(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    later = NOON + timedelta(minutes=2)
    with the_house.database.transaction() as session:
        token = sessions.start(
            session, her.account_id, keys=her.keys, language="en", now=NOON, pin=her.pin
        )
        acting = sessions.find(session, token, now=NOON)
        assert acting is not None
        covering.cover(session, acting, now=NOON)

    def uncover() -> None:
        with the_house.database.transaction() as session:
            if sessions.find(session, token, now=later) is None:
                raise CardDoesNotOpen
            covering.uncover(session, token, now=later, pin=her.pin)

    with the_house.database.transaction() as session:
        for _ in range(WRONG_PINS_BEFORE_FREEZE):
            pins.count_wrong_pin(session, her.account_id, now=later)
        uncovered = meanwhile(uncover)
    with pytest.raises(CardDoesNotOpen):
        uncovered.result()


@contextmanager
def again(the_house: TestHouse, token: str) -> Iterator[tuple[Session, SignedIn]]:
    """A later request of somebody who has read what this is about: nothing new is written down."""
    with the_house.database.transaction() as session:
        acting = sessions.find(session, token, now=NOON)
        assert acting is not None
        yield session, acting


def she_reads_her_needs(the_house: TestHouse, her: Person) -> str:
    """Her sign-in, in which she has looked at them before she writes."""
    with the_house.database.transaction() as session:
        token = a_sign_in(session, her, now=NOON)
    with again(the_house, token) as (session, acting):
        stories.hers(session, acting, now=NOON)
    return token


def who_reads(the_house: TestHouse, her: Person) -> set[UUID]:
    """Who holds the key of what she wrote last about her needs."""
    assert her.case_id is not None
    with the_house.database.transaction("read") as session:
        folder = get_folder(session, her.case_id, FolderKind.NEEDS)
        newest = Grant.folder_id == folder.id, Grant.version == folder.version
        return set(session.scalars(select(Grant.holder_id).where(*newest)))


def a_third(the_house: TestHouse) -> Person:
    """One more colleague who may direct her case."""
    centre_work = the_house.services[ServiceKind.CENTRE_WORK]
    return the_house.a_colleague("Nadia", (Role.CASE_DIRECTOR, centre_work.id))


def test_what_she_adds_while_her_case_director_changes_is_for_the_new_one(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    need_id, comes, leaves = the_house.a_need(her), a_third(the_house), the_house.director
    token = she_reads_her_needs(the_house, her)

    def add() -> None:
        with again(the_house, token) as (session, acting):
            her_needs.add_words(session, acting, need_id, "He is back.", now=NOON)

    with the_house.acting(leaves) as (session, acting):
        case, (old, new) = the_house.case_of(session, her), (leaves.account_id, comes.account_id)
        cover.replace(session, acting, case, old, new, now=NOON)
        added = meanwhile(add)
    added.result()
    held = who_reads(the_house, her)
    assert (leaves.holder_id in held, comes.holder_id in held) == (False, True)


def test_what_she_adds_while_keys_are_handed_over_is_for_who_gets_them(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    need_id, comes, leaves = the_house.a_need(her), a_third(the_house), the_house.director
    with the_house.acting(the_house.coordinator) as (session, acting):
        case, (old, new) = the_house.case_of(session, her), (leaves.account_id, comes.account_id)
        cover.replace(session, acting, case, old, new, now=NOON)
    token = she_reads_her_needs(the_house, her)

    def add() -> None:
        with again(the_house, token) as (session, acting):
            her_needs.add_words(session, acting, need_id, "He is back.", now=NOON)

    with the_house.acting(the_house.stand_in) as (session, acting):
        (waits,) = pending.to_confirm(session, acting)
        pending.confirm(session, acting, waits.pending.id, now=NOON)
        added = meanwhile(add)
    added.result()
    assert comes.holder_id in who_reads(the_house, her)


def test_she_adds_to_one_need_while_the_desk_writes_beside_another(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    with the_house.acting(her) as (session, acting):
        said = (
            NeedAnswer(Category.HOME, HowSoon.THIS_WEEK, "The lock is broken."),
            NeedAnswer(Category.MONEY, HowSoon.THIS_WEEK, "He has the card."),
        )
        asked = Statement(needs=said)
        home, money = (one.id for one in statements.send(session, acting, asked, now=NOON))
    decision_id, token = decision_of(the_house, money), she_reads_her_needs(the_house, her)

    def add() -> None:
        with again(the_house, token) as (session, acting):
            her_needs.add_words(session, acting, home, "It was him.", now=NOON)

    with the_house.database.transaction() as session:
        desk_token = a_sign_in(session, the_house.moderator, now=NOON, second_factor_at=NOON)
    with again(the_house, desk_token) as (session, acting):
        desk.open_need(session, acting, decision_id, now=NOON)
    with again(the_house, desk_token) as (session, acting):
        desk.add_reading(session, acting, decision_id, "She needs an account.", now=NOON)
        added = meanwhile(add)
    added.result()


def police_give_it(session: Session, acting: SignedIn, referral_id: UUID) -> None:
    """The police give a date at the hour that others want too."""
    giving.set_date(
        session,
        acting,
        referral_id,
        starts_at=TOMORROW,
        minutes=60,
        with_id=acting.account_id,
        details=Details("Ground floor"),
        now=NOON,
    )


def test_two_services_do_not_take_the_same_hour(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    housing = a_shared_need(the_house, her)
    police = the_house.a_need(her, Category.POLICE)
    route(the_house, police, POLICE)
    say_yes(the_house, her, police, POLICE)
    worker = the_house.workers[POLICE]

    def date() -> None:
        a_date(the_house, housing)

    with the_house.acting(worker) as (session, acting):
        police_give_it(session, acting, referral_of(the_house, police, POLICE).id)
        dated = meanwhile(date)
    with pytest.raises(Overlaps):
        dated.result()


def test_two_who_must_not_meet_are_not_booked_in_one_moment(
    the_house: TestHouse, her: Person, another: Person, meanwhile: Meanwhile[None]
) -> None:
    keep_apart(the_house, her, another)
    hers, police = a_shared_need(the_house, her), the_house.a_need(another, Category.POLICE)
    route(the_house, police, POLICE)
    say_yes(the_house, another, police, POLICE)
    worker = the_house.workers[POLICE]

    def date() -> None:
        a_date(the_house, hers, starts_at=TOMORROW + timedelta(hours=1))

    with the_house.acting(worker) as (session, acting):
        police_give_it(session, acting, referral_of(the_house, police, POLICE).id)
        dated = meanwhile(date)
    with pytest.raises(TimeNotPossible):
        dated.result()


def test_two_who_share_files_do_not_go_away_together(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    first, last = NOON.date() + timedelta(days=7), NOON.date() + timedelta(days=11)

    def karim_too() -> None:
        with the_house.acting(the_house.stand_in) as (session, acting):
            cover.plan_leave(session, acting, first, last, now=NOON)

    with the_house.acting(the_house.director) as (session, acting):
        cover.plan_leave(session, acting, first, last, now=NOON)
        gone = meanwhile(karim_too)
    with pytest.raises(StandInIsAway):
        gone.result()


def test_a_yes_to_one_number_is_none_to_what_is_typed_at_that_moment(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    types(the_house, her)
    asked = the_house.question_about(her, Channel.EMAIL)
    assert asked is not None
    with the_house.acting(the_house.moderator) as (session, acting):
        deciding.accept(session, acting, asked, now=NOON)
        typed = meanwhile(lambda: types(the_house, her, typed="his@example.org"))
    typed.result()
    assert the_house.question_about(her, Channel.EMAIL) not in (None, asked)
    with the_house.database.transaction("read") as session:
        (way,) = session.scalars(select(SafeContact)).all()
        assert way.wish is Wish.WAITS
        assert ways.read_as_machine(session, way, now=NOON) is None


def test_what_she_types_anew_is_not_confirmed_by_a_yes_to_the_number_before(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    types(the_house, her)
    with the_house.acting(her) as (session, acting):
        words: dict[str, Any] = {"typed": "his@example.org", "words": "News.", "hours": None}
        safe_contact.say_yes(session, acting, Channel.EMAIL, **words, now=NOON)
        confirmed = meanwhile(lambda: the_house.asks_her(her, Channel.EMAIL))
    with pytest.raises(DecidedMeanwhile):
        confirmed.result()


def test_two_tabs_show_a_case_for_the_first_time(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    with the_house.acting(the_house.stand_in) as (session, acting):
        case = the_house.case_of(session, her)

    def look() -> None:
        with the_house.database.transaction() as session:
            cases.look(session, acting, case, now=LATER)

    with the_house.database.transaction() as session:
        assert cases.look(session, acting, case, now=NOON) is None
        looked = meanwhile(look)
    looked.result()
    with the_house.database.transaction() as session:
        assert cases.look(session, acting, case, now=LATER + A_MINUTE) == LATER


def test_two_are_the_first_of_a_month_to_whom_she_says_no(
    the_house: TestHouse, meanwhile: Meanwhile[None]
) -> None:
    def count() -> None:
        with the_house.acting(the_house.stand_in) as (session, acting):
            readiness.count_no(session, acting, now=NOON)

    with the_house.acting(the_house.director) as (session, acting):
        readiness.count_no(session, acting, now=NOON)
        counted = meanwhile(count)
    counted.result()
    with the_house.acting(the_house.coordinator) as (session, acting):
        assert [number for _, number in readiness.called_instead(session, acting)] == [2]
