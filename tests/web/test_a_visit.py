"""A visit from the plan of a case director to a survivor's dates, through the pages of both."""

import pytest
from bs4 import Tag
from sqlalchemy import delete, select, update

from portal.domain.appointments import AppointmentState
from portal.domain.proposals import VisitState
from portal.domain.roles import Role
from portal.domain.services import PlaceKind
from portal.models import Appointment, Interpreter, Membership, Service, StaffMember, Visit
from tests.web.browser_stand_in import Phone
from tests.web.staff.browser import Browser
from tests.web.survivor.hands import has_button, press, text, words_in
from tests.web.whole_house import WholeHouse


@pytest.fixture
def whole(with_a_visit: WholeHouse) -> WholeHouse:
    """A visit waits for her answer, so that its pages are there too."""
    return with_a_visit


@pytest.fixture
def els(whole: WholeHouse) -> Browser:
    """The case director of Amal, to whom a visit was sent."""
    return whole.browser(whole.everybody.staff["director"])


@pytest.fixture
def place(whole: WholeHouse) -> str:
    """Where her case is."""
    return f"/staff/cases/{whole.everybody.ids['case'][0]}"


def amal(whole: WholeHouse) -> Phone:
    return whole.phone(whole.everybody.amal)


def ticks(phone: Phone) -> list[str]:
    return [str(one["value"]) for one in phone.soup.select("input[type=checkbox]")]


def test_she_says_yes_to_all_of_it_in_one_tap(whole: WholeHouse, els: Browser, place: str) -> None:
    phone = amal(whole)
    # One is asked about; the other she knows, and comes to on the same day.
    assert "Your visit: 2 talks, one day, one place." in text(phone)
    assert "Centre work" in text(phone)
    press(phone, "Yes, I come")
    assert "Good. These are your dates now." in text(phone)
    assert not has_button(phone, "Yes, I come")
    els.get(f"{place}/visit")
    assert "No service that said yes waits for a date." in els.words


def test_a_date_elsewhere_on_that_day_is_no_part_of_the_visit(whole: WholeHouse) -> None:
    with whole.database.transaction() as session:
        housing = update(Service).where(Service.name == "Housing desk")
        session.execute(housing.values(place_kind=PlaceKind.TOLD_WITH_DATE, place="", floor=None))
    assert "Your visit: 1 talk, one day, one place." in in_question(amal(whole))


def test_she_reads_before_her_yes_who_interprets(whole: WholeHouse) -> None:
    with whole.database.transaction() as session:
        samira = session.scalars(select(Interpreter).where(Interpreter.name.like("Samira%"))).one()
        proposed = update(Appointment).where(Appointment.state == AppointmentState.PROPOSED)
        session.execute(proposed.values(interpreter_id=samira.id))
    assert "Interpreter: Samira · a woman" in in_question(amal(whole))


def test_she_reads_before_her_yes_that_an_interpreter_is_looked_for_again(
    whole: WholeHouse,
) -> None:
    assert "Interpreter:" not in in_question(amal(whole)), "none was asked for that talk"
    interpreted = whole.everybody.ids["appointment"][1]
    with whole.database.transaction() as session:
        proposed = update(Appointment).where(Appointment.state == AppointmentState.PROPOSED)
        session.execute(proposed.values(instead_of_id=interpreted))
    asked = in_question(amal(whole))
    assert "Interpreter: we look for somebody العربية" in asked
    assert "This comes in place of" in asked


def test_she_reads_before_her_yes_nobody_who_has_left(
    whole: WholeHouse, els: Browser, place: str
) -> None:
    """Neither of what is proposed, nor of the date that she has already on that day."""
    with whole.database.transaction("read") as session:
        proposed = session.scalars(
            select(StaffMember.name)
            .join(Appointment, Appointment.with_id == StaffMember.account_id)
            .where(Appointment.state == AppointmentState.PROPOSED)
        ).all()
    names = {*proposed, whole.everybody.staff["housing"].name}
    assert not [name for name in names if name not in in_question(amal(whole))]
    with whole.database.transaction() as session:
        session.execute(delete(Membership).where(Membership.role == Role.SERVICE_STAFF))
    found = in_question(amal(whole))
    assert not [name for name in names if name in found]
    assert "Centre work" in found
    assert "Housing desk" in found
    assert f"{proposed[0]} has left" in els.get(place).words


def in_question(phone: Phone) -> str:
    """What she reads of the visit that waits for her answer."""
    phone.go("/dates")
    return words_in(phone, "section.card")[0]


def test_what_does_not_suit_is_planned_again_and_sent_with_one_tap(
    whole: WholeHouse, els: Browser, place: str
) -> None:
    phone = amal(whole)
    press(phone, "Something does not suit")
    press(phone, "This does not suit")
    assert "Choose a talk, or go back." in text(phone)
    press(phone, "This does not suit", a=ticks(phone)[0])
    assert "Your contact person looks for another time." in text(phone)
    els.get("/staff/people?show=news")
    assert "news about a visit" in els.words
    els.get(place)
    assert "No part of the last plan suits her." in els.words
    els.follow("Plan a visit")
    alone = els.page.find("input", {"name": "alone"})
    assert isinstance(alone, Tag)
    talks = [str(one["value"]) for one in els.page.select("input[name=talk]")]
    els.get(f"{place}/visit?asked=1&alone=1&talk={talks[0]}")
    els.submit("Send her this plan")
    assert "Sent. The times are held for her until she answers" in els.words
    assert "A plan waits for her yes." in els.words
    phone.go("/today")
    press(phone, "Yes, I come")
    assert "Good. These are your dates now." in text(phone)


