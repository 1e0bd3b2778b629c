"""One thread with her case team: what is sent, seen, kept, taken back, and who answers."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal.i18n import catalogues
from portal.models import Draft, Leave, Message, Thread
from portal.services import messages
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.people import Person
from tests.statements import counted
from tests.web.browser_stand_in import Phone
from tests.web.furnishing import HER_WORDS
from tests.web.page_lint import LATER_PART, weight
from tests.web.survivor.hands import (
    acting,
    form_of,
    has_button,
    press,
    staff_read,
    staff_write,
    text,
    words_in,
)
from tests.web.whole_house import WholeHouse

TYPED = "Can we talk on Thursday?"
CALENDAR = "November 2026"


@pytest.fixture(params=WITH_AND_WITHOUT_SCRIPT)
def her_phone(whole: WholeHouse, request: pytest.FixtureRequest) -> Phone:
    """Amal's phone, showing her messages."""
    phone = whole.phone(whole.everybody.amal, scripting=request.param)
    phone.go("/messages")
    return phone


def of(whole: WholeHouse, person: Person) -> list[Message]:
    """Every message that somebody wrote, to or in a thread of her own, the newest first."""
    hers = person if person.case_id else whole.everybody.amal
    with whole.database.transaction("read") as session:
        asked = (
            select(Message)
            .join(Thread, Thread.id == Message.thread_id)
            .where(Message.author_id == person.account_id, Thread.case_id == hers.case_id)
            .order_by(Message.number.desc())
        )
        return list(session.scalars(asked))


def kept_words(whole: WholeHouse) -> int:
    """How many drafts of messages lie in the house."""
    with whole.database.transaction("read") as session:
        return len(session.scalars(select(Draft.id).where(Draft.kind == "message")).all())


def test_what_she_sends_stands_on_top_and_nobody_has_seen_it(her_phone: Phone) -> None:
    press(her_phone, "Send", a=TYPED)
    assert "Your message is sent." in text(her_phone)
    assert words_in(her_phone, ".said")[0] == TYPED
    assert "Not seen yet" in words_in(her_phone, ".by")[0]


def test_a_double_tap_sends_one_message(her_phone: Phone, whole: WholeHouse) -> None:
    before = len(of(whole, whole.everybody.amal))
    tap = form_of(her_phone, "Send") | {"a": TYPED}
    her_phone.send(tap)
    first = text(her_phone)
    her_phone.send(tap)
    assert text(her_phone) == first
    assert len(of(whole, whole.everybody.amal)) == before + 1


def test_the_page_shows_the_newest_messages_first(her_phone: Phone) -> None:
    newest = words_in(her_phone, ".said")
    assert has_button(her_phone, "Older messages")
    assert not has_button(her_phone, "Newer messages")
    press(her_phone, "Older messages")
    assert len(newest + words_in(her_phone, ".said")) == 54
    assert not has_button(her_phone, "Older messages")
    press(her_phone, "Newer messages")
    assert words_in(her_phone, ".said") == newest


def test_fifty_short_messages_stand_on_one_page(whole: WholeHouse) -> None:
    with acting(whole, whole.everybody.amal) as (session, her):
        for one in range(51):
            messages.write(session, her, her.her_case_id, f"Word {one}", now=whole.now)
    phone = whole.phone(whole.everybody.amal)
    phone.go("/messages")
    assert words_in(phone, ".said") == [f"Word {one}" for one in range(50, 0, -1)]


@pytest.mark.parametrize("language", ["ar", pytest.param("nl", marks=pytest.mark.real)])
@pytest.mark.parametrize(
    "length", [90, *(pytest.param(one, marks=pytest.mark.real) for one in (20, 400, 4000))]
)
def test_a_page_of_long_messages_stays_light_and_each_message_is_on_one_page(
    whole: WholeHouse, language: str, length: int
) -> None:
    bea = whole.everybody.bea
    said = [words_of(language, length, one) for one in range(50)]
    with acting(whole, bea) as (session, her):
        for words in said:
            messages.write(session, her, her.her_case_id, words, now=whole.now)
    phone = whole.phone(bea, language)
    shown: list[str] = []
    turned: dict[str, str | list[str]] = {"to": "/messages"}
    while turned:
        packed = phone.post({"k": phone.page_key, **turned}, **{"Accept-Encoding": "gzip"})
        assert weight(packed) <= LATER_PART
        phone.page = gzip.decompress(packed.data).decode()
        shown += words_in(phone, ".said")
        older = phone.soup.select("button[value*='?before=']")
        turned = {"to": str(older[0]["value"])} if older else {}
    assert shown[:50] == said[::-1]


