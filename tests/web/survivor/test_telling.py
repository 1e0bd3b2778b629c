"""How we may reach her: nothing before her yes, and she reads the very words first."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.safe_contact import Channel, NeutralText
from portal.models import Decision, StaffMember
from portal.services.moderation import deciding
from portal.services.telling import sending
from portal.web.survivor.telling import NEUTRAL_WORDS
from tests.web.browser_stand_in import Phone, Typed
from tests.web.survivor.hands import acting, form_of, has_button, press, text
from tests.web.whole_house import WholeHouse

YES, NUMBER = "Yes, send me this", "+32 470 12 34 56"
OFFICE: Typed = {"d": ["0", "1", "2", "3", "4"], "e": "9", "g": "17"}
"""What the page offers: Monday to Friday, nine to five."""


@pytest.fixture
def bea(whole: WholeHouse) -> Phone:
    """Bea's phone; she never said yes to anything."""
    return whole.phone(whole.everybody.bea)


def says_yes(bea: Phone, whole: WholeHouse, **more: str | list[str]) -> None:
    """She says yes, and a colleague asked her about the number."""
    types(bea, **more)
    with acting(whole, whole.everybody.staff["moderator"]) as (session, colleague):
        deciding.accept(session, colleague, asked(whole), now=whole.now)
    bea.go("/telling")


def types(bea: Phone, **more: str | list[str]) -> None:
    """She, or whoever holds her phone."""
    bea.go("/telling/sms")
    press(bea, YES, **{"a": NUMBER, "b": "look", "c": "any", **more})


def chosen(bea: Phone, name: str) -> list[str]:
    """What is ticked already of one question."""
    return [str(one["value"]) for one in bea.soup.select(f'input[name="{name}"][checked]')]


def asked(whole: WholeHouse) -> UUID:
    """What waits about a new number or address."""
    with whole.database.transaction("read") as session:
        return session.scalars(
            select(Decision.id).where(
                Decision.kind == DecisionKind.CONTACT_CHANGE,
                Decision.state == DecisionState.WAITING,
            )
        ).one()


def test_what_a_colleague_wrote_with_her_yes_stands_beside_it(
    bea: Phone, whole: WholeHouse
) -> None:
    types(bea)
    with acting(whole, whole.everybody.staff["moderator"]) as (session, colleague):
        note = "Thank you for the call."
        deciding.accept(session, colleague, asked(whole), note=note, now=whole.now)
    bea.go("/telling")
    assert "Your yes counts until" in text(bea)
    assert "Thank you for the call." in text(bea)


def next_letter(whole: WholeHouse) -> sending.Letter | None:
    with whole.database.transaction() as session:
        return sending.take_next(session, tuple(Channel), now=whole.now)


def test_nothing_is_sent_until_she_says_yes(bea: Phone) -> None:
    bea.go("/more")
    press(bea, "How we can reach you We send nothing until you say yes")
    assert text(bea).count("We send nothing there.") == 2
    assert not has_button(bea, "Send me a test")


def test_she_reads_exactly_what_will_come_before_she_says_yes(
    bea: Phone, whole: WholeHouse
) -> None:
    bea.go("/telling/sms")
    for words in NEUTRAL_WORDS.values():
        assert str(words) in text(bea)
    assert "No name, no place, no link." in text(bea)
    says_yes(bea, whole)
    press(bea, "Send me a test")
    assert "A test is on its way." in text(bea)
    letter = next_letter(whole)
    assert letter is not None
    assert (letter.address, letter.words) == ("+32470123456", "Have a look when it suits you.")


def test_no_is_one_tap_and_leaves_nothing(bea: Phone, whole: WholeHouse) -> None:
    says_yes(bea, whole)
    press(bea, "Send me a test")
    press(bea, "No, send nothing")
    assert "Number and address are gone." in text(bea)
    assert "470" not in text(bea)
    bea.go("/telling/sms")
    assert form_of(bea, YES)["a"] == ""
    assert next_letter(whole) is None


