"""Who holds her unlocked phone cannot turn what she is told to himself."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from portal.domain.decisions import (
    DecidedMeanwhile,
    DecisionKind,
    DecisionState,
    NobodyToDecide,
)
from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.safe_contact import LASTS, Channel, HerCardIsStopped, WaitsForColleague, Wish
from portal.domain.words import NothingWritten
from portal.models import Decision, Membership, SafeContact
from portal.services.case_work import doubt
from portal.services.moderation import deciding, decisions, her_turn
from portal.services.need_to_know import looking, seeing
from portal.services.running import lateness
from portal.services.telling import confirming, outbox, safe_contact
from portal.services.telling.confirming import Proposed
from tests.people import NOON, Person, TestHouse
from tests.services.journey import a_date, a_shared_need
from tests.services.reach import open_with_bare_keys
from tests.services.ways import (
    ADDRESSES,
    EVENINGS,
    says_no,
    says_yes,
    states,
    take,
    take_all,
    tries_it,
    types,
)

HIS = "+32499000000"
SMS = Channel.SMS
IN_A_WEEK = NOON + timedelta(days=7)
REMINDED = IN_A_WEEK - timedelta(hours=24)
DETAILS = "safe_contact.details"


@pytest.fixture
def kind() -> str:
    """These rules are the same on both databases."""
    return "sqlite"


def wish(the_house: TestHouse, her: Person) -> tuple[str, bool]:
    """What counts of the way by text message, and whether something is kept of it."""
    with the_house.database.transaction("read") as session:
        row = session.scalars(select(SafeContact).where(SafeContact.case_id == her.case_id)).one()
        return row.wish.value, row.details is not None


def asked(the_house: TestHouse, her: Person) -> UUID:
    """What waits."""
    found = the_house.question_about(her, SMS)
    assert found is not None
    return found


def outcomes(the_house: TestHouse) -> list[str]:
    """What became of every question, in the order in which they were asked."""
    with the_house.database.transaction("read") as session:
        rows = session.scalars(
            select(Decision)
            .where(Decision.kind == DecisionKind.CONTACT_CHANGE)
            .order_by(Decision.asked_at)
        )
        return [row.state.value for row in rows]


def looks_at(
    the_house: TestHouse, who: Person, decision_id: UUID, *, now: datetime = NOON
) -> Proposed:
    """What somebody who decides reads."""
    with the_house.acting(who, now=now) as (session, acting):
        decision = session.get_one(Decision, decision_id)
        found = confirming.to_decide(session, acting, decision, now=now)
    assert found is not None
    return found


def declines(the_house: TestHouse, her: Person) -> None:
    """A colleague could not confirm it with her."""
    with the_house.acting(the_house.moderator) as (session, acting):
        reason = "We speak at the next talk."
        deciding.decline(session, acting, asked(the_house, her), reason=reason, now=NOON)


def gives_back(the_house: TestHouse, her: Person) -> None:
    """A colleague asks her something first."""
    with the_house.acting(the_house.moderator) as (session, acting):
        deciding.give_back(session, acting, asked(the_house, her), note="Yours?", now=NOON)


class TestUntilAColleagueSaidYes:
    """Nothing is sent, neither there nor to where it went before."""

    def test_who_holds_her_phone_cannot_turn_what_she_is_told_to_himself(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her, SMS)
        a_date(the_house, a_shared_need(the_house, her), starts_at=IN_A_WEEK)
        take_all(the_house)
        types(the_house, her, SMS, typed=HIS)
        assert take(the_house, now=REMINDED) is None
        assert states(the_house)[-1] == ("reminder", "not_sent", "waits")
        with the_house.acting(the_house.director, now=REMINDED) as (session, acting):
            assert [one.item.why for one in outbox.not_told(session, acting)] == ["waits"]

    def test_a_first_address_waits_too_and_one_after_a_no(
        self, the_house: TestHouse, her: Person
    ) -> None:
        types(the_house, her, SMS)
        assert wish(the_house, her) == ("waits", True)
        the_house.asks_her(her, SMS)
        says_no(the_house, her, SMS)
        types(the_house, her, SMS)
        assert wish(the_house, her) == ("waits", True)

    def test_no_test_is_sent_and_nothing_is_renewed(
        self, the_house: TestHouse, her: Person
    ) -> None:
        types(the_house, her, SMS)
        with the_house.acting(her) as (session, acting):
            for act in (safe_contact.still_safe, safe_contact.send_test):
                with pytest.raises(WaitsForColleague):
                    act(session, acting, SMS, now=NOON)

    def test_a_row_that_says_yes_is_not_believed(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her, SMS)
        tries_it(the_house, her, SMS)
        types(the_house, her, SMS, typed=HIS)
        with the_house.database.transaction() as session:
            session.execute(update(SafeContact).values(wish=Wish.YES, until=NOON + LASTS))
        assert take(the_house) is None

    def test_what_lets_less_out_counts_at_once(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her, SMS)
        types(the_house, her, SMS, hours=EVENINGS)
        assert the_house.question_about(her, SMS) is None
        assert wish(the_house, her) == ("only_then", True)

    def test_a_reminder_of_a_date_goes_out_once_it_counts(
        self, the_house: TestHouse, her: Person
    ) -> None:
        types(the_house, her, SMS)
        the_house.asks_her(her, SMS)
        a_date(the_house, a_shared_need(the_house, her), starts_at=IN_A_WEEK)
        types(the_house, her, SMS, typed=HIS)
        the_house.asks_her(her, SMS)
        letter = take(the_house, now=REMINDED)
        assert letter is not None
        assert letter.address == HIS


class TestWhoDecides:
    """Reads the new address to ask her about it, and no longer."""

    def test_reads_it_once_and_no_longer_after(self, the_house: TestHouse, her: Person) -> None:
        types(the_house, her, SMS, hours=EVENINGS)
        decision_id = asked(the_house, her)
        found = looks_at(the_house, the_house.moderator, decision_id)
        assert found.way is not None
        assert (found.way.address, found.way.hours) == (ADDRESSES[SMS], EVENINGS)
        assert found.knows_her == ("Els", "Karim")
        for who in (the_house.moderator, the_house.coordinator):
            assert DETAILS in open_with_bare_keys(the_house, who, her.case_id)
        the_house.asks_her(her, SMS)
        assert wish(the_house, her) == ("only_then", True)
        for who in (the_house.moderator, the_house.coordinator):
            assert DETAILS not in open_with_bare_keys(the_house, who, her.case_id)
            assert looks_at(the_house, who, decision_id).way is None

    def test_her_case_team_the_auditors_and_the_machine_read_nothing_of_it(
        self, the_house: TestHouse, her: Person
    ) -> None:
        types(the_house, her, SMS)
        for who in (the_house.director, the_house.stand_in, the_house.auditor):
            assert DETAILS not in open_with_bare_keys(the_house, who, her.case_id)
            assert looks_at(the_house, who, asked(the_house, her)).way is None
        with the_house.acting(her) as (session, acting):
            lines = seeing.who_can_see(session, acting, now=NOON)
        assert {(one.holder, one.why) for one in lines if one.folder is FolderKind.SAFE_SMS} == {
            (HolderKind.SURVIVOR, Why.HER_OWN),
            (HolderKind.DESK, Why.DECISION),
            (HolderKind.COORDINATORS, Why.DECISION),
        }

    def test_she_sees_who_looked(self, the_house: TestHouse, her: Person) -> None:
        types(the_house, her, SMS)
        looks_at(the_house, the_house.moderator, asked(the_house, her))
        with the_house.acting(her) as (session, acting):
            looks = looking.who_looked(session, acting, now=NOON)
        assert ("Mona", FolderKind.SAFE_SMS, "decision") in {
            (one.name, one.folder, one.purpose) for one in looks
        }

    def test_two_decide_in_the_same_second_and_the_second_learns_of_it(
        self, the_house: TestHouse, her: Person
    ) -> None:
        types(the_house, her, SMS)
        decision_id = asked(the_house, her)
        the_house.asks_her(her, SMS)
        with (
            the_house.acting(the_house.coordinator) as (session, acting),
            pytest.raises(DecidedMeanwhile),
        ):
            deciding.decline(session, acting, decision_id, reason="No", now=NOON)
        assert wish(the_house, her) == ("yes", True)

    def test_nobody_says_yes_while_somebody_else_may_have_her_card(
        self, the_house: TestHouse, her: Person
    ) -> None:
        types(the_house, her, SMS)
        with the_house.acting(the_house.director) as (session, acting):
            case = the_house.case_of(session, her)
            doubt.doubt(session, acting, case, "He answered.", now=NOON)
        assert looks_at(the_house, the_house.moderator, asked(the_house, her)).card_is_stopped
        with pytest.raises(HerCardIsStopped):
            the_house.asks_her(her, SMS)
        declines(the_house, her)
        assert wish(the_house, her) == ("no", False)

    def test_nobody_asks_it_for_her(self, the_house: TestHouse, her: Person) -> None:
        for who in (the_house.director, the_house.coordinator):
            with the_house.acting(who) as (session, acting), pytest.raises(NotYours):
                decisions.ask(
                    session,
                    acting,
                    DecisionKind.CONTACT_CHANGE,
                    reason="A new number.",
                    case_id=her.case_id,
                    subject_id=her.account_id,
                    now=NOON,
                )
        with the_house.acting(her) as (session, acting), pytest.raises(NotFound):
            kind = DecisionKind.CONTACT_CHANGE
            decisions.ask(session, acting, kind, reason="So", case_id=her.case_id, now=NOON)

    def test_nobody_is_there_to_decide_and_all_stays_as_it_was(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her, SMS)
        with the_house.database.transaction() as session:
            for row in session.scalars(select(Membership)).all():
                session.delete(row)
        with pytest.raises(NobodyToDecide):
            types(the_house, her, SMS, typed=HIS)
        assert wish(the_house, her) == ("yes", True)


class TestItEndsWithoutAYes:
    """A no, a question, or she takes it back: nothing waits twice, nothing is dropped silently."""

    def test_a_no_erases_what_was_typed(self, the_house: TestHouse, her: Person) -> None:
        types(the_house, her, SMS)
        declines(the_house, her)
        assert wish(the_house, her) == ("no", False)
        with the_house.acting(her) as (session, acting):
            shown = safe_contact.hers(session, acting, now=NOON)[SMS]
            held = seeing.who_can_see(session, acting, now=NOON)
        assert shown.question is not None
        assert shown.question.was_declined
        assert shown.question.note == "We speak at the next talk."
        assert {one.why for one in held if one.folder is FolderKind.SAFE_SMS} <= {Why.HER_OWN}

    @pytest.mark.parametrize("first", [None, gives_back], ids=["waiting", "given back"])
    def test_she_takes_it_back(self, the_house: TestHouse, her: Person, first: object) -> None:
        types(the_house, her, SMS)
        if first is not None:
            gives_back(the_house, her)
        says_no(the_house, her, SMS)
        assert wish(the_house, her) == ("no", False)
        assert outcomes(the_house) == ["withdrawn"]

    def test_another_address_takes_the_place_of_the_first(
        self, the_house: TestHouse, her: Person
    ) -> None:
        types(the_house, her, SMS)
        first = asked(the_house, her)
        types(the_house, her, SMS, typed=HIS, now=NOON + timedelta(minutes=1))
        assert outcomes(the_house) == ["withdrawn", "waiting"]
        with (
            the_house.acting(the_house.moderator) as (session, acting),
            pytest.raises(DecidedMeanwhile),
        ):
            deciding.accept(session, acting, first, now=NOON)
        way = looks_at(the_house, the_house.moderator, asked(the_house, her)).way
        assert way is not None
        assert way.address == HIS

    def test_other_hours_for_what_waits_are_the_same_question(
        self, the_house: TestHouse, her: Person
    ) -> None:
        types(the_house, her, SMS)
        first = asked(the_house, her)
        types(the_house, her, SMS, hours=EVENINGS)
        assert asked(the_house, her) == first
        the_house.asks_her(her, SMS)
        assert wish(the_house, her) == ("only_then", True)

    def test_she_is_asked_something_and_her_answer_brings_it_back(
        self, the_house: TestHouse, her: Person
    ) -> None:
        types(the_house, her, SMS)
        gives_back(the_house, her)
        assert wish(the_house, her) == ("waits", True)
        with the_house.acting(the_house.moderator) as (session, acting):
            assert her_turn.waiting_for_her(session, acting) == (0, 1)
            ((_, way, number),) = her_turn.asked_besides(session, acting)
            assert (way, number) == (SMS, her.case_number)
        with pytest.raises(NothingWritten):
            self.answers(the_house, her, " ")
        self.answers(the_house, her, "It is my own.")
        assert sorted(outcomes(the_house)) == ["asked_again", "waiting"]
        the_house.asks_her(her, SMS)
        assert wish(the_house, her) == ("yes", True)
        with pytest.raises(WrongState):
            self.answers(the_house, her, "Once more.")

    def answers(self, the_house: TestHouse, her: Person, words: str) -> None:
        with the_house.acting(her) as (session, acting):
            safe_contact.answer(session, acting, SMS, words, now=NOON)

    def test_what_nobody_answers_climbs(self, the_house: TestHouse, her: Person) -> None:
        types(the_house, her, SMS)
        later = NOON + timedelta(days=3)
        with the_house.database.transaction() as session:
            assert lateness.climb(session, now=later) == 1
        with the_house.acting(her, now=later) as (session, acting):
            question = safe_contact.hers(session, acting, now=later)[SMS].question
        assert question is not None
        assert question.state is DecisionState.WAITING
        assert question.answer_before > later
