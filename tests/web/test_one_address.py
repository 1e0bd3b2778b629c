"""Everything a survivor does happens at one address, and nothing of it stays."""

import pytest
from flask import Flask

from portal.web.inside import ENVIRON_KEY, Inside
from tests.web.browser_stand_in import OWN_STEP, Phone
from tests.web.door import PIN, SECRET, Door

CALENDAR = "November 2026"


@pytest.fixture
def plain_phone(door: Door) -> Phone:
    """A phone without JavaScript, in front of the calendar."""
    phone = Phone(door.app, scripting=False)
    phone.open()
    return phone


def test_she_comes_in_with_a_new_card_and_reads_her_page(inside: Phone) -> None:
    assert inside.heading == "Today"
    assert SECRET in inside.page


def test_she_comes_back_with_the_pin_she_chose(inside: Phone, door: Door) -> None:
    inside.do("/front/leave")
    inside.open()
    inside.sign_in(door.card, PIN)
    assert inside.heading == "Today"


def test_who_opens_the_address_again_sees_the_calendar(inside: Phone) -> None:
    answer = inside.open()
    assert inside.heading == CALENDAR
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/-/today", "/today", "/favicon.ico", "/robots.txt", "/-/front/", "//", "/-"]
)
def test_no_other_path_exists(inside: Phone, path: str) -> None:
    key, front = inside.page_key, inside.client.get("/", headers={"Accept-Language": "en"}).text
    answer = inside.open(path)
    assert (answer.status_code, answer.text) == (404, front)
    posted = inside.client.post(path, data={"k": key, "to": "/today"}, headers={"X-Part": "1"})
    assert (posted.status_code, posted.location) == (303, "/")


@pytest.mark.parametrize("key", ["", "wrong", "\ud800", "\x00", "x" * 5000])
def test_a_page_key_that_is_not_live_gets_the_calendar(inside: Phone, key: str) -> None:
    inside.send({"k": key.encode("utf-8", "surrogatepass"), "do": "/write", "a": "my typed words"})  # type: ignore[dict-item]
    assert inside.heading == CALENDAR
    assert "my typed words" not in inside.page
    assert not inside.page_key


def test_after_leaving_nothing_she_held_opens_again(inside: Phone, door: Door) -> None:
    page, key = inside.page, inside.page_key
    inside.do("/front/leave")
    inside.page = page
    inside.do("/write", k=key, a="sent from a dead page")
    assert inside.heading == CALENDAR
    assert door.done == []


def test_leaving_goes_to_the_weather(plain_phone: Phone, door: Door) -> None:
    plain_phone.sign_in(door.card, PIN, new=True)
    answer = plain_phone.do("/front/leave", l="nl")
    assert (answer.status_code, answer.location) == (303, "https://www.meteo.be/nl")
    assert "Set-Cookie" not in answer.headers


def test_the_script_hears_only_that_she_may_go(door: Door) -> None:
    phone = Phone(door.app)
    assert phone.post({"do": "/front/leave"}).status_code == 204


@pytest.mark.parametrize(
    "to",
    [
        "/../staff/desk", "/staff/desk", "//staff/desk", "https://example.org", "\\\\example.org",
        "/today#x", "today", "", "/%2e%2e/staff", "/today\r\nX: y", "/front/../../staff",
    ],
)  # fmt: skip
def test_no_target_leads_out_of_her_own_pages(inside: Phone, to: str) -> None:
    answer = inside.go(to)
    assert answer.status_code in (200, 203, 404)
    assert SECRET not in inside.page


@pytest.mark.parametrize("to", ["https://example.org", "//example.org", "/staff/desk", "/"])
def test_no_redirect_leads_out_of_her_own_pages(inside: Phone, to: str) -> None:
    inside.go(f"/away?to={to}")
    assert inside.heading == CALENDAR


def test_a_form_leads_to_the_page_after_it(inside: Phone, door: Door) -> None:
    inside.do("/write", f="key-1", a="words")
    assert inside.heading == "Today"
    assert door.done == ["words"]


def test_a_double_tap_is_one_message_and_one_answer(inside: Phone, door: Door) -> None:
    before = inside.page
    first = inside.do("/write", f="key-1", a="words").text
    inside.page = before
    assert inside.do("/write", f="key-1", a="words").text == first
    assert door.done == ["words"]


