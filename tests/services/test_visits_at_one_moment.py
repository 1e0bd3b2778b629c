"""Two plans want the same hour of the same colleague: one is held, the other is gone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import func, select

from portal.domain.needs import Category
from portal.domain.proposals import PlanIsGone
from portal.models import TakenTime, Visit
from portal.services.visits import planning, proposing
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING
from tests.services.planned import ENGLISH, accepted


@pytest.mark.real
def test_one_of_two_who_send_at_the_same_moment_gets_the_time(
    the_house: TestHouse, her: Person, another: Person
) -> None:
    people = (her, another)
    for one in people:
        accepted(the_house, one, HOUSING, Category.HOME)
    keys = [_first(the_house, one) for one in people]
    begin = Barrier(2)

    def send(person: Person, key: str) -> UUID | None:
        begin.wait()
        try:
            with the_house.acting(the_house.director) as (session, acting):
                case = the_house.case_of(session, person)
                return proposing.send(session, acting, case, ENGLISH, key, now=NOON).id
        except PlanIsGone:
            return None

    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(send, people, keys))
    assert sum(one is not None for one in sent) == 1
    with the_house.database.transaction("read") as session:
        out = select(func.count()).select_from(Visit).where(Visit.ended_at.is_(None))
        assert session.execute(out).scalar_one() == 1
        dates = select(func.count(TakenTime.appointment_id.distinct()))
        assert session.execute(dates).scalar_one() == 1


def _first(the_house: TestHouse, person: Person) -> str:
    with the_house.acting(the_house.director) as (session, acting):
        case = the_house.case_of(session, person)
        return planning.plan(session, acting, case, ENGLISH, now=NOON).choices[0].key
