"""The main job, walked by the people whose job it is: eight steps, from her file to her leaving.

In English in each run of the tests; in the other languages, Arabic from right to left, with `real`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from portal.domain.needs import Category, HowSoon, StayOrLeave
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.i18n import LANGUAGES
from tests.browser.colleague import Colleague
from tests.browser.conftest import ADesk, APhone
from tests.browser.open_house import OpenHouse
from tests.browser.survivor import Survivor

REAL = pytest.mark.real
WALKS = ["en", pytest.param("nl", marks=REAL), pytest.param("fr", marks=REAL),
         pytest.param("ar", marks=REAL)]  # fmt: skip
PIN, NEW_PIN = "274951", "836205"
ABOUT_SAFETY = "He stands at the school gate. هو يقف أمام المدرسة"
ABOUT_HOME = "The lock of my door is broken."
READING = "Lock to be changed this week."
QUESTION = "Do you have a safe way to come here?"
ANSWER = "Yes, the bus stops in front."


@dataclass
class Walk:
    """Who is on the way, and what they have in hand by now."""

    house: OpenHouse
    her: Survivor
    director: Colleague
    moderator: Colleague
    worker: Colleague
    name: str
    card: str = ""
    case_number: str = ""
    date: datetime | None = None


@pytest.fixture
def walk(house: OpenHouse, a_phone: APhone, a_desk: ADesk, request: pytest.FixtureRequest) -> Walk:
    """Everybody at their places, in one language; nobody is in yet."""
    language = str(request.param)
    return Walk(
        house,
        a_phone(language),
        director=a_desk(language),
        moderator=a_desk(language),
        worker=a_desk(language),
        name=f"Noor {language}",
    )


@pytest.mark.parametrize("walk", WALKS, indirect=True)
def test_the_eight_steps(walk: Walk) -> None:
    staff_open_a_file(walk)
    she_comes_in(walk)
    she_states_what_she_needs(walk)
    the_desk_routes_and_asks(walk)
    she_decides_who_reads_it(walk)
    the_service_answers(walk)
    she_sees_her_dates(walk)
    they_write(walk)
    she_changes_her_pin(walk)
    she_leaves(walk)


def staff_open_a_file(walk: Walk) -> None:
    """1. The first sign-in enrols an authenticator; the card's number is shown once."""
    people, director = walk.house.people, walk.director
    lead = (Role.CASE_DIRECTOR, people.services[ServiceKind.CENTRE_WORK].id)
    somebody = people.a_colleague(f"Lena {walk.name}", lead, second_factor=False)
    director.gives_pass_phrase(somebody)
    assert len(set(director.enrols())) == 10
    walk.card = director.opens_a_file(walk.name, walk.her.language, people.stand_in)
    assert len(walk.card.replace(" ", "")) == 16
    director.page.emulate_media(media="print")
    assert director.page.locator("body").inner_text().strip() == walk.card
    director.page.emulate_media(media="screen")
    walk.case_number = director.goes_to_the_case()
    assert walk.card not in director.page.content()
    director.reads("Waits until")


def she_comes_in(walk: Walk) -> None:
    """2. A calendar like any other; behind it the card, and a PIN typed twice."""
    her = walk.her
    asked: list[str] = []
    her.page.on("request", lambda request: asked.append(request.url))
    her.opens_the_calendar()
    her.sees_the_calendar()
    assert [url for url in asked if not url.startswith("data:")] == [walk.house.address]
    assert her.page.locator("html").get_attribute("dir") == LANGUAGES[her.language].direction
    her.comes_in(walk.card, PIN, new=True)
    expect(her.heading).to_have_text(her.words("Today"))
    her.reads("Welcome. This place is yours. Here are your dates, your messages and what you need.")
    keeps_no_trace(walk)
    goes_the_right_way(her)
    walk.director.page.reload()
    walk.director.reads("Activated")


def she_states_what_she_needs(walk: Walk) -> None:
    """3. One question a screen; half-way answers wait for her; she reads who will read it."""
    her = walk.her
    her.begins_to_say_what_she_needs(Category.SAFETY, Category.HOME)
    her.says_how_soon(HowSoon.TODAY, ABOUT_SAFETY)
    expect(her.main.locator("[role=alert] [href='tel:112']")).to_be_visible()
    her.goes("/today")
    her.goes("/needs")
    her.goes("/needs/new/about/home")
    her.says_how_soon(HowSoon.THIS_WEEK, ABOUT_HOME)
    her.answers_the_rest(
        most=Category.SAFETY,
        plan=StayOrLeave.DO_NOT_KNOW,
        not_wanted="Do not call my work.",
        for_the_talk="No stairs.",
    )
    her.reads("%(name)s, your contact person.", name=f"Lena {walk.name}")
    her.reads("The desk reads this to find the right service.")
    expect(her.main).to_contain_text(ABOUT_SAFETY)
    goes_the_right_way(her)
    her.sends()
    her.reads("Sent.")
    expect(her.main.locator(".row time")).to_have_count(2)
    goes_the_right_way(her)


