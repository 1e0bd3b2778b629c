"""How it was, told without her name through the front door; and what everybody reads of it."""

import pytest
from sqlalchemy import select

from portal.models import AuditEvent, Feedback
from portal.services.feedback.giving import MOST
from tests.web.browser_stand_in import Phone
from tests.web.survivor.hands import acting, form_of, has_button, press, text
from tests.web.whole_house import WholeHouse

WORDS = "Nobody told me where to wait."
SEND = "Send without my name"


@pytest.fixture
def bea(whole: WholeHouse) -> Phone:
    """Bea's phone, at the page."""
    phone = whole.phone(whole.everybody.bea)
    phone.go("/feedback")
    return phone


def told(whole: WholeHouse) -> int:
    with whole.database.transaction("read") as session:
        return len(session.scalars(select(Feedback)).all())


def test_she_reads_first_what_becomes_of_it(bea: Phone) -> None:
    before, _, after = bea.page.partition("<textarea")
    for words in (
        "without your name and without your number",
        "The desk and the people who lead this centre read it. They read it next week.",
        "Nobody can answer you here. You cannot take it back: nobody knows whose it is.",
        "It is gone after 365 days.",
    ):
        assert words in before
    assert "Do you want an answer? Then write us a message." in after


def test_what_she_sends_leaves_nothing_but_words_of_nobody(whole: WholeHouse, bea: Phone) -> None:
    before = whole.rows()
    with whole.database.transaction("read") as session:
        acts = len(session.scalars(select(AuditEvent.id)).all())
    press(bea, SEND, a=WORDS)
    assert "Sent without your name. Thank you." in text(bea)
    assert form_of(bea, SEND)["a"] == ""
    after = whole.rows()
    assert {name for name in after if after[name] != before[name]} == {"feedback", "feedback_key"}
    with whole.database.transaction("read") as session:
        assert len(session.scalars(select(AuditEvent.id)).all()) == acts, "no act dates it"


def test_a_double_tap_counts_once_and_too_much_is_said_beside_the_field(
    whole: WholeHouse, bea: Phone
) -> None:
    before, form = told(whole), form_of(bea, SEND)
    for _ in range(2):
        bea.send({**form, "a": WORDS})
    assert told(whole) == before + 1
    for words in ("", " \n ", "x" * 4001):
        press(bea, SEND, a=words)
        assert bea.soup.select(".error"), words[:5]
    assert form_of(bea, SEND)["a"] == "x" * 4001, "nothing typed is lost"
    for number in range(1, MOST + 1):
        press(bea, SEND, a=f"{WORDS} {number}")
    assert "You told us a lot today. Come back later. Your words are still here." in text(bea)
    assert told(whole) == before + MOST


def test_it_waits_for_later_and_is_gone_when_sent(whole: WholeHouse, bea: Phone) -> None:
    press(bea, "Keep for later", a=WORDS)
    bea.go("/today")
    assert "Not sent yet Tell us how it was" in text(bea)
    press(bea, "Tell us how it was")
    press(bea, SEND)
    bea.go("/today")
    assert "Not sent yet" not in text(bea)
    bea.go("/feedback")
    assert not has_button(bea, "Forget these words")


def test_everybody_reads_what_is_published_in_a_language_that_is_named(whole: WholeHouse) -> None:
    amal = whole.phone(whole.everybody.amal, "ar")
    amal.go("/feedback/answers")
    (one,) = amal.soup.select("section.card")
    said = one.select("p[lang=en][dir=ltr]")
    assert [p.get_text() for p in said] == ["It is cold in the hall.", "We put a heater there."]
    assert "English" in one.get_text()
    bea = whole.phone(whole.everybody.bea, "nl")
    bea.go("/feedback/answers")
    assert "English" not in text(bea) and "Nederlands" not in text(bea)


def test_what_is_taken_down_is_read_by_nobody(whole: WholeHouse) -> None:
    from portal.domain.feedback import AnswerState
    from portal.models import FeedbackAnswer
    from portal.services.feedback import answers

    with acting(whole, whole.everybody.staff["coordinator"]) as (session, who):
        shown = FeedbackAnswer.state == AnswerState.PUBLISHED
        (answer_id,) = session.scalars(select(FeedbackAnswer.id).where(shown))
        answers.take_down(session, who, answer_id, now=whole.now)
    bea = whole.phone(whole.everybody.bea)
    bea.go("/feedback/answers")
    assert "We have not written anything here yet." in text(bea)
    assert has_button(bea, "Tell us how it was")
