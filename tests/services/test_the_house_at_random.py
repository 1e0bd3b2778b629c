"""Two moderators, two services and ten survivors act at random; what must never be, never is.

Nobody's keys open what the states in clear do not give her; nobody decides about what she asked;
every case has a reader; nothing that was ever asked for is gone.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import worker
from portal.database import Database
from portal.domain.decisions import DecisionKind, DecisionState, deciding_roles
from portal.domain.needs import Category, HowSoon, NeedAnswer, NeedState, Statement
from portal.domain.referrals import WITH_THE_SERVICE
from portal.domain.refusals import Refusal
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import (
    Addition,
    Appointment,
    Case,
    Decision,
    Draft,
    Message,
    Need,
    Reading,
    Referral,
)
from portal.models import Statement as StatementRow
from portal.services import deciding, decisions, desk, messages, needs, referrals, sharing, staff
from portal.services.at_desk import WAITS
from portal.services.house import House
from portal.vault import SlowPasses
from tests.conftest import KEY_FILE, Built, opened
from tests.people import NOON, Person, TestHouse
from tests.services.reach import Sealed, everything_sealed, keys_of

SURVIVORS = 10
SERVICES = (ServiceKind.HOUSING, ServiceKind.POLICE)
ASKED = (
    DecisionKind.EXPORT,
    DecisionKind.RELEASE,
    DecisionKind.CONTACT_CHANGE,
    DecisionKind.POLICE_SHARING,
    DecisionKind.BREAK_GLASS,
    DecisionKind.ERASURE,
)
OF_THE_HOUSE = ("moderator", "second_moderator", "coordinator", "auditor")
CASE_TEAM = ("director", "stand_in")

which_of_hers = st.integers(0, SURVIVORS - 1)
any_place = st.integers(0, 10_000)


@dataclass
class Crowd:
    """A house full of people, in a database that each run copies."""

    template: Path
    built: TestHouse
    people: dict[str, Person]
    survivors: list[Person]
    runs: int = 0

    def open(self) -> TestHouse:
        """The house, as it was before anybody acted."""
        self.runs += 1
        path = self.template.with_name(f"run-{self.runs}.db")
        shutil.copyfile(self.template, path)
        chosen = replace(self.built.house.settings, database_url=f"sqlite:///{path}")
        database = Database(chosen.database_url, KEY_FILE, chosen)
        passes = SlowPasses(self.template.with_name("slow-passes"), 8)
        return self.built.copied_to(database, House(chosen, KEY_FILE, passes))


class HouseAtRandom(RuleBasedStateMachine):
    """Everybody acts; a refusal is an answer like any other."""

    crowd: Crowd

    def __init__(self) -> None:
        super().__init__()
        self.house = self.crowd.open()
        self.now: datetime = NOON
        self.needs: list[UUID] = []
        self.decisions: set[UUID] = set()
        self.steps = 0

    def teardown(self) -> None:
        """At the end everybody tries every file."""
        try:
            for who in self._everybody():
                self._opens_nothing_of_others(who, list(range(SURVIVORS)))
        finally:
            self.house.database.close()

    # What she does.

    @rule(her=which_of_hers, category=st.sampled_from(Category), soon=st.sampled_from(HowSoon))
    def sends_a_need(self, her: int, category: Category, soon: HowSoon) -> None:
        def act(session: Session, acting: Any) -> None:
            answer = NeedAnswer(category, soon, "Mine alone")
            sent = needs.send(session, acting, Statement(needs=(answer,)), now=self.now)
            self.needs += [need.id for need in sent]

        self._acts(self.crowd.survivors[her], act)

    @precondition(lambda self: self.needs)
    @rule(place=any_place)
    def adds_words(self, place: int) -> None:
        self._with_her_need(place, lambda s, a, need: needs.add_words(s, a, need, "", now=self.now))
        self._with_her_need(
            place, lambda s, a, need: needs.add_words(s, a, need, "And so", now=self.now)
        )

    @precondition(lambda self: self.needs)
    @rule(place=any_place)
    def takes_a_need_back(self, place: int) -> None:
        self._with_her_need(place, lambda s, a, need: needs.take_back(s, a, need, now=self.now))

    @precondition(lambda self: self.needs)
    @rule(place=any_place, kind=st.sampled_from(SERVICES), yes=st.booleans())
    def says_yes_or_no(self, place: int, kind: ServiceKind, yes: bool) -> None:
        say = sharing.say_yes if yes else sharing.say_no
        service_id = self.house.services[kind].id
        self._with_her_need(place, lambda s, a, need: say(s, a, need, service_id, now=self.now))

    @rule(her=which_of_hers, words=st.sampled_from(["Hello", "When?"]))
    def writes(self, her: int, words: str) -> None:
        person = self.crowd.survivors[her]
        case_id = person.case_id
        assert case_id is not None
        self._acts(person, lambda s, a: messages.write(s, a, case_id, words, now=self.now))

    # What the desk and the services do.

    @precondition(lambda self: self.decisions)
    @rule(who=st.sampled_from(OF_THE_HOUSE), place=any_place, take=st.booleans())
    def takes_on_or_lets_go(self, who: str, place: int, take: bool) -> None:
        act = deciding.claim if take else deciding.release
        self._acts(self._one(who), lambda s, a: act(s, a, self._decision(place), now=self.now))

    @precondition(lambda self: self.decisions)
    @rule(
        who=st.sampled_from(OF_THE_HOUSE),
        place=any_place,
        kinds=st.lists(st.sampled_from(SERVICES), unique=True),
    )
    def routes(self, who: str, place: int, kinds: list[ServiceKind]) -> None:
        ids = [self.house.services[kind].id for kind in kinds]
        self._acts(
            self._one(who),
            lambda s, a: desk.route(s, a, self._decision(place), ids, reading="Look", now=self.now),
        )

    @precondition(lambda self: self.decisions)
    @rule(who=st.sampled_from(OF_THE_HOUSE), place=any_place)
    def asks_her(self, who: str, place: int) -> None:
        self._acts(
            self._one(who),
            lambda s, a: desk.give_back(s, a, self._decision(place), "Which?", now=self.now),
        )

    @precondition(lambda self: self.needs)
    @rule(kind=st.sampled_from(SERVICES), place=any_place, end=st.sampled_from(["yes", "no"]))
    def a_service_answers(self, kind: ServiceKind, place: int, end: str) -> None:
        def act(session: Session, acting: Any) -> None:
            found = session.scalars(select(Referral.id).order_by(Referral.id)).all()
            if not found:
                return
            referral_id = found[place % len(found)]
            referrals.open_referral(session, acting, referral_id, now=self.now)
            if end == "yes":
                referrals.accept(session, acting, referral_id, now=self.now)
            else:
                referrals.not_possible(session, acting, referral_id, "Full", now=self.now)

        self._acts(self.house.workers[kind], act)

    # What one asks and another decides.

    @rule(
        who=st.sampled_from((*CASE_TEAM, *OF_THE_HOUSE)),
        her=which_of_hers,
        kind=st.sampled_from(ASKED),
    )
    def asks_for(self, who: str, her: int, kind: DecisionKind) -> None:
        case_id = self.crowd.survivors[her].case_id
        self._acts(
            self._one(who),
            lambda s, a: decisions.ask(s, a, kind, reason="Because", case_id=case_id, now=self.now),
        )

    @precondition(lambda self: self.decisions)
    @rule(
        who=st.sampled_from((*CASE_TEAM, *OF_THE_HOUSE)),
        place=any_place,
        said=st.sampled_from(["accept", "later", "give_back", "decline", "withdraw", "again"]),
    )
    def answers(self, who: str, place: int, said: str) -> None:
        one, now = self._decision(place), self.now
        acts: dict[str, Callable[[Session, Any], object]] = {
            "accept": lambda s, a: deciding.accept(s, a, one, note="Yes", now=now),
            "later": lambda s, a: deciding.accept(
                s, a, one, takes_effect_at=now + timedelta(hours=2), now=now
            ),
            "give_back": lambda s, a: deciding.give_back(s, a, one, note="Why?", now=now),
            "decline": lambda s, a: deciding.decline(s, a, one, reason="No", now=now),
            "withdraw": lambda s, a: deciding.withdraw(s, a, one, now=now),
            "again": lambda s, a: decisions.ask_again(s, a, one, reason="So", now=now),
        }
        self._acts(self._one(who), acts[said])

    @precondition(lambda self: self.needs)
    @rule(who=st.sampled_from(CASE_TEAM), place=any_place)
    def puts_a_need_back_at_the_desk(self, who: str, place: int) -> None:
        need_id = self.needs[place % len(self.needs)]

        def act(session: Session, acting: Any) -> None:
            case = session.get_one(Case, session.get_one(Need, need_id).case_id)
            needs.ask_desk_again(session, acting, case, need_id, now=self.now)

        self._acts(self._one(who), act)

    @rule(minutes=st.sampled_from([1, 20, 60, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        worker.run_once(self.house.database, now=self.now)

    @rule(who=any_place, hers=st.lists(which_of_hers, min_size=1, max_size=3, unique=True))
    def somebody_tries_files(self, who: int, hers: list[int]) -> None:
        everybody = self._everybody()
        self._opens_nothing_of_others(everybody[who % len(everybody)], hers)

    # What never is.

    @invariant()
    def nothing_is_decided_by_who_asked(self) -> None:
        with self.house.database.transaction("read") as session:
            assert not session.scalar(
                select(func.count()).where(Decision.decided_by_id == Decision.asked_by_id)
            )

    @invariant()
    def nothing_has_vanished(self) -> None:
        with self.house.database.transaction("read") as session:
            rows = session.execute(select(Decision.id, Decision.need_id, Decision.state)).all()
            waiting = [need for _, need, state in rows if state is DecisionState.WAITING]
            ids = {row[0] for row in rows}
            assert self.decisions <= ids
            self.decisions = ids
            states = dict(session.execute(select(Need.id, Need.state)).all())
        assert set(self.needs) == states.keys()
        for need_id, state in states.items():
            assert waiting.count(need_id) == (state is NeedState.SENT), state

    @invariant()
    def every_case_has_a_reader(self) -> None:
        self.steps += 1
        if self.steps % 5:  # Opening what somebody holds takes longer than all the acts together.
            return
        team = [self._one(who) for who in CASE_TEAM]
        with self.house.database.transaction("read") as session:
            sign_ins = [self._keys(session, person) for person in team]
            her = self.crowd.survivors[self.steps // 5 % SURVIVORS]
            assert her.case_id is not None
            named = [
                one for one in everything_sealed(session, her.case_id) if one.name == "case.name"
            ]
            assert named
            assert all(any(one.opens_with(keys) for keys in sign_ins) for one in named)

    # How it is done.

    def _everybody(self) -> list[Person]:
        staff = [self._one(who) for who in (*CASE_TEAM, *OF_THE_HOUSE)]
        workers = [self.house.workers[kind] for kind in SERVICES]
        return [*staff, *workers, *self.crowd.survivors[:2]]

    def _one(self, who: str) -> Person:
        return self.crowd.people[who]

    def _acts(self, person: Person, act: Callable[[Session, Any], object]) -> None:
        try:
            with self.house.acting(person, now=self.now, second_factor_at=self.now) as (
                session,
                acting,
            ):
                act(session, acting)
        except Refusal:
            pass

    def _with_her_need(self, place: int, act: Callable[[Session, Any, UUID], object]) -> None:
        need_id = self.needs[place % len(self.needs)]
        with self.house.database.transaction("read") as session:
            case_id = session.get_one(Need, need_id).case_id
        (her,) = [one for one in self.crowd.survivors if one.case_id == case_id]
        self._acts(her, lambda session, acting: act(session, acting, need_id))

    def _decision(self, place: int) -> UUID:
        known = sorted(self.decisions)
        return known[place % len(known)]

    def _keys(self, session: Session, person: Person) -> Any:
        return keys_of(session, person)

    def _opens_nothing_of_others(self, person: Person, hers: list[int]) -> None:
        with self.house.database.transaction("read") as session:
            keys = keys_of(session, person)
            for place in hers:
                her = self.crowd.survivors[place]
                assert her.case_id is not None
                for sealed in everything_sealed(session, her.case_id):
                    if sealed.opens_with(keys):
                        assert self._may_open(session, person, her, sealed), (
                            person.name,
                            sealed.name,
                        )

    def _may_open(self, session: Session, person: Person, her: Person, sealed: Sealed) -> bool:
        """What the rows in clear say, without asking any grant."""
        row = sealed.row
        team = person in (self._one("director"), self._one("stand_in"))
        if isinstance(row, Decision) and row.need_id is None:
            return team or person.account_id == row.asked_by_id or self._decides(person, row)
        if person is her or (team and not isinstance(row, Draft)):
            return True
        if isinstance(row, Referral | Appointment):
            return self._serves(session, person, row)
        at_desk = person in (self._one("moderator"), self._one("second_moderator"))
        return at_desk and any(need.state in WAITS for need in _needs_of(session, row))

    def _decides(self, person: Person, row: Decision) -> bool:
        roles = {
            "Mona": Role.MODERATOR,
            "Mila": Role.MODERATOR,
            "Cora": Role.COORDINATOR,
            "Adil": Role.AUDITOR,
        }
        return roles.get(person.name) in deciding_roles(row.kind)

    def _serves(self, session: Session, person: Person, row: Referral | Appointment) -> bool:
        referral = row if isinstance(row, Referral) else session.get_one(Referral, row.referral_id)
        mine = [
            self.house.services[kind].id
            for kind, one in self.house.workers.items()
            if one.account_id == person.account_id
        ]
        return referral.service_id in mine and referral.state in WITH_THE_SERVICE


def _needs_of(session: Session, row: object) -> list[Need]:
    """The needs that a sealed row belongs to."""
    if isinstance(row, Need):
        row = session.get_one(StatementRow, row.statement_id)
    if isinstance(row, StatementRow):
        return list(session.scalars(select(Need).where(Need.statement_id == row.id)))
    if isinstance(row, Addition | Reading | Decision):
        return [session.get_one(Need, row.need_id)]
    assert not isinstance(row, Message | Draft | Case), row
    return []


@pytest.fixture(scope="module")
def crowd(built_on_sqlite: Built, tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    """The house of all tests, with a second moderator and ten survivors."""
    directory = tmp_path_factory.mktemp("crowd")
    path = directory / "crowd.db"
    shutil.copyfile(built_on_sqlite.staffed, path)

    with opened(f"sqlite:///{path}", directory) as (database, house):
        made = built_on_sqlite.house.copied_to(database, house)
        second = made.a_colleague("Mila", (Role.MODERATOR, None))
        with made.acting(made.moderator) as (session, acting):
            for membership, _ in staff.waiting_for_key(session, acting):
                staff.hand_over(session, acting, membership.id, now=NOON)
        survivors = [made.a_survivor(f"Survivor {number}") for number in range(SURVIVORS)]
    people = {who: getattr(made, who) for who in (*CASE_TEAM, *OF_THE_HOUSE) if hasattr(made, who)}
    # Closed before it is copied: what SQLite still keeps beside the file would be missing.
    return Crowd(path, made, people | {"second_moderator": second}, survivors)


def _run(crowd: Crowd, *, examples: int, steps: int) -> None:
    machine = type("HouseAtRandom", (HouseAtRandom,), {"crowd": crowd})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_few_acts_at_random(crowd: Crowd) -> None:
    _run(crowd, examples=1, steps=40)


@pytest.mark.real
def test_thousands_of_acts_at_random(crowd: Crowd) -> None:
    _run(crowd, examples=12, steps=200)
