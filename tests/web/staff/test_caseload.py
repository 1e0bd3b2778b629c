"""The list of own cases: late first, what is new, found by number and never by name."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.domain.needs import Category, HowSoon
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import AuditEvent
from portal.services.case_work import caseload
from portal.services.needs import her_needs
from tests.people import NOON, Person, TestHouse
from tests.services.journey import route, say_no, say_yes
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock


@pytest.fixture
def window(signed_in: Callable[[Person], Browser], people: TestHouse) -> Browser:
    return signed_in(people.director)


def names(window: Browser) -> list[str]:
    """The names in the order of the list."""
    return [one.get_text() for one in window.page.select("[data-line]")]


def test_late_comes_first_and_is_said_in_words(
    window: Browser, people: TestHouse, clock: Clock
) -> None:
    calm, late, soon = (people.a_survivor(name) for name in ("Calm", "Late", "Soon"))
    people.a_need(soon, Category.WORK, how_soon=HowSoon.LATER)
    people.a_need(late, Category.SAFETY, how_soon=HowSoon.TODAY)
    clock.later(minutes=14)
    window.get("/staff/people")
    assert names(window) == ["Late", "Soon", "Calm"]
    assert "Today before 12:30" in window.words
    clock.later(minutes=14)
    window.get("/staff/people")
    clock.later(minutes=10)
    window.get("/staff/people")
    assert "Late: promised 12:30" in window.words
    window.follow("Late")
    assert names(window) == ["Late"]
    assert calm.case_id


def test_what_is_new_since_the_last_look(window: Browser, people: TestHouse, clock: Clock) -> None:
    her = people.a_survivor("Amal", activated=False)
    window.get("/staff/people?show=news")
    assert names(window) == []
    people.a_need(her)
    window.get("/staff/people?show=news")
    assert names(window) == ["Amal"]
    assert "1 new need" in window.words
    clock.later(minutes=1)
    window.follow("Amal")
    assert "you look for the first time" in window.words
    window.get("/staff/people?show=news")
    assert names(window) == []


def test_what_she_adds_to_a_need_is_new_to_each_of_her_case_team(
    window: Browser,
    people: TestHouse,
    clock: Clock,
    signed_in: Callable[[Person], Browser],
) -> None:
    her = people.a_survivor("Amal")
    need_id = people.a_need(her)
    stand_in = signed_in(people.stand_in)
    for one in (window, stand_in):
        one.get(f"/staff/cases/{her.case_id}")
        one.get("/staff/people?show=news")
        assert names(one) == []
    clock.later(minutes=1)
    with people.acting(her, now=clock.now) as (session, acting):
        for words in ("He has the new key too.", "And the car."):
            her_needs.add_words(session, acting, need_id, words, now=clock.now)
    for one in (window, stand_in):
        one.get("/staff/people?show=news")
        assert names(one) == ["Amal"]
        assert "2 additions to needs" in one.words
    clock.later(minutes=1)
    window.follow("Amal")
    window.get("/staff/people?show=news")
    assert names(window) == []
    stand_in.get("/staff/people?show=news")
    assert names(stand_in) == ["Amal"], "he has not read it yet"


def test_who_said_no_to_the_only_service_is_not_left_alone_with_it(
    window: Browser, people: TestHouse, clock: Clock
) -> None:
    her = people.a_survivor("Amal")
    need_id = people.a_need(her)
    route(people, need_id)
    window.get(f"/staff/cases/{her.case_id}")
    assert not window.has_button("Ask the desk again"), "she is asked first"
    clock.later(minutes=1)
    say_no(people, her, need_id, now=clock.now)
    window.get("/staff/people?show=news")
    assert names(window) == ["Amal"]
    assert "she said: not this service" in window.words
    clock.later(minutes=1)
    window.follow("Amal")
    window.submit("Ask the desk again")
    assert "The desk goes on with it." in window.words
    window.get("/staff/people?show=news")
    assert names(window) == []


def test_her_no_to_one_service_does_not_take_the_need_from_another(
    window: Browser, people: TestHouse
) -> None:
    her = people.a_survivor("Amal")
    need_id = people.a_need(her)
    route(people, need_id, ServiceKind.HOUSING, ServiceKind.POLICE)
    say_yes(people, her, need_id)
    say_no(people, her, need_id, ServiceKind.POLICE)
    window.get(f"/staff/cases/{her.case_id}")
    assert not window.has_button("Ask the desk again")


def test_what_she_adds_to_a_need_that_she_took_back_is_no_news(
    window: Browser, people: TestHouse, clock: Clock
) -> None:
    her = people.a_survivor("Amal")
    need_id = people.a_need(her)
    window.get(f"/staff/cases/{her.case_id}")
    clock.later(minutes=1)
    with people.acting(her, now=clock.now) as (session, acting):
        her_needs.add_words(session, acting, need_id, "Something more.", now=clock.now)
        her_needs.take_back(session, acting, need_id, now=clock.now)
    window.get("/staff/people?show=news")
    assert names(window) == []


def test_a_case_is_found_by_its_number_however_it_is_typed(
    window: Browser, people: TestHouse
) -> None:
    her = people.a_survivor("Amal")
    bare = her.case_number.replace("-", "")
    for typed in (her.case_number, bare.lower(), f" {bare[:4]} {bare[4:]} "):
        window.get("/staff/people")
        window.get(f"/staff/people/find?number={typed}")
        assert window.path == f"/staff/cases/{her.case_id}"


def test_names_cannot_be_searched(window: Browser, people: TestHouse) -> None:
    people.a_survivor("Amal")
    window.get("/staff/people")
    assert "Names cannot be searched: they are sealed." in window.words
    window.get("/staff/people/find?number=Amal")
    assert "You have no case with this number." in window.words


def test_a_foreign_number_and_no_number_say_the_same(
    window: Browser, people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    her = people.a_survivor("Amal")
    service = people.services[ServiceKind.CENTRE_WORK].id
    other = signed_in(people.a_colleague("Sofie", (Role.CASE_DIRECTOR, service)))
    for number in (her.case_number, "AA-AAAAAA"):
        other.get(f"/staff/people/find?number={number}")
        assert "You have no case with this number." in other.words


def test_the_list_is_paged_by_key(people: TestHouse) -> None:
    for number in range(7):
        her = people.a_survivor(f"P{number}", activated=False)
        if number % 2:
            people.a_need(her, Category.HOME, how_soon=HowSoon.THIS_WEEK)
    with people.acting(people.director) as (session, acting):
        seen: list[str | None] = []
        after = None
        while True:
            page = caseload.page(session, acting, now=NOON, after=after, size=2)
            seen += [line.name for line in page.lines]
            after = page.after
            if after is None:
                break
    assert len(seen) == len(set(seen)) == 7
    assert set(seen[:3]) == {"P1", "P3", "P5"}, "what is promised comes first"


@pytest.mark.parametrize("after", ["", "x", "99999999999999999999.AA", "2026.", "-1.", "é"])
def test_a_made_up_key_begins_at_the_start(window: Browser, people: TestHouse, after: str) -> None:
    people.a_survivor("Amal")
    window.get(f"/staff/people?after={after}&show=nonsense")
    assert window.status == 200
    assert names(window) == ["Amal"]


def test_names_are_opened_as_one_event(window: Browser, people: TestHouse) -> None:
    for name in ("Amal", "Hind", "Rim"):
        people.a_survivor(name)
    window.get("/staff/people")
    window.get("/staff/people")
    with people.database.transaction("read") as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.kind == "folders_opened"))
        (event,) = [one for one in events if len(one.facts["cases"]) == 3]
        assert event.actor_id == people.director.account_id
