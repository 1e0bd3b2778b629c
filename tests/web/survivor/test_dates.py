"""Her dates: one list of all services, answered in one tap, without a reason."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import inspect, select, update

from portal.domain.appointments import AppointmentState
from portal.domain.services import PlaceKind
from portal.models import Appointment, Referral, Service
from portal.services.dates import attendance, giving, shown_dates
from portal.services.dates.shown_dates import Details
from portal.services.referrals import answers
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.web.browser_stand_in import OWN_STEP, Phone
from tests.web.furnishing import HER_WORDS
from tests.web.survivor.hands import acting, form_of, has_button, press, text, words_in
from tests.web.whole_house import WholeHouse

NEVER_GRANTED = b"\x01\x00\x00\x00\x63"
"""The head of a value sealed for a version of which nobody holds the key."""


@pytest.fixture(params=WITH_AND_WITHOUT_SCRIPT)
def her_phone(whole: WholeHouse, request: pytest.FixtureRequest) -> Phone:
    """Amal's phone, showing her dates."""
    phone = whole.phone(whole.everybody.amal, scripting=request.param)
    phone.go("/dates")
    return phone


def states(whole: WholeHouse) -> list[AppointmentState]:
    """Where Amal's dates are, in the order of their days."""
    with whole.database.transaction("read") as session:
        return list(
            session.scalars(select(Appointment.state).order_by(Appointment.starts_at)).all()
        )


def dated(whole: WholeHouse, starts_at: datetime, *, instead_of: UUID | None = None) -> UUID:
    """The housing desk gives Amal a date."""
    with acting(whole, whole.everybody.staff["housing"]) as (session, colleague):
        given = session.scalar(select(Appointment).limit(1))
        assert given is not None
        return giving.set_date(
            session,
            colleague,
            given.referral_id,
            starts_at=starts_at,
            minutes=30,
            with_id=colleague.account_id,
            details=Details("2nd floor, desk 4", None, None),
            now=whole.now,
            instead_of=instead_of,
        ).id


def cards(phone: Phone) -> list[str]:
    """What she reads on each date."""
    return words_in(phone, ".card")


def test_a_date_says_everything_she_needs_to_come(her_phone: Phone) -> None:
    first = cards(her_phone)[0]
    for words in (
        "Wednesday, 25 November 2026",
        "14:00 in the afternoon",
        f"{HER_WORDS} Worker housing Housing desk Help with a home",
        f"Interpreter: {HER_WORDS}",
        f"Bring: {HER_WORDS}",
        "45 minutes, until 14:45",
    ):
        assert words in first


def test_the_next_date_comes_first_and_those_that_are_over_lie_apart(her_phone: Phone) -> None:
    days = words_in(her_phone, "h2.big")
    assert days == [
        "Wednesday, 25 November 2026",
        "Thursday, 26 November 2026",
        "Wednesday, 23 December 2026",
    ]
    press(her_phone, "Dates that are over")
    assert words_in(her_phone, "h2.big") == ["Friday, 20 November 2026"]
    assert "This date is over." in text(her_phone)
    assert not has_button(her_phone, "I cannot come")


def test_she_cannot_come_and_the_service_knows(her_phone: Phone, whole: WholeHouse) -> None:
    press(her_phone, "I cannot come")
    assert "You said: I cannot come. Housing desk knows." in cards(her_phone)[0]
    assert "Your answer is sent." in cards(her_phone)[0]
    assert states(whole)[1] is AppointmentState.CANNOT_COME
    assert "reason" not in text(her_phone).casefold()


def test_she_can_come_after_all(her_phone: Phone, whole: WholeHouse) -> None:
    press(her_phone, "I cannot come")
    press(her_phone, "I can come after all")
    assert states(whole)[1] is AppointmentState.PLANNED
    assert "You said: I cannot come." not in text(her_phone)


def test_she_asks_for_another_time_and_reads_what_happens_next(
    her_phone: Phone, whole: WholeHouse
) -> None:
    press(her_phone, "Another time")
    assert (
        "You asked for another time. Housing desk gives you a new time. "
        "Until then this date stays." in cards(her_phone)[0]
    )
    assert states(whole)[1] is AppointmentState.OTHER_TIME


def test_a_double_tap_is_one_answer(her_phone: Phone, whole: WholeHouse) -> None:
    tap = form_of(her_phone, "I cannot come")
    her_phone.send(tap)
    first = text(her_phone)
    her_phone.send(tap)
    assert text(her_phone) == first
    assert states(whole).count(AppointmentState.CANNOT_COME) == 1