@pytest.mark.parametrize(
    ("way", "typed", "answer"),
    [
        ("sms", "0470 12 34 56", "Which country is this number from?"),
        ("sms", "my phone", "This is not a phone number."),
        ("sms", "", "This is not a phone number."),
        ("email", "amal", "This is not an e-mail address."),
        ("email", "a@example.org\r\nBcc: b@example.org", "This is not an e-mail address."),
        ("email", "a" * 301, "This is too long."),
    ],
)
def test_a_wrong_address_is_said_beside_it_and_nothing_is_lost(
    bea: Phone, way: str, typed: str, answer: str
) -> None:
    bea.go(f"/telling/{way}")
    press(bea, YES, a=typed, b="news", c="any")
    assert answer in text(bea)
    assert str(form_of(bea, YES)["a"]).split() == typed.split()


def test_only_then_has_days_and_hours(bea: Phone, whole: WholeHouse) -> None:
    types(bea, c="then", d="2", e="18", g="18")
    assert "Choose a later hour here." in text(bea)
    says_yes(bea, whole, c="then", d="2", e="18", g="20")
    assert "Wednesday 18:00 – 20:00" in text(bea)
    bea.do("/more/language", a="ar")
    bea.go("/telling")
    assert '<bdi dir="rtl">18:00 – 20:00</bdi>' in bea.page, "by day: not from 20:00 to 18:00"
    bea.do("/more/language", a="en")
    bea.go("/telling")
    press(bea, "Send me a test")
    assert "The test waits to be sent. Wednesday 18:00" in text(bea)
    assert next_letter(whole) is None
    whole.now = whole.now.replace(day=25, hour=17)
    assert next_letter(whole) is not None


class TestWhenItMayCome:
    """A message that comes while somebody else holds her phone is what the hours are for."""

    def test_hours_are_the_first_choice_and_any_time_is_one_that_she_makes(
        self, bea: Phone
    ) -> None:
        bea.go("/telling/sms")
        assert chosen(bea, "c") == ["then"]
        types(bea, **{**OFFICE, "c": "any"})
        assert "It may come by day or night." in text(bea)
        bea.go("/telling/sms")
        assert chosen(bea, "c") == ["any"]

    @pytest.mark.parametrize("changed", [{"d": "2"}, {"e": "10"}, {"g": "12"}])
    def test_hours_that_she_changes_count_though_any_time_is_ticked_above_them(
        self, bea: Phone, changed: Typed
    ) -> None:
        types(bea, **{**OFFICE, "c": "any", **changed})
        assert "by day or night" not in text(bea)
        assert "Wednesday" in text(bea)
        bea.go("/telling/sms")
        assert chosen(bea, "c") == ["then"]

    def test_her_hours_end_when_she_says_any_time_and_leaves_them_as_they_are(
        self, bea: Phone
    ) -> None:
        types(bea, c="then", d="2", e="18", g="20")
        types(bea, c="any", d="2", e="18", g="20")
        assert "It may come by day or night." in text(bea)

    def test_any_time_on_no_day_is_any_time(self, bea: Phone) -> None:
        types(bea, c="any")
        assert "It may come by day or night." in text(bea)


def test_after_thirty_days_she_is_asked_again(bea: Phone, whole: WholeHouse) -> None:
    says_yes(bea, whole)
    whole.later(days=31)
    again = whole.phone(whole.everybody.bea)
    assert "Is it still safe?" in text(again)
    again.go("/telling")
    assert "30 days are over. We send nothing now." in text(again)
    press(again, "Yes, it is still safe")
    assert "Your yes counts until" in text(again)
    again.go("/today")
    assert "Is it still safe?" not in text(again)


def test_three_tests_an_hour_are_enough(bea: Phone, whole: WholeHouse) -> None:
    says_yes(bea, whole)
    for _ in range(4):
        whole.now += timedelta(seconds=1)
        press(bea, "Send me a test")
    assert "Wait an hour" in text(bea)


def test_what_is_half_typed_waits_for_her(bea: Phone, whole: WholeHouse) -> None:
    bea.go("/telling/email")
    press(bea, "Keep for later", a="bea@exa", b="look", c="any")
    assert "kept for 24 hours" in text(bea)
    assert next_letter(whole) is None
    bea.go("/today")
    press(bea, "How we can reach you")
    assert form_of(bea, YES)["a"] == "bea@exa"
    press(bea, YES, a="bea@example.org", b="look", c="any")
    bea.go("/today")
    assert not has_button(bea, "How we can reach you")


