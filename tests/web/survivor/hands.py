"""What she does with a page: reads it, presses a button that stands on it, counts what it cost."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from bs4 import Tag
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.services import messages
from portal.services.entry import sessions
from portal.services.entry.sessions import SignedIn
from tests.people import Person
from tests.web.browser_stand_in import Phone, Typed
from tests.web.whole_house import WholeHouse


def text(phone: Phone) -> str:
    """What she reads on the page, without the bars around it."""
    main = phone.soup.find("main")
    assert main is not None
    return _as_read(main)


def words_in(phone: Phone, selector: str) -> list[str]:
    """What she reads in each of these places."""
    return [_as_read(one) for one in phone.soup.select(selector)]


def press(phone: Phone, words: str, **typed: str | list[str]) -> TestResponse:
    """Press the first button with these words; its form goes along as it stands in the page."""
    return phone.send({**form_of(phone, words), **typed})


def form_of(phone: Phone, words: str) -> Typed:
    """What a press of this button would send."""
    button = _button(phone, words)
    sent: Typed = {}
    if button.get("name"):
        sent[str(button["name"])] = str(button["value"])
    if button.get("form") == "go":
        return sent
    form = button.find_parent("form")
    assert isinstance(form, Tag)
    for field in form.select("input[name]"):
        if field.get("type") not in ("checkbox", "radio"):
            sent[str(field["name"])] = str(field.get("value", ""))
    for area in form.select("textarea"):
        sent[str(area["name"])] = area.get_text().removeprefix("\r\n")
    return sent


def has_button(phone: Phone, words: str) -> bool:
    """Whether this button stands on the page."""
    return any(_says(one) == words for one in phone.soup.select("button"))


@contextmanager
def acting(whole: WholeHouse, colleague: Person) -> Iterator[tuple[Session, SignedIn]]:
    """Let a colleague act past the door, at this moment of the house."""
    token = whole.token(colleague)
    with whole.database.transaction() as session:
        found = sessions.find(session, token, now=whole.now)
        assert found is not None
        yield session, found


def staff_read(whole: WholeHouse, person: Person) -> None:
    """Somebody of the case team looks at Amal's thread."""
    with acting(whole, person) as (session, colleague):
        assert whole.everybody.amal.case_id
        messages.open_stretch(
            session, colleague, whole.everybody.amal.case_id, now=whole.now
        ).show()


def staff_write(whole: WholeHouse, person: Person, words: str) -> None:
    """Somebody of the case team writes to Amal."""
    with acting(whole, person) as (session, colleague):
        assert whole.everybody.amal.case_id
        messages.write(session, colleague, whole.everybody.amal.case_id, words, now=whole.now)


def _as_read(part: Tag) -> str:
    return re.sub(r" ([.,])", r"\1", " ".join(part.get_text(" ").split()))


def _button(phone: Phone, words: str) -> Tag:
    for one in phone.soup.select("button"):
        if _says(one) == words:
            return one
    raise AssertionError(f"no button says {words!r} in: {phone.soup.get_text(' ', strip=True)}")


def _says(button: Tag) -> str:
    return " ".join(button.get_text(" ").split())
