"""What was given back with a note, and whoever could answer it is ill, or gone."""

from collections.abc import Callable
from uuid import UUID

import pytest

from portal import worker
from portal.domain.decisions import DecisionKind, DecisionState, WaitsAlready
from portal.domain.feedback import AnswerState
from portal.domain.refusals import WrongState
from portal.domain.roles import Role
from portal.domain.timeline import EntryState, Programme
from portal.models import Decision, FeedbackAnswer, TimelineEntry
from portal.services.colleagues import roles
from portal.services.feedback import answers
from portal.services.moderation import deciding, decisions, one_decision
from portal.services.timeline import writing
from tests.people import NOON, Person, TestHouse

CARD_ERASURE_EXPORT = (DecisionKind.CARD_AGAIN, DecisionKind.ERASURE, DecisionKind.EXPORT)
NOTE = "Did you see her yourself?"
SAID = {"nl": ("De gang is vol.", "Nu is er een tweede zaal.")}


def ask(house: TestHouse, who: Person, kind: DecisionKind, her: Person, reason: str = "So") -> UUID:
    with house.acting(who) as (session, acting):
        return decisions.ask(session, acting, kind, reason=reason, case_id=her.case_id, now=NOON).id


def give_back(house: TestHouse, asked: UUID, *, by: Person | None = None) -> None:
    with house.acting(by or house.coordinator) as (session, acting):
        deciding.give_back(session, acting, asked, note=NOTE, now=NOON)


def leaves(house: TestHouse, who: Person) -> None:
    with house.acting(house.coordinator) as (session, acting):
        roles.close(session, acting, who.account_id, even_the_last=True, now=NOON)


def state_of(house: TestHouse, asked: UUID) -> DecisionState:
    with house.database.transaction("read") as session:
        return session.get_one(Decision, asked).state


@pytest.mark.parametrize("what", CARD_ERASURE_EXPORT)
@pytest.mark.parametrize("is_gone", [False, True])
def test_a_colleague_asks_anew_what_was_given_back_to_somebody_else(
    the_house: TestHouse, her: Person, what: DecisionKind, is_gone: bool
) -> None:
    asked = ask(the_house, the_house.director, what, her)
    give_back(the_house, asked)
    if is_gone:
        leaves(the_house, the_house.director)
    again = ask(the_house, the_house.stand_in, what, her, "She saw me.")
    assert state_of(the_house, asked) is DecisionState.ASKED_AGAIN
    with the_house.acting(the_house.coordinator) as (session, acting):
        shown = one_decision.open_one(session, acting, again, now=NOON)
        assert (shown.reason, shown.asked_before) == ("She saw me.", NOTE)


def test_who_was_asked_back_answers_and_asks_nothing_new(the_house: TestHouse, her: Person) -> None:
    asked = ask(the_house, the_house.director, DecisionKind.EXPORT, her)
    give_back(the_house, asked)
    with pytest.raises(WaitsAlready):
        ask(the_house, the_house.director, DecisionKind.EXPORT, her)
    with the_house.acting(the_house.director) as (session, acting):
        decisions.ask_again(session, acting, asked, reason="I did.", now=NOON)
    with pytest.raises(WaitsAlready):
        ask(the_house, the_house.stand_in, DecisionKind.EXPORT, her)


def test_who_was_asked_back_answers_nothing_that_a_colleague_asked_meanwhile(
    the_house: TestHouse, her: Person
) -> None:
    asked = ask(the_house, the_house.director, DecisionKind.EXPORT, her)
    give_back(the_house, asked)
    ask(the_house, the_house.stand_in, DecisionKind.EXPORT, her)
    with the_house.acting(the_house.director) as (session, acting), pytest.raises(WrongState):
        decisions.ask_again(session, acting, asked, reason="I did.", now=NOON)


def test_nothing_is_given_back_to_who_has_left(the_house: TestHouse, her: Person) -> None:
    asked = ask(the_house, the_house.director, DecisionKind.EXPORT, her)
    leaves(the_house, the_house.director)
    with the_house.acting(the_house.coordinator) as (session, acting):
        assert not one_decision.open_one(session, acting, asked, now=NOON).can_give_back
        with pytest.raises(WrongState):
            deciding.give_back(session, acting, asked, note=NOTE, now=NOON)
        deciding.decline(session, acting, asked, reason="She has left.", now=NOON)


def of_an_answer(house: TestHouse, mona: Person, _her: Person) -> UUID:
    """An answer to what was told, which nobody has read yet."""
    with house.acting(mona) as (session, acting):
        return answers.write(session, acting, SAID, reason="Often told.", now=NOON).id


def of_a_programme(house: TestHouse, pia: Person, her: Person) -> UUID:
    """How far a programme is, which she was not shown yet."""
    with house.acting(pia) as (session, acting):
        stage = Programme.STOPPED
        return writing.write_programme(
            session,
            acting,
            her.case_number,
            stage,
            contract_allows=True,
            reason="Called her.",
            now=NOON,
        ).id


def its_state(house: TestHouse, asked: UUID) -> AnswerState | EntryState:
    with house.database.transaction("read") as session:
        subject_id = session.get_one(Decision, asked).subject_id
        answer = session.get(FeedbackAnswer, subject_id)
        return answer.state if answer else session.get_one(TimelineEntry, subject_id).state


@pytest.mark.parametrize(
    ("role", "write", "decider", "ends"),
    [
        (Role.MODERATOR, of_an_answer, "coordinator", AnswerState.NOT_PUBLISHED),
        (Role.PARTNER_CONTACT_WORKER, of_a_programme, "moderator", EntryState.NOT_SHOWN),
    ],
)
def test_what_waits_for_an_author_who_has_left_waits_no_more(
    the_house: TestHouse,
    her: Person,
    role: Role,
    write: Callable[[TestHouse, Person, Person], UUID],
    decider: str,
    ends: AnswerState | EntryState,
) -> None:
    author = the_house.a_colleague("Pia", (role, None))
    asked = write(the_house, author, her)
    give_back(the_house, asked, by=getattr(the_house, decider))
    worker.run_once(the_house.database, now=NOON)
    assert state_of(the_house, asked) is DecisionState.GIVEN_BACK, "she is here and may answer"
    leaves(the_house, author)
    worker.run_once(the_house.database, now=NOON)
    assert state_of(the_house, asked) is DecisionState.WITHDRAWN
    assert its_state(the_house, asked) is ends


def test_an_answer_of_somebody_who_has_left_is_written_anew_by_a_colleague(
    the_house: TestHouse, her: Person
) -> None:
    author = the_house.a_colleague("Pia", (Role.MODERATOR, None))
    asked = of_an_answer(the_house, author, her)
    give_back(the_house, asked)
    leaves(the_house, author)
    worker.run_once(the_house.database, now=NOON)
    with the_house.acting(the_house.moderator) as (session, acting):
        answer_id = session.get_one(Decision, asked).subject_id
        assert answer_id is not None
        answers.write_again(session, acting, answer_id, SAID, reason="So", now=NOON)
    assert its_state(the_house, asked) is AnswerState.WAITING
