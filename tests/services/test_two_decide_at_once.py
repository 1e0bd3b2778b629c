"""Two colleagues decide about the same thing in the same second: one does, the other learns of it.

Really at once: two threads with a connection each, started together, on both kinds of database.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.decisions import ClaimedByColleague, DecidedMeanwhile, DecisionKind
from portal.domain.decisions import DecisionState as State
from portal.models import AuditEvent, Decision
from portal.services.entry.sessions import SignedIn
from portal.services.moderation import by_the_clock, deciding, decisions
from portal.services.running import chains
from tests.people import NOON, Person, TestHouse

Act = Callable[[Session, SignedIn], object]


@pytest.fixture
def asked(the_house: TestHouse, her: Person) -> UUID:
    """What a case director asks, and moderators and coordinators may decide."""
    return the_house.an_entry(her)


def at_once(the_house: TestHouse, *who_does_what: tuple[Person, Act]) -> list[object]:
    """What each gets: what she did, or the refusal she meets."""
    together = Barrier(len(who_does_what))

    def go(person: Person, act: Act) -> object:
        together.wait()
        try:
            with the_house.acting(person) as (session, acting):
                return act(session, acting)
        except (DecidedMeanwhile, ClaimedByColleague) as refusal:
            return refusal

    with ThreadPoolExecutor(len(who_does_what)) as pool:
        begun = [pool.submit(go, *one) for one in who_does_what]
        return [one.result(timeout=30) for one in begun]


@pytest.mark.parametrize("attempt", range(3))
def test_one_decides_and_the_other_learns_of_it(
    the_house: TestHouse, asked: UUID, attempt: int
) -> None:
    said = at_once(
        the_house,
        (the_house.moderator, lambda s, a: deciding.accept(s, a, asked, note="Yes", now=NOON)),
        (the_house.coordinator, lambda s, a: deciding.decline(s, a, asked, reason="No", now=NOON)),
    )
    assert sum(isinstance(one, DecidedMeanwhile) for one in said) == 1
    with the_house.database.transaction("read") as session:
        decision = session.get_one(Decision, asked)
        assert decision.state in (State.ACCEPTED, State.DECLINED)
        kinds = ("decision_accepted", "decision_declined")
        assert session.scalar(select(func.count()).where(AuditEvent.kind.in_(kinds))) == 1
        assert list(chains.verify(session)) == []


def test_one_takes_it_on_and_the_other_sees_that(the_house: TestHouse, asked: UUID) -> None:
    said = at_once(
        the_house,
        *(
            (person, lambda s, a: deciding.claim(s, a, asked, now=NOON))
            for person in (the_house.moderator, the_house.coordinator)
        ),
    )
    assert sum(isinstance(one, ClaimedByColleague) for one in said) == 1


def test_she_who_asked_withdraws_while_another_accepts(the_house: TestHouse, asked: UUID) -> None:
    said = at_once(
        the_house,
        (the_house.director, lambda s, a: deciding.withdraw(s, a, asked, now=NOON)),
        (the_house.moderator, lambda s, a: deciding.accept(s, a, asked, now=NOON)),
    )
    assert sum(isinstance(one, DecidedMeanwhile) for one in said) == 1


def test_two_who_ask_about_one_case_both_are_heard(the_house: TestHouse, her: Person) -> None:
    kinds = (DecisionKind.EXPORT, DecisionKind.POLICE_SHARING)
    people = (the_house.director, the_house.stand_in)

    def ask(kind: DecisionKind) -> Act:
        return lambda s, a: decisions.ask(s, a, kind, reason="So", case_id=her.case_id, now=NOON)

    at_once(the_house, *zip(people, map(ask, kinds), strict=True))
    with the_house.database.transaction("read") as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 2
        assert list(chains.verify(session)) == []


def test_two_workers_let_it_take_effect_once(the_house: TestHouse, asked: UUID) -> None:
    later = NOON.replace(hour=13)
    with the_house.acting(the_house.moderator) as (session, acting):
        deciding.accept(session, acting, asked, takes_effect_at=later, now=NOON)
    together = Barrier(2)

    def work() -> bool:
        together.wait()
        with the_house.database.transaction() as session:
            return by_the_clock.take_effect(session, asked, now=later)

    with ThreadPoolExecutor(2) as pool:
        took = [one.result(timeout=30) for one in [pool.submit(work) for _ in range(2)]]
    assert sorted(took) == [False, True]
