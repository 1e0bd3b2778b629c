"""Pages ask the database a constant number of questions, whatever the size of the house."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from portal.domain.needs import Category, NeedAnswer, Statement
from portal.services import messages, today
from portal.services.case_work import caseload
from portal.services.dates import agenda, her_dates
from portal.services.dates.agenda import Show
from portal.services.entry.sessions import SignedIn
from portal.services.moderation import lanes
from portal.services.need_to_know import seeing
from portal.services.needs import her_needs, statements, stories
from portal.services.referrals import listing
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, a_date, a_shared_need, route, say_yes
from tests.statements import counted

pytestmark = pytest.mark.real

Page = Callable[[Session, SignedIn], object]


def asked(the_house: TestHouse, person: Person, page: Page) -> list[str]:
    """The statements that one page sends to the database, in a sign-in that just began."""
    database = the_house.database
    with the_house.acting(person) as (session, acting), counted(database) as sent:
        page(session, acting)
    return sent


def assert_constant(
    the_house: TestHouse, person: Person, page: Page, grow: Callable[[], object], *, most: int
) -> None:
    """A page asks as often of a big house as of a small one, and not more than `most` times."""
    small = asked(the_house, person, page)
    grow()
    big = asked(the_house, person, page)
    assert len(big) <= len(small), "\n\n".join(big)
    assert len(small) <= most, "\n\n".join(small)


def test_the_list_of_cases(the_house: TestHouse, her: Person) -> None:
    def grow() -> None:
        for number in range(28):
            the_house.a_survivor(f"Another {number}", activated=False)

    the_house.a_need(her)
    assert_constant(
        the_house,
        the_house.director,
        lambda session, acting: caseload.page(session, acting, now=NOON),
        grow,
        most=14,
    )


def ask_for(the_house: TestHouse, her: Person, *categories: Category) -> list[UUID]:
    """Several needs in one statement."""
    with the_house.acting(her) as (session, acting):
        statement = Statement(needs=tuple(NeedAnswer(one, own_words="So") for one in categories))
        return [need.id for need in statements.send(session, acting, statement, now=NOON)]


def more_needs(the_house: TestHouse, her: Person) -> None:
    """Needs of many kinds, some with additions, some routed and allowed."""
    several = list(Category)[3:10]
    ids = ask_for(the_house, her, *several)
    for need_id in ids[:4]:
        route(the_house, need_id, reading="Look")
        say_yes(the_house, her, need_id)
        with the_house.acting(her) as (session, acting):
            her_needs.add_words(session, acting, need_id, "And this", now=NOON)


@pytest.mark.parametrize("which", ["hers", "today", "who_can_see"])
def test_her_pages(the_house: TestHouse, her: Person, which: str) -> None:
    first = a_shared_need(the_house, her)
    a_date(the_house, first)
    pages: dict[str, Page] = {
        "hers": lambda session, acting: stories.hers(session, acting, now=NOON),
        "today": lambda session, acting: today.show(session, acting, now=NOON),
        "who_can_see": lambda session, acting: seeing.who_can_see(session, acting, now=NOON),
    }
    assert_constant(the_house, her, pages[which], lambda: more_needs(the_house, her), most=12)


def test_her_dates_with_one_service(the_house: TestHouse, her: Person) -> None:
    need_id = a_shared_need(the_house, her)
    a_date(the_house, need_id)

    def grow() -> None:
        for day in range(2, 12):
            a_date(the_house, need_id, starts_at=NOON + timedelta(days=day))

    assert_constant(
        the_house,
        her,
        lambda session, acting: her_dates.listed(session, acting, now=NOON),
        grow,
        most=10,
    )


def test_the_thread(the_house: TestHouse, her: Person) -> None:
    assert her.case_id is not None
    case_id = her.case_id

    def write(number: int) -> None:
        with the_house.acting(the_house.director) as (session, acting):
            for _ in range(number):
                messages.write(session, acting, case_id, "Hello", now=NOON)

    write(2)
    assert_constant(
        the_house,
        her,
        lambda session, acting: messages.open_stretch(session, acting, case_id, now=NOON).show(),
        lambda: write(45),
        most=10,
    )


def test_the_desk(the_house: TestHouse, her: Person, another: Person) -> None:
    the_house.a_need(her)

    def grow() -> None:
        ask_for(the_house, another, *Category)
        ask_for(the_house, her, *list(Category)[3:])

    assert_constant(
        the_house,
        the_house.moderator,
        lambda session, acting: lanes.waiting(session, acting, now=NOON),
        grow,
        most=2,
    )


@pytest.mark.parametrize("which", ["referrals", "week", "list", "hers"])
def test_the_pages_of_a_service(
    the_house: TestHouse, her: Person, another: Person, which: str
) -> None:
    a_date(the_house, a_shared_need(the_house, her))
    a_date(
        the_house, a_shared_need(the_house, another), starts_at=NOON + timedelta(days=1, hours=2)
    )
    zone = ZoneInfo("Europe/Brussels")

    def week(session: Session, acting: SignedIn) -> None:
        whose = agenda.of_services(session, acting)
        agenda.between(session, acting, whose, NOON.date(), 9, zone, now=NOON)
        agenda.counts(session, whose, NOON.date(), zone, now=NOON)

    def a_list(session: Session, acting: SignedIn) -> None:
        whose = agenda.of_services(session, acting)
        agenda.listed(session, acting, whose, Show.COMING, NOON.date(), zone, now=NOON)

    def hers(session: Session, acting: SignedIn) -> None:
        whose = agenda.of_survivor(session, acting, UUID(str(another.case_id)), now=NOON)
        agenda.listed(session, acting, whose, Show.COMING, NOON.date(), zone, now=NOON)

    pages: dict[str, Page] = {
        "referrals": lambda session, acting: listing.of_service(session, acting, now=NOON),
        "week": week,
        "list": a_list,
        "hers": hers,
    }

    def grow() -> None:
        for number, category in enumerate(list(Category)[3:9]):
            need_id = a_shared_need(the_house, another, category)
            a_date(the_house, need_id, starts_at=NOON + timedelta(days=2 + number))

    assert_constant(the_house, the_house.workers[HOUSING], pages[which], grow, most=20)
