"""What she types is kept for her: when she asks for it, when the page hides, when she leaves."""

import pytest

from portal.domain.needs import Category
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.people import NOON
from tests.web.browser_stand_in import Phone
from tests.web.browsers import forms_in, send
from tests.web.survivor.hands import form_of, has_button, press, text
from tests.web.whole_house import WholeHouse

WORDS = "I wanted to say something else"
KEPT = "Your words are kept for 24 hours. Only you can read them."


@pytest.fixture(params=WITH_AND_WITHOUT_SCRIPT)
def bea(request: pytest.FixtureRequest, whole: WholeHouse) -> Phone:
    """Bea's phone: she has asked for money, and nothing else is half-way."""
    return whole.phone(whole.everybody.bea, scripting=request.param)


def comes_again(whole: WholeHouse, phone: Phone) -> Phone:
    """The same woman, at her next sign-in."""
    phone.do("/front/leave")
    return whole.phone(whole.everybody.bea, scripting=phone.scripting)


def chooses_home(phone: Phone) -> None:
    """As far as the question about a home."""
    phone.go("/needs/new/choose")
    (form, *_) = [one for one in forms_in(phone.soup, "") if "choose" in one.do]
    send(phone, form, [("a", Category.HOME.value)])


def goes_to_her_need(phone: Phone) -> None:
    """To the page on which she adds to what she asked for."""
    phone.go("/needs")
    row = phone.soup.select_one("main button.row[name=to]")
    assert row is not None
    phone.go(f"{row['value']}/add")


def test_a_message_waits_and_today_says_so(whole: WholeHouse, bea: Phone) -> None:
    bea.go("/messages")
    for _ in range(2):
        press(bea, "Keep for later", a=WORDS)
        assert KEPT in text(bea)
    again = comes_again(whole, bea)
    assert "Not sent yet Your message" in text(again)
    press(again, "Your message")
    assert form_of(again, "Send")["a"] == WORDS
    press(again, "Send", a=WORDS)
    assert text(again).count(WORDS) == 1
    again.go("/today")
    assert "Not sent yet" not in text(again)


def test_an_answer_about_a_need_waits(whole: WholeHouse, bea: Phone) -> None:
    chooses_home(bea)
    press(bea, "Keep for later", c=WORDS)
    assert bea.heading == "What I need"
    assert "Your answers are still here. Only you can see them." in text(bea)
    again = comes_again(whole, bea)
    press(again, "What I need")
    assert has_button(again, "Go on")
    again.go("/needs/new/about/home")
    assert WORDS in again.page


def test_nothing_chosen_is_nothing_to_keep(bea: Phone) -> None:
    bea.go("/needs/new/choose")
    press(bea, "Keep for later")
    assert bea.heading == "What I need"
    assert "You have started before" not in text(bea)


def test_an_addition_waits_with_its_need(whole: WholeHouse, bea: Phone) -> None:
    goes_to_her_need(bea)
    press(bea, "Keep for later", a=WORDS)
    assert KEPT in text(bea)
    again = comes_again(whole, bea)
    assert "Not sent yet Add something" in text(again)
    goes_to_her_need(again)
    assert form_of(again, "Send")["a"] == WORDS
    press(again, "Send", a=WORDS)
    assert WORDS in text(again)
    goes_to_her_need(again)
    assert form_of(again, "Send")["a"] == ""


def test_words_taken_out_are_forgotten(bea: Phone) -> None:
    bea.go("/messages")
    press(bea, "Keep for later", a=WORDS)
    press(bea, "Keep for later", a=" ")
    assert "Your words are gone." in text(bea)
    assert WORDS not in bea.page


def test_who_has_kept_may_still_send_the_same_form(bea: Phone) -> None:
    bea.go("/messages")
    form = form_of(bea, "Send")
    bea.send({**form, "a": WORDS, "s": "1"})
    for _ in range(2):
        bea.send({**form, "a": WORDS})
    bea.go("/messages")
    assert text(bea).count(WORDS) == 1
    assert form_of(bea, "Send")["a"] == ""


# What the script says in passing.


@pytest.mark.parametrize("act", ["/front/leave", "/front/cover"])
def test_what_was_half_typed_is_kept_as_the_page_goes_out_of_sight(
    whole: WholeHouse, act: str
) -> None:
    phone = whole.phone(whole.everybody.bea)
    phone.go("/messages")
    form = form_of(phone, "Send")
    answer = phone.post(
        {"k": form["k"], "f": form["f"], "a": WORDS, "do": act, "s": "/messages/write"}
    )
    assert answer.status_code == 204
    phone.go("/messages")
    assert phone.heading != "Messages"
    again = whole.phone(whole.everybody.bea)
    again.go("/messages")
    assert form_of(again, "Send")["a"] == WORDS


def test_what_was_half_typed_is_kept_when_she_goes_elsewhere(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.bea)
    phone.go("/messages")
    form = form_of(phone, "Send")
    kept = {"k": form["k"], "f": form["f"], "a": WORDS, "s": "/messages/write"}
    phone.send({**kept, "to": "/dates"})
    assert phone.heading == "Your dates"
    phone.go("/messages")
    assert form_of(phone, "Send")["a"] == WORDS


def test_what_was_sent_is_not_kept_again(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.bea)
    phone.go("/messages")
    form = form_of(phone, "Send")
    phone.send({**form, "a": WORDS})
    phone.post(
        {"k": form["k"], "f": form["f"], "a": WORDS, "do": "/front/leave", "s": "/messages/write"}
    )
    again = whole.phone(whole.everybody.bea)
    assert "Not sent yet" not in text(again)


@pytest.mark.parametrize("path", ["/staff/desk", "//x", "https://x", "/front/leave", "/none", "\0"])
def test_a_strange_form_is_not_followed(whole: WholeHouse, path: str) -> None:
    phone = whole.phone(whole.everybody.bea)
    before = whole.rows()
    answer = phone.post({"k": phone.page_key, "a": WORDS, "do": "/front/cover", "s": path})
    assert answer.status_code == 204
    assert whole.rows() == before


def test_a_dead_page_keeps_nothing(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.bea)
    key = phone.page_key
    phone.do("/front/leave")
    before = whole.rows()
    phone.post({"k": key, "a": WORDS, "do": "/front/leave", "s": "/messages/write"})
    assert whole.rows() == before


def test_too_late_words_are_not_kept_either(whole: WholeHouse, bea: Phone) -> None:
    bea.go("/messages")
    whole.later(hours=1)
    press(bea, "Keep for later", a=WORDS)
    assert bea.heading == "November 2026"
    assert WORDS not in bea.page
    assert whole.now > NOON