def words_of(language: str, length: int, one: int) -> str:
    """Ordinary words of a language, not the same twice: what repeats itself weighs nothing."""
    spoken = catalogues.path(language).read_text("utf-8")
    known = sorted({word for said in re.findall(r'^msgstr "(.*)"', spoken, re.M)
                    for word in said.split() if word.isalpha()})  # fmt: skip
    lots = Random(one)
    return f"{one} {' '.join(lots.choices(known, k=length))}"[:length].strip()


@pytest.mark.parametrize("edge", ["0", "-1", "99999999999999999999", "x", "1"])
def test_an_impossible_place_in_the_thread_is_no_accident(whole: WholeHouse, edge: str) -> None:
    phone = whole.phone(whole.everybody.amal)
    for name in ("before", "after"):
        assert phone.go(f"/messages?{name}={edge}").status_code == 200
        assert phone.heading == "Messages"


def test_a_message_counts_as_seen_when_it_is_shown_and_not_when_it_is_listed(
    whole: WholeHouse,
) -> None:
    phone = whole.phone(whole.everybody.amal)
    unseen = [one for one in of(whole, whole.everybody.staff["director"]) if not one.seen_at]
    assert f"{len(unseen)} new messages" in text(phone)
    phone.go("/messages")
    shown = len(words_in(phone, ".said"))
    left = [one for one in of(whole, whole.everybody.staff["director"]) if not one.seen_at]
    # The oldest are on the page behind; every other one of them is hers.
    assert [one.number for one in left] == [one for one in range(54 - shown, 0, -1) if one % 2]
    phone.go("/today")
    assert f"{len(left)} new messages" in text(phone)
    phone.go(f"/messages?before={55 - shown}")
    phone.go("/today")
    assert "new message" not in text(phone)


