"""What is happening, from the desk of who writes it to the phone of who reads it."""

import pytest

from portal import worker
from portal.domain.roles import Role
from portal.models import Decision, TimelineEntry
from portal.settings import Settings
from tests.conftest import Built
from tests.people import Person
from tests.web.browser_stand_in import Phone
from tests.web.staff.at_work import AtWork

WORDS = "The hearing is on Friday. You may stay at home."
WRONG = "Something below needs a second look."


@pytest.fixture
def work(settings: Settings, built: Built) -> AtWork:
    return AtWork(settings, built.house)


@pytest.fixture
def her(work: AtWork) -> Person:
    return work.house.a_survivor("Amal", now=work.now)


@pytest.fixture
def pia(work: AtWork) -> Person:
    return work.house.a_colleague("Pia", (Role.PARTNER_CONTACT_WORKER, None), now=work.now)


def test_the_whole_way_of_an_entry(work: AtWork, her: Person) -> None:
    els = work.signs_in(work.house.director)
    page = f"/staff/cases/{her.case_id}/timeline"
    els.get(f"/staff/cases/{her.case_id}")
    assert page in els.page
    els.get(page)
    els.post(page, lane="justice", words=WORDS, reason="She waits for it.")
    assert "Written. A second person reads it before she does." in els.text
    assert "waits for a second person" in els.text
    assert WORDS in els.text

    with work.database.transaction("read") as session:
        asked = session.query(Decision).one().id
    mona = work.signs_in(work.house.moderator)
    mona.get(f"/staff/desk/{asked}")
    assert "What she will read" in mona.text
    assert WORDS in mona.text
    assert "She reads it, with your name and the name of who wrote it." in mona.text
    mona.post(f"/staff/desk/{asked}", act="accept", words="")
    mona.get(f"/staff/desk/{asked}")
    assert WORDS not in mona.text, "who decided needs it no more"

    phone = Phone(work.app, "en")
    phone.open()
    phone.sign_in(her.card, her.pin)
    assert "There is something new." in phone.soup.get_text()
    phone.go("/timeline")
    said = " ".join(phone.soup.get_text(" ").split())
    assert WORDS in said
    assert "Els wrote this." in said
    assert "Mona read it before you." in said
    phone.go("/today")
    assert "There is something new." not in phone.soup.get_text()

    with work.database.transaction("read") as session:
        entry_id = session.query(TimelineEntry).one().id
    els.get(page)
    els.post(f"{page}/{entry_id}/take-back")
    assert "Taken back. She reads that you took it back" in els.text
    phone.go("/timeline")
    said = " ".join(phone.soup.get_text(" ").split())
    assert WORDS not in said
    assert "Els took this back on" in said


def test_what_she_has_not_read_yet_is_stopped(work: AtWork, her: Person) -> None:
    work.house.an_entry(her, WORDS, now=work.now)
    with work.database.transaction("read") as session:
        entry_id = session.query(TimelineEntry).one().id
    karim = work.signs_in(work.house.stand_in)
    page = f"/staff/cases/{her.case_id}/timeline"
    for said in ("Taken back before she read it.", "This has changed meanwhile."):
        karim.get(page)
        karim.post(f"{page}/{entry_id}/stop")
        assert said in karim.text
    assert "she never reads it" in karim.text


def test_how_far_a_programme_is(work: AtWork, her: Person, pia: Person) -> None:
    window = work.signs_in(pia)
    window.get("/staff/programme")
    sent = {"number": her.case_number, "stage": "stopped", "contract": "y", "reason": "Called."}
    window.post("/staff/programme", **sent)
    assert "Written. A second person decides before she reads it." in window.text
    assert her.case_number in window.text
    assert "Amal" not in window.text
    with work.database.transaction("read") as session:
        asked = session.query(Decision).one().id
    window.get(f"/staff/desk/{asked}")
    assert "has stopped the programme" not in window.text, "she opens nothing"
    mona = work.signs_in(work.house.moderator)
    mona.get(f"/staff/desk/{asked}")
    assert "The person who hurt you has stopped the programme." in mona.text
    assert "This does not say if this person has changed." in mona.text
    mona.post(f"/staff/desk/{asked}", act="accept", words="", day="2026-11-24", time="11:00")
    phone = Phone(work.app, "en")
    phone.open()
    phone.sign_in(her.card, her.pin)
    phone.go("/timeline")
    assert "Nothing is written here yet." in phone.soup.get_text()
    work.later(days=1)
    worker.run_once(work.database, now=work.now)
    phone.sign_in(her.card, her.pin)
    phone.go("/timeline?lane=justice")
    said = " ".join(phone.soup.get_text(" ").split())
    assert "The person who hurt you has stopped the programme." in said
    assert "This does not say if this person has changed." in said


WRONG_OF_A_PROGRAMME = (
    ({"number": "AB-234567"}, "There is no file with this number for which you can write."),
    ({"number": "\u202e"}, "There is no file with this number for which you can write."),
    ({"contract": ""}, "Without that, nothing of a programme is told."),
    ({"reason": " "}, "Nothing is written here yet."),
    ({"reason": "x" * 4001}, "This is longer than 4,000 characters."),
    ({"stage": "cured"}, WRONG),
)


def test_what_is_wrong_stands_beside_the_field(work: AtWork, her: Person, pia: Person) -> None:
    window = work.signs_in(pia)
    for wrong, words in WRONG_OF_A_PROGRAMME:
        window.get("/staff/programme")
        sent = {"number": her.case_number, "stage": "ended", "contract": "y", "reason": "So."}
        window.post("/staff/programme", **{k: v for k, v in (sent | wrong).items() if v})
        assert words in window.text, wrong
        assert all(typed.strip() in window.page for typed in wrong.values() if len(typed) > 4000)
    with work.database.transaction("read") as session:
        assert session.query(TimelineEntry).count() == 0


WRONG_OF_AN_ENTRY = (
    ({"words": ""}, "Nothing is written here yet."),
    ({"words": "x" * 4001}, "This is longer than 4,000 characters."),
    ({"reason": ""}, "Nothing is written here yet."),
    ({"lane": "programme"}, WRONG),
    ({"lane": ""}, WRONG),
)


def test_an_entry_that_does_not_do_is_not_written(work: AtWork, her: Person) -> None:
    els = work.signs_in(work.house.director)
    page = f"/staff/cases/{her.case_id}/timeline"
    for wrong, words in WRONG_OF_AN_ENTRY:
        els.get(page)
        els.post(page, **({"lane": "help", "words": WORDS, "reason": "Because so."} | wrong))
        assert words in els.text, wrong
        assert "Because so." in els.page or "reason" in wrong, "nothing typed is lost"
    with work.database.transaction("read") as session:
        assert session.query(TimelineEntry).count() == 0


def test_a_permission_says_that_somebody_has_to_act(work: AtWork, her: Person) -> None:
    els = work.signs_in(work.house.director)
    els.get("/staff/desk/ask")
    assert "The portal sends nothing by itself." in els.text
    assert "Showing her what is happening" not in els.text
    els.post("/staff/desk/ask", kind="release", number=her.case_number, words="So.")
    assert WRONG in els.text
    els.post("/staff/desk/ask", kind="police_sharing", number=her.case_number, words="So.")
    with work.database.transaction("read") as session:
        asked = session.query(Decision).one().id
    cora = work.signs_in(work.house.coordinator)
    cora.get(f"/staff/desk/{asked}")
    assert "The portal sends nothing by itself." in cora.text
