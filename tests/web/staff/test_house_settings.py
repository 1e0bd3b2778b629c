"""What the centre sets in the browser: who may, what is refused, and what she reads afterwards."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.promises import OpeningHours, Promise, Span, answer_before
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import AuditEvent, Centre, Decision, SettingVersion
from portal.services.moderation import desk
from tests.people import NOON, Person, TestHouse
from tests.web.browser_stand_in import Phone
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock

AT = "/staff/house/settings"
SAVE = "Save the change"


@pytest.fixture
def cora(people: TestHouse, signed_in: Callable[[Person], Browser]) -> Browser:
    """The coordinator, just signed in."""
    return signed_in(people.coordinator)


def read_on(phone: Phone) -> str:
    """What a reader of the page reads."""
    return " ".join(phone.soup.get_text(" ").split())


def phone_of(app: Flask, her: Person, language: str = "en") -> Phone:
    phone = Phone(app, language)
    phone.open()
    phone.sign_in(her.card, her.pin)
    return phone


def test_an_administrator_and_a_coordinator_may_and_nobody_else(
    people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    admin = people.a_colleague("Ada", (Role.ADMINISTRATOR, None))
    for person in (admin, people.coordinator):
        assert signed_in(person).get(AT).status == 200
    for person in (people.director, people.moderator, people.auditor):
        browser = signed_in(person)
        assert browser.get(AT).status == 404
        assert browser.post(f"{AT}/hours", opens="10:00", closes="16:00").status == 404


def test_hours_change_for_her_at_once_and_can_be_put_back(
    people: TestHouse, app: Flask, cora: Browser
) -> None:
    her = people.a_survivor()
    cora.get(f"{AT}/hours").submit(SAVE, opens="10:00", closes="16:00", weekdays=["0", "2"])
    assert "Changed." in cora.words
    phone = phone_of(app, her)
    phone.go("/messages")
    assert "10:00" in read_on(phone) and "16:00" in read_on(phone)
    cora.follow("All changes")
    assert "Cora" in cora.words and "09:00" in cora.words and "10:00" in cora.words
    cora.submit("Put back what stood before")
    with people.database.transaction("read") as session:
        centre = session.get_one(Centre, 1)
        assert (centre.opens, centre.weekdays) == (time(9), [0, 1, 2, 3, 4])
        numbers = session.scalars(select(SettingVersion.number)).all()
        assert sorted(numbers) == [1, 2], "putting back is a change as well"
        events = session.scalars(select(AuditEvent.kind)).all()
        assert events.count("house_changed") == 2


def test_a_change_is_told_in_the_words_of_its_form_and_of_nothing_else(cora: Browser) -> None:
    cora.get(f"{AT}/hours").submit(SAVE, weekdays=["0", "2"])
    cora.get(f"{AT}/promises").submit(SAVE, green_amount="4", green_span="working_days")
    cora.get(f"{AT}/retention").submit(SAVE, backups="30")
    cora.get(f"{AT}/history")
    told = {" ".join(box.get_text(" ").split()) for box in cora.page.select("section .facts")}
    assert told == {
        "Days until the key of a backup is destroyed 35 30",
        "Green 3 4",
        "Days Monday, Tuesday, Wednesday, Thursday, Friday Monday, Wednesday",
    }


def test_the_hours_of_the_playroom_are_set_like_those_of_a_service(cora: Browser) -> None:
    hours = {"hours_0": "9-12, 13:00-16:30", "places": "6"}
    cora.get(f"{AT}/childcare").submit(SAVE, **hours)
    assert "Changed." in cora.words
    cora.get(f"{AT}/history")
    told = [" ".join(box.get_text(" ").split()) for box in cora.page.select("section .facts")]
    assert told == ["Monday 09:00-12:00, 13:00-16:30 Children at one time 6"]


def test_how_far_apart_two_are_kept_is_set_and_put_back(cora: Browser) -> None:
    page = cora.get(f"{AT}/separation")
    field = page.page.select_one("input[name=minutes]")
    assert field is not None and field["value"] == "60"
    cora.submit(SAVE, minutes="90")
    assert "Changed." in cora.words
    cora.get(f"{AT}/history")
    told = [" ".join(box.get_text(" ").split()) for box in cora.page.select("section .facts")]
    assert told == ["Minutes from the leaving of the one to the coming of the other 60 90"]
    assert "comes closer than 90 minutes to a date of the other" in cora.get("/staff/apart").words
    cora.get(f"{AT}/history")
    cora.submit("Put back what stood before")
    assert "Changed." in cora.words


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "the end before the beginning": (
        "hours",
        {"opens": "17:00", "closes": "09:00"},
        "The end comes",
    ),
    "the same moment": ("hours", {"opens": "09:00", "closes": "09:00"}, "The end comes"),
    "twenty-five o'clock": ("hours", {"opens": "25:00"}, "There is no such time"),
    "no day": ("hours", {"weekdays": []}, "at least one day"),
    "more places than any house has": (
        "childcare",
        {"hours_0": "9-12", "places": "41"},
        "From 0 to 40",
    ),
    "hours of the playroom that are none": (
        "childcare",
        {"hours_0": "all day", "places": "4"},
        "Write hours like this",
    ),
    "a promise of nothing": ("promises", {"red_amount": "0"}, "From 1 to 480"),
    "words for a number": ("promises", {"red_amount": "ten"}, "whole number"),
    "red slower than orange": (
        "promises",
        {"red_amount": "3", "red_span": "working_days"},
        "cannot wait longer",
    ),
    "no https": ("exit_pages", {"text_nl": "http://www.meteo.be/nl"}, "https address"),
    "a script": ("exit_pages", {"text_nl": "javascript:alert(1)"}, "https address"),
    "somebody's name in it": ("exit_pages", {"text_nl": "https://a@meteo.be/"}, "https address"),
    "a machine next door": ("exit_pages", {"text_nl": "https://localhost/x"}, "https address"),
    "an address in digits": ("exit_pages", {"text_nl": "https://192.168.1.4/"}, "https address"),
    "an end of header": ("exit_pages", {"text_nl": "https://meteo.be/;x"}, "https address"),
    "an empty legal text": (
        "legal/privacy",
        {"text_nl": "Wij bewaren weinig.", "text_fr": "  "},
        "empty in Français",
    ),
    "nothing ticked": (
        "languages",
        {"codes": [], "first": "nl"},
        "Choose at least one language.",
    ),
    "no language": ("languages", {"codes": [], "first": ""}, "Not a valid choice"),
    "no time between two": ("separation", {"minutes": "0"}, "From 15 to 240 minutes"),
    "days between two": ("separation", {"minutes": "9999"}, "From 15 to 240 minutes"),
    "an hour in words": ("separation", {"minutes": "an hour"}, "whole number"),
    "days below the least": ("retention", {"backups": "0"}, "From 1 to 35 days"),
    "a backup for ever": ("retention", {"backups": "9999"}, "From 1 to 35 days"),
    "messages outliving the file": ("retention", {"messages": "200"}, "longer than the file"),
    "a number that is none": ("line/new", {"number": "12 monkeys"}, "3 to 18 digits"),
    "a number without a purpose": (
        "line/new",
        {"number": "02 123 45 67"},
        "what this number is for",
    ),
    "a number that is there": ("line/new", {"number": "1712", "purpose_nl": "x"}, "already"),
    "checked tomorrow": ("line/1712", {"verified_on": "2026-12-24"}, "still to come"),
    "another number for 112": ("line/112", {"number": "113"}, "emergency numbers stay"),
    "112 hidden": ("line/112", {"hidden": "y"}, "emergency numbers stay"),
    "nothing changed": ("hours", {"weekdays": list("01234")}, "what stands already"),
    "a name too long": ("service/{service}", {"name": "x" * 300}, "Longer than 200"),
}


def test_a_wrong_value_gets_a_sentence_and_changes_nothing(
    people: TestHouse, cora: Browser
) -> None:
    wrong: list[tuple[object, ...]] = []
    for what, (path, typed, sentence) in WRONG.items():
        service = people.services[ServiceKind.POLICE].id
        cora.get(f"{AT}/{path}".format(service=service)).submit(SAVE, **typed)
        if cora.status != 200 or sentence not in cora.words:
            wrong.append((what, cora.status, cora.words[:600]))
        for name, said in typed.items():
            shown = cora.page.find("input", attrs={"name": name, "type": "text"})
            if shown is not None and shown.get("value") != said:
                wrong.append((what, name, "was lost"))
    assert wrong == []
    with people.database.transaction("read") as session:
        assert session.scalar(select(SettingVersion.id)) is None


def test_nobody_overwrites_what_a_colleague_changed_meanwhile(
    people: TestHouse, cora: Browser, signed_in: Callable[[Person], Browser]
) -> None:
    other = signed_in(people.a_colleague("Ada", (Role.ADMINISTRATOR, None))).get(f"{AT}/hours")
    cora.get(f"{AT}/hours").submit(SAVE, opens="10:00", weekdays=["0"])
    other.submit(SAVE, opens="11:00", weekdays=["0"])
    assert "A colleague changed this" in other.words
    with people.database.transaction("read") as session:
        assert session.get_one(Centre, 1).opens == time(10)


def test_a_change_wants_a_fresh_proof(people: TestHouse, cora: Browser, clock: Clock) -> None:
    cora.get(f"{AT}/exit_pages")
    clock.later(minutes=14)
    cora.get(f"{AT}/exit_pages")
    clock.later(minutes=2)
    cora.submit(SAVE, text_nl="https://www.buienradar.be/")
    assert cora.status == 403
    cora.submit("Go on", proof_code=people.coordinator.code(clock.now))
    assert "Changed." in cora.words


def test_leaving_leads_to_the_page_that_was_set(
    app: Flask, people: TestHouse, cora: Browser
) -> None:
    page = "https://www.buienradar.be/belgie"
    her = people.a_survivor()
    phone = phone_of(app, her, "nl")
    cora.get(f"{AT}/exit_pages").submit(SAVE, text_nl=page)
    assert "Changed." in cora.words
    plain = Phone(app, "nl", scripting=False)
    plain.open()
    away = plain.post({"do": "/front/leave", "k": phone.page_key, "l": "nl"})
    assert away.location == page
    answer = app.test_client().get("/", headers={"Accept-Language": "nl"})
    assert "https://www.buienradar.be" in answer.headers["Content-Security-Policy"]
    assert page in answer.text


def test_the_front_page_stays_the_same_for_everybody(
    app: Flask, people: TestHouse, cora: Browser
) -> None:
    her = phone_of(app, people.a_survivor())
    cora.get(f"{AT}/languages").submit(SAVE, codes=["nl", "en"], first="nl")
    assert "Changed." in cora.words
    pages = {
        app.test_client().get("/", headers={"Accept-Language": wish}).text
        for wish in ("nl", "tr", "fr;q=0.5", "")
    }
    assert len(pages) == 1, "who reads nothing that is offered reads the first"
    assert "العربية" not in pages.pop()
    stranger = app.test_client().get("/", headers={"Accept-Language": "en"}).text
    assert her.client.get("/", headers={"Accept-Language": "en"}).text == stranger


def test_a_paused_service_says_so_in_its_own_words(
    app: Flask, people: TestHouse, cora: Browser
) -> None:
    her = people.a_survivor()
    need = people.a_need(her)
    housing = people.services[ServiceKind.HOUSING]
    with people.acting(people.moderator) as (session, acting):
        waiting = session.scalar(select(Decision.id).where(Decision.need_id == need))
        assert waiting
        desk.route(session, acting, waiting, [housing.id], now=NOON)
    page = cora.get(f"{AT}/service/{housing.id}")
    page.submit(SAVE, state="paused", notice_en="We are moving. We are back on 7 December.")
    phone = phone_of(app, her)
    phone.go(f"/needs/{need}")
    assert "Paused" in read_on(phone)
    assert "We are back on 7 December." in read_on(phone)
    french = phone_of(app, her, "fr")
    french.go(f"/needs/{need}")
    assert "We are back" not in read_on(french), "where nothing is written, the portal's own words"
    cora.get(f"{AT}/service/{housing.id}").submit(SAVE, state="open")
    phone = phone_of(app, her)
    phone.go(f"/needs/{need}")
    assert "Paused" not in read_on(phone) and "7 December" not in read_on(phone)


def test_help_lines_are_checked_hidden_and_added(
    app: Flask, people: TestHouse, cora: Browser, clock: Clock
) -> None:
    cora.get(AT)
    assert "8 lines were not checked for a year" in cora.words
    cora.get(f"{AT}/line/1712").submit(SAVE, verified_on="2026-11-20")
    assert "7 lines" in cora.words
    cora.get(f"{AT}/line/1813").submit(SAVE, hidden="y")
    assert "6 lines" in cora.words
    cora.get(f"{AT}/line/new").submit(
        SAVE,
        number="02 227 45 02",
        purpose_en="A listening ear in your language.",
        verified_on="2026-11-20",
        moments=["not_safe"],
    )
    phone = phone_of(app, people.a_survivor())
    phone.go("/more/help-lines")
    assert "02 227 45 02" in read_on(phone) and "1813" not in read_on(phone)
    phone.go("/today/safe")
    assert "A listening ear in your language." in read_on(phone)
    clock.later(days=367)
    cora.sign_in(people.coordinator).get(AT)
    assert "8 lines" in cora.words, "a year later somebody has to call again"


def test_a_history_of_nothing_is_empty_whatever_was_asked(cora: Browser) -> None:
    for odd in ("%00", "%00" * 100, "x" * 5000, "%ed%a0%80"):
        for topic in ("hours", "line"):
            cora.get(f"{AT}/history?topic={topic}&about={odd}")
            assert cora.status == 200


def test_a_line_that_was_checked_this_morning_is_checked_where_the_day_begins_first(
    people: TestHouse, signed_in: Callable[[Person], Browser], clock: Clock
) -> None:
    """Half past nine on the 23rd in Auckland is the evening of the 22nd by UTC."""
    with people.database.transaction() as session:
        session.get_one(Centre, 1).zone = "Pacific/Auckland"
    clock.now = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    cora = signed_in(people.coordinator)
    cora.get(f"{AT}/line/1712").submit(SAVE, verified_on="2026-11-24")
    assert "still to come" in cora.words
    cora.submit(SAVE, verified_on="2026-11-23")
    assert "still to come" not in cora.words


def test_legal_texts_are_hers_to_read_in_her_language(
    app: Flask, people: TestHouse, cora: Browser
) -> None:
    her = people.a_survivor()
    before = phone_of(app, her)
    before.go("/more")
    assert "Your rights" not in read_on(before)
    texts = {code: f"The law, in {code}." for code in ("nl", "fr", "en", "ar")}
    cora.get(f"{AT}/legal/rights").submit(SAVE, **{f"text_{c}": t for c, t in texts.items()})
    phone = phone_of(app, her, "fr")
    phone.go("/more/your-rights")
    assert "The law, in fr." in read_on(phone) and "The law, in en." not in read_on(phone)


def test_minutes_are_minutes_on_the_night_on_which_the_clock_changes() -> None:
    zone = ZoneInfo("Europe/Brussels")
    hours = OpeningHours(zone, time(0), time(23, 59), frozenset(range(7)))
    # At three in the morning of 25 October 2026 it is two again.
    sent = datetime(2026, 10, 25, 0, 30, tzinfo=zone)
    due = answer_before(sent, Promise(150, Span.MINUTES), hours)
    assert due.astimezone(UTC) - sent.astimezone(UTC) == timedelta(minutes=150)
    assert due.strftime("%H:%M") == "02:00"
    # At two in the morning of 29 March 2026 it is three.
    sent = datetime(2026, 3, 29, 1, 30, tzinfo=zone)
    due = answer_before(sent, Promise(60, Span.MINUTES), hours)
    assert due.strftime("%H:%M") == "03:30"


def test_no_change_of_hours_lets_a_promise_fall_into_an_hour_that_is_not_there() -> None:
    zone = ZoneInfo("Europe/Brussels")
    hours = OpeningHours(zone, time(2, 30), time(6), frozenset(range(7)))
    sent = datetime(2026, 3, 28, 22, 0, tzinfo=zone)
    due = answer_before(sent, Promise(30, Span.MINUTES), hours)
    assert due > sent and re.fullmatch(r"0[34]:\d\d", due.strftime("%H:%M"))