def test_new_messages_are_marked_once(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    phone.go("/messages")
    staff_write(whole, whole.everybody.staff["director"], "Good morning.")
    whole.later(minutes=1)
    phone.go("/messages")
    assert words_in(phone, ".mark") == ["New"]
    whole.later(minutes=1)
    phone.go("/messages")
    assert words_in(phone, ".mark") == []


def test_she_reads_who_saw_her_message_and_when(her_phone: Phone, whole: WholeHouse) -> None:
    press(her_phone, "Send", a=TYPED)
    whole.later(minutes=5)
    staff_read(whole, whole.everybody.staff["stand_in"])
    whole.later(minutes=1)
    her_phone.go("/messages")
    assert words_in(her_phone, ".by")[0] == "You · 13:00 · Seen by Karim Monday 13:05"
    assert not has_button(her_phone, "Take back")


def test_an_answer_carries_a_name_and_a_service(her_phone: Phone, whole: WholeHouse) -> None:
    staff_write(whole, whole.everybody.staff["director"], "Yes, Thursday.")
    her_phone.go("/messages")
    assert words_in(her_phone, ".said")[0] == "Yes, Thursday."
    assert words_in(her_phone, ".by")[0] == "Els · Centre work · 13:00 New"


def test_she_takes_back_what_nobody_read_and_its_words_are_gone_from_the_house(
    her_phone: Phone, whole: WholeHouse
) -> None:
    press(her_phone, "Send", a=TYPED)
    sealed = of(whole, whole.everybody.amal)[0].body
    assert sealed
    press(her_phone, "Take back")
    assert "Its words are gone." in text(her_phone)
    assert TYPED not in text(her_phone)
    assert words_in(her_phone, ".by")[0] == "13:00 · You took this message back."
    taken = of(whole, whole.everybody.amal)[0]
    assert taken.body is None
    with whole.reading() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert sealed not in (whole.directory / "portal.db").read_bytes()


def test_what_was_read_a_moment_ago_cannot_be_taken_back(
    her_phone: Phone, whole: WholeHouse
) -> None:
    press(her_phone, "Send", a=TYPED)
    tap = form_of(her_phone, "Take back")
    staff_read(whole, whole.everybody.staff["director"])
    her_phone.send(tap)
    assert "Somebody read this message just now. It stays." in text(her_phone)
    assert TYPED in text(her_phone)


def test_the_messages_of_another_survivor_are_not_found(whole: WholeHouse) -> None:
    theirs = of(whole, whole.everybody.amal)[0].id
    phone = whole.phone(whole.everybody.bea)
    before = whole.rows()
    answers = []
    for message_id in (theirs, uuid4(), UUID(int=0)):
        phone.do(f"/messages/{message_id}/take-back")
        answers.append(phone.heading)
    assert answers == ["This is not here"] * 3
    assert whole.rows() == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Write some words first."),
        (" \n\t \u200b\u2003", "Write some words first."),
        ("\u202e\u2066\x00", "Write some words first."),
        ("a" * 20_000, "This is too long."),
    ],
)
def test_what_cannot_be_sent_has_a_sentence_and_nothing_typed_is_lost(
    whole: WholeHouse, typed: str, said: str
) -> None:
    phone = whole.phone(whole.everybody.bea)
    phone.go("/messages")
    before = len(of(whole, whole.everybody.bea))
    press(phone, "Send", a=typed)
    assert phone.heading == "Messages"
    assert words_in(phone, ".error")[0].startswith(said)
    assert phone.soup.select_one("details[open]"), "the field stays open"
    if typed.strip():
        assert form_of(phone, "Send")["a"] == typed.replace("\x00", "")
    assert len(of(whole, whole.everybody.bea)) == before


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("مرحبا، هل يمكن؟", "مرحبا، هل يمكن؟"),
        ("Ok 🙏👩‍👧", "Ok 🙏👩‍👧"),
        ("safe\u202eefas\u202c", "safeefas"),
        ("one\x00two", "onetwo"),
        ("<script>alert(1)</script> & 'x'", "<script>alert(1)</script> & 'x'"),
        ("first\r\nsecond", "first second"),
    ],
)
def test_her_words_come_back_as_she_meant_them(whole: WholeHouse, typed: str, read: str) -> None:
    phone = whole.phone(whole.everybody.bea)
    phone.go("/messages")
    press(phone, "Send", a=typed)
    assert words_in(phone, ".said")[0] == read
    assert phone.soup.select(".said")[0]["dir"] == "auto"


def test_a_lone_surrogate_is_sent_as_a_sign_that_can_be_read(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.bea)
    phone.go("/messages")
    tap = form_of(phone, "Send") | {"a": b"hi \xed\xa0\x80 there"}
    phone.send(tap)  # type: ignore[arg-type]
    assert "there" in words_in(phone, ".said")[0]


@pytest.mark.real
def test_who_writes_very_much_waits_and_loses_no_word(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.bea)
    phone.go("/messages")
    for number in range(messages.MESSAGES_PER_SPAN):
        press(phone, "Send", a=f"{number}")
    press(phone, "Send", a=TYPED)
    assert words_in(phone, ".error") == [
        "You wrote many messages. Wait a few minutes. Your words are still here."
    ]
    assert form_of(phone, "Send")["a"] == TYPED
    whole.later(minutes=9)
    phone.go("/today")
    whole.later(minutes=2)
    phone.go("/messages")
    press(phone, "Send", a=TYPED)
    assert words_in(phone, ".said")[0] == TYPED


def test_words_kept_for_later_come_back_and_sending_forgets_them(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.bea)
    phone.go("/messages")
    assert not phone.soup.select_one("details[open]")
    press(phone, "Keep for later", a="I wanted to say")
    assert "kept for 24 hours" in text(phone)
    phone.do("/front/leave")
    later = whole.phone(whole.everybody.bea)
    later.go("/messages")
    assert form_of(later, "Send")["a"] == "I wanted to say"
    assert later.soup.select_one("details[open]")
    press(later, "Send", a="I wanted to say hello")
    assert form_of(later, "Send")["a"] == ""
    assert kept_words(whole) == 1, "only Amal's are left"


