"""Interpreters through the front door: kept, asked, booked, and shown one talk by a link."""

import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from portal.domain.services import ServiceKind
from portal.models import AuditEvent, InterpreterRequest, TalkLink
from portal.services.dates import giving
from tests.people import NOON
from tests.web.page_lint import check_staff_page
from tests.web.staff.at_work import AtWork, Colleague
from tests.web.staff.browser import Browser
from tests.web.tree import tree_of
from tests.web.whole_house import WholeHouse

ANYBODY = {"who": "", "by": "phone"}
TELLING_OF_HER = re.compile("Amal|HOU|Housing|Worker|needs?|file|case", re.IGNORECASE)


@pytest.fixture
def coordinator(work: AtWork) -> Colleague:
    return work.signs_in(work.house.coordinator)


def added(coordinator: Colleague, name: str, **typed: object) -> UUID:
    """The coordinator adds an interpreter; gives its id."""
    address = "/staff/house/settings/interpreters"
    coordinator.get(address)
    usual = {"name": name, "sex": "woman", "languages": ["ar"], "means": ["phone", "here"]}
    coordinator.post(address, **{**usual, **typed})
    found = re.findall(rf'{address}/([0-9a-f-]{{36}})"><b><bdi>(.*?)</bdi>', coordinator.page)
    return next(UUID(one) for one, said in found if said == name)


def dated(work: AtWork, worker: Colleague) -> tuple[UUID, str]:
    """A date on Wednesday at 14:00, and the page of its interpreter."""
    _, referral_id = work.sent(name="Amal")
    worker.get(f"/staff/referrals/{referral_id}/date")
    worker.post(
        f"/staff/referrals/{referral_id}/date",
        act="set", day="2026-11-25", time="14:00", minutes="45", place="2nd floor, desk 1",
        with_id=str(worker.person.account_id),
    )  # fmt: skip
    (date,) = work.dates(referral_id)
    return date.id, f"/staff/referrals/{referral_id}/dates/{date.id}/interpreter"


def linked(worker: Colleague, page: str, **typed: str) -> str:
    """Make a link; gives its path."""
    worker.get(page)
    worker.post(f"{page}/link", **{"where": "Ground floor, room 3", "called": "Mira", **typed})
    found = re.search(r'class="secret" dir="ltr">([^<]+)<', worker.page)
    assert found, worker.text
    return urlsplit(found[1]).path


def test_a_coordinator_keeps_interpreters_and_their_hours(
    work: AtWork, coordinator: Colleague
) -> None:
    samira = added(coordinator, "Samira Haddad", town="Genk")
    page = f"/staff/house/settings/interpreters/{samira}"
    coordinator.get(page)
    coordinator.post(page, name="Samira H.", sex="woman", languages=["ar", "fr"], means=["video"])
    assert "The interpreter is changed." in coordinator.text
    coordinator.post(f"{page}/hours", d0="9:00-12:00")
    assert "09:00-12:00" in coordinator.text
    coordinator.post(f"{page}/days", day="2026-11-30", hours="")
    assert "Monday, 30 November 2026 : not there" in coordinator.text
    coordinator.post(f"{page}/hours", d0="late")
    assert coordinator.page.count('class="error"') == 1
    row = re.search(r'name="row" value="([^"]+)"', coordinator.page)
    assert row
    coordinator.post(f"{page}/change", row=row[1])
    assert "These hours are taken away." in coordinator.text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": " "}, "Type the name."),
        ({"name": "x" * 400}, "Longer than 80 characters"),
        ({"languages": []}, "Choose one language or more."),
        ({"languages": ["tlh"]}, "Choose one language or more."),
        ({"means": ["pigeon"]}, "Choose one or more."),
        ({"means": []}, "Choose one or more."),
        ({"sex": ""}, "Choose one."),
        ({"active_until": "someday"}, "Not a valid date value"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    coordinator: Colleague, changed: dict[str, object], sentence: str
) -> None:
    address = "/staff/house/settings/interpreters"
    coordinator.get(address)
    usual = {"name": "Samira", "sex": "woman", "languages": ["ar"], "means": ["phone"]}
    coordinator.post(address, **{**usual, **changed})
    assert sentence in coordinator.text
    assert "No interpreter is on the list." in coordinator.text


def test_a_service_asks_for_her_books_and_makes_a_link(
    work: AtWork, coordinator: Colleague
) -> None:
    samira = added(coordinator, "Samira Haddad", town="Genk")
    fatima = added(coordinator, "Fatima Z.")
    worker = work.worker(ServiceKind.HOUSING)
    date_id, page = dated(work, worker)
    worker.get(page)
    worker.post(
        f"{page}/ask", language="ar", dialect="From Aleppo", sex="woman", means="phone",
        not_from_near="y", not_these="Fatima who works in the shop",
    )  # fmt: skip
    assert "“" in worker.page or "Fatima who works in the shop" in worker.text
    assert "lives in Genk: check" in worker.text
    assert f'value="{fatima}" disabled' in worker.page
    assert "not this person" in worker.text
    worker.get("/staff/interpreters")
    assert "Wednesday, 25 November 2026, 14:00" in worker.text
    worker.get(page)
    worker.post(f"{page}/book", who=str(fatima), by="phone")
    assert "Not a valid choice" in worker.text
    worker.post(f"{page}/book", who=str(samira), by="phone")
    assert "Booked. She reads who comes." in worker.text
    worker.get("/staff/interpreters")
    assert "Nobody waits for an interpreter." in worker.text
    path = linked(worker, page, where="+32 2 555 12 34")
    worker.get(page)
    assert "A link was made. A new one ends it." in worker.text
    assert path.rpartition("/")[2] not in worker.page, "it is shown once"
    with work.database.transaction("read") as session:
        request = session.query(InterpreterRequest).one()
        assert request.said is not None
        assert b"Aleppo" not in request.said
        assert path.rpartition("/")[2].encode() not in session.query(TalkLink).one().sealed
    assert date_id


