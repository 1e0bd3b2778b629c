"""Saying what she needs, one question at a time: from her phone, as she does it."""

import pytest
from sqlalchemy import select

from portal.domain.needs import Category, HowSoon, Lane
from portal.domain.words import MAX_WORDS
from portal.models import Draft, Need
from portal.services.moderation import desk, lanes
from portal.services.needs import her_needs, stories
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.people import Person
from tests.web.browser_stand_in import Phone
from tests.web.furnishing import HER_WORDS
from tests.web.survivor.hands import acting, form_of, has_button, press, text, words_in
from tests.web.whole_house import WholeHouse


@pytest.fixture(params=WITH_AND_WITHOUT_SCRIPT)
def phone(whole: WholeHouse, request: pytest.FixtureRequest) -> Phone:
    """Bea's phone; she has asked for help with money before."""
    phone = whole.phone(whole.everybody.bea, scripting=request.param)
    phone.go("/needs")
    return phone


@pytest.fixture
def amal(whole: WholeHouse) -> Phone:
    """The phone of Amal, to whom everything has happened."""
    return whole.phone(whole.everybody.amal)


def of(whole: WholeHouse, her: Person) -> dict[Category, Need]:
    """Her needs, the last of each kind."""
    with whole.database.transaction("read") as session:
        asked = select(Need).where(Need.case_id == her.case_id).order_by(Need.sent_at)
        return {need.category: need for need in session.scalars(asked)}


def drafts_of(whole: WholeHouse, kind: str = "needs") -> list[bytes]:
    """What is kept half-way, as it lies in the database."""
    with whole.database.transaction("read") as session:
        return [draft.body for draft in session.scalars(select(Draft).where(Draft.kind == kind))]


def choose(phone: Phone, *wanted: Category) -> None:
    """Tick these cards and go on."""
    phone.go("/needs/begin")
    phone.send(form_of(phone, "Next") | {"a": [one.value for one in wanted]})


def test_she_says_what_she_needs_one_question_at_a_time(phone: Phone, whole: WholeHouse) -> None:
    press(phone, "Say what I need")
    assert phone.heading == "What do you need?"
    assert "We keep this for 24 hours, only for you." in text(phone)
    phone.send(form_of(phone, "Next") | {"a": ["home", "sleep"]})
    assert (phone.heading, words_in(phone, ".progress")) == (
        "I need a safe place to sleep",
        ["2 of 8"],
    )
    press(phone, "Next", a="this_week", c="Somewhere quiet 🙂")
    assert phone.heading == "I need help with my home"
    press(phone, "Skip this question")
    assert phone.heading == "What is most important now?"
    press(phone, "Next", a="sleep")
    assert phone.heading == "Do you want to stay, leave, or do you not know yet?"
    assert not phone.soup.select("input[checked]"), "no answer is chosen for her"
    press(phone, "Next", a="do_not_know")
    press(phone, "Next", a="Nobody should call my mother.")
    assert "Soomaali" in words_in(phone, "select option")
    press(phone, "Next", a="Soomaali (Somali)", b="a woman", c="y", d="no stairs")
    shown = text(phone)
    assert "Soomaali a woman" in shown, "staff read the name in English too, she need not"
    for words in ("Somewhere quiet 🙂", "Nobody should call my mother.", "a woman", "no stairs"):
        assert words in shown
    for words in ("Els, your contact person", "Karim, when", "The desk reads this to find"):
        assert words in shown
    assert "Police and prosecutor: no." in shown
    press(phone, "Send")
    assert words_in(phone, ".notice-done") == ["Sent."]
    sent = of(whole, whole.everybody.bea)
    assert sent[Category.SLEEP].how_soon is HowSoon.THIS_WEEK
    assert sent[Category.HOME].how_soon is HowSoon.UNSAID
    assert not drafts_of(whole)


def test_the_desk_reads_exactly_what_she_said(phone: Phone, whole: WholeHouse) -> None:
    choose(phone, Category.LAW)
    press(phone, "Next", a="information", c="May I take the children to Ghent?")
    press(phone, "Next", a="stay")
    press(phone, "Next", a="No court.")
    press(phone, "Next", a="", b="Tamazight of Nador", d="")
    press(phone, "Send")
    need = of(whole, whole.everybody.bea)[Category.LAW]
    with acting(whole, whole.everybody.staff["moderator"]) as (session, moderator):
        (waiting,) = [
            one
            for one in lanes.waiting(session, moderator, now=whole.now)
            if one.decision.need_id == need.id
        ]
        read = desk.open_need(session, moderator, waiting.decision.id, now=whole.now)
    assert read.story.own_words == "May I take the children to Ghent?"
    assert (read.closing["stay_or_leave"], read.closing["not_wanted"]) == ("stay", "No court.")
    assert read.closing["interpreter"] == "Tamazight of Nador"