def test_a_form_that_was_refused_can_be_sent_again(inside: Phone, door: Door) -> None:
    inside.do("/write", f="key-1", a=" ")
    assert inside.heading == "Write"
    inside.do("/write", f="key-1", a="words")
    assert door.done == ["words"]


def test_an_answer_without_script_is_shown_once(plain_phone: Phone, door: Door) -> None:
    plain_phone.sign_in(door.card, PIN, new=True)
    key = plain_phone.page_key
    answer = plain_phone.post({"k": key, "to": "/today"})
    assert (answer.status_code, answer.location) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Max-Age=30" in cookie
    first = plain_phone.client.get("/", headers=OWN_STEP)
    assert SECRET in first.text
    assert "Max-Age=0" in first.headers["Set-Cookie"]
    value = cookie.split(";")[0]
    again = plain_phone.client.get("/", headers={**OWN_STEP, "Cookie": value})
    assert SECRET not in again.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Mode": "cors"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
    ],
)
def test_an_answer_waits_for_our_own_step_alone(
    plain_phone: Phone, door: Door, headers: dict[str, str]
) -> None:
    plain_phone.sign_in(door.card, PIN, new=True)
    plain_phone.post({"k": plain_phone.page_key, "to": "/today"})
    answer = plain_phone.client.get("/", headers={**OWN_STEP, **headers})
    assert SECRET not in answer.text


def test_a_prefetch_does_not_use_an_answer_up(plain_phone: Phone, door: Door) -> None:
    plain_phone.sign_in(door.card, PIN, new=True)
    plain_phone.post({"k": plain_phone.page_key, "to": "/today"})
    plain_phone.client.get("/", headers={**OWN_STEP, "Sec-Purpose": "prefetch"})
    plain_phone.client.head("/", headers=OWN_STEP)
    assert SECRET in plain_phone.client.get("/", headers=OWN_STEP).text


def test_an_answer_waits_thirty_seconds(plain_phone: Phone, door: Door) -> None:
    plain_phone.sign_in(door.card, PIN, new=True)
    plain_phone.post({"k": plain_phone.page_key, "to": "/today"})
    door.later(seconds=31)
    assert SECRET not in plain_phone.client.get("/", headers=OWN_STEP).text


def test_what_waits_cannot_be_read_from_the_database(plain_phone: Phone, door: Door) -> None:
    plain_phone.sign_in(door.card, PIN, new=True)
    plain_phone.post({"k": plain_phone.page_key, "to": "/today"})
    with door.app.extensions["database"].engine.connect() as connection:
        (sealed,) = connection.exec_driver_sql("select sealed from kept_answer").one()
    assert SECRET.encode() not in sealed


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("act", ["/front/language", "/front/sign-in", "/front/leave"])
def test_another_site_cannot_act_for_her(phone: Phone, door: Door, site: str, act: str) -> None:
    typed = {"do": act, "l": "fr", "a": door.card, "b": PIN, "c": "y", "d": PIN}
    phone.send(typed, **{"Sec-Fetch-Site": site})  # type: ignore[arg-type]
    assert phone.heading == CALENDAR
    assert not phone.page_key


def test_no_header_passes_for_the_mark_of_an_inner_request(door: Door) -> None:
    client = door.app.test_client()
    answer = client.get("/-/front/", headers={"portal.inside": "1", "Portal-Inside": "1"})
    assert answer.status_code == 404
    forged = client.get("/-/today", environ_overrides={ENVIRON_KEY: Inside("en", page_key="x")})
    assert forged.status_code == 404


def test_an_inner_path_refuses_who_comes_past_the_one_address(door: Door) -> None:
    app: Flask = door.app
    with app.test_request_context("/-/today"):
        assert app.full_dispatch_request().status_code == 404


def test_a_page_that_leads_in_circles_ends_quietly(inside: Phone) -> None:
    answer = inside.go("/circle")
    assert answer.status_code in (200, 500)
    assert "112" in inside.page


def test_an_idle_visit_is_over_after_ten_minutes(inside: Phone, door: Door) -> None:
    door.later(minutes=9)
    inside.go("/today")
    assert inside.heading == "Today"
    door.later(minutes=11)
    inside.go("/today")
    assert inside.heading == CALENDAR


def test_a_second_phone_with_the_same_card_ends_the_first(inside: Phone, door: Door) -> None:
    other = Phone(door.app, scripting=inside.scripting)
    other.open()
    other.sign_in(door.card, PIN)
    inside.go("/today")
    assert (inside.heading, other.heading) == (CALENDAR, "Today")
