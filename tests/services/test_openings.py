"""What was opened is in the account before it is read, whatever becomes of the page."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind
from portal.models import AuditEvent
from portal.services.entry import sessions
from portal.services.entry.sessions import SLIDE_AFTER, SignedIn
from portal.services.keys.reading import open_folder
from tests.people import NOON, Person, TestHouse


class PageFailed(Exception):
    """Something after the reading went wrong."""


@pytest.fixture
def token(the_house: TestHouse, her: Person) -> str:
    """A sign-in of hers that has read nothing yet."""
    with the_house.database.transaction() as session:
        return sessions.start(session, her.account_id, keys=her.keys, language="en", now=NOON)


def openings(the_house: TestHouse) -> int:
    """How many openings are kept."""
    with the_house.database.transaction("read") as session:
        kept = select(func.count()).where(AuditEvent.kind == "folder_opened")
        return session.scalar(kept) or 0


def find(session: Session, token: str) -> SignedIn:
    """Her, as a page knows her when it begins."""
    acting = sessions.find(session, token, now=NOON)
    assert acting is not None
    return acting


def open_for(session: Session, acting: SignedIn, purpose: str) -> None:
    """Open her conversation."""
    folder, case_id = FolderKind.CONVERSATION, acting.her_case_id
    open_folder(session, acting, case_id, folder, purpose=purpose, now=NOON)


def show_messages(the_house: TestHouse, token: str, *, fails: bool = False) -> None:
    """Open her conversation for a page that is only shown."""
    with the_house.database.transaction("read") as session:
        acting = find(session, token)
        for _ in range(2):
            open_for(session, acting, "conversation")
        if fails:
            raise PageFailed


def test_a_first_reading_is_written_down_once(the_house: TestHouse, token: str) -> None:
    before = openings(the_house)
    show_messages(the_house, token)
    show_messages(the_house, token)
    assert openings(the_house) == before + 1


def test_two_pages_that_began_together_write_one_reading_down(
    the_house: TestHouse, token: str
) -> None:
    before = openings(the_house)
    with the_house.database.transaction("read") as session:
        acting = find(session, token)
        show_messages(the_house, token)
        open_for(session, acting, "conversation")
    assert openings(the_house) == before + 1


def test_what_another_page_opened_meanwhile_is_remembered_too(
    the_house: TestHouse, token: str
) -> None:
    before = openings(the_house)
    with the_house.database.transaction("read") as session:
        acting = find(session, token)
        show_messages(the_house, token)
        open_for(session, acting, "today")
    assert openings(the_house) == before + 2
    with the_house.database.transaction("read") as session:
        acting = find(session, token)
        open_for(session, acting, "conversation")
        open_for(session, acting, "today")
    assert openings(the_house) == before + 2


def test_what_was_kept_in_another_way_of_writing_is_kept_too(
    the_house: TestHouse, token: str
) -> None:
    """The database compares texts: one that looks otherwise is read before it is written."""
    earlier = {"an earlier one": NOON.isoformat()}
    with the_house.database.transaction() as session:
        written = {"as": json.dumps(earlier, separators=(",", ":"))}
        session.execute(text("UPDATE sign_in SET openings = :as"), written)
    before = openings(the_house)
    show_messages(the_house, token)
    assert openings(the_house) == before + 1
    with the_house.database.transaction("read") as session:
        assert len(find(session, token).openings) == 2


def test_a_reading_is_written_down_although_its_sign_in_ended_meanwhile(
    the_house: TestHouse, token: str
) -> None:
    before = openings(the_house)
    with the_house.database.transaction("read") as session:
        acting = find(session, token)
        with the_house.database.transaction() as elsewhere:
            sessions.end(elsewhere, token)
        open_for(session, acting, "conversation")
    assert openings(the_house) == before + 1


def test_an_opening_is_kept_although_its_page_failed(the_house: TestHouse, token: str) -> None:
    if not the_house.database.is_sqlite:
        pytest.skip("elsewhere it is part of the page's transaction, and nothing was shown")
    before = openings(the_house)
    with pytest.raises(PageFailed):
        show_messages(the_house, token, fails=True)
    assert openings(the_house) == before + 1


def test_being_there_takes_no_lock_from_anybody(the_house: TestHouse, token: str) -> None:
    if not the_house.database.is_sqlite:
        pytest.skip("elsewhere only the row of her own sign-in is held")
    with the_house.database.transaction("read") as reading:
        later = NOON + SLIDE_AFTER + timedelta(seconds=1)
        assert sessions.find(reading, token, now=later) is not None
        # Somebody else writes while her page is still being made.
        with the_house.database.transaction() as writing:
            sessions.end(writing, token)
    with the_house.database.transaction("read") as reading:
        assert sessions.find(reading, token, now=later) is None
