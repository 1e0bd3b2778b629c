"""Interpreters whom the coordinator keeps, and who asks for them and books them."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from portal.domain.interpreters import Means, Said, Sex
from portal.models import InterpreterRequest, TakenTime
from portal.services.interpreters import asking, booking, people
from portal.services.interpreters.asking import Wish
from portal.services.interpreters.booking import Fit
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, TOMORROW

LATER = TOMORROW + timedelta(days=1)
NOTHING = Said()


def an_interpreter(
    the_house: TestHouse,
    name: str,
    *languages: str,
    sex: Sex = Sex.WOMAN,
    active_until: date | None = None,
) -> UUID:
    """Somebody whom the coordinator adds; a woman, by telephone, unless said otherwise."""
    means = (Means.PHONE, Means.HERE)
    kept = people.Kept(name, sex, languages or ("ar",), means, active_until=active_until)
    with the_house.acting(the_house.coordinator) as (session, acting):
        return people.add(session, acting, kept, now=NOON).id


def asks(the_house: TestHouse, who: Person, date_id: UUID, said: Said = NOTHING) -> None:
    """Somebody asks for Arabic, and says this besides."""
    with the_house.acting(who) as (session, acting):
        asking.ask(session, acting, date_id, Wish("ar", said), now=NOON)


def books(the_house: TestHouse, date_id: UUID, who: UUID, now: datetime = NOON) -> None:
    """The housing desk books somebody by telephone."""
    with the_house.acting(the_house.workers[HOUSING], now=now) as (session, acting):
        booking.book(session, acting, date_id, who, Means.PHONE, now=now)


def request_of(the_house: TestHouse, date_id: UUID) -> InterpreterRequest:
    with the_house.database.transaction("read") as session:
        return session.execute(
            select(InterpreterRequest).where(InterpreterRequest.appointment_id == date_id)
        ).scalar_one()


def fits(the_house: TestHouse, date_id: UUID) -> dict[str, Fit]:
    """What the housing desk sees of each candidate."""
    with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
        found = booking.choice(session, acting, date_id, now=NOON)
        return {one.interpreter.name: one.fit for one in found.candidates}


def steps_of(the_house: TestHouse, who: UUID) -> int:
    with the_house.database.transaction("read") as session:
        return len(session.scalars(select(TakenTime.step).where(TakenTime.who == who)).all())
