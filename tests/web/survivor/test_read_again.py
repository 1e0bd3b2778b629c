"""A thread that she reads again: not opened anew, and never older than it is."""

import re
from datetime import timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from portal.domain import acts
from portal.domain.folders import FolderKind
from portal.models import AuditEvent, Centre, Folder, Grant, Leave, Message, StaffMember
from portal.services.entry import sessions
from portal.services.keys import opened_folder
from portal.services.keys.folders import end_grants
from portal.vault import CannotOpen, Place, new_key_pair, open_own, open_value
from portal.web.kept_pieces import KeptPieces
from tests.web.browser_stand_in import Phone
from tests.web.survivor.hands import form_of, press, staff_read, staff_write, text, words_in
from tests.web.whole_house import WholeHouse


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The messages whose words are opened from now on."""
    ids: list[UUID] = []

    def note(key: bytes, place: Place, sealed: bytes) -> bytes:
        if place.table == "message":
            ids.append(place.row)
        return open_value(key, place, sealed)

    monkeypatch.setattr(opened_folder, "open_value", note)
    return ids


@pytest.fixture
def phone(whole: WholeHouse) -> Phone:
    """Amal's phone; nothing in her thread is new to her, and she has read it once."""
    phone = whole.phone(whole.everybody.amal)
    for _ in range(2):
        phone.go("/messages")
        whole.later(minutes=1)
    return phone


def kept_in(whole: WholeHouse) -> KeptPieces:
    found = whole.app.extensions["kept_pieces"]
    assert isinstance(found, KeptPieces)
    return found


def test_what_she_read_a_moment_ago_is_not_opened_again(phone: Phone, opened: list[UUID]) -> None:
    def threads() -> str:
        return re.sub(r' name="f"[^>]*', "", str(phone.soup.select("main section")))

    before = threads()
    phone.go("/messages")
    assert threads() == before
    assert len(words_in(phone, ".said")) > 20
    assert opened == []
    phone.go("/messages?before=9")
    assert len(opened) == 8, "older messages are another stretch"


def test_a_new_message_is_there_at_once_and_is_new_once(phone: Phone, whole: WholeHouse) -> None:
    staff_write(whole, whole.everybody.staff["director"], "Come at nine.")
    for marks in (["New"], [], []):
        whole.later(minutes=1)
        phone.go("/messages")
        assert words_in(phone, ".said")[0] == "Come at nine."
        assert words_in(phone, ".mark") == marks


def test_what_becomes_of_her_message_is_there_at_once(phone: Phone, whole: WholeHouse) -> None:
    press(phone, "Send", a="Can it be ten?")
    for _ in range(2):
        phone.go("/messages")
        assert "Not seen yet" in words_in(phone, ".by")[0]
    staff_read(whole, whole.everybody.staff["director"])
    phone.go("/messages")
    assert "Seen by Els" in words_in(phone, ".by")[0]


def test_what_she_takes_back_after_reading_it_again_is_gone(
    phone: Phone, whole: WholeHouse
) -> None:
    press(phone, "Send", a="Do not call me.")
    phone.go("/messages")
    phone.go("/messages")
    press(phone, "Take back")
    assert "You took your message back." in text(phone)
    for _ in range(2):
        phone.go("/messages")
        assert "Do not call me." not in text(phone)
        assert "You took this message back." in text(phone)


def test_a_colleague_goes_by_her_new_name_at_once(phone: Phone, whole: WholeHouse) -> None:
    with whole.database.transaction() as session:
        named = update(StaffMember).where(
            StaffMember.account_id == whole.everybody.staff["director"].account_id
        )
        session.execute(named.values(name="Elsbeth"))
    phone.go("/messages")
    said = " ".join(words_in(phone, ".by"))
    assert "Elsbeth" in said
    assert "Els " not in said


def test_it_is_said_in_the_language_she_changes_to(phone: Phone) -> None:
    phone.do("/more/language", a="nl")
    phone.go("/messages")
    said = " ".join(words_in(phone, ".by"))
    assert "Gezien door" in said
    assert "Seen by" not in said


