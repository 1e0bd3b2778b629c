"""The database is locked, gone, or no database any more: she still finds 112 and gets away."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal import embedded
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.web.browser_stand_in import OWN_STEP, Phone
from tests.web.browsers import csrf_token, forms_in, heading, inner_path, methods, rules, send
from tests.web.staff.browser import Browser
from tests.web.whole_house import WholeHouse

pytestmark = pytest.mark.real

WAIT_MILLISECONDS = 20
FAILED = "Something went wrong here"
TYPED = "Words that were typed a moment ago."

both = pytest.mark.parametrize("scripting", WITH_AND_WITHOUT_SCRIPT)
Breaks = Callable[[WholeHouse], None]


@pytest.fixture
def impatient(whole: WholeHouse, monkeypatch: pytest.MonkeyPatch) -> WholeHouse:
    """The house, in which nobody waits five seconds for a lock."""
    pragmas = [one for one in embedded._PRAGMAS if "busy_timeout" not in one]
    monkeypatch.setattr(
        embedded, "_PRAGMAS", (*pragmas, f"PRAGMA busy_timeout = {WAIT_MILLISECONDS}")
    )
    whole.database.close()
    whole.open()
    return whole


@contextmanager
def locked(whole: WholeHouse) -> Iterator[None]:
    """Somebody else holds the write lock and does not give it back."""
    with closing(sqlite3.connect(whole.directory / "portal.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_the_calendar_does_not_mind_a_lock(impatient: WholeHouse) -> None:
    with locked(impatient):
        answer = Phone(impatient.app).open()
    assert answer.status_code == 200
    assert heading(answer) == "November 2026"


@both
def test_a_locked_database_says_112_and_loses_nothing(
    impatient: WholeHouse, scripting: bool
) -> None:
    her = impatient.everybody.amal
    phone, stranger = (impatient.phone(one, scripting=scripting) for one in (her, None))
    key = phone.page_key
    form = None
    phone.go("/messages")
    form = next(one for one in forms_in(phone.soup, "") if one.words)
    before = impatient.rows()
    with locked(impatient):
        stranger.sign_in(her.card, her.pin)
        send(phone, form, [("a", TYPED)], k=key, f="once")
        for shown in (stranger, phone):
            assert shown.heading == FAILED
            assert shown.soup.find("a", href="tel:112")
            assert shown.soup.find("button", id="x")
            assert her.pin not in shown.page
    assert impatient.rows() == before
    # As soon as the lock is gone the same form goes through, once.
    for _ in range(2):
        send(phone, form, [("a", TYPED)], k=key, f="once")
    phone.send({"k": key, "to": "/messages"})
    assert phone.page.count(TYPED) == 1


def test_staff_are_told_that_the_database_is_locked(impatient: WholeHouse) -> None:
    browser = impatient.browser(impatient.everybody.staff["housing"])
    referral = impatient.everybody.ids["referral"][0]
    browser.get(f"/staff/referrals/{referral}")
    before = impatient.rows()
    with locked(impatient):
        check_clear_page(browser, f"/staff/referrals/{referral}/finish", "POST")
        for path in ("/staff/", "/staff/referrals", "/staff/me", "/staff/dates"):
            # What is only read may be read.
            if browser.client.get(path).status_code >= 400:
                check_clear_page(browser, path)
    assert impatient.rows() == before
    assert browser.get("/staff/referrals").status == 200


def check_clear_page(browser: Browser, path: str, method: str = "GET") -> None:
    """A page in words, with the numbers and a reference, and nothing of the machine."""
    data = {"csrf_token": csrf_token(browser.page)} if method == "POST" else None
    answer = browser.client.open(path, method=method, data=data)
    assert answer.status_code in (404, 500), (path, answer.status_code)
    assert "<h1>" in answer.text, path
    assert "112" in answer.text, path
    assert "Content-Security-Policy" in answer.headers, path
    assert answer.headers["Cache-Control"] == "no-store", path
    for machine in ("Traceback", "sqlite", "sqlalchemy", "Werkzeug", "Internal Server Error"):
        assert machine not in answer.text, (path, machine)


def removed(whole: WholeHouse) -> None:
    """The files are gone, and whoever opens the database next finds nothing."""
    whole.database.close()
    for file in whole.directory.glob("portal.db*"):
        file.unlink()


def replaced(whole: WholeHouse) -> None:
    """Another file lies where the database was."""
    removed(whole)
    (whole.directory / "portal.db").write_bytes(b"not a database at all " * 500)


def emptied(whole: WholeHouse) -> None:
    """A database, but none of our tables."""
    removed(whole)
    with closing(sqlite3.connect(whole.directory / "portal.db")) as other:
        other.execute("CREATE TABLE something (else_ TEXT)")
        other.commit()


def unreachable(whole: WholeHouse) -> None:
    """What a server that does not answer looks like to whoever asks."""

    def no_session(*_: object) -> None:
        raise OSError("the database does not answer")

    whole.database.close()
    whole.database.session = no_session  # type: ignore[assignment,method-assign]


BREAKS = pytest.mark.parametrize("breaks", [removed, replaced, emptied, unreachable])


@BREAKS
@both
def test_without_a_database_she_finds_112_and_gets_away(
    whole: WholeHouse, breaks: Breaks, scripting: bool
) -> None:
    her = whole.everybody.amal
    phone = whole.phone(her, scripting=scripting)
    page = phone.page
    breaks(whole)
    stranger = Phone(whole.app, scripting=scripting)
    assert stranger.open().status_code == 200
    assert stranger.heading == "November 2026"
    assert stranger.soup.find("a", href="tel:112")
    stranger.sign_in(her.card, her.pin)
    assert stranger.heading == FAILED
    for rule in rules(whole.app, "survivor"):
        phone.page = page
        way = "to" if "GET" in methods(rule) else "do"
        phone.send({way: inner_path(rule), "a": TYPED, "f": "x"})
        # For a dead key, or where nobody can tell: the calendar or the quiet page, both with 112.
        assert phone.soup.find("a", href="tel:112"), rule.rule
        assert TYPED not in phone.page, rule.rule
    phone.page = page
    away = phone.post({"k": phone.page_key, "do": "/front/leave", "l": "nl"})
    if scripting:
        assert away.status_code == 204
    else:
        assert away.location == "https://www.meteo.be/nl"


@BREAKS
def test_an_answer_that_waits_in_a_lost_database_is_lost_quietly(
    whole: WholeHouse, breaks: Breaks
) -> None:
    phone = whole.phone(whole.everybody.amal, scripting=False)
    away = phone.post({"k": phone.page_key, "to": "/messages"})
    assert away.status_code == 303
    breaks(whole)
    answer = phone.client.get("/", headers={"Accept-Language": "en", **OWN_STEP})
    assert "112" in answer.text
    assert heading(answer) in (FAILED, "November 2026")
    again = phone.client.get("/", headers={"Accept-Language": "en", **OWN_STEP})
    assert heading(again) == "November 2026"


@BREAKS
def test_without_a_database_staff_get_a_clear_page(whole: WholeHouse, breaks: Breaks) -> None:
    browser = whole.browser(whole.everybody.staff["housing"])
    breaks(whole)
    for path in ("/staff/", "/staff/referrals", "/staff/me", "/staff/house"):
        check_clear_page(browser, path)
    check_clear_page(browser, "/staff/sign-out", "POST")
    stranger = Browser(whole.app)
    answer = stranger.client.get("/staff/sign-in", headers={"Accept-Language": "en"})
    assert "<h1>" in answer.text
    assert "112" in answer.text


def test_a_commit_that_fails_is_logged_without_its_message(
    whole: WholeHouse, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_self: Session) -> None:
        raise OperationalError("UPDATE", {"words": TYPED}, RuntimeError(TYPED))

    browser = whole.browser(whole.everybody.staff["housing"])
    monkeypatch.setattr(Session, "commit", fails)
    assert browser.client.get("/staff/referrals").status_code == 500
    told = "".join(f"{one.getMessage()} {one.exc_info} {one.exc_text}" for one in caplog.records)
    assert "OperationalError" in told
    assert TYPED not in told


def test_no_word_of_hers_reaches_the_log_when_the_database_fails(
    impatient: WholeHouse, caplog: pytest.LogCaptureFixture
) -> None:
    phone = impatient.phone(impatient.everybody.amal)
    phone.go("/messages")
    form = next(one for one in forms_in(phone.soup, "") if one.words)
    with locked(impatient):
        send(phone, form, [("a", TYPED)])
    removed(impatient)
    send(phone, form, [("a", TYPED)])
    browser = Browser(impatient.app)
    browser.client.post("/staff/sign-in", data={"email": "somebody@house.example"})
    for record in caplog.records:
        text = f"{record.getMessage()} {record.exc_info} {record.exc_text}"
        assert TYPED not in text
        assert "somebody@house.example" not in text
        assert phone.page_key not in text or not phone.page_key