def the_desk_routes_and_asks(walk: Walk) -> None:
    """4. Lanes with clock times; a reading beside her words; a service, or a question."""
    people, moderator = walk.house.people, walk.moderator
    moderator.signs_in(people.moderator)
    assert moderator.path == "/staff/desk"
    moderator.opens_a_need(walk.case_number, Category.SAFETY)
    expect(moderator.main.locator(".hers .said").first).to_have_text(ABOUT_SAFETY)
    moderator.asks(QUESTION)
    moderator.opens_a_need(walk.case_number, Category.HOME)
    expect(moderator.main.locator(".hers")).to_contain_text(["", "No stairs."])
    moderator.routes(people.services[ServiceKind.HOUSING].id, reading=READING)
    moderator.goes("desk/waits-for-her")
    waits = moderator.main.locator(".line", has_text=walk.case_number)
    expect(waits.filter(has_text=people.services[ServiceKind.HOUSING].name)).to_be_visible()
    expect(waits.filter(has_not_text=people.services[ServiceKind.HOUSING].name)).to_be_visible()
    expect(moderator.main.locator(".line", has_text=walk.case_number)).to_have_count(2)
    worker = walk.worker
    worker.signs_in(people.workers[ServiceKind.HOUSING])
    assert worker.path == "/staff/referrals"
    expect(worker.main).not_to_contain_text(walk.name)


def she_decides_who_reads_it(walk: Walk) -> None:
    """The service sees nothing before her yes, and she sees what it would see."""
    her = walk.her
    her.goes("/today")
    her.reads("This waits for you")
    her.taps(her.main.locator(".row", has_text=her.words("We need to ask you something")))
    expect(her.main).to_contain_text(QUESTION)
    her.writes(ANSWER)
    her.sends()
    her.reads("Thank you. Your answer is sent.")
    her.goes("/today")
    asks = her.words("May %(service)s read this?", service="Housing desk")
    her.taps(her.main.locator(".row", has_text=asks))
    her.reads("Waits for your yes")
    her.taps(her.main.locator("button.main[name=to]"))
    expect(her.main).to_contain_text(READING)
    expect(her.main).to_contain_text(ABOUT_HOME)
    expect(her.main).not_to_contain_text(ABOUT_SAFETY)
    her.says_yes()
    expect(her.heading).not_to_have_text(asks)


def the_service_answers(walk: Walk) -> None:
    """5. What she allowed and nothing else; yes; a day, a place, an interpreter."""
    worker = walk.worker
    worker.opens_the_referral(walk.name)
    expect(worker.main).to_contain_text(ABOUT_HOME)
    expect(worker.main).not_to_contain_text(ABOUT_SAFETY)
    worker.presses("/accept")
    expect(worker.main.locator(".notice-done")).to_be_visible()
    # One colleague gives the dates of all these walks, and meets one survivor at a time.
    hour = 8 + 2 * ("en", "nl", "fr", "ar").index(walk.her.language)
    walk.date = (walk.house.now + timedelta(days=4)).replace(hour=hour, minute=15)
    worker.gives_a_date(walk.date, place="2nd floor, desk 4", interpreter="Dari, in the room")


def she_sees_her_dates(walk: Walk) -> None:
    """6. The next one is the large card on Today; she asks for another time and gets one."""
    her, worker = walk.her, walk.worker
    assert walk.date is not None
    her.goes("/today")
    expect(her.main.locator(".card .big").nth(1)).to_have_text(f"{walk.date:%H:%M}")
    expect(her.main.locator(".card").first).to_contain_text("2nd floor, desk 4")
    goes_the_right_way(her)
    her.goes("/dates")
    her.presses("/dates/*/another-time")
    her.reads(
        "You asked for another time. %(service)s gives you a new time. Until then this date stays.",
        service="Housing desk",
    )
    goes_the_right_way(her)
    worker.opens_the_referral(walk.name)
    later = walk.date + timedelta(days=1, hours=4)
    worker.gives_a_date(later, place="2nd floor, desk 4", interpreter="Dari, by telephone")
    her.goes("/dates")
    expect(her.main.locator(".card")).to_have_count(1)
    expect(her.main.locator(".card")).to_contain_text(f"{later:%H:%M}")
    expect(her.main.locator(".card")).to_contain_text("Dari, by telephone")


