"""Her interpreter: asked in plain words, seen before the talk, and judged after it."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from portal.domain.interpreters import RequestState
from portal.models import InterpreterRequest, Message
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.web.browser_stand_in import Phone
from tests.web.survivor.hands import has_button, press, text, words_in
from tests.web.whole_house import WholeHouse


@pytest.fixture(params=WITH_AND_WITHOUT_SCRIPT)
def phone(whole: WholeHouse, request: pytest.FixtureRequest) -> Phone:
    """Amal's phone."""
    return whole.phone(whole.everybody.amal, scripting=request.param)


def request_of(whole: WholeHouse, date_id: UUID) -> InterpreterRequest | None:
    with whole.database.transaction("read") as session:
        return session.scalar(
            select(InterpreterRequest).where(InterpreterRequest.appointment_id == date_id)
        )


def test_she_asks_with_words_and_without(whole: WholeHouse, phone: Phone) -> None:
    date_id = whole.everybody.ids["appointment"][3]
    phone.go(f"/dates/{date_id}/interpreter")
    assert phone.heading == "An interpreter"
    press(phone, "Ask for an interpreter", a="ar", b="From Aleppo", c="woman", d="phone", e="y",
          g="Fatima of the shop")  # fmt: skip
    assert "we look for somebody" in text(phone)
    kept = request_of(whole, date_id)
    assert kept is not None
    assert kept.said is not None
    assert b"Fatima" not in kept.said
    phone.go(f"/dates/{date_id}/interpreter")
    assert "Fatima of the shop" in phone.page
    press(phone, "I do not need an interpreter")
    kept = request_of(whole, date_id)
    assert kept is not None
    assert kept.state is RequestState.NOT_WANTED


@pytest.mark.parametrize(("reads", "chosen"), [("fr", "fr"), ("ar", "ar"), ("en", "")])
def test_the_language_that_she_reads_is_chosen_already_unless_her_service_speaks_it(
    whole: WholeHouse, reads: str, chosen: str
) -> None:
    with whole.database.transaction() as session:
        session.execute(update(InterpreterRequest).values(language=None))
    phone = whole.phone(whole.everybody.amal, reads)
    phone.go(f"/dates/{whole.everybody.ids['appointment'][3]}/interpreter")
    (language,) = phone.soup.select("select[name=a] option[selected]")
    assert language["value"] == chosen


def test_languages_have_their_own_names_and_no_english_ones(
    whole: WholeHouse, phone: Phone
) -> None:
    date_id = whole.everybody.ids["appointment"][3]
    phone.go(f"/dates/{date_id}/interpreter")
    names = words_in(phone, "select[name=a] option")
    assert {"العربية", "Soomaali", "ትግርኛ"} <= set(names)
    assert not [name for name in names if "(" in name]
    press(phone, "Ask for an interpreter", a="so")
    assert "we look for somebody Soomaali" in text(phone)
    assert "(Somali)" not in text(phone)


def test_what_she_said_before_comes_before_the_language_that_she_reads(
    whole: WholeHouse,
) -> None:
    phone = whole.phone(whole.everybody.amal, "fr")
    phone.go(f"/dates/{whole.everybody.ids['appointment'][3]}/interpreter")
    (language,) = phone.soup.select("select[name=a] option[selected]")
    assert language["value"] == "ar"


def test_she_sees_who_comes_and_says_yes(whole: WholeHouse, phone: Phone) -> None:
    date_id = whole.everybody.ids["appointment"][2]
    phone.go("/dates")
    assert "Samira · a woman · by phone" in text(phone)
    assert "Haddad" not in phone.page
    press(phone, "Yes")
    assert "You said yes to this person." in text(phone)
    kept = request_of(whole, date_id)
    assert kept is not None
    assert kept.state is RequestState.CONFIRMED
    press(phone, "Somebody else, please")
    assert "we look for somebody" in text(phone)
    assert "Samira · a woman" not in text(phone)


def test_of_a_talk_to_which_she_does_not_come_no_interpreter_is_told(phone: Phone) -> None:
    phone.go("/dates")
    assert "Samira · a woman" in text(phone)
    press(phone, "I cannot come")
    (card,) = (one for one in phone.soup.select(".card") if "You said: I cannot" in one.text)
    assert "Interpreter" not in card.text
    press(phone, "I can come after all")
    assert "we look for somebody" in text(phone)


def test_a_no_goes_to_her_case_director(whole: WholeHouse, phone: Phone) -> None:
    date_id = whole.everybody.ids["appointment"][0]
    phone.go("/dates")
    press(phone, f"How was the interpreter? {'Friday, 20 November 2026'}")
    assert "Did you feel safe with this person?" in text(phone)
    press(phone, "No")
    assert "Thank you. Els reads this." in text(phone)
    assert "Should Samira not come again?" in text(phone)
    press(phone, "Not this person again")
    browser = whole.browser(whole.everybody.staff["director"])
    browser.get(f"/staff/cases/{whole.everybody.amal.case_id}")
    assert "I did not feel safe with the interpreter Samira." in browser.words
    assert "She did not feel safe with this interpreter." in browser.words
    kept = request_of(whole, date_id)
    assert kept is not None
    assert kept.felt is not None
    phone.go("/dates")
    assert not has_button(phone, "How was the interpreter? Friday, 20 November 2026")


@pytest.mark.parametrize("words", ["Yes", "I do not want to answer"])
def test_any_other_answer_tells_nobody(whole: WholeHouse, words: str) -> None:
    phone = whole.phone(whole.everybody.amal)
    with whole.database.transaction("read") as session:
        before = len(session.scalars(select(Message.id)).all())
    phone.go(f"/dates/{whole.everybody.ids['appointment'][0]}/interpreter/after")
    press(phone, words)
    assert phone.heading == "Dates that are over"
    with whole.database.transaction("read") as session:
        assert len(session.scalars(select(Message.id)).all()) == before


def test_what_she_types_is_kept_for_later(whole: WholeHouse, phone: Phone) -> None:
    date_id = whole.everybody.ids["appointment"][3]
    phone.go(f"/dates/{date_id}/interpreter")
    press(phone, "Keep for later", b="From Aleppo")
    phone.go("/today")
    press(phone, "An interpreter")
    assert "From Aleppo" in phone.page
    press(phone, "Ask for an interpreter", b="x" * 101)
    assert "100 letters fit" in text(phone)
    assert request_of(whole, date_id) is None


def test_a_date_that_is_over_takes_no_request(whole: WholeHouse, phone: Phone) -> None:
    phone.go(f"/dates/{whole.everybody.ids['appointment'][0]}/interpreter")
    assert "This has changed meanwhile." in text(phone)


@pytest.mark.parametrize("part", ["", "/after"])
def test_a_date_of_another_is_none(whole: WholeHouse, part: str) -> None:
    phone = whole.phone(whole.everybody.bea)
    answer = phone.go(f"/dates/{whole.everybody.ids['appointment'][0]}/interpreter{part}")
    assert answer.status_code in (303, 404)
