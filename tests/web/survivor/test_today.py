"""What she comes home to, and what it costs the house to show it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.models import AuditEvent, Need
from portal.services.case_work import opening
from portal.services.entry import cards
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.people import READY
from tests.statements import counted
from tests.web.browser_stand_in import Phone
from tests.web.survivor.hands import acting, has_button, press, text, words_in
from tests.web.whole_house import WholeHouse


@pytest.fixture(params=WITH_AND_WITHOUT_SCRIPT)
def her_phone(whole: WholeHouse, request: pytest.FixtureRequest) -> Phone:
    """Amal's phone, on the first page."""
    return whole.phone(whole.everybody.amal, scripting=request.param)


@pytest.fixture
def newcomer(whole: WholeHouse) -> Phone:
    """The phone of a survivor who comes in for the first time."""
    new = cards.prepare(whole.app.extensions["house"])
    staff = whole.everybody.staff
    with acting(whole, staff["director"]) as (session, director):
        opening.open_case(
            session,
            director,
            new,
            name="Chloé",
            language="fr",
            case_director_id=staff["director"].account_id,
            stand_in_id=staff["stand_in"].account_id,
            readiness=READY,
            now=whole.now,
        )
    phone = whole.phone(None)
    phone.sign_in(new.number, "493817", new=True)
    return phone


def test_who_comes_for_the_first_time_is_welcome(newcomer: Phone) -> None:
    assert "Welcome. This place is yours." in text(newcomer)
    assert "last here" not in text(newcomer)


def test_she_reads_when_she_was_last_here(whole: WholeHouse) -> None:
    whole.phone(whole.everybody.amal)
    whole.later(hours=3)
    phone = whole.phone(whole.everybody.amal)
    assert "You were last here on Monday, 23 November 2026, 13:00." in text(phone)
    press(phone, "Was that not you? Tell us.")
    assert phone.heading == "Messages"


def test_the_next_date_stands_first_and_large(her_phone: Phone) -> None:
    assert words_in(her_phone, "h2.big") == ["Your next date Wednesday, 25 November 2026"]
    assert "14:00 in the afternoon" in words_in(her_phone, ".card")[0]
    press(her_phone, "I cannot come")
    assert her_phone.heading == "Your dates"
    her_phone.go("/today")
    assert words_in(her_phone, "h2.big") == ["Your next date Thursday, 26 November 2026"]


def test_she_reads_what_waits_for_her_and_when_she_gets_an_answer(her_phone: Phone) -> None:
    rows = words_in(her_phone, ".row")
    assert "27 new messages" in rows
    assert "I need a doctor We need to ask you something" in rows
    assert "I have questions about the law 2 wait for your yes" in rows
    # Sent on Monday noon: within three working days.
    assert "Help with money or debts You get an answer before Thursday 17:00." in rows
    assert not [row for row in rows if row.startswith("Someone sees my phone")], "she stopped it"


def test_a_promise_further_than_a_weekday_can_tell_names_the_day(whole: WholeHouse) -> None:
    far = datetime(2026, 12, 2, 16, 0, tzinfo=UTC)
    with whole.database.transaction() as session:
        for need in session.scalars(select(Need)):
            need.answer_before = far
    phone = whole.phone(whole.everybody.bea)
    assert "before Wednesday, 2 December 2026, 17:00." in text(phone)


def test_a_broken_promise_is_said_with_the_new_time_that_stands_at_the_need(
    whole: WholeHouse,
) -> None:
    whole.later(days=4)
    phone = whole.phone(whole.everybody.bea)
    (late,) = [row for row in words_in(phone, ".row") if "We are late. Sorry." in row]
    before, new_time = late.split(" New time: ")
    assert before == "Help with money or debts We are late. Sorry."
    press(phone, f"{late[:-1]} .")
    assert f"We are late. Sorry. New time: {new_time}" in text(phone)


def test_who_asked_for_nothing_yet_reads_what_to_do(newcomer: Phone) -> None:
    assert "You have no date yet." in text(newcomer)
    assert has_button(newcomer, "Say what I need")


def test_her_name_stands_nowhere_on_the_first_page(her_phone: Phone) -> None:
    assert "Amal" not in her_phone.page


@pytest.mark.parametrize("answer", ["Not sure", "I do not feel safe"])
def test_who_is_not_safe_reads_first_whom_to_call(her_phone: Phone, answer: str) -> None:
    press(her_phone, answer)
    numbers = [str(one["href"]) for one in her_phone.soup.select("main a")]
    assert numbers == ["tel:112", "tel:101", "tel:1712", "tel:080030030", "tel:106", "tel:107"]
    assert her_phone.heading == "Are you in danger now?"
    assert "This page calls nobody. Nobody here knows that you read it." in text(her_phone)
    press(her_phone, "Write a message")
    assert her_phone.heading == "Messages"


def test_nobody_is_told_how_safe_she_feels(her_phone: Phone, whole: WholeHouse) -> None:
    before = whole.rows()
    press(her_phone, "OK")
    assert "Good. We do not keep this answer." in text(her_phone)
    press(her_phone, "I do not feel safe")
    assert whole.rows() == before


def test_at_night_she_reads_that_nobody_reads(whole: WholeHouse) -> None:
    whole.now = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
    phone = whole.phone(whole.everybody.amal)
    press(phone, "I do not feel safe")
    assert "Now nobody reads it. In danger: 112." in text(phone)
    assert "Els answers you." in text(phone)


def test_a_said_that_nobody_wrote_says_nothing(her_phone: Phone) -> None:
    her_phone.go("/today?said=You+are+in+danger")
    assert not her_phone.soup.select(".notice-done")


def test_the_first_page_asks_the_database_eight_times_whatever_she_has(whole: WholeHouse) -> None:
    asked = {}
    for person in (whole.everybody.amal, whole.everybody.bea):
        phone = whole.phone(person)
        phone.go("/today")
        with counted(whole.database) as statements:
            phone.go("/today")
        # One more finds out who she is.
        asked[person.name] = len(statements) - 1
        assert not [one for one in statements if not one.startswith("SELECT")]
    assert asked["Amal"] <= 8
    assert asked["Bea"] <= asked["Amal"]


def test_an_opening_is_written_down_once_in_a_sign_in(whole: WholeHouse) -> None:
    def openings() -> int:
        with whole.database.transaction("read") as session:
            asked = select(func.count()).where(AuditEvent.kind == "folder_opened")
            return int(session.scalar(asked) or 0)

    phone = whole.phone(whole.everybody.amal)
    once = openings()
    for _ in range(3):
        phone.go("/today")
    assert openings() == once
    whole.phone(whole.everybody.amal)
    assert openings() == once + 1


def test_only_the_date_that_is_shown_is_opened(whole: WholeHouse) -> None:
    with acting(whole, whole.everybody.staff["housing"]) as (session, _):
        before = session.scalar(select(func.max(AuditEvent.at))) or whole.now
    whole.now = before + timedelta(hours=1)
    whole.phone(whole.everybody.amal)
    with whole.database.transaction("read") as session:
        opened = session.scalars(
            select(AuditEvent).where(AuditEvent.kind == "folder_opened", AuditEvent.at == whole.now)
        ).all()
    assert [one.facts["folder"] for one in opened] == ["referral"]