def test_every_question_can_be_skipped(phone: Phone, whole: WholeHouse) -> None:
    choose(phone, Category.WORK, Category.PHONE)
    for _question in range(6):
        if not has_button(phone, "Skip this question"):
            break
        press(phone, "Skip this question")
    assert phone.heading == "Read this before you send"
    press(phone, "Send")
    assert {Category.WORK, Category.PHONE} <= of(whole, whole.everybody.bea).keys()


def test_safety_today_shows_the_numbers_before_anything_else(phone: Phone) -> None:
    choose(phone, Category.SAFETY, Category.WORK)
    press(phone, "Next", a="today")
    shown = text(phone)
    assert shown.startswith("In danger now? ")
    assert [link["href"] for link in phone.soup.select("main a")] == ["tel:112", "tel:101"]
    assert shown.index("112") < shown.index("Work, school")
    press(phone, "Next", a="later")
    assert "In danger now?" not in text(phone), "it is said once, and again before sending"


def test_a_child_in_danger_is_asked_and_comes_first(phone: Phone, whole: WholeHouse) -> None:
    choose(phone, Category.CHILD)
    assert "Is a child in danger now?" in text(phone)
    press(phone, "Next", a="later", b="yes")
    assert text(phone).startswith("In danger now? ")
    for _question in range(3):
        press(phone, "Next")
    press(phone, "Send")
    assert of(whole, whole.everybody.bea)[Category.CHILD].lane is Lane.RED


@pytest.mark.parametrize(
    ("category", "said"),
    [
        (Category.FEEL, "1813"),
        (Category.PHONE, "Use another device for this, if you can."),
        (Category.POLICE, "You also get help without the police."),
    ],
)
def test_some_needs_say_one_thing_first(amal: Phone, category: Category, said: str) -> None:
    amal.go("/needs")
    choose(amal, category)
    assert said in text(amal)


def test_the_first_week_is_said_to_her_who_needs_a_doctor(phone: Phone) -> None:
    choose(phone, Category.HEALTH)
    assert "After sexual violence, see a doctor in the first 7 days." in text(phone)


def test_what_she_left_half_way_is_offered_and_goes_on_where_she_was(
    phone: Phone, whole: WholeHouse
) -> None:
    choose(phone, Category.HOME, Category.SLEEP)
    press(phone, "Next", a="later", c=HER_WORDS)
    again = whole.phone(whole.everybody.bea)
    again.go("/needs/begin")
    assert again.heading == "You have started before"
    press(again, "Go on")
    assert again.heading == "I need help with my home"
    press(again, "Back")
    assert HER_WORDS in text(again)


def test_half_way_answers_lie_sealed_and_are_gone_after_a_day(
    phone: Phone, whole: WholeHouse
) -> None:
    choose(phone, Category.HOME)
    press(phone, "Next", c=HER_WORDS)
    assert drafts_of(whole)
    assert not any(HER_WORDS.encode() in body for body in drafts_of(whole))
    whole.later(hours=25)
    again = whole.phone(whole.everybody.bea)
    again.go("/needs/begin")
    assert again.heading == "What do you need?"
    assert not again.soup.select("input[checked]")


def test_forget_this_forgets_in_one_tap_on_every_question(phone: Phone, whole: WholeHouse) -> None:
    choose(phone, Category.HOME)
    for _question in range(4):
        assert has_button(phone, "Forget this"), phone.heading
        press(phone, "Next")
    assert phone.heading == "Read this before you send"
    press(phone, "Forget this")
    assert "Your answers are gone." in text(phone)
    assert not drafts_of(whole)
    assert Category.HOME not in of(whole, whole.everybody.bea)


def test_forgetting_needs_keeps_the_message_that_she_has_not_sent(
    amal: Phone, whole: WholeHouse
) -> None:
    choose(amal, Category.SLEEP)
    press(amal, "Forget this")
    assert drafts_of(whole, "message")


def test_she_changes_one_answer_and_is_back_where_she_read(phone: Phone) -> None:
    choose(phone, Category.HOME)
    for _question in range(4):
        press(phone, "Next")
    press(phone, "Change")
    assert phone.heading == "I need help with my home"
    press(phone, "Next", a="today", c="Now I know better.")
    assert phone.heading == "Read this before you send"
    assert "Now I know better." in text(phone)


