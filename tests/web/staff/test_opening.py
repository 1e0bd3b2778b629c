"""Opening a file asks first whether a portal is good for her; her "no" is counted and respected."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.domain.folders import FolderKind
from portal.models import Account, AuditEvent, CalledInstead, Case, Folder, Grant, StaffNote
from portal.services.case_work import cover
from tests.people import NOON, Person, TestHouse
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock
from tests.web.staff.test_cards import ANSWERS, NAME, open_file


@pytest.fixture
def window(signed_in: Callable[[Person], Browser], people: TestHouse) -> Browser:
    return signed_in(people.director)


def counted(people: TestHouse, table: type) -> int:
    with people.database.transaction("read") as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def tried(window: Browser, people: TestHouse, **answers: str) -> Browser:
    window.get("/staff/cases/new")
    fields = {name: said for name, said in (ANSWERS | answers).items() if said}
    stand_in = str(people.stand_in.account_id)
    return window.submit("Open the file", name=NAME, stand_in=stand_in, **fields)


def test_no_file_is_opened_without_the_questions(window: Browser, people: TestHouse) -> None:
    tried(window, people, alone="", outcome="")
    assert "Ask her this first." in window.words
    assert "Decide this with her." in window.words
    assert NAME in str(window.page), "what was typed is not lost"
    assert counted(people, Case) == 0


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"alone": "no"}, "Open the file another time, when she is alone."),
        ({"passcode_known": "yes"}, "somebody else can read her phone"),
        ({"phone_is_hers": "no", "outcome": "other_device"}, "She has no other device."),
    ],
)
def test_answers_that_speak_against_it_are_said_kindly(
    window: Browser, people: TestHouse, answers: dict[str, str], sentence: str
) -> None:
    tried(window, people, **answers)
    assert sentence in window.words
    assert counted(people, Case) == 0


def test_no_file_is_opened_for_two_who_are_away(window: Browser, people: TestHouse) -> None:
    for who in (people.director, people.stand_in):
        with people.acting(who) as (session, acting):
            cover.plan_leave(session, acting, None, NOON.date() + timedelta(days=4), now=NOON)
    tried(window, people)
    assert "On some days ahead neither of the two would answer in a file." in window.words
    assert NAME in str(window.page), "what was typed is not lost"
    assert counted(people, Case) == 0


def test_no_we_call_her_is_counted_and_nothing_else_is_kept(
    window: Browser, people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    before = counted(people, AuditEvent)
    window.get("/staff/cases/new")
    window.submit("Open the file", name=NAME, code_word="green tea", outcome="we_call")
    assert "No file was opened, and nothing of her is kept." in window.words
    assert window.path == "/staff/people"
    assert [counted(people, table) for table in (Case, StaffNote)] == [0, 0]
    assert counted(people, AuditEvent) == before, "no minute and no worker is written down either"
    with people.database.transaction("read") as session:
        (row,) = session.scalars(select(CalledInstead))
        assert (row.month.isoformat(), row.count) == ("2026-11-01", 1)
    window.get("/staff/cases/new").submit("Open the file", outcome="we_call")
    cora = signed_in(people.coordinator).get("/staff/house")
    assert "November 2026 fewer than 10" in cora.words
    assert "November 2026" not in window.get("/staff/house").words, "counts are the coordinator's"


def test_the_answers_and_the_code_word_are_read_by_her_case_team_alone(
    window: Browser, people: TestHouse, signed_in: Callable[[Person], Browser], clock: Clock
) -> None:
    window.get("/staff/cases/new")
    window.submit(
        "Open the file",
        **ANSWERS | {"passcode_known": "yes", "other_device": "yes", "outcome": "other_device"},
        name=NAME,
        code_word="green tea",
        stand_in=str(people.stand_in.account_id),
    )
    window.follow("She has it: to the case").follow("Code word and notes")
    notes = window.path
    assert "green tea" in window.words
    assert "Only on another device" in window.words
    window.submit("Set the code word", code_word="  \u200b ")
    assert "Type the word that you agreed with her." in window.words
    window.submit("Set the code word", code_word="w" * 61)
    assert "Use at most 60 characters." in window.words
    clock.later(minutes=1)
    window.submit("Set the code word", code_word="seven ducks")
    assert "seven ducks" in window.words
    assert "seven ducks" in signed_in(people.stand_in).get(notes).words
    assert signed_in(people.coordinator).get(notes).status == 404


def test_the_readiness_notes_are_never_hers(
    window: Browser, people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    """Also when a new card is issued because the first one never came to life."""
    open_file(window, people)
    window.follow("She has it: to the case").submit("Make this card void")
    window.submit("Issue a new card")
    with people.database.transaction("read") as session:
        hers = select(Folder.kind).join(Grant).join(Account, Account.holder_id == Grant.holder_id)
        found = set(session.scalars(hers.join(Case, Case.survivor_id == Account.id)))
    assert found == {FolderKind.CONTACT_CARD, FolderKind.CONVERSATION}