def test_a_date_that_the_service_moved_meanwhile_says_so(
    her_phone: Phone, whole: WholeHouse
) -> None:
    tap = form_of(her_phone, "I cannot come")
    dated(whole, whole.now + timedelta(days=5), instead_of=whole.everybody.ids["appointment"][1])
    her_phone.send(tap)
    assert "This has changed meanwhile." in text(her_phone)
    assert "Saturday, 28 November 2026" in text(her_phone)
    assert "This comes in place of Wednesday, 25 November 2026" in text(her_phone)
    assert text(her_phone).count("Wednesday, 25 November 2026") == 1


def test_a_cancelled_date_says_that_she_does_not_have_to_come(
    her_phone: Phone, whole: WholeHouse
) -> None:
    with acting(whole, whole.everybody.staff["housing"]) as (session, colleague):
        giving.cancel(session, colleague, whole.everybody.ids["appointment"][1], now=whole.now)
    her_phone.go("/dates")
    assert "This date is cancelled. You do not have to come." in cards(her_phone)[0]
    assert "Bring:" not in cards(her_phone)[0]


def test_a_talk_that_has_begun_is_not_answered_any_more(
    her_phone: Phone, whole: WholeHouse
) -> None:
    tap = form_of(her_phone, "I cannot come")
    whole.now = datetime(2026, 11, 25, 13, 10, tzinfo=UTC)
    phone = whole.phone(whole.everybody.amal)
    phone.go("/dates")
    assert "This date is now." in cards(phone)[0]
    assert cards(phone)[0].count("I cannot come") == 0
    phone.do(str(tap["do"]))
    assert "This has changed meanwhile." in text(phone)
    assert states(whole)[1] is AppointmentState.PLANNED


def test_a_date_to_which_she_did_not_come_reads_like_any_other(whole: WholeHouse) -> None:
    """No blame: she reads that the date is over, and can ask for another one."""
    whole.now = datetime(2026, 12, 28, 13, 10, tzinfo=UTC)
    dates = whole.everybody.ids["appointment"]
    said = {}
    for act in (attendance.came, attendance.did_not_come):
        with acting(whole, whole.everybody.staff["housing"]) as (session, colleague):
            act(session, colleague, dates[-1], now=whole.now)
        phone = whole.phone(whole.everybody.amal)
        phone.go("/dates/past")
        said[act] = cards(phone)
        assert "not_come" not in str(phone.soup)
    assert said[attendance.came] == said[attendance.did_not_come]
    assert "This date is over." in said[attendance.came][0]
    assert [("Ask for another date" in card) for card in cards(phone)] == [True] + [False] * 3
    press(phone, "Ask for another date")
    assert "Your answer is sent." in cards(phone)[0]
    assert "You asked for another date. Housing desk knows." in cards(phone)[0]
    assert not has_button(phone, "Ask for another date")
    desk = whole.browser(whole.everybody.staff["housing"])
    desk.get("/staff/referrals")
    assert "she asks for another date" in desk.page.get_text(" ")


def test_what_a_service_ended_it_is_not_said_to_work_on(whole: WholeHouse) -> None:
    whole.now = datetime(2026, 12, 28, 13, 10, tzinfo=UTC)
    date_id = whole.everybody.ids["appointment"][-1]
    housing = whole.everybody.staff["housing"]
    with acting(whole, housing) as (session, colleague):
        attendance.came(session, colleague, date_id, now=whole.now)
    phone = whole.phone(whole.everybody.amal)
    phone.go("/dates/past")
    press(phone, "Ask for another date")
    with acting(whole, housing) as (session, colleague):
        referral_id = session.get_one(Appointment, date_id).referral_id
        answers.finish(session, colleague, referral_id, now=whole.now)
    phone.go("/dates/past")
    assert "You asked for another date." in cards(phone)[0]
    assert "Housing desk knows." not in cards(phone)[0]


@pytest.mark.parametrize("act", ["cannot-come", "another-time", "keep", "once-more"])
def test_the_dates_of_another_survivor_are_not_found(whole: WholeHouse, act: str) -> None:
    phone = whole.phone(whole.everybody.bea)
    before = whole.rows()
    told = []
    for date_id in (whole.everybody.ids["appointment"][1], uuid4()):
        phone.do(f"/dates/{date_id}/{act}")
        told.append(text(phone))
    assert told[0] == told[1]
    assert phone.heading == "This is not here"
    assert whole.rows() == before