def test_another_need_chosen_at_the_end_is_asked_about(phone: Phone) -> None:
    choose(phone, Category.HOME)
    press(phone, "Next", c="The lock.")
    for _question in range(3):
        press(phone, "Next")
    press(phone, "Choose other needs")
    phone.send(form_of(phone, "Next") | {"a": ["home", "work"]})
    assert phone.heading == "I need help with my home"
    assert "The lock." in text(phone)


def test_choosing_nothing_gets_words_beside_the_cards(phone: Phone, whole: WholeHouse) -> None:
    phone.go("/needs/begin")
    press(phone, "Next")
    assert words_in(phone, ".error") == ["Choose at least one."]
    assert not drafts_of(whole)


def test_what_she_asked_for_already_is_not_offered_and_refused_in_words(phone: Phone) -> None:
    phone.go("/needs/begin")
    assert not phone.soup.select("input[value=money]")
    assert "You already asked for" in text(phone)
    phone.send(form_of(phone, "Next") | {"a": ["money"]})
    (said,) = words_in(phone, ".error")
    assert said.startswith("You already asked for this.")


def test_a_kind_of_need_that_does_not_exist_is_not_here(phone: Phone) -> None:
    choose(phone, Category.HOME)
    phone.go("/needs/new/about/weapons")
    assert phone.heading == "This is not here"
    phone.go("/needs/new/choose")
    phone.send(form_of(phone, "Next") | {"a": ["weapons", "\ufffd"]})
    assert words_in(phone, ".error") == ["Choose at least one."]


def test_a_question_of_a_visit_that_was_forgotten_begins_anew(phone: Phone) -> None:
    phone.go("/needs/new/plan")
    assert phone.heading == "What do you need?"


def test_a_double_tap_on_send_sends_once(phone: Phone, whole: WholeHouse) -> None:
    choose(phone, Category.WORK)
    for _question in range(4):
        press(phone, "Next")
    tap = form_of(phone, "Send")
    first = phone.send(tap).text
    assert phone.send(tap).text == first
    with acting(whole, whole.everybody.bea) as (session, bea):
        sent = [need.category for need in her_needs.open_needs(session, bea)]
    assert sent.count(Category.WORK) == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("   \n\t ", None),
        ("", None),
        ("\u202eevil\u202c words\u0000", "evil words"),
        ("🙂 مرحبا \u2067x\u2069", "🙂 مرحبا x"),
        ("line one\r\nline two", "line one\nline two"),
    ],
)
def test_odd_words_are_cleaned_and_odd_silence_is_silence(
    amal: Phone, whole: WholeHouse, typed: str, kept: str | None
) -> None:
    choose(amal, Category.SLEEP)
    press(amal, "Next", c=typed)
    for _question in range(3):
        press(amal, "Next")
    press(amal, "Send")
    need = of(whole, whole.everybody.amal)[Category.SLEEP]
    with acting(whole, whole.everybody.amal) as (session, her):
        story = stories.story(session, her, need, purpose="own_needs", now=whole.now)
    assert story.own_words == kept


def test_a_lone_surrogate_breaks_nothing(amal: Phone, whole: WholeHouse) -> None:
    choose(amal, Category.SLEEP)
    do = form_of(amal, "Next")
    body = f"k={amal.page_key}&do={do['do']}&f={do['f']}&c=one%ED%A0%80two"
    answer = amal.client.post(
        "/", data=body, content_type="application/x-www-form-urlencoded", headers={"X-Part": "1"}
    )
    assert answer.status_code == 200
    assert "stay, leave" in answer.text


@pytest.mark.parametrize("place", ["about", "not_wanted", "at_the_talk"])
def test_twenty_thousand_letters_are_refused_and_nothing_is_lost(amal: Phone, place: str) -> None:
    choose(amal, Category.SLEEP)
    field = {"about": "c", "not_wanted": "a", "at_the_talk": "d"}[place]
    amal.go(f"/needs/new/{place}/sleep" if place == "about" else f"/needs/new/{place}")
    press(amal, "Next", **{field: "x" * 20_000})
    (said,) = words_in(amal, ".error")
    assert said.startswith("This is too long.")
    assert "x" * 20_000 in amal.page
    assert not amal.soup.select("[maxlength]"), "a browser would cut what she pastes"
    press(amal, "Next", **{field: "x" * MAX_WORDS})
    assert not words_in(amal, ".error")


def test_nothing_asks_what_happened(amal: Phone) -> None:
    choose(amal, *(Category(one) for one in ("safety", "sleep", "feel", "police", "family")))
    asked = []
    while amal.heading != "Read this before you send":
        asked += words_in(amal, "label, legend, h1")
        press(amal, "Next")
    for word in ("happened", "violence", "hit", "hurt", "incident", "when did"):
        assert not any(word in words.lower() for words in asked)
