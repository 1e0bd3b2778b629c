"""Visits that a case director plans and sends, and what becomes of their parts."""

from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal.domain.needs import Category
from portal.domain.proposals import VisitState
from portal.domain.services import ServiceKind
from portal.models import Appointment, TakenTime, Visit
from portal.services.referrals import answers
from portal.services.visits import answering, planning, proposing
from portal.services.visits.planning import Planning
from portal.services.visits.talks import Asked
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, POLICE, referral_of, route, say_yes

BRUSSELS = ZoneInfo("Europe/Brussels")
PROSECUTOR = ServiceKind.PROSECUTOR
THREE = ((HOUSING, Category.HOME), (POLICE, Category.POLICE), (PROSECUTOR, Category.LAW))
ENGLISH = Asked(without_interpreter=True)
"""Who plans looks for no interpreter."""


def accepted(the_house: TestHouse, her: Person, kind: ServiceKind, category: Category) -> UUID:
    """A need that a service said yes to; no date yet. Gives the need."""
    need_id = the_house.a_need(her, category, words="Something.")
    route(the_house, need_id, kind)
    say_yes(the_house, her, need_id, kind)
    with the_house.acting(the_house.workers[kind]) as (session, acting):
        answers.accept(session, acting, referral_of(the_house, need_id, kind).id, now=NOON)
    return need_id


def three(the_house: TestHouse, her: Person) -> list[UUID]:
    return [accepted(the_house, her, kind, category) for kind, category in THREE]


def plan(
    the_house: TestHouse, her: Person, asked: Asked = ENGLISH, *, who: Person | None = None
) -> Planning:
    with the_house.acting(who or the_house.director) as (session, acting):
        case = the_house.case_of(session, her)
        found = planning.plan(session, acting, case, asked, now=NOON)
        session.expunge_all()
        return found


def send(
    the_house: TestHouse, her: Person, asked: Asked = ENGLISH, *, key: str | None = None
) -> UUID:
    key = key or plan(the_house, her, asked).choices[0].key
    with the_house.acting(the_house.director) as (session, acting):
        case = the_house.case_of(session, her)
        visit = proposing.send(
            session,
            acting,
            case,
            asked,
            key,
            now=NOON,
        )
        return visit.id


def parts(the_house: TestHouse, visit_id: UUID) -> list[Appointment]:
    with the_house.database.transaction("read") as session:
        asked = select(Appointment).where(Appointment.visit_id == visit_id)
        return list(session.scalars(asked.order_by(Appointment.starts_at)))


def states(the_house: TestHouse, visit_id: UUID) -> list[str]:
    return [part.state.value for part in parts(the_house, visit_id)]


def state_of(the_house: TestHouse, visit_id: UUID) -> VisitState:
    with the_house.database.transaction("read") as session:
        return session.get_one(Visit, visit_id).state


def taken(the_house: TestHouse) -> int:
    with the_house.database.transaction("read") as session:
        return session.execute(select(func.count()).select_from(TakenTime)).scalar_one()


def agree(the_house: TestHouse, her: Person, visit_id: UUID, count: int = 3) -> None:
    with the_house.acting(her) as (session, acting):
        answering.agree(session, acting, visit_id, count, now=NOON)


def refuse(the_house: TestHouse, her: Person, visit_id: UUID, *part_ids: UUID) -> None:
    with the_house.acting(her) as (session, acting):
        answering.refuse(session, acting, visit_id, part_ids, now=NOON)
