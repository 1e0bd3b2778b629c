"""A time that is not possible, allowed once: asked by one person and decided by another."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.domain.decisions import AskedByYourself, DecisionState, EffectTimeGone, WaitsAlready
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import AuditEvent
from tests.people import Person, TestHouse
from tests.services.journey import HOUSING, POLICE, TOMORROW, a_date, a_shared_need
from tests.services.kept_apart import accept, allow, ask, keep_apart, refused

HOUR = timedelta(hours=1)


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
        self, the_house: TestHouse, her: Person, need_id: UUID, other: dict[str, Any]
    ) -> None:
        allow(the_house, her, need_id, TOMORROW)
        assert refused(the_house, need_id, **{"starts_at": TOMORROW, **other})

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
