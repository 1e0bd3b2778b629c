"""What came in without a name, answered by two colleagues at their browsers."""

import re
from datetime import timedelta

import pytest

from portal.services.feedback import answers, giving
from tests.people import Person
from tests.statements import counted
from tests.web.staff.at_work import AtWork, Colleague

WORDS = "The letters are too long for me."
SAID = {"said_nl": "De brieven zijn lang.", "did_nl": "Ze hebben nu één bladzijde."}
NEW = "/staff/feedback/answers/new"


@pytest.fixture
def her(work: AtWork) -> Person:
    """A survivor who told how it was, a week ago."""
    her = work.house.a_survivor(now=work.now)
    with work.house.acting(her, now=work.now) as (session, acting):
        giving.give(session, acting, WORDS, now=work.now)
    work.later(days=7)
    return her


def published(work: AtWork) -> list[str]:
    with work.database.transaction("read") as session:
        return [one.texts["nl"]["said"] for one in answers.published(session)[0]]


def asks(work: AtWork) -> Colleague:
    """A moderator answers it."""
    mona = work.signs_in(work.house.moderator)
    mona.get(NEW)
    mona.post(NEW, **SAID, said_ar="", did_ar=" ", reason="Many said so.")
    assert "Asked. A second person reads it before any survivor does." in mona.text
    return mona


def test_from_her_words_to_the_page_of_all(work: AtWork, her: Person) -> None:
    mona, cora = asks(work), work.signs_in(work.house.coordinator)
    assert published(work) == []
    cora.get("/staff/desk")
    assert "Publishing an answer to feedback" in cora.text and "asked by Mona" in cora.text
    (path,) = set(re.findall(r"/staff/desk/[0-9a-f-]{36}", cora.page))
    with counted(work.database) as asked:
        cora.get(path)
    looks_for_her = [one for one in asked if "FROM sign_in" in one and "token_hash" in one]
    assert len(looks_for_her) <= 2, "the page was begun once, and waited for no lock of its own"
    for words in (*SAID.values(), "Many said so.", "Nederlands", "A later moment, for a yes"):
        assert words in cora.text
    assert "case team can read it" not in cora.text
    mona.get(path)
    assert 'value="accept"' not in mona.page, "never by who asked"
    cora.post(path, act="accept", words="")
    assert published(work) == [SAID["said_nl"]]
    mona.get("/staff/feedback/answers")
    assert "every survivor can read it" in mona.text
    (one,) = set(re.findall(r"/staff/feedback/answers/[0-9a-f-]{36}", mona.page))
    mona.get(one)
    assert "Take it down now" not in mona.text
    cora.get(one)
    cora.post(f"{one}/take-down")
    assert "Taken down. No survivor reads it any more." in cora.text
    assert published(work) == []
    mona.get(one)
    assert SAID["said_nl"] in mona.text and "Change it and ask again" in mona.text


def test_her_words_stand_beside_the_answer_and_never_in_a_field(
    work: AtWork, moderator: Colleague
) -> None:
    her = work.house.a_survivor(now=work.now)
    with work.house.acting(her, now=work.now) as (session, acting):
        giving.give(session, acting, WORDS, now=work.now)
    moderator.get("/staff/feedback")
    assert WORDS not in moderator.text
    assert "What comes in this week is shown next week." in moderator.text
    work.later(days=7)
    mona = work.signs_in(work.house.moderator)
    mona.get("/staff/feedback")
    assert WORDS in mona.text
    (about,) = re.findall(r"/staff/feedback/answers/new\?about=[0-9a-f-]{36}", mona.page)
    mona.get(about)
    assert WORDS in mona.text
    assert not re.search(rf"<textarea[^>]*>[^<]*{WORDS}", mona.page)


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(
    work: AtWork, moderator: Colleague
) -> None:
    moderator.get(NEW)
    moderator.post(NEW, said_nl="", reason="So")
    assert "Write both texts in one language at least." in moderator.text
    moderator.post(NEW, **SAID, said_fr="Les lettres.", did_fr="", reason="")
    assert "Write this one too, or leave both of this language empty." in moderator.text
    assert "Nothing is written here yet." in moderator.text
    assert "Les lettres." in moderator.page and SAID["did_nl"] in moderator.page
    moderator.post(NEW, said_nl="x" * 501, did_nl="y", reason="So")
    assert "Longer than 500 characters." in moderator.text
    with work.database.transaction("read") as session:
        assert answers.published(session) == ([], None)


def test_given_back_it_is_changed_where_it_was_written(work: AtWork, her: Person) -> None:
    mona, cora = asks(work), work.signs_in(work.house.coordinator)
    cora.get("/staff/desk")
    (path,) = set(re.findall(r"/staff/desk/[0-9a-f-]{36}", cora.page))
    cora.get(path)
    cora.post(path, act="give_back", words="Say from when.")
    mona.get("/staff/feedback/answers")
    (one,) = set(re.findall(r"/staff/feedback/answers/[0-9a-f-]{36}", mona.page))
    mona.get(one)
    mona.post(one, **(SAID | {"did_nl": "Vanaf mei: één bladzijde."}), reason="From May.")
    cora.get("/staff/desk")
    (again,) = set(re.findall(r"/staff/desk/[0-9a-f-]{36}", cora.page))
    assert again != path
    cora.get(again)
    assert "Vanaf mei" in cora.text


def test_a_late_proof_asks_for_a_code_and_loses_nothing(work: AtWork) -> None:
    mona = work.signs_in(work.house.moderator, proved_at=work.now - timedelta(minutes=16))
    mona.get(NEW)
    mona.post(NEW, **SAID, reason="So")
    assert SAID["did_nl"] in mona.page and "proof_code" in mona.page


def test_the_desk_is_reminded_until_an_answer_is_read(work: AtWork, her: Person) -> None:
    cora = work.signs_in(work.house.coordinator)
    reminder = "31 December 2026"
    cora.get("/staff/desk")
    assert reminder in cora.text
    asks(work)
    cora.get("/staff/desk")
    (path,) = set(re.findall(r"/staff/desk/[0-9a-f-]{36}", cora.page))
    cora.get(path)
    cora.post(path, act="accept", words="")
    cora.get("/staff/desk")
    assert reminder not in cora.text


def test_it_is_no_question_in_free_words_any_more(work: AtWork) -> None:
    cora = work.signs_in(work.house.coordinator)
    cora.get("/staff/desk/ask")
    assert "Copy of a file to hand over" in cora.text
    assert "feedback" not in cora.text.lower()


@pytest.mark.parametrize("who", ["director", "auditor"])
def test_who_answers_nothing_here_finds_nothing(work: AtWork, her: Person, who: str) -> None:
    colleague = work.signs_in(getattr(work.house, who))
    for path in ("/staff/feedback", "/staff/feedback/answers", NEW):
        colleague.get(path)
        assert WORDS not in colleague.page and "Write an answer" not in colleague.text
