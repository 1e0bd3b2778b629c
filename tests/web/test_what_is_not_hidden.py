"""Nobody reads a page before she knows what it cannot hide; who knows is not asked again."""

import pytest

from portal.models import Account
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.web.browser_stand_in import READ, Phone
from tests.web.browsers import inner_path, methods, rules, ways_of_survivors
from tests.web.door import PIN
from tests.web.staff.browser import Browser
from tests.web.whole_house import WholeHouse

KNOWN = "/front/what-this-hides/known"
HEADING = "What this page hides"


@pytest.fixture(params=WITH_AND_WITHOUT_SCRIPT)
def newcomer(request: pytest.FixtureRequest, whole: WholeHouse) -> Phone:
    """A phone on which Noor has just chosen her PIN, for the first time."""
    phone = whole.phone(None, scripting=request.param)
    phone.sign_in(whole.everybody.noor.card, PIN, new=True, reads=False)
    assert phone.page_key
    return phone


def comes_again(whole: WholeHouse, phone: Phone) -> None:
    """She leaves and comes in again."""
    phone.do("/front/leave")
    phone.open()
    phone.sign_in(whole.everybody.noor.card, PIN, reads=False)


def test_it_comes_before_her_first_page_and_says_what_it_must(newcomer: Phone) -> None:
    assert newcomer.heading == HEADING
    said = newcomer.soup.get_text(" ")
    for words in (
        "localhost",
        "words you searched for",
        "Other devices",
        "Wi-Fi",
        "spying app",
        "private window",
        "another device",
        "Do not empty the whole history",
    ):
        assert words in said, words


def test_no_page_of_hers_opens_before(whole: WholeHouse, newcomer: Phone) -> None:
    page = newcomer.page
    for rule in rules(whole.app, "survivor"):
        newcomer.page = page
        newcomer.send({"to" if "GET" in methods(rule) else "do": inner_path(rule), "a": "words"})
        assert newcomer.heading == HEADING, rule.rule


def test_who_goes_on_reads_it_again_at_the_next_sign_in(whole: WholeHouse, newcomer: Phone) -> None:
    newcomer.do(READ)
    assert newcomer.heading == "Today"
    newcomer.go("/messages")
    assert newcomer.heading == "Messages"
    comes_again(whole, newcomer)
    assert newcomer.heading == HEADING


def test_who_knows_is_not_asked_again(whole: WholeHouse, newcomer: Phone) -> None:
    for _ in range(2):
        newcomer.do(KNOWN)
        assert newcomer.heading == "Today"
    comes_again(whole, newcomer)
    assert newcomer.heading == "Today"


def test_it_stays_one_tap_away_on_every_page(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    limits = "/front/what-this-hides"
    for path in {*ways_of_survivors(phone.soup), "/nowhere", "/needs/new/choose"} - {limits}:
        phone.go(path)
        assert limits in ways_of_survivors(phone.soup), path
    phone.go(limits)
    assert phone.heading == HEADING
    assert READ not in phone.page


@pytest.mark.parametrize("act", [READ, KNOWN])
def test_a_dead_or_covered_page_says_nothing(whole: WholeHouse, newcomer: Phone, act: str) -> None:
    newcomer.send({"k": "dead", "do": act})
    assert newcomer.heading == "November 2026"
    comes_again(whole, newcomer)
    page = newcomer.page
    newcomer.post({"k": newcomer.page_key, "do": "/front/cover"})
    whole.later(seconds=70)
    newcomer.page = page
    newcomer.do(act)
    assert newcomer.heading == "Your PIN, please"


# Staff.


@pytest.fixture
def colleague(whole: WholeHouse) -> Browser:
    """A colleague who has not yet said that she knows."""
    with whole.database.transaction("write") as session:
        account = session.get_one(Account, whole.everybody.staff["moderator"].account_id)
        account.knows_limits_at = None
    return whole.browser(whole.everybody.staff["moderator"])


def test_staff_pages_say_first_that_they_are_ordinary(colleague: Browser) -> None:
    colleague.get("/staff/desk")
    assert colleague.heading == "These are ordinary pages"
    assert "history of this browser" in colleague.words
    colleague.submit("Go on")
    assert colleague.path == "/staff/desk"
    assert colleague.page.find("a", href="/staff/what-stays")


def test_a_colleague_who_knows_is_not_asked_again(whole: WholeHouse, colleague: Browser) -> None:
    colleague.get("/staff/house")
    colleague.submit("I know")
    assert colleague.path == "/staff/house"
    again = whole.browser(whole.everybody.staff["moderator"])
    assert again.heading != "These are ordinary pages"


def test_the_way_on_leads_nowhere_else(colleague: Browser) -> None:
    colleague.get("/staff/what-stays?next=https://example.org/")
    colleague.submit("Go on")
    assert colleague.path.startswith("/staff/")


def test_the_staff_door_says_it_too(whole: WholeHouse) -> None:
    assert "These are ordinary pages" in Browser(whole.app).get("/staff/sign-in").words
