"""What becomes of what she asked for, and what she can still do with it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from portal.domain.needs import NeedState
from portal.domain.services import ServiceState
from portal.models import Addition, Need, Service
from portal.services.running import lateness
from tests.statements import counted
from tests.web.browser_stand_in import Phone
from tests.web.furnishing import HER_WORDS
from tests.web.survivor.hands import form_of, has_button, press, text, words_in
from tests.web.whole_house import WholeHouse

HOME, WORK, HEALTH, LAW, STOPPED, CHILD, MONEY = range(7)
"""Amal's needs in the furnished house, in the order in which she sent them."""


@pytest.fixture
def amal(whole: WholeHouse) -> Phone:
    """The phone of Amal, to whom everything has happened."""
    return whole.phone(whole.everybody.amal)


def at_need(whole: WholeHouse, phone: Phone, place: int) -> UUID:
    """Show one of Amal's needs."""
    need_id = whole.everybody.ids["need"][place]
    phone.go(f"/needs/{need_id}")
    return need_id


def test_her_list_says_in_words_where_each_need_is(amal: Phone) -> None:
    amal.go("/needs")
    shown = " | ".join(words_in(amal, ".row"))
    for words in (
        "We need to ask you something",
        "Waits for your yes · Police desk",
        "Not possible here – we look for another place · Housing desk You get an answer before",
        "You stopped this",
        "Sent You get an answer before",
    ):
        assert words in shown
    assert all("lit" in row["class"] for row in amal.soup.select(".row")[:3]), "hers come first"


def test_a_date_that_is_over_is_not_set_any_more(amal: Phone, whole: WholeHouse) -> None:
    at_need(whole, amal, HOME)
    press(amal, "Read what they would see")
    press(amal, "Not now")
    assert_at_home(whole, amal, "Date is set")
    press(amal, "Look at my dates")
    whole.later(days=31)
    later = whole.phone(whole.everybody.amal)
    assert_at_home(whole, later, "The date is over")
    assert "Date is set" not in text(later)
    press(later, "Dates that are over")
    assert later.heading == "Dates that are over"


def assert_at_home(whole: WholeHouse, phone: Phone, words: str) -> None:
    """The same words stand in her list, on Today and at the need."""
    for to in ("/needs", "/today"):
        phone.go(to)
        assert f"I need help with my home {words} · Housing desk" in words_in(phone, ".row")
    at_need(whole, phone, HOME)
    assert words in words_in(phone, ".card .status")


def test_a_promise_that_passed_is_said_with_a_new_time(amal: Phone, whole: WholeHouse) -> None:
    whole.later(days=7)
    late = whole.phone(whole.everybody.amal)
    at_need(whole, late, MONEY)
    assert "We are late. Sorry. New time:" in text(late)
    assert "You get an answer before" not in text(late)


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_service_that_takes_nobody_asks_nothing_and_promises_no_time(
    amal: Phone, whole: WholeHouse, state: str
) -> None:
    at_need(whole, amal, LAW)
    press(amal, "Read what they would see")
    press(amal, "Yes")
    at_need(whole, amal, LAW)
    assert "You get an answer before" in text(amal)
    at_need(whole, amal, HOME)
    assert has_button(amal, "Read what they would see")
    with whole.database.transaction() as session:
        session.execute(update(Service).values(state=ServiceState(state)))
    at_need(whole, amal, LAW)
    assert "You get an answer before" not in text(amal)
    at_need(whole, amal, HOME)
    assert not has_button(amal, "Read what they would see")
    amal.go("/needs")
    assert "Waits for your yes" not in text(amal)


def test_after_hours_nobody_pretends_to_read(whole: WholeHouse) -> None:
    whole.later(hours=9)
    night = whole.phone(whole.everybody.amal)
    night.go("/needs")
    assert "Now nobody reads this. We read again Tuesday 09:00. In danger: 112" in text(night)


def test_she_reads_why_a_service_cannot_help(amal: Phone, whole: WholeHouse) -> None:
    at_need(whole, amal, WORK)
    assert "Not possible here – we look for another place" in text(amal)
    assert HER_WORDS in words_in(amal, ".card .said")