def they_write(walk: Walk) -> None:
    """7. Seen when it was shown, and not before; counts that are right; taking back."""
    her, director = walk.her, walk.director
    her.sends_a_message("Can I bring my daughter?")
    her.reads("Not seen yet")
    her.sends_a_message("This one was a mistake.")
    her.presses("/messages/*/take-back")
    assert "This one was a mistake." not in her.text
    director.goes("people")
    line = director.page.locator("tr", has_text=walk.case_number)
    expect(line.locator(".marks")).to_be_visible()
    her.goes("/messages")
    her.reads("Not seen yet")
    director.finds_the_case(walk.case_number)
    expect(director.page.locator("#thread .hers .said")).to_have_text(["Can I bring my daughter?"])
    director.answers("Yes, bring her. There is a room to play.")
    her.goes("/today")
    unread = her.main.locator("button[value='/messages'].lit")
    expect(unread).to_contain_text(her.number_of("%(num)s new message", "%(num)s new messages", 1))
    her.taps(unread)
    expect(her.main).to_contain_text("There is a room to play.")
    expect(her.main.locator(".by.mine")).to_contain_text(f"Lena {walk.name}")
    goes_the_right_way(her)
    her.goes("/today")
    expect(her.main.locator("button[value='/messages'].lit")).to_have_count(0)
    director.finds_the_case(walk.case_number)
    expect(director.page.locator("#thread .ours .by")).not_to_contain_text(
        director.words("not seen yet")
    )


def she_changes_her_pin(walk: Walk) -> None:
    """With the card in her hand; and there are words for when it is lost."""
    her = walk.her
    her.goes("/more")
    her.goes("/more/card")
    her.goes("/more/card/lost")
    her.reads("I lost my card for the appointments. Can I come by for a new one?")
    her.goes("/more/card")
    her.goes("/more/card/pin")
    for name, typed in zip("abcd", (walk.card, PIN, NEW_PIN, NEW_PIN), strict=True):
        her.page.locator(f".form [name={name}]").fill(typed)
    her.sends()
    expect(her.main.locator(".notice-done")).to_be_visible()


def she_leaves(walk: Walk) -> None:
    """8. In one tap; and whoever takes the phone then finds a calendar."""
    her = walk.her
    keeps_no_trace(walk)
    her.leaves()
    hers = 'SELECT count(*) FROM sign_in JOIN "case" ON survivor_id = account_id WHERE number = ?'
    assert walk.house.rows(hers, walk.case_number) == [(0,)]
    her.comes_in(walk.card, NEW_PIN)
    expect(her.main.locator("time").first).to_be_visible()
    her.leaves()


def keeps_no_trace(walk: Walk) -> None:
    """One address, one title, nothing kept."""
    page = walk.her.page
    assert (page.url, page.title()) == (walk.house.address, "Agenda")
    assert page.evaluate("history.length") == 2, "about:blank and the portal"
    assert walk.her.phone.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def goes_the_right_way(her: Survivor) -> None:
    """The page follows the direction of the language; clock times and numbers keep their own."""
    direction = LANGUAGES[her.language].direction
    root = her.page.locator("html")
    expect(root).to_have_attribute("dir", direction)
    expect(root).to_have_attribute("lang", her.language)
    way_out, bar = her.leave.bounding_box(), her.page.locator(".bar .place").first.bounding_box()
    first_word = her.heading.evaluate(
        "h1 => { const range = document.createRange(); range.selectNodeContents(h1);"
        " const box = range.getBoundingClientRect(); return [box.left, box.right]; }"
    )
    assert way_out is not None
    assert bar is not None
    if direction == "rtl":
        assert way_out["x"] < 16
        assert bar["x"] + bar["width"] > 340
        assert first_word[1] > 340
    else:
        assert way_out["x"] + way_out["width"] > 344
        assert bar["x"] < 20
        assert first_word[0] < 20
    assert her.page.evaluate(LOOSE_TIMES) == []


LOOSE_TIMES = """() => {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode, holder = node.parentElement;
        if (/[0-9]{1,2}:[0-9]{2}/.test(node.data) && !holder.closest("bdi, blockquote, script"))
            found.push(node.data.trim());
    }
    return found;
}"""
"""Clock times that stand in a sentence without being kept apart from its direction."""