def test_where_no_language_was_said_each_who_can_come_is_listed_with_hers(
    work: AtWork, coordinator: Colleague
) -> None:
    added(coordinator, "Samira Haddad", languages=["ar", "fr"])
    worker = work.worker(ServiceKind.HOUSING)
    _, page = dated(work, worker)
    worker.get(page)
    (offer,) = tree_of(worker.page).select(".offers .choice")
    said = " ".join(offer.get_text(" ").split())
    assert "العربية (Arabic) · Français (French)" in said


def visitor(work: AtWork) -> Browser:
    """Somebody who holds a link and nothing else."""
    return Browser(work.app)


def opened(work: AtWork, path: str) -> Browser:
    """A link, opened with its button."""
    browser = visitor(work)
    browser.get(path)
    return browser.submit("Show it")


def test_the_link_shows_one_talk_and_nothing_of_her(work: AtWork, coordinator: Colleague) -> None:
    samira = added(coordinator, "Samira Haddad")
    worker = work.worker(ServiceKind.HOUSING)
    _, page = dated(work, worker)
    worker.get(page)
    worker.post(f"{page}/ask", language="ar")
    worker.post(f"{page}/book", who=str(samira), by="here")
    path = linked(worker, page)
    browser = opened(work, path)
    check_staff_page(browser.shown, browser.page, "en")
    for words in ("Wednesday, 25 November 2026, 14:00", "14:45", "room 3", "(Arabic)", "Mira"):
        assert words in browser.words
    main = browser.page.find("body")
    assert main is not None
    assert not TELLING_OF_HER.search(main.get_text(" ")), main.get_text(" ")
    assert browser.shown.headers["Cache-Control"] == "no-store"
    with work.database.transaction("read") as session:
        kinds = [one.kind for one in session.query(AuditEvent)]
    assert kinds.count("talk_link_opened") == 1, "looking at the door is no opening"
    work.later(days=2, hours=3, minutes=44)
    assert "Mira" in opened(work, path).words
    work.later(minutes=2)
    assert "This link does not open" in opened(work, path).words


def test_whatever_ended_it_the_page_is_the_same(work: AtWork, coordinator: Colleague) -> None:
    samira = added(coordinator, "Samira Haddad")
    worker = work.worker(ServiceKind.HOUSING)
    date_id, page = dated(work, worker)
    worker.get(page)
    worker.post(f"{page}/book", who=str(samira), by="phone")
    older = linked(worker, page)
    path = linked(worker, page)
    pages = [opened(work, one) for one in (older, "/staff/talk/made-up", "/staff/talk/%00é")]
    with work.house.acting(worker.person, now=work.now) as (session, acting):
        giving.cancel(session, acting, date_id, now=work.now)
    pages.append(opened(work, path))
    said = {re.sub(r'(name="csrf_token"|once)[^>]*', "", one.shown.text) for one in pages}
    assert len(said) == 1
    assert {one.status for one in pages} == {404}
    worker.get("/staff/interpreters")
    assert "Tell these interpreters: they do not come" in worker.text
    row = re.search(r'name="row" value="([^"]+)"', worker.page)
    assert row
    worker.post("/staff/interpreters/told", row=row[1])
    assert "Noted: this interpreter knows." in worker.text
    worker.post("/staff/interpreters/told", row=str(uuid4()))
    assert "Noted" not in worker.text


def test_guessing_links_is_slowed_down(work: AtWork) -> None:
    browser = visitor(work)
    browser.get("/staff/talk/guess")
    for _ in range(21):
        browser.get("/staff/talk/guess")
        browser.submit("Show it")
    assert browser.status == 429


@pytest.mark.parametrize("who", ["director", "police", "coordinator", "auditor"])
def test_only_the_service_of_a_date_sees_what_she_asked(whole: WholeHouse, who: str) -> None:
    browser = whole.browser(whole.everybody.staff[who])
    referral, dates = whole.everybody.ids["referral"][0], whole.everybody.ids["appointment"]
    assert browser.client.get(
        f"/staff/referrals/{referral}/dates/{dates[1]}/interpreter"
    ).status_code in (404, 403)


def test_after_the_talk_nobody_is_booked_any_more(work: AtWork, coordinator: Colleague) -> None:
    samira = added(coordinator, "Samira Haddad")
    worker = work.worker(ServiceKind.HOUSING)
    _, page = dated(work, worker)
    worker.get(page)
    work.now = NOON + timedelta(days=3)
    worker = work.worker(ServiceKind.HOUSING)
    worker.get(page)
    worker.post(f"{page}/book", who=str(samira), by="phone")
    assert "This has changed meanwhile." in worker.text
