"""How a file ends, through the front door: the case team, the two who decide, and her phone."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import pbkdf2_hmac
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import worker
from portal.domain.decisions import DecisionKind
from portal.domain.retention import DEFAULT_DAYS, Kept
from portal.models import Account, Case, Decision
from portal.services import messages
from portal.services.entry import sessions
from portal.services.entry.sessions import SignedIn
from portal.services.needs import her_needs
from tests.people import Person
from tests.web.whole_house import WholeHouse

WHY = "She lives with her sister now."


@pytest.fixture
def bea(whole: WholeHouse) -> Person:
    """Nothing is promised to her: she took back what she had asked for."""
    bea = whole.everybody.bea
    with acting(whole, bea) as (session, her):
        for need in her_needs.open_needs(session, her):
            her_needs.take_back(session, her, need.id, now=whole.now)
    return bea


@contextmanager
def acting(whole: WholeHouse, person: Person) -> Iterator[tuple[Session, SignedIn]]:
    token = whole.token(person)
    with whole.database.transaction() as session:
        found = sessions.find(session, token, now=whole.now)
        assert found is not None
        yield session, found


def asked_about(whole: WholeHouse, her: Person, kind: DecisionKind) -> UUID:
    with whole.database.transaction("read") as session:
        asked = select(Decision.id).where(Decision.case_id == her.case_id, Decision.kind == kind)
        found = session.scalars(asked.order_by(Decision.asked_at.desc())).first()
    assert found is not None
    return found


def staff(whole: WholeHouse, who: str) -> Person:
    return whole.everybody.staff[who]


def end(whole: WholeHouse, her: Person) -> None:
    director = whole.browser(staff(whole, "director"))
    director.get(f"/staff/cases/{her.case_id}/end").submit("End the work on this file", why=WHY)
    assert "The work on this file has ended." in director.words, director.words


def test_the_work_ends_and_everybody_reads_until_when(whole: WholeHouse, bea: Person) -> None:
    end(whole, bea)
    director = whole.browser(staff(whole, "director")).get(f"/staff/cases/{bea.case_id}/end")
    assert WHY in director.words
    assert "The whole file is gone on" in director.words
    director.get("/staff/people?show=ended")
    assert bea.case_number in director.words
    director.get("/staff/people")
    assert bea.case_number not in director.words
    coordinator = whole.browser(staff(whole, "coordinator")).get("/staff/house/ends")
    assert bea.case_number in coordinator.words and "Bea" not in coordinator.words
    phone = whole.phone(bea)
    assert "Our work together has ended" in " ".join(phone.soup.get_text("").split())
    phone.go("/more/how-long")
    until = whole.now + timedelta(days=DEFAULT_DAYS[Kept.HER_PAGES])
    assert f"Your card works until {until:%A}, {until.day} {until:%B %Y}." in " ".join(
        phone.soup.get_text("").split()
    )


def test_a_word_from_her_and_the_work_goes_on(whole: WholeHouse, bea: Person) -> None:
    end(whole, bea)
    with acting(whole, bea) as (session, her):
        messages.write(session, her, her.her_case_id, "Are you there?", now=whole.now)
    assert "Our work together has ended" not in whole.phone(bea).soup.get_text(" ")
    director = whole.browser(staff(whole, "director")).get(f"/staff/cases/{bea.case_id}/end")
    assert "We work on this file" in director.words


def test_an_end_that_would_break_a_promise_keeps_what_was_typed(whole: WholeHouse) -> None:
    amal = whole.everybody.amal
    director = whole.browser(staff(whole, "director"))
    director.get(f"/staff/cases/{amal.case_id}/end").submit("End the work on this file", why=WHY)
    assert "She still waits for an answer, or for a date." in director.words
    assert WHY in str(director.page.find("textarea"))
    director.submit("End the work on this file", why="  ")
    assert "Nothing is written here yet." in director.words


def test_two_people_erase_her_and_her_phone_shows_the_calendar(
    whole: WholeHouse, bea: Person
) -> None:
    phone = whole.phone(bea)
    director = whole.browser(staff(whole, "director"))
    director.get(f"/staff/cases/{bea.case_id}/end").follow("Ask to erase this file")
    director.submit("Ask", words="She asked us to.")
    assert "Erasing a file" in director.words
    asked = asked_about(whole, bea, DecisionKind.ERASURE)
    coordinator = whole.browser(staff(whole, "coordinator")).get(f"/staff/desk/{asked}")
    assert "Backups made until now can be opened until" in coordinator.words
    coordinator.submit("Accept")
    assert "Accepted." in coordinator.words
    with whole.database.transaction("read") as session:
        assert session.get(Case, bea.case_id) is None
        assert session.get(Account, bea.account_id) is None
    assert director.get(f"/staff/cases/{bea.case_id}").status == 404
    phone.go("/today")
    assert phone.page_key == "", "nobody is in"
    coordinator.get("/staff/house/ends")
    assert "no backup opens it from" in coordinator.words


def test_a_hold_is_asked_by_the_auditor_and_stands_until_it_is_lifted(
    whole: WholeHouse, bea: Person
) -> None:
    end(whole, bea)
    auditor = whole.browser(staff(whole, "auditor"))
    coordinator = whole.browser(staff(whole, "coordinator"))
    for says in ("A hold is set", "The hold is lifted"):
        auditor.get(f"/staff/desk/ask?kind=legal_hold&number={bea.case_number}")
        auditor.submit("Ask", words="The court wrote.")
        asked = asked_about(whole, bea, DecisionKind.LEGAL_HOLD)
        coordinator.get(f"/staff/desk/{asked}")
        assert says in coordinator.words
        coordinator.submit("Accept")
        with whole.database.transaction("read") as session:
            held_at = session.get_one(Case, bea.case_id).held_at
        assert (held_at is not None) == (says == "A hold is set")
        whole.later(seconds=1)
        if held_at:
            auditor.get("/staff/house/ends")
            assert bea.case_number in auditor.words and "Ask to lift it" in auditor.words
            worker.run_once(whole.database, now=whole.now + timedelta(days=400))
            auditor = whole.browser(staff(whole, "auditor"))
            coordinator = whole.browser(staff(whole, "coordinator"))


def test_a_copy_is_decided_by_two_made_once_and_opens_with_its_phrase(
    whole: WholeHouse, bea: Person
) -> None:
    with acting(whole, bea) as (session, her):
        messages.write(session, her, her.her_case_id, "Mine <b>alone</b>.", now=whole.now)
    director = whole.browser(staff(whole, "director")).get(f"/staff/cases/{bea.case_id}/end")
    assert not director.has_button("Make the copy")
    director.post(f"/staff/cases/{bea.case_id}/copy")
    assert "No copy may be made now" in director.words
    director.follow("Ask for a copy to hand over").submit("Ask", words="Her lawyer wants it.")
    coordinator = whole.browser(staff(whole, "coordinator"))
    coordinator.get(f"/staff/desk/{asked_about(whole, bea, DecisionKind.EXPORT)}")
    coordinator.submit("Accept")
    coordinator.post(f"/staff/cases/{bea.case_id}/copy")
    assert coordinator.status == 404, "who decides holds no key"
    whole.later(minutes=16)
    stale = whole.browser(staff(whole, "director"), proved=timedelta(minutes=16))
    stale.get(f"/staff/cases/{bea.case_id}/end").submit("Make the copy")
    assert "Pass phrase" not in stale.words, "a fresh code is asked for first"
    director = whole.browser(staff(whole, "director")).get(f"/staff/cases/{bea.case_id}/end")
    director.submit("Make the copy")
    phrase = director.page.select_one(".secret")
    link = director.page.select_one("a[download]")
    assert phrase is not None and link is not None
    content = b64decode(str(link["href"]).removeprefix("data:text/html;base64,")).decode()
    # What is sealed is letters by chance: the rest of the page must not say anything of her.
    clear = re.sub(r'data-(sealed|salt|nonce)="[^"]*"', "", content)
    assert "alone" not in clear and "Bea" not in clear and "://" not in clear
    found = opened(content, phrase.get_text().strip())
    assert "Mine &lt;b&gt;alone&lt;/b&gt;." in found["page"]
    assert "Mine <b>alone</b>." in [one["words"] for one in found["data"]["messages"]]
    with pytest.raises(InvalidTag):
        opened(content, "eight other words than those that were shown")
    director.post(f"/staff/cases/{bea.case_id}/copy")
    assert "No copy may be made now" in director.words
    phone = whole.phone(bea)
    phone.go("/sharing/looked")
    assert "To make a copy of your file." in phone.soup.get_text(" ")


def opened(content: str, phrase: str) -> Any:
    """What a browser does, with another library."""
    body = BeautifulSoup(content, "html.parser").find("body")
    assert isinstance(body, Tag)
    salt, nonce, sealed = (b64decode(str(body[f"data-{one}"])) for one in SEALED)
    key = pbkdf2_hmac("sha256", phrase.encode(), salt, int(str(body["data-iterations"])), 32)
    return json.loads(AESGCM(key).decrypt(nonce, sealed, None))


SEALED = ("salt", "nonce", "sealed")