def test_another_survivor_turns_no_page_of_her_past(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.bea)
    phone.go(f"/dates/past?older={whole.everybody.ids['appointment'][0]}")
    assert phone.heading == "This is not here"


def test_who_has_no_date_reads_a_kind_sentence_and_what_to_do(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.bea)
    phone.go("/dates")
    assert "You have no date now." in text(phone)
    assert has_button(phone, "Say what I need")
    press(phone, "Dates that are over")
    assert "There is nothing here yet." in text(phone)


def test_the_clock_on_the_wall_counts_when_the_clocks_change(whole: WholeHouse) -> None:
    whole.now = datetime(2027, 3, 26, 9, 0, tzinfo=UTC)
    # The night to Sunday 28 March is an hour shorter.
    dated(whole, datetime(2027, 3, 26, 13, 0, tzinfo=UTC))
    dated(whole, datetime(2027, 3, 29, 13, 0, tzinfo=UTC))
    phone = whole.phone(whole.everybody.amal)
    phone.go("/dates")
    assert "Friday, 26 March 2027 14:00 in the afternoon" in cards(phone)[0]
    assert "Monday, 29 March 2027 15:00 in the afternoon" in cards(phone)[1]


def test_tomorrow_begins_at_midnight_of_the_centre(whole: WholeHouse) -> None:
    dated(whole, datetime(2026, 11, 30, 9, 0, tzinfo=UTC))
    whole.now = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
    phone = whole.phone(whole.everybody.amal)
    phone.go("/dates")
    assert words_in(phone, "h2.big")[0] == "Tomorrow Monday, 30 November 2026"
    whole.now = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)
    phone = whole.phone(whole.everybody.amal)
    phone.go("/dates")
    assert words_in(phone, "h2.big")[0] == "Today Monday, 30 November 2026"