def test_what_is_kept_while_a_part_is_planned_again_stands_on_her_pages(
    whole: WholeHouse,
) -> None:
    with whole.database.transaction("write") as session:
        session.execute(update(Visit).values(state=VisitState.PART_REFUSED))
    phone = amal(whole)
    for page in ("/today", "/dates"):
        phone.go(page)
        assert "Your contact person looks for another time." in text(phone)
        assert "We keep these times for you until" in text(phone)
        assert not has_button(phone, "Yes, I come")


def test_a_plan_that_is_gone_is_a_sentence_and_a_fresh_plan(
    whole: WholeHouse, els: Browser, place: str
) -> None:
    els.get(place).submit("Take this plan back")
    assert "Taken back. Its times are free again." in els.words
    phone = amal(whole)
    assert not has_button(phone, "Yes, I come")
    els.get(f"{place}/visit?alone=1")
    talks = [str(one["value"]) for one in els.page.select("input[name=talk]")]
    els.get(f"{place}/visit?asked=1&alone=1&talk={talks[0]}")
    els.submit("Send her this plan", plan="0" * 20)
    assert "This plan is no longer possible: a time was taken." in els.words
    assert els.has_button("Send her this plan")


def test_who_plans_reads_who_interprets_each_talk(els: Browser, place: str) -> None:
    els.get(place).submit("Take this plan back")
    els.get(f"{place}/visit")
    key = str(els.page.select("input[name=talk]")[0]["value"])
    steps = [one.get_text(" ") for one in els.page.select(".steps li")]
    assert any("Interpreter: Samira" in " ".join(one.split()) for one in steps), steps
    els.get(f"{place}/visit?asked=1&alone=1&talk={key}")
    steps = [one.get_text(" ") for one in els.page.select(".steps li")]
    assert any("No interpreter" in one for one in steps), steps


def test_lengths_and_days_that_cannot_be_stay_where_they_were_typed(
    els: Browser, place: str
) -> None:
    els.get(place).submit("Take this plan back")
    els.get(f"{place}/visit")
    key = str(els.page.select("input[name=talk]")[0]["value"])
    for typed in ("abc", "7", "99999999", "-5", "٣٠"):
        els.get(f"{place}/visit?asked=1&talk={key}&minutes-{key}={typed}&first=yesterday")
        assert "A talk lasts from 10 to 240 minutes, in steps of 5." in els.words
        assert "Choose a day." in els.words
        assert value_of(els, f"minutes-{key}") == typed
    els.get(f"{place}/visit?asked=1&first=2001-01-01&talk=none&move=x&minutes-x=4")
    assert "Choose a day from tomorrow on" in els.words


def test_when_she_can_come_is_hers_and_her_case_teams(
    whole: WholeHouse, els: Browser, place: str
) -> None:
    phone = amal(whole)
    phone.go("/visit/when")
    # Monday before noon, not on Wednesday, three hours, two children, and one day not at all.
    answers = {"a": "morning", "c": "never", "i": "180", "j": "2", "m": ticks(phone)[0]}
    press(phone, "Keep this", **{**every_day(phone), **answers})
    assert "We look for times that suit you." in text(phone)
    els.get(f"{place}/visit-wishes")
    assert value_of(els, "d0") == "00:00-12:00"
    assert value_of(els, "d2") == "-"
    els.submit("Keep this", d0="12:00-9:00", d1="morning", longest="5", children="99")
    for words in ("These hours end before they begin.", "Write hours as", "From 20 to 600"):
        assert words in els.words
    els.submit("Keep this", d0="9:00-14:30", d1="", longest="", children="")
    assert "Kept. She reads the same on her own page" in els.words
    phone.go("/visit/when")
    assert "09:00-14:30" in text(phone)


def test_a_held_time_that_she_closes_is_said_to_both_and_planned_anew(
    whole: WholeHouse, els: Browser, place: str
) -> None:
    phone = amal(whole)
    phone.go("/visit/when")
    never = {name: "never" for name, said in every_day(phone).items() if said == "any"}
    press(phone, "Keep this", **{**every_day(phone), **never})
    assert "A time of the visit below does not suit you now." in text(phone)
    assert has_button(phone, "Yes, I come")
    els.get(f"{place}/visit?alone=1")
    assert "is not possible any more. It is planned anew below." in els.words
    els.get(f"{place}/visit-wishes").submit("Keep this")
    assert "A time that is held for her does not suit her now. Plan again." in els.words
    els.get(f"{place}/visit-wishes").submit("Keep this", **{f"d{day}": "" for day in range(7)})
    assert "does not suit her now" not in els.words
    assert "is not possible any more" not in els.words


def every_day(phone: Phone) -> dict[str, str]:
    """What stands chosen in each of the selects."""
    chosen = {}
    for one in phone.soup.select("main select"):
        option = one.select_one("option[selected]") or one.select_one("option")
        assert option is not None
        chosen[str(one["name"])] = str(option["value"])
    return chosen


def value_of(browser: Browser, name: str) -> str:
    """What stands in a field."""
    field = browser.page.select_one(f'input[name="{name}"]')
    assert field is not None
    return str(field["value"])


def test_her_answer_can_wait(whole: WholeHouse) -> None:
    phone = amal(whole)
    phone.go("/visit/when")
    press(phone, "Keep for later", **{**every_day(phone), "a": "school"})
    assert "Your words are kept for 24 hours." in text(phone)
    again = amal(whole)
    press(again, "When can you come?")
    assert every_day(again)["a"] == "school"
