"""A card that nobody used for a long time is frozen, and staff who know more let it open again."""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal import worker
from portal.domain.accounts import CardState, Frozen
from portal.domain.retention import DEFAULT_DAYS, Kept
from portal.models import Card, Case
from portal.services.endings import closing
from portal.services.entry import stopped_cards
from portal.services.running import retention
from tests.people import NOON, Person, TestHouse

QUIET = timedelta(days=DEFAULT_DAYS[Kept.QUIET_CARD])
A_MINUTE = timedelta(minutes=1)
A_WEEK = timedelta(days=7)
QUIET_NOW = NOON + QUIET + A_MINUTE


def card_of(house: TestHouse, her: Person) -> Card:
    with house.database.transaction("read") as session:
        return session.scalars(select(Card).where(Card.account_id == her.account_id)).one()


def why_frozen(house: TestHouse, her: Person, *, now: datetime) -> Frozen | None:
    """After a round of the worker."""
    worker.run_once(house.database, now=now)
    return card_of(house, her).frozen_why


def lift(house: TestHouse, her: Person, *, now: datetime) -> None:
    with house.acting(house.director, now=now) as (session, acting):
        card = session.scalars(select(Card).where(Card.account_id == her.account_id)).one()
        stopped_cards.lift_freeze(session, card, actor_id=acting.account_id, now=now)


def test_a_quiet_card_is_frozen_and_nothing_is_deleted(the_house: TestHouse, her: Person) -> None:
    assert why_frozen(the_house, her, now=QUIET_NOW) is Frozen.QUIET
    worker.run_once(the_house.database, now=NOON + timedelta(days=2000))
    with the_house.database.transaction("read") as session:
        assert session.get(Case, her.case_id), "an open case is never purged by a clock"


def test_what_staff_lift_opens_as_long_as_it_did_before(the_house: TestHouse, her: Person) -> None:
    assert why_frozen(the_house, her, now=QUIET_NOW) is Frozen.QUIET
    lift(the_house, her, now=QUIET_NOW)
    assert why_frozen(the_house, her, now=QUIET_NOW + A_MINUTE) is None
    assert why_frozen(the_house, her, now=QUIET_NOW + QUIET - A_MINUTE) is None
    assert why_frozen(the_house, her, now=QUIET_NOW + QUIET) is Frozen.QUIET


def test_work_that_is_taken_up_again_begins_with_a_card_that_opens(
    the_house: TestHouse, her: Person
) -> None:
    """She did not come in while it was closed: nobody had asked her to."""
    assert her.case_id
    with the_house.acting(the_house.director) as (session, acting):
        closing.close(session, acting, her.case_id, "She moved.", now=NOON + A_WEEK)
    assert why_frozen(the_house, her, now=QUIET_NOW) is None
    with the_house.acting(the_house.director, now=QUIET_NOW) as (session, acting):
        closing.reopen(session, acting, her.case_id, now=QUIET_NOW)
    assert why_frozen(the_house, her, now=QUIET_NOW + A_MINUTE) is None
    assert why_frozen(the_house, her, now=QUIET_NOW + QUIET) is Frozen.QUIET


def test_staff_let_her_read_her_pages_once_more_after_the_end(
    the_house: TestHouse, her: Person
) -> None:
    assert her.case_id
    with the_house.acting(the_house.director) as (session, acting):
        closing.close(session, acting, her.case_id, "She moved.", now=NOON)
    assert why_frozen(the_house, her, now=QUIET_NOW) is Frozen.CASE_CLOSED
    lift(the_house, her, now=QUIET_NOW)
    assert why_frozen(the_house, her, now=QUIET_NOW + A_MINUTE) is None
    with the_house.acting(the_house.director, now=QUIET_NOW) as (session, _):
        ends = closing.strikes_of(session, session.get_one(Case, her.case_id))
        assert ends[Kept.HER_PAGES] == QUIET_NOW + QUIET, "her case team reads it too"


def test_a_card_that_was_lifted_since_the_clock_was_read_stays_open(
    the_house: TestHouse, her: Person
) -> None:
    """Another worker froze it, and staff were faster than this one."""
    with the_house.database.transaction("read") as session:
        due = retention.due(session, now=QUIET_NOW).quiet_cards
    card_id = card_of(the_house, her).id
    assert card_id in due
    assert why_frozen(the_house, her, now=QUIET_NOW) is Frozen.QUIET
    lift(the_house, her, now=QUIET_NOW)
    with the_house.database.transaction() as session:
        assert not retention.freeze(session, card_id, Frozen.QUIET, now=QUIET_NOW)
    assert card_of(the_house, her).state is CardState.ACTIVE