def test_many_past_dates_are_read_page_by_page(whole: WholeHouse) -> None:
    with whole.database.transaction() as session:
        one = session.scalar(select(Appointment).where(Appointment.starts_at < whole.now))
        assert one is not None
        for days in range(1, 42):
            copy = {column.key: getattr(one, column.key) for column in inspect(Appointment).columns}
            at = {"id": uuid4(), "starts_at": one.starts_at - timedelta(days=days // 2)}
            # Sealed for another place: what stands in the copies does not open for anybody.
            session.add(Appointment(**copy | at | {"details": NEVER_GRANTED + one.details[5:]}))
    phone = whole.phone(whole.everybody.amal)
    phone.go("/dates/past")
    seen = words_in(phone, "h2.big")
    while has_button(phone, "Older dates"):
        press(phone, "Older dates")
        seen += words_in(phone, "h2.big")
    assert len(seen) == 42
    assert "Saturday, 31 October 2026" in seen[-1]


def test_a_date_whose_words_do_not_open_still_says_where_the_service_is(
    whole: WholeHouse,
) -> None:
    with whole.database.transaction() as session:
        for referral in session.scalars(select(Referral)):
            for date in session.scalars(
                select(Appointment).where(Appointment.referral_id == referral.id)
            ):
                date.details = NEVER_GRANTED + date.details[5:]
    phone = whole.phone(whole.everybody.amal)
    phone.go("/dates")
    assert "2nd floor, desk 1" in cards(phone)[0]


def test_what_is_over_can_be_hidden_from_her_pages_and_stays_with_the_service(
    her_phone: Phone, whole: WholeHouse
) -> None:
    press(her_phone, "Dates that are over")
    press(her_phone, "Hide the dates that are over")
    assert "Hidden. You do not see these dates any more." in text(her_phone)
    assert words_in(her_phone, "h2.big") == []
    with acting(whole, whole.everybody.staff["housing"]) as (session, colleague):
        given = session.scalar(select(Appointment).order_by(Appointment.starts_at).limit(1))
        assert given is not None
        kept = shown_dates.of_referral(session, colleague, given.referral_id, now=whole.now)
        assert given.id in [one.appointment.id for one in kept]


def test_two_talks_of_one_day_are_one_visit(whole: WholeHouse) -> None:
    dated(whole, datetime(2026, 11, 25, 14, 5, tzinfo=UTC))
    phone = whole.phone(whole.everybody.amal)
    phone.go("/dates")
    assert "Your visit: 2 talks on one day" in text(phone)
    phone.go("/dates/day/2026-11-25")
    assert phone.heading == "Wednesday, 25 November 2026"
    said = text(phone)
    assert "Your visit: 2 talks, one day, one place." in said
    assert "You come at 14:00. You are done at 15:35." in said
    assert "Then 20 minutes until the next talk." in said
    assert said.count("You talk about your home") == 2


def test_two_talks_at_two_places_are_not_said_to_be_at_one(whole: WholeHouse) -> None:
    dated(whole, datetime(2026, 11, 25, 14, 5, tzinfo=UTC))
    with whole.database.transaction() as session:
        session.execute(
            update(Service).values(place_kind=PlaceKind.TOLD_WITH_DATE, place="", floor=None)
        )
    phone = whole.phone(whole.everybody.amal)
    phone.go("/dates/day/2026-11-25")
    said = text(phone)
    assert "Your visit: 2 talks on one day" in said
    for untrue in ("one place", "You come at", "You can wait in the house"):
        assert untrue not in said


@pytest.mark.parametrize("on", ["2026-11-24", "yesterday", "2026-13-45"])
def test_a_day_without_a_talk_leads_to_the_list(whole: WholeHouse, on: str) -> None:
    phone = whole.phone(whole.everybody.amal)
    phone.go(f"/dates/day/{on}")
    assert phone.heading == "Your dates"


def test_a_talk_that_is_cancelled_is_no_part_of_a_visit(whole: WholeHouse) -> None:
    other = dated(whole, datetime(2026, 11, 25, 14, 5, tzinfo=UTC))
    with acting(whole, whole.everybody.staff["housing"]) as (session, colleague):
        giving.cancel(session, colleague, other, now=whole.now)
    phone = whole.phone(whole.everybody.amal)
    phone.go("/dates")
    assert "Your visit" not in text(phone)


def taken(phone: Phone, **typed: str) -> bytes:
    """What a browser that sends this form itself is given to keep; nothing where that is a page."""
    fields = {**form_of(phone, "Give me the file"), "k": phone.page_key, **typed}
    away = phone.client.post("/", data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert (away.status_code, away.location) == (303, "/")
    given = phone.client.get("/", headers=OWN_STEP)
    if given.content_type.startswith("text/html"):
        phone.page = given.text
        return b""
    assert given.headers["Content-Disposition"] == 'attachment; filename="date.ics"'
    assert given.headers["Cache-Control"] == "no-store"
    assert phone.client.get("/", headers=OWN_STEP).content_type.startswith("text/html")
    return bytes(given.data)


def test_a_calendar_file_comes_after_a_warning_and_says_only_what_she_chose(
    her_phone: Phone,
) -> None:
    assert not her_phone.soup.select("a[download], a[href*='.ics']")
    press(her_phone, "A file for the phone’s calendar")
    assert "A file stays on the phone. We cannot take it away." in text(her_phone)
    assert taken(her_phone) == b""
    assert "Choose one." in text(her_phone)
    assert "Tick this if you want the file." in text(her_phone)
    given = taken(her_phone, a="errands", b="y")
    assert b"SUMMARY:Errands" in given
    assert b"DTSTART:20261125T130000Z" in given
    for telling in (HER_WORDS, "Housing", "Worker", "desk", "localhost"):
        assert telling.encode() not in given


def test_what_is_moved_or_cancelled_is_taken_back_under_the_same_name(
    her_phone: Phone, whole: WholeHouse
) -> None:
    press(her_phone, "A file for the phone’s calendar")
    first = taken(her_phone, a="course", b="y")
    other = dated(
        whole, whole.now + timedelta(days=5), instead_of=whole.everybody.ids["appointment"][1]
    )
    her_phone.go(f"/dates/{other}/file")
    moved = taken(her_phone, a="course", b="y")
    with acting(whole, whole.everybody.staff["housing"]) as (session, colleague):
        giving.cancel(session, colleague, other, now=whole.now)
    her_phone.go("/dates")
    press(her_phone, "Take this date out of the phone’s calendar")
    ended = taken(her_phone, a="course", b="y")
    assert b"METHOD:CANCEL" in ended
    assert b"SUMMARY:Course" in ended
    names = {line for file in (first, moved, ended) for line in file.split(b"\r\n")
             if line.startswith(b"UID:")}  # fmt: skip
    assert len(names) == 1


def test_a_date_of_which_no_file_is_of_use_has_none(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    phone.go(f"/dates/{whole.everybody.ids['appointment'][0]}/file")
    assert phone.heading == "Your dates"
    phone = whole.phone(whole.everybody.bea)
    phone.go(f"/dates/{whole.everybody.ids['appointment'][1]}/file")
    assert phone.heading == "This is not here"