def test_kept_words_are_forgotten_at_a_tap_or_after_a_day(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    phone.go("/messages")
    assert form_of(phone, "Send")["a"] == HER_WORDS
    press(phone, "Forget these words")
    assert "Your words are gone." in text(phone)
    assert kept_words(whole) == 0
    press(phone, "Keep for later", a="again")
    whole.later(hours=25)
    phone = whole.phone(whole.everybody.amal)
    phone.go("/messages")
    assert form_of(phone, "Send")["a"] == ""


def test_keeping_an_empty_field_forgets_what_was_kept(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    phone.go("/messages")
    press(phone, "Keep for later", a="  ")
    assert kept_words(whole) == 0


def test_words_that_are_too_long_to_send_can_be_kept(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.bea)
    phone.go("/messages")
    press(phone, "Keep for later", a="b" * 20_000)
    assert form_of(phone, "Send")["a"] == "b" * 20_000


def test_who_holds_the_phone_after_ten_minutes_sees_nothing_of_what_was_typed(
    her_phone: Phone, whole: WholeHouse
) -> None:
    before = len(of(whole, whole.everybody.amal))
    tap = form_of(her_phone, "Send") | {"a": TYPED}
    whole.later(minutes=11)
    her_phone.send(tap)
    assert her_phone.heading == CALENDAR
    assert TYPED not in her_phone.page
    assert len(of(whole, whole.everybody.amal)) == before


def test_she_reads_when_somebody_reads_and_when_nobody_does(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    phone.go("/messages")
    assert "We read this from 09:00 to 17:00. In danger: 112." in text(phone)
    whole.now = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)
    phone = whole.phone(whole.everybody.amal)
    phone.go("/messages")
    assert (
        "We read this from 09:00 to 17:00. Now nobody reads it. In danger: 112. "
        "We read it again: Monday 09:00." in text(phone)
    )


def test_the_one_who_stands_in_is_named_while_the_case_director_is_away(
    whole: WholeHouse,
) -> None:
    phone = whole.phone(whole.everybody.amal)
    phone.go("/messages")
    assert "Els answers you." in text(phone)
    with whole.database.transaction() as session:
        els = whole.everybody.staff["director"].account_id
        day = whole.now.date()
        away = Leave(account_id=els, from_day=day, until_day=day + timedelta(days=11))
        away.is_sick, away.entered_by_id, away.entered_at = False, els, whole.now
        session.add(away)
    phone.go("/messages")
    assert "Until Friday, 4 December 2026 : Karim." in text(phone).replace("2026:", "2026 :")
    assert "After that Els answers you again." in text(phone)


def test_the_thread_asks_the_database_as_often_for_two_messages_as_for_fifty(
    whole: WholeHouse,
) -> None:
    asked = {}
    for person in (whole.everybody.amal, whole.everybody.bea):
        phone = whole.phone(person)
        phone.go("/messages")
        press(phone, "Keep for later", a="x")
        with counted(whole.database) as statements:
            phone.go("/messages")
        asked[person.name] = statements
    assert asked["Amal"] == asked["Bea"]
    assert len(asked["Amal"]) <= 7, "five, and the words she kept with their folder"
    assert not [one for one in asked["Amal"] if not one.startswith("SELECT")]


def test_the_first_look_at_a_thread_writes_it_down_and_the_next_ones_ask_five_times_then_four(
    whole: WholeHouse,
) -> None:
    phone = whole.phone(whole.everybody.bea)
    # Who she is, her folder, what may have changed, the messages and her team; first the account of
    # acts besides, and in the end no messages: nothing has changed.
    for most in (11, 5, 4):
        with counted(whole.database) as statements:
            phone.go("/messages")
        assert len(statements) <= most, "\n".join(statements)
        whole.later(seconds=5)
