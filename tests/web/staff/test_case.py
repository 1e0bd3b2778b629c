"""The case page: her words in quotation, states and times, and the thread that stays honest."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from flask import Flask

from portal.domain.centre import Topic
from portal.domain.needs import Category, HowSoon, NeedAnswer, Statement
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.services import messages
from portal.services.centre import house_settings
from portal.services.dates import giving
from portal.services.dates.shown_dates import Details
from portal.services.moderation import desk, lanes
from portal.services.need_to_know import sharing
from portal.services.needs import statements
from portal.services.referrals import answers, listing
from portal.services.running import lateness
from portal.web.templating import draw
from tests.people import NOON, Person, TestHouse
from tests.statements import counted
from tests.web.staff.browser import Browser, fields_of
from tests.web.staff.conftest import Clock

WORDS = "The lock of my door is broken."


@pytest.fixture
def her(people: TestHouse) -> Person:
    return people.a_survivor("Amal")


@pytest.fixture
def window(signed_in: Callable[[Person], Browser], people: TestHouse) -> Browser:
    return signed_in(people.director)


def she_writes(people: TestHouse, her: Person, *texts: str, clock: Clock) -> None:
    """She sends messages."""
    assert her.case_id is not None
    with people.acting(her, now=clock.now) as (session, acting):
        for text in texts:
            messages.write(session, acting, her.case_id, text, now=clock.now)


def she_reads(people: TestHouse, her: Person, clock: Clock) -> None:
    """She opens her messages."""
    assert her.case_id is not None
    with people.acting(her, now=clock.now) as (session, acting):
        messages.open_stretch(session, acting, her.case_id, now=clock.now).show()


def route(people: TestHouse, need_id: object, kind: ServiceKind, clock: Clock) -> None:
    """The moderator routes a need to a service."""
    with people.acting(people.moderator, now=clock.now) as (session, acting):
        waiting = lanes.waiting(session, acting, now=clock.now)
        decision = next(one.decision for one in waiting if one.decision.need_id == need_id)
        desk.add_reading(session, acting, decision.id, "Asks for a locksmith.", now=clock.now)
        desk.route(session, acting, decision.id, [people.services[kind].id], now=clock.now)


def test_her_words_stand_in_quotation_and_the_reading_beside_them(
    window: Browser, people: TestHouse, her: Person, clock: Clock
) -> None:
    need_id = people.a_need(her, Category.HOME, words=WORDS)
    window.get(f"/staff/cases/{her.case_id}")
    assert [one.get_text() for one in window.page.select("blockquote.said")] == [WORDS]
    assert not [one for one in window.page.find_all("textarea") if WORDS in one.get_text()]
    assert "Tuesday 17:00" in window.words, "the promised time, as a clock time"
    route(people, need_id, ServiceKind.HOUSING, clock)
    window.get(f"/staff/cases/{her.case_id}")
    assert "waits for her yes since Monday, 23 November 2026" in window.words
    assert "Housing desk" in window.words
    reading = window.page.select_one(".reading")
    assert reading is not None
    assert reading.get_text() == "Asks for a locksmith."
    assert "Staff reading by Mona" in window.words


def a_date_is_set(people: TestHouse, her: Person, clock: Clock) -> None:
    """Housing said yes, and gave her a date nine days on."""
    need_id = people.a_need(her, Category.HOME, words=WORDS)
    route(people, need_id, ServiceKind.HOUSING, clock)
    say_yes(people, her, need_id, ServiceKind.HOUSING, clock)
    worker = people.workers[ServiceKind.HOUSING]
    with people.acting(worker, now=clock.now) as (session, acting):
        (line,) = listing.of_service(session, acting, now=clock.now)
        giving.set_date(
            session,
            acting,
            line.referral.id,
            starts_at=clock.now + timedelta(days=9),
            minutes=45,
            with_id=worker.account_id,
            details=Details("2nd floor, desk 1"),
            now=clock.now,
        )


def test_when_a_date_was_set_is_not_mistaken_for_the_date(
    window: Browser, people: TestHouse, her: Person, clock: Clock
) -> None:
    a_date_is_set(people, her, clock)
    window.get(f"/staff/cases/{her.case_id}")
    assert "Housing desk date is set since Monday, 23 November 2026" in window.words


def test_the_name_of_a_service_does_not_pull_the_minutes_to_itself_in_arabic(
    window: Browser, people: TestHouse, her: Person, clock: Clock
) -> None:
    a_date_is_set(people, her, clock)
    window.get(f"/staff/cases/{her.case_id}")
    date = window.page.select_one("#dates article p")
    assert date is not None
    for isolated in date.find_all("bdi"):
        isolated.extract()
    assert "Housing" not in date.get_text(), "the names stand isolated, the minutes do not"
    assert "45 minutes" in date.get_text()


def test_not_possible_here_shows_the_reason_and_asks_the_desk_again(
    window: Browser, people: TestHouse, her: Person, clock: Clock
) -> None:
    need_id = people.a_need(her, Category.HOME, words=WORDS)
    other_id = people.a_need(her, Category.MONEY, words=None)
    route(people, need_id, ServiceKind.HOUSING, clock)
    say_yes(people, her, need_id, ServiceKind.HOUSING, clock)
    worker = people.workers[ServiceKind.HOUSING]
    with people.acting(worker, now=clock.now) as (session, acting):
        (line,) = listing.of_service(session, acting, now=clock.now)
        answers.not_possible(session, acting, line.referral.id, "The list is full.", now=clock.now)
    window.get("/staff/people?show=news")
    assert "1 answer of a service" in window.words
    window.follow("Amal")
    assert "not possible here" in window.words
    assert "The list is full." in window.words
    assert "Housing routed Before Tuesday 17:00" in window.words, "somebody goes on by then"
    with people.database.transaction() as session:
        lateness.climb(session, now=clock.now + timedelta(days=4))
    window.get("/staff/people")
    assert "nobody goes on with it · you were told" in window.words
    window.follow("Amal")
    window.submit("Ask the desk again")
    assert "The desk goes on with it." in window.words
    assert not window.has_button("Ask the desk again")
    with people.acting(people.moderator, now=clock.now) as (session, acting):
        waiting = lanes.waiting(session, acting, now=clock.now)
        assert {one.decision.need_id for one in waiting} == {need_id, other_id}
        again = next(one.decision.id for one in waiting if one.decision.need_id == need_id)
        found = desk.open_need(session, acting, again, now=clock.now)
        assert found.story.own_words == WORDS, "the desk can read it again"


def test_the_desk_goes_on_without_an_answer_of_hers(
    window: Browser, people: TestHouse, her: Person, clock: Clock
) -> None:
    people.a_need(her, Category.SAFETY, how_soon=HowSoon.TODAY, words=WORDS)
    with people.acting(people.moderator, now=clock.now) as (session, acting):
        (waiting,) = lanes.waiting(session, acting, now=clock.now)
        desk.give_back(session, acting, waiting.decision.id, "Which floor?", now=clock.now)
    clock.later(minutes=14)
    window.get("/staff/people")
    assert "the desk asked her a question" not in window.words
    for _ in range(2):
        clock.later(minutes=14)
        window.get("/staff/people")
    with people.database.transaction() as session:
        lateness.climb(session, now=clock.now)
    window.get("/staff/people")
    assert "the desk asked her a question" in window.words
    assert "asked 12:00" in window.words
    assert "Late: promised" not in window.words, "nobody here was late"
    window.get(f"/staff/cases/{her.case_id}")
    window.submit("Ask the desk again")
    assert "The desk goes on with it." in window.words
    assert not window.has_button("Ask the desk again")


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_what_lies_with_a_service_that_takes_nobody_can_go_elsewhere(
    window: Browser, people: TestHouse, her: Person, clock: Clock, state: str
) -> None:
    need_id = people.a_need(her, Category.HOME, words=WORDS)
    route(people, need_id, ServiceKind.HOUSING, clock)
    window.get(f"/staff/cases/{her.case_id}")
    assert not window.has_button("Ask the desk again")
    clock.later(minutes=1)
    about = str(people.services[ServiceKind.HOUSING].id)
    with people.acting(people.coordinator, now=clock.now) as (session, acting):
        changed = {"state": state}
        house_settings.change(session, acting, Topic.SERVICE, changed, now=clock.now, about=about)
    window.get("/staff/people?show=news")
    assert "a service takes no requests now" in window.words
    window.follow("Amal")
    window.submit("Ask the desk again")
    assert "The desk goes on with it." in window.words


def say_yes(people: TestHouse, her: Person, need_id: UUID, kind: ServiceKind, clock: Clock) -> None:
    """She lets a service read a need."""
    with people.acting(her, now=clock.now) as (session, acting):
        sharing.say_yes(session, acting, need_id, people.services[kind].id, now=clock.now)


def test_the_desk_is_asked_again_within_a_statement_that_still_waits_there(
    window: Browser, people: TestHouse, her: Person, clock: Clock
) -> None:
    both = (
        NeedAnswer(Category.HOME, HowSoon.LATER, WORDS),
        NeedAnswer(Category.LAW, HowSoon.LATER, None),
    )
    with people.acting(her, now=clock.now) as (session, acting):
        first = statements.send(session, acting, Statement(needs=both), now=clock.now)[0].id
    route(people, first, ServiceKind.HOUSING, clock)
    say_yes(people, her, first, ServiceKind.HOUSING, clock)
    with people.acting(people.workers[ServiceKind.HOUSING], now=clock.now) as (session, acting):
        (line,) = listing.of_service(session, acting, now=clock.now)
        answers.not_possible(session, acting, line.referral.id, "Full.", now=clock.now)
    window.get(f"/staff/cases/{her.case_id}")
    window.submit("Ask the desk again")
    assert "The desk goes on with it." in window.words


def test_answers_reach_her_and_seen_is_honest(
    window: Browser, people: TestHouse, her: Person, clock: Clock
) -> None:
    she_writes(people, her, "مرحبا", clock=clock)
    window.get("/staff/people")
    assert "1 message" in window.words
    with people.database.transaction("read") as session:
        assert people.case_of(session, her)
    window.follow("Amal")
    assert "مرحبا" in window.words
    window.submit("Send the answer", words="I am here on Monday.")
    assert "Sent." in window.words
    assert "not seen yet" in window.words
    clock.later(minutes=5)
    she_reads(people, her, clock)
    window.get(f"/staff/cases/{her.case_id}")
    assert "seen by her 12:05" in window.words
    assert not window.has_button("Take back")
    window.get("/staff/people")
    assert "1 message" not in window.words


def test_an_unread_answer_is_taken_back(
    window: Browser, people: TestHouse, her: Person, clock: Clock
) -> None:
    window.get(f"/staff/cases/{her.case_id}")
    window.submit("Send the answer", words="Wrong words.")
    window.submit("Take back")
    assert "Taken back." in window.words
    assert "Wrong words." not in window.words
    assert "This message was taken back." in window.words


def test_taking_back_too_late(
    window: Browser, people: TestHouse, her: Person, clock: Clock
) -> None:
    window.get(f"/staff/cases/{her.case_id}")
    window.submit("Send the answer", words="Wrong words.")
    she_reads(people, her, clock)
    window.submit("Take back")
    assert "She has read it meanwhile." in window.words
    assert "Wrong words." in window.words


def test_a_frozen_case_is_answered(window: Browser, people: TestHouse, her: Person) -> None:
    window.get(f"/staff/cases/{her.case_id}")
    window.submit("Freeze the card")
    assert "Her card is frozen. You can write" in window.words
    window.submit("Send the answer", words="Call me from a safe place.")
    assert "Call me from a safe place." in window.words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (" \u200b\n ", "Nothing is written here yet."),
        ("x" * 4001, "longer than 4,000 characters"),
    ],
)
def test_a_refused_answer_stands_where_it_was_typed(
    window: Browser, people: TestHouse, her: Person, typed: str, said: str
) -> None:
    window.get(f"/staff/cases/{her.case_id}")
    window.submit("Send the answer", words=typed)
    assert said in window.words
    field = window.page.find("textarea", {"name": "words"})
    assert field is not None
    assert field.get_text().strip() == typed.strip()


def test_a_double_tap_sends_one_answer(window: Browser, people: TestHouse, her: Person) -> None:
    window.get(f"/staff/cases/{her.case_id}")
    form, _ = window.form_of("Send the answer")
    fields = fields_of(form) | {"words": "Once only."}
    for _ in range(2):
        assert window.client.post(f"/staff/cases/{her.case_id}", data=fields).status_code == 302
    window.get(f"/staff/cases/{her.case_id}")
    assert len(window.page.select(".thread .ours")) == 1


def test_a_long_thread_is_paged_newest_in_view(
    people: TestHouse,
    her: Person,
    clock: Clock,
    signed_in: Callable[[Person], Browser],
) -> None:
    for start in (0, 60):
        texts = [f"Message {number}." for number in range(start, start + 60)]
        she_writes(people, her, *texts, clock=clock)
        clock.later(minutes=11)
    window = signed_in(people.director)
    window.get(f"/staff/cases/{her.case_id}")
    shown = re.findall(r"Message (\d+)\.", window.words)
    assert shown == [str(number) for number in range(70, 120)]
    window.get("/staff/people")
    assert "70 messages" in window.words, "what was not shown is not seen"
    window.follow("Amal").follow("Older messages")
    assert re.findall(r"Message (\d+)\.", window.words)[0] == "20"
    window.follow("The newest")
    assert "Message 119." in window.words


def test_a_long_case_asks_the_database_no_more_and_repeats_no_drawing(
    window: Browser, people: TestHouse, her: Person, app: Flask
) -> None:
    def asked() -> list[str]:
        with counted(app.extensions["database"]) as sent:
            window.get(f"/staff/cases/{her.case_id}")
        return sent

    assert her.case_id is not None
    grow(people, her, 2, Category.HOME)
    window.get(f"/staff/cases/{her.case_id}")
    few = asked()
    grow(people, her, 48, Category.MONEY, Category.LAW, Category.SLEEP)
    many = asked()
    assert len(many) <= len(few) <= 21, "\n".join(many)
    shown = window.shown.get_data(as_text=True)
    assert len(window.page.select(".thread li")) == 50
    eye = draw("eye").partition("<path")[2].partition("/>")[0]
    assert shown.count(eye) == 1
    drawn = {str(one["href"]) for one in window.page.select(".thread use")}
    assert drawn == {f"#{one['id']}" for one in window.page.select("symbol")}


def grow(people: TestHouse, her: Person, number: int, *categories: Category) -> None:
    """Messages of both, seen and not seen, and needs."""
    assert her.case_id is not None
    for who in (her, people.director):
        with people.acting(who) as (session, acting):
            messages.open_stretch(session, acting, her.case_id, now=NOON).show()
            for one in range(number // 2):
                messages.write(session, acting, her.case_id, f"Word {one}", now=NOON)
    for category in categories:
        people.a_need(her, category)


def test_a_place_that_no_thread_has_shows_the_newest(
    window: Browser, people: TestHouse, her: Person
) -> None:
    window.get(f"/staff/cases/{her.case_id}").submit("Send", words="Good morning")
    for place, number in product(("before", "after"), ("9" * 20, "2147483648", "-1", "x", "")):
        assert window.get(f"/staff/cases/{her.case_id}?{place}={number}").status == 200
        assert "Good morning" in window.words, f"{place} {number}"


def test_a_stand_in_works_on_the_case_and_is_named(
    people: TestHouse, her: Person, signed_in: Callable[[Person], Browser], window: Browser
) -> None:
    window.get("/staff/me/away").submit("Save the days", away_from="", away_until="2026-11-27")
    assert "Survivors read who answers." in window.words
    stand_in = signed_in(people.stand_in)
    assert "you stand in" in stand_in.words
    stand_in.follow("Amal")
    assert "now Karim answers" in stand_in.words
    # Beside its drawing stands one sentence: two parts there would be two columns on a phone.
    said = stand_in.page.select_one(".facts-line > span:has(b)")
    assert said and len(list(said.children)) == 2
    stand_in.submit("Send the answer", words="Els is away. I am Karim.")
    assert "Karim · Centre work" in stand_in.words


def test_a_foreign_case_and_no_case_are_the_same(
    people: TestHouse, her: Person, signed_in: Callable[[Person], Browser]
) -> None:
    own = people.a_survivor("Hind", director=people.stand_in, stand_in=people.director)
    assert own.case_id is not None
    service = people.services[ServiceKind.CENTRE_WORK].id
    stranger = people.a_colleague("Sofie", (Role.CASE_DIRECTOR, service))
    worker = people.workers[ServiceKind.HOUSING]
    for person in (stranger, people.moderator, people.coordinator, people.auditor, worker):
        window = signed_in(person)
        pages = []
        for case_id in (her.case_id, uuid4()):
            for path in ("", "/card"):
                assert window.get(f"/staff/cases/{case_id}{path}").status == 404
                pages.append(window.shown.get_data(as_text=True).replace(str(case_id), ""))
            window.get("/staff/me")
            for path in (
                "",
                "/card/freeze",
                "/card/void",
                "/card/again",
                "/card/lift",
                f"/needs/{uuid4()}/ask-again",
                f"/messages/{uuid4()}/take-back",
            ):
                window.get("/staff/me")
                window.post(f"/staff/cases/{case_id}{path}", words="x")
                assert window.status == 404, path
        assert len({re.sub(r'value="[^"]*"', "", page) for page in pages}) == 1