def test_a_weekday_becomes_a_date_when_the_week_is_over(phone: Phone, whole: WholeHouse) -> None:
    midnight = whole.now.astimezone(ZoneInfo("Europe/Brussels")).replace(hour=23, minute=57)
    whole.now = midnight
    phone = whole.phone(whole.everybody.amal)
    with whole.database.transaction() as session:
        seen = midnight - timedelta(days=6, hours=3)
        of_hers = Message.author_id == whole.everybody.amal.account_id
        session.execute(update(Message).where(of_hers).values(seen_at=seen))
    said = []
    for minutes in (1, 1, 4):
        whole.later(minutes=minutes)
        phone.go("/messages")
        said.append(next(one for one in words_in(phone, ".by") if "Seen by" in one))
    assert said[0] == said[1] != said[2]
    assert f"{seen.day} " not in said[1].partition("Seen by")[2]
    assert f"{seen.day} " in said[2].partition("Seen by")[2]


def test_when_her_key_is_gone_nothing_of_it_is_shown(phone: Phone, whole: WholeHouse) -> None:
    her = whole.everybody.amal
    newest = words_in(phone, ".said")[0]
    with whole.database.transaction() as session:
        asked = select(Folder).where(
            Folder.case_id == her.case_id, Folder.kind == FolderKind.CONVERSATION
        )
        folder = session.scalars(asked).one()
        versions = session.scalars(
            select(Grant.version).where(
                Grant.folder_id == folder.id, Grant.holder_id == her.holder_id
            )
        ).all()
        assert versions
        end_grants(session, folder, her.holder_id)
    phone.go("/messages")
    assert newest not in text(phone)


def test_what_is_kept_opens_with_her_own_key_alone(phone: Phone, whole: WholeHouse) -> None:
    newest = words_in(phone, ".said")[0]
    ((outline, sealed),) = kept_in(whole)._pieces.values()
    assert newest.encode() not in sealed
    assert newest not in repr(outline)
    with whole.database.transaction("read") as session:
        her = sessions.find(session, phone.page_key, now=whole.now)
    assert her is not None
    assert newest in open_own(her.keys, "kept piece", sealed).decode()
    with pytest.raises(CannotOpen):
        open_own(new_key_pair(), "kept piece", sealed)


def test_who_signs_in_again_finds_it_kept_and_the_reading_written_down(
    phone: Phone, whole: WholeHouse, opened: list[UUID]
) -> None:
    def readings() -> int:
        with whole.database.transaction("read") as session:
            asked = select(AuditEvent).where(AuditEvent.kind == acts.OPENED)
            of_hers = session.scalars(
                asked.where(AuditEvent.actor_id == whole.everybody.amal.account_id)
            )
            return sum(event.facts["purpose"] == "conversation" for event in of_hers)

    newest, before = words_in(phone, ".said")[0], readings()
    again = whole.phone(whole.everybody.amal)
    again.go("/messages")
    assert words_in(again, ".said")[0] == newest
    assert opened == []
    assert readings() == before + 1


def test_a_form_in_what_is_kept_serves_whoever_signs_in_again(
    phone: Phone, whole: WholeHouse, opened: list[UUID]
) -> None:
    press(phone, "Send", a="Do not call me.")
    phone.go("/messages")
    again = whole.phone(whole.everybody.amal)
    opened.clear()
    again.go("/messages")
    assert opened == []
    assert phone.page_key not in again.page
    press(again, "Take back")
    assert "You took your message back." in text(again)


def test_each_form_of_a_page_read_again_counts_once_anew(phone: Phone) -> None:
    press(phone, "Send", a="Can it be ten?")
    phone.go("/messages")
    seen: set[str] = set()
    for _ in range(3):
        phone.go("/messages")
        keys = [str(one["value"]) for one in phone.soup.select("main input[name=f]")]
        assert len(keys) == len(set(keys)) > 1
        assert not seen & set(keys)
        seen |= set(keys)
        press(phone, "Send", a="And on Friday?")
    phone.go("/messages")
    assert words_in(phone, ".said")[:4] == ["And on Friday?"] * 3 + ["Can it be ten?"]


