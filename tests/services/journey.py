"""Steps of the journey that many tests begin with."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from portal.domain.needs import Category
from portal.domain.services import ServiceKind
from portal.models import Decision, Referral
from portal.services import drafts, messages
from portal.services.dates import giving
from portal.services.dates.shown_dates import Details
from portal.services.moderation import desk
from portal.services.need_to_know import sharing
from tests.people import NOON, Person, TestHouse

HOUSING, POLICE = ServiceKind.HOUSING, ServiceKind.POLICE
TOMORROW = NOON + timedelta(days=1)


def decision_of(the_house: TestHouse, need_id: UUID) -> UUID:
    """What waits at the desk about a need, the latest."""
    with the_house.database.transaction("read") as session:
        rows = session.scalars(select(Decision).where(Decision.need_id == need_id)).all()
        waiting = [row.id for row in rows if row.decided_at is None]
        return waiting[0] if waiting else rows[-1].id


def route(
    the_house: TestHouse,
    need_id: UUID,
    *kinds: ServiceKind,
    now: datetime = NOON,
    reading: str | None = None,
) -> None:
    """The moderator sends a need on to services."""
    decision_id = decision_of(the_house, need_id)
    services = [the_house.services[kind].id for kind in kinds or (HOUSING,)]
    moderator = the_house.moderator
    with the_house.acting(moderator, now=now, second_factor_at=now) as (session, acting):
        desk.route(session, acting, decision_id, services, now=now, reading=reading)


def say_yes(
    the_house: TestHouse,
    her: Person,
    need_id: UUID,
    kind: ServiceKind = HOUSING,
    *,
    now: datetime = NOON,
) -> None:
    """She lets a service read a need."""
    with the_house.acting(her, now=now) as (session, acting):
        sharing.say_yes(session, acting, need_id, the_house.services[kind].id, now=now)


def say_no(
    the_house: TestHouse,
    her: Person,
    need_id: UUID,
    kind: ServiceKind = HOUSING,
    *,
    now: datetime = NOON,
) -> None:
    """She takes it back."""
    with the_house.acting(her, now=now) as (session, acting):
        sharing.say_no(session, acting, need_id, the_house.services[kind].id, now=now)


def referral_of(the_house: TestHouse, need_id: UUID, kind: ServiceKind = HOUSING) -> Referral:
    """The referral row, as it is now."""
    with the_house.database.transaction("read") as session:
        return session.scalars(
            select(Referral).where(
                Referral.need_id == need_id,
                Referral.service_id == the_house.services[kind].id,
            )
        ).one()


def a_shared_need(
    the_house: TestHouse,
    her: Person,
    category: Category = Category.HOME,
    *,
    words: str = "The lock.",
) -> UUID:
    """A need that went all the way to the housing desk."""
    need_id = the_house.a_need(her, category, words=words)
    route(the_house, need_id, HOUSING, reading="Lock change, urgent")
    say_yes(the_house, her, need_id)
    return need_id


def a_date(
    the_house: TestHouse,
    need_id: UUID,
    *,
    starts_at: datetime = TOMORROW,
    minutes: int = 45,
    instead_of: UUID | None = None,
    with_id: UUID | None = None,
    now: datetime = NOON,
) -> UUID:
    """The housing desk gives a date."""
    worker = the_house.workers[HOUSING]
    referral = referral_of(the_house, need_id)
    with the_house.acting(worker, now=now) as (session, acting):
        return giving.set_date(
            session,
            acting,
            referral.id,
            starts_at=starts_at,
            minutes=minutes,
            with_id=with_id or worker.account_id,
            details=Details("2nd floor, desk 1", "Arabic"),
            now=now,
            instead_of=instead_of,
        ).id


def a_full_case(the_house: TestHouse, her: Person) -> UUID:
    """A case with something in every folder; gives the need that housing knows."""
    need_id = a_shared_need(the_house, her)
    a_date(the_house, need_id)
    with the_house.acting(her) as (session, acting):
        assert her.case_id is not None
        messages.write(session, acting, her.case_id, "Hello, it is me", now=NOON)
        drafts.keep(session, acting, "needs", {"not_wanted": "the police"}, now=NOON)
    return need_id