def test_a_way_that_nobody_knows_is_no_page(bea: Phone) -> None:
    bea.go("/telling/pigeon")
    assert bea.heading == "November 2026" or "pigeon" not in text(bea)


def test_the_texts_of_the_settings_are_the_texts_that_there_are() -> None:
    from portal.setting_values import neutral_texts

    codes = ",".join(one.value for one in NeutralText)
    assert set(neutral_texts(codes)) == set(NeutralText)


class TestANewNumber:
    """Whoever holds her unlocked phone can type his own: a colleague asks her first."""

    def says(self, whole: WholeHouse, act: str, words: str) -> None:
        """A colleague at the desk answers."""
        mona = whole.browser(whole.everybody.staff["moderator"])
        mona.get(f"/staff/desk/{asked(whole)}").submit(act, words=words)

    def test_it_waits_and_she_reads_for_what_and_until_when(
        self, bea: Phone, whole: WholeHouse
    ) -> None:
        types(bea)
        assert "One of us asks you first. Until then we send nothing." in text(bea)
        assert "We call a number that we know from before." in text(bea)
        assert "You get an answer before Tuesday 17:00" in text(bea)
        assert not has_button(bea, "Send me a test")
        bea.send({"do": "/telling/sms/test"})
        assert "Until then we send no test." in text(bea)
        assert next_letter(whole) is None

    def test_she_sees_who_can_read_it_while_it_waits_and_who_read_it(
        self, bea: Phone, whole: WholeHouse
    ) -> None:
        types(bea)
        bea.go("/sharing")
        for who in ("The desk", "Who leads this centre"):
            assert f"{who} To decide about something in your file. Your phone number" in text(bea)
        assert "Our computer" not in text(bea)
        self.says(whole, "Accept", "")
        bea.go("/sharing")
        assert "Our computer" in text(bea)
        assert "Who leads this centre To decide" not in text(bea)
        bea.go("/sharing/looked")
        assert "Your phone number" in text(bea)

    def test_a_no_says_so_without_blame_and_leaves_nothing(
        self, bea: Phone, whole: WholeHouse
    ) -> None:
        types(bea)
        self.says(whole, "Decline", "Tell us at your next talk.")
        bea.go("/telling")
        assert "We could not confirm this with you." in text(bea)
        assert "Tell us at your next talk." in text(bea)
        assert "470" not in text(bea)
        types(bea)
        assert "One of us asks you first." in text(bea)
        assert "We could not confirm" not in text(bea)

    def test_she_is_asked_something_and_her_answer_brings_it_back(
        self, bea: Phone, whole: WholeHouse
    ) -> None:
        types(bea)
        first = asked(whole)
        self.says(whole, "Give back with the note", "Is it your own phone?")
        mona = whole.browser(whole.everybody.staff["moderator"]).get("/staff/desk/waits-for-her")
        assert f"Change of her contact data Text message {whole.everybody.bea.case_number}" in (
            mona.words
        )
        bea.go("/today")
        press(bea, "We need to ask you something How we can reach you")
        assert "Is it your own phone?" in text(bea)
        press(bea, "Answer")
        press(bea, "Send", a=" ")
        assert "Write some words first." in text(bea)
        press(bea, "Keep for later", a="It is my")
        bea.go("/today")
        press(bea, "Your answer")
        assert form_of(bea, "Send")["a"] == "It is my"
        press(bea, "Send", a="It is my own.")
        assert "Your answer is sent." in text(bea)
        again = asked(whole)
        assert again != first
        mona = whole.browser(whole.everybody.staff["moderator"])
        answered = mona.get(f"/staff/desk/{again}").words
        assert "Is it your own phone? The answer It is my own." in answered
        bea.go("/telling/sms/answer")
        assert "This has changed meanwhile." in text(bea)

    def test_no_one_is_there_to_decide_and_nothing_typed_is_lost(
        self, bea: Phone, whole: WholeHouse
    ) -> None:
        with whole.database.transaction() as session:
            session.execute(update(StaffMember).values(left_at=whole.now))
        types(bea)
        assert "Nobody can decide this now." in text(bea)
        assert form_of(bea, YES)["a"] == NUMBER


def test_amal_sees_who_can_read_her_address(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    phone.go("/sharing")
    assert "Our computer" in text(phone)
    assert "Your e-mail address" in text(phone)