def test_what_one_person_types_or_is_told_is_not_in_the_page_of_another(whole: WholeHouse) -> None:
    amal, bea = (whole.phone(one) for one in (whole.everybody.amal, whole.everybody.bea))
    for phone in (bea, amal):
        phone.go("/messages")
        drawn = len(whole.app.extensions["shared_pages"])
    bea.go("/messages")
    assert len(whole.app.extensions["shared_pages"]) == drawn, "both have the same one"
    press(amal, "Send", a="x" * 30_000)
    assert "x" * 100 in amal.page
    press(amal, "Keep for later", a="Words for myself.")
    assert "Your words are kept for 24 hours." in text(amal)
    amal.go("/messages")
    assert "Words for myself." in amal.page
    for _ in range(2):
        bea.go("/messages")
        assert words_in(bea, "main .notice") == words_in(bea, "main .notice-info")
        assert form_of(bea, "Send")["a"] == ""
        assert "Words for myself." not in bea.page
        assert amal.page_key not in bea.page
        assert bea.page_key in bea.page
    press(amal, "Forget these words")
    press(amal, "Send", a="Can it be ten?")
    assert "Your message is sent." in text(amal)
    bea.go("/messages")
    assert "Your message is sent." not in text(bea)
    amal.go("/messages")
    assert "Your message is sent." not in text(amal)


def test_what_stands_around_the_thread_is_as_it_is_now(phone: Phone, whole: WholeHouse) -> None:
    def said() -> str:
        phone.go("/messages")
        return text(phone)

    assert "Els answers you." in said()
    assert "Now nobody reads it." not in said()
    with whole.database.transaction() as session:
        whose = whole.everybody.staff["director"].account_id
        for sick in session.scalars(select(Leave).where(Leave.account_id == whose)):
            session.delete(sick)
        away = Leave(account_id=whose, from_day=whole.now.date(), until_day=None)
        away.is_sick, away.entered_by_id, away.entered_at = True, whose, whole.now
        session.add(away)
    assert "Els is away. Karim answers you." in said()
    with whole.database.transaction() as session:
        gone = session.get_one(StaffMember, whole.everybody.staff["stand_in"].account_id)
        gone.left_at = whole.now
    assert "Els is away. We look for somebody who answers you." in said()
    assert "I want somebody else" not in said()
    with whole.database.transaction() as session:
        centre = session.get_one(Centre, 1)
        centre.closes = centre.opens.replace(minute=30)
        centre.exit_pages = {"en": "https://www.meteo.be/en/weather"}
    whole.later(minutes=2)
    whole.app.extensions["centre"].look_again()
    assert "Now nobody reads it." in said()
    assert 'data-exit="https://www.meteo.be/en/weather"' in phone.page


def test_a_page_read_with_the_script_and_one_without_are_not_each_others(
    phone: Phone, whole: WholeHouse
) -> None:
    assert "<html" not in phone.page
    plain = whole.phone(whole.everybody.amal, scripting=False)
    plain.go("/messages")
    assert "<html" in plain.page
    assert plain.page_key in plain.page


def test_what_one_person_keeps_is_not_shown_to_another(whole: WholeHouse) -> None:
    said = []
    for person in (whole.everybody.amal, whole.everybody.bea, whole.everybody.amal):
        phone = whole.phone(person)
        for _ in range(2):
            phone.go("/messages")
        said.append(words_in(phone, ".said"))
    assert said[0] == said[2] != said[1]


def test_who_was_away_the_longest_is_forgotten_first() -> None:
    first, second, third = uuid4(), uuid4(), uuid4()
    kept = KeptPieces(most=2)
    for person in (first, second):
        kept.keep(person, "lines", person.bytes)
    assert kept.find(first, "lines") == first.bytes
    kept.keep(third, "lines", b"third")
    assert kept.find(second, "lines") is None
    assert kept.find(first, "lines") == first.bytes
    assert kept.find(first, "other lines") is None
    kept.keep(first, "other lines", b"later")
    assert kept.find(first, "lines") is None
    assert kept.find(first, "other lines") == b"later"