def test_where_nobody_goes_on_she_reads_by_when_somebody_does(
    amal: Phone, whole: WholeHouse
) -> None:
    at_need(whole, amal, WORK)
    assert words_in(amal, "main > .line") == ["You get an answer before Thursday 17:00."]
    amal.go("/today")
    assert (
        "Not possible here – we look for another place · Housing desk · "
        "You get an answer before Thursday 17:00."
    ) in text(amal)
    with whole.database.transaction() as session:
        lateness.climb(session, now=whole.now + timedelta(days=4))
    whole.later(days=4)
    late = whole.phone(whole.everybody.amal)
    at_need(whole, late, WORK)
    assert "We are late. Sorry. New time: " in text(late)


def test_she_answers_the_question_of_the_desk_where_it_stands(
    amal: Phone, whole: WholeHouse
) -> None:
    need_id = at_need(whole, amal, HEALTH)
    assert words_in(amal, ".card .said") == [HER_WORDS]
    press(amal, "Send", a="My doctor is Dr. Peeters.")
    assert "Thank you. Your answer is sent." in text(amal)
    assert "My doctor is Dr. Peeters." in words_in(amal, ".said")
    with whole.database.transaction("read") as session:
        assert session.get_one(Need, need_id).state is NeedState.SENT


def test_an_answer_without_words_gets_words_beside_the_field(
    amal: Phone, whole: WholeHouse
) -> None:
    at_need(whole, amal, HEALTH)
    press(amal, "Send", a="  \u202e ")
    assert words_in(amal, ".error") == ["Write some words first."]
    assert HER_WORDS in words_in(amal, ".said"), "the question still stands there"


def test_she_adds_to_a_sent_need_and_a_double_tap_adds_once(amal: Phone, whole: WholeHouse) -> None:
    need_id = at_need(whole, amal, MONEY)
    press(amal, "Add something")
    tap = form_of(amal, "Send") | {"a": "The bank wrote again."}
    first = amal.send(tap).text
    assert amal.send(tap).text == first
    assert words_in(amal, ".said") == [HER_WORDS, "The bank wrote again."]
    with whole.database.transaction("read") as session:
        assert len(session.scalars(select(Addition).where(Addition.need_id == need_id)).all()) == 1


def test_what_is_too_long_to_add_stays_in_the_field(amal: Phone, whole: WholeHouse) -> None:
    need_id = at_need(whole, amal, MONEY)
    amal.go(f"/needs/{need_id}/add")
    press(amal, "Send", a="y" * 20_000)
    assert words_in(amal, ".error")[0].startswith("This is too long.")
    assert "y" * 20_000 in amal.page


def test_she_takes_a_need_back_after_reading_what_it_means(amal: Phone, whole: WholeHouse) -> None:
    need_id = at_need(whole, amal, HOME)
    press(amal, "Take this back")
    assert "Somebody who has read it still knows it." in text(amal)
    press(amal, "Yes, take it back")
    assert "You stopped this. You can ask again at any time." in text(amal)
    with whole.database.transaction("read") as session:
        assert session.get_one(Need, need_id).state is NeedState.STOPPED
    amal.do(f"/needs/{need_id}/take-back", f="another key")
    assert "This has changed meanwhile." in text(amal)


def test_a_need_that_is_over_takes_no_more_words(amal: Phone, whole: WholeHouse) -> None:
    need_id = at_need(whole, amal, STOPPED)
    assert not has_button(amal, "Add something")
    amal.do(f"/needs/{need_id}/add", a="One more thing", f="a key")
    assert "This has changed meanwhile." in text(amal)


@pytest.mark.parametrize("inner", ["", "/add", "/take-back"])
@pytest.mark.parametrize("whose", ["another's", "nobody's"])
def test_a_need_of_another_and_one_that_never_was_are_the_same(
    whole: WholeHouse, inner: str, whose: str
) -> None:
    bea = whole.phone(whole.everybody.bea)
    need_id = whole.everybody.ids["need"][MONEY] if whose == "another's" else uuid4()
    before = whole.rows()
    bea.go(f"/needs/{need_id}{inner}")
    assert (bea.heading, HER_WORDS in bea.page) == ("This is not here", False)
    if inner:
        bea.go("/needs")
        bea.do(f"/needs/{need_id}{inner}", a="words", f="a key")
        assert bea.heading == "This is not here"
    assert whole.rows() == before


def test_a_list_of_many_needs_asks_the_database_no_more_often(whole: WholeHouse) -> None:
    asked = {}
    for her in (whole.everybody.amal, whole.everybody.bea):
        phone = whole.phone(her)
        phone.go("/needs")
        with counted(whole.database) as statements:
            phone.go("/needs")
        asked[her.name] = len(statements)
    assert asked["Amal"] <= asked["Bea"] + 1
