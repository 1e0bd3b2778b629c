"""What others in the house do meanwhile, without a browser of their own."""

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from portal.domain.services import ServiceKind
from portal.models import Decision, Need
from portal.services import messages
from portal.services.dates import giving
from portal.services.dates.shown_dates import Details
from portal.services.moderation import desk
from portal.services.referrals import listing
from tests.browser.open_house import OpenHouse
from tests.people import Person

PLACE = "2nd floor, desk 4"


def comes_true(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether something becomes so while one waits."""
    ends = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends:
        time.sleep(0.02)
    return condition()


def the_desk_routes(house: OpenHouse, her: Person, *kinds: ServiceKind) -> UUID:
    """Her newest need goes to services, as far as she says yes; gives its id."""
    people, now = house.people, house.now
    with people.acting(people.moderator, now=now, second_factor_at=now) as (session, acting):
        need = _newest_need(her)
        need_id: UUID = session.execute(need).scalar_one()
        waiting = select(Decision.id).where(Decision.need_id == need_id)
        ids = [people.services[kind].id for kind in kinds or (ServiceKind.HOUSING,)]
        decision_id = session.execute(waiting).scalar_one()
        desk.route(session, acting, decision_id, ids, now=now, reading="Lock change.")
    return need_id


def the_service_sets_a_date(
    house: OpenHouse, her: Person, *, days: int = 8, place: str = PLACE
) -> None:
    """Housing meets her next week, on a full hour that nobody else of the house has."""
    people, now = house.people, house.now
    taken = house.rows("SELECT count(*) FROM appointment")[0][0]
    starts_at = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=days, hours=taken)
    worker = people.workers[ServiceKind.HOUSING]
    with people.acting(worker, now=now, second_factor_at=now) as (session, acting):
        lines = listing.of_service(session, acting, now=now)
        referral = next(one.referral for one in lines if one.case_number == her.case_number)
        giving.set_date(
            session,
            acting,
            referral.id,
            starts_at=starts_at,
            minutes=45,
            with_id=worker.account_id,
            details=Details(place, None, None),
            now=now,
        )


def the_director_writes(house: OpenHouse, her: Person, words: str) -> None:
    """A message to her."""
    people, now = house.people, house.now
    assert her.case_id is not None
    with people.acting(people.director, now=now, second_factor_at=now) as (session, acting):
        messages.write(session, acting, her.case_id, words, now=now)


def _newest_need(her: Person):  # type: ignore[no-untyped-def]
    return select(Need.id).where(Need.case_id == her.case_id).order_by(Need.sent_at.desc()).limit(1)
