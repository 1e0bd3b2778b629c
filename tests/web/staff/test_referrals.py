"""Referrals through the front door: what a service reads, answers and never sees."""

from dataclasses import replace
from uuid import UUID

import pytest

from portal.domain.appointments import AppointmentState
from portal.domain.needs import Category, NeedState
from portal.domain.referrals import ReferralState
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Need, Referral
from portal.services.colleagues import roles
from portal.services.dates import her_dates
from portal.services.need_to_know import sharing
from portal.services.needs import her_needs
from portal.services.referrals import answers, listing
from tests.services.planned import ENGLISH, send
from tests.statements import counted
from tests.web.staff.at_work import AtWork, Colleague
from tests.web.tree import tree_of

CANCELLED = "This date is cancelled. You do not have to come."
"""What she reads on the card of such a date."""


@pytest.fixture
def worker(work: AtWork) -> Colleague:
    return work.worker(ServiceKind.HOUSING)


def sets_date(
    worker: Colleague,
    address: str,
    time: str = "14:00",
    day: str = "2026-11-25",
    *,
    with_id: UUID | None = None,
) -> None:
    worker.get(f"{address}/date")
    worker.post(
        f"{address}/date",
        act="set",
        day=day,
        time=time,
        minutes="45",
        with_id=str(with_id or worker.person.account_id),
        place="2nd floor, desk 1",
    )
    assert "The date is set." in worker.text


def test_a_service_lists_its_own_referrals_late_first(work: AtWork, worker: Colleague) -> None:
    work.sent(name="Early")
    work.later(days=3)
    work.sent(name="Fresh")
    work.sent(ServiceKind.POLICE, name="Elsewhere", category=Category.SAFETY)
    worker = work.worker(ServiceKind.HOUSING)
    worker.get("/staff/referrals")
    places = [
        worker.text.index(words)
        for words in ("Late: answer these first", "Early", "Waiting for our answer", "Fresh")
    ]
    assert places == sorted(places)
    assert "Elsewhere" not in worker.page


def test_the_number_that_stands_on_paper_is_found_beside_her_name(
    work: AtWork, worker: Colleague
) -> None:
    her, referral_id = work.sent(name="Amal")
    worker.get(f"/staff/referrals/{referral_id}")
    assert "Amal" in worker.text
    assert her.case_number in worker.text


def test_a_colleague_of_another_service_finds_nothing(work: AtWork, worker: Colleague) -> None:
    _, referral_id = work.sent()
    sets_date(worker, f"/staff/referrals/{referral_id}")
    date = work.dates(referral_id)[0]
    police = work.worker(ServiceKind.POLICE)
    police.get("/staff/referrals")
    address = f"/staff/referrals/{referral_id}"
    assert police.get(address).status_code == 404
    assert police.get(f"{address}/date").status_code == 404
    assert police.get(f"{address}/date?instead_of={date.id}").status_code == 404
    police.get("/staff/dates")
    for act in ("accept", "finish", "not-possible", "date", f"dates/{date.id}/cancel"):
        answer = police.post(f"{address}/{act}", reason="no")
        assert answer.status_code == 404, act
        police.get("/staff/dates")
    assert work.state(referral_id) is ReferralState.DATE_SET
    assert work.dates(referral_id)[0].state is AppointmentState.PLANNED


def test_the_team_reads_what_she_said_yes_to_and_nothing_else(
    work: AtWork, worker: Colleague
) -> None:
    her, referral_id = work.sent(words="I need a new lock.", not_wanted="Nobody at my work")
    assert work.state(referral_id) is ReferralState.SENT
    worker.get(f"/staff/referrals/{referral_id}")
    assert her.name in worker.text
    assert "I need a new lock." in worker.text
    assert "Nobody at my work" not in worker.page
    assert work.state(referral_id) is ReferralState.SEEN, "she reads that it was seen"


def test_what_is_over_waits_to_be_noted_and_what_comes_stands_in_the_order_of_days(
    work: AtWork, worker: Colleague
) -> None:
    for name, day in (("Late", "2026-11-27"), ("Soon", "2026-11-26"), ("Past", "2026-11-24")):
        _, referral_id = work.sent(name=name)
        sets_date(worker, f"/staff/referrals/{referral_id}", day=day)
    work.later(days=2)
    worker = work.worker(ServiceKind.HOUSING)
    worker.get("/staff/referrals")
    past, ahead = worker.text.split("Date is set")
    assert "To note: did she come? 1 Past" in past
    assert "Soon" not in past
    assert ahead.index("Soon") < ahead.index("Late")
    pages: list[listing.ReferralLine] = []
    with work.house.acting(worker.person, now=work.now) as (session, acting):
        for _ in range(3):
            after = pages[-1].referral.id if pages else None
            pages += listing.of_service(session, acting, now=work.now, after=after, size=1)
    assert [one.name for one in pages] == ["Past", "Soon", "Late"], "by pages too"


def test_listing_is_not_seeing(work: AtWork, worker: Colleague) -> None:
    _, referral_id = work.sent()
    worker.get("/staff/referrals")
    assert work.state(referral_id) is ReferralState.SENT


def test_a_list_of_many_names_costs_what_a_list_of_one_costs(work: AtWork) -> None:
    work.sent(name="One")
    work.worker(ServiceKind.HOUSING).get("/staff/dates")
    worker = work.worker(ServiceKind.HOUSING)
    with counted(work.database) as few:
        worker.get("/staff/referrals")
    for name in ("Two", "Three", "Four", "Five"):
        work.sent(name=name)
    worker = work.worker(ServiceKind.HOUSING)
    before = work.openings()
    with counted(work.database) as many:
        worker.get("/staff/referrals")
    assert "Five" in worker.text
    assert len(many) == len(few)
    assert work.openings() == before + 1, "one event with all ids"


def test_accepting_tells_her_yes(work: AtWork, worker: Colleague) -> None:
    _, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}"
    worker.get(address)
    worker.post(f"{address}/accept")
    assert "She reads: “Yes, we will help”" in worker.text
    assert work.state(referral_id) is ReferralState.ACCEPTED
    worker.post(f"{address}/accept")
    assert "This has changed meanwhile." in worker.text


def test_not_possible_here_needs_a_reason_and_closes_her_words(
    work: AtWork, worker: Colleague
) -> None:
    her, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}"
    worker.get(address)
    worker.post(f"{address}/not-possible", act="send", reason=" \n ")
    assert "Write a reason. She reads it." in worker.text
    worker.post(f"{address}/not-possible", act="show", reason="Our list is full until May.")
    shown = worker.page.split("Not possible here – we look for another place", 1)[1]
    assert "Our list is full until May." in shown.split("</figure>")[0]
    assert work.state(referral_id) is ReferralState.SEEN, "showing is not sending"
    worker.post(f"{address}/not-possible", act="send", reason="Our list is full until May.")
    assert "She reads your reason." in worker.text
    assert worker.get(address).status_code == 404, "the words are closed to the team"
    with work.house.acting(her) as (session, acting):
        found = session.get_one(Referral, referral_id)
        reasons = answers.reason_given(session, acting, [found], now=work.now)
    assert reasons == {referral_id: "Our list is full until May."}


def test_her_answer_stands_on_top_with_what_to_do(work: AtWork, worker: Colleague) -> None:
    her, referral_id = work.sent(name="Asks")
    work.sent(name="Waits")
    address = f"/staff/referrals/{referral_id}"
    sets_date(worker, address)
    date = work.dates(referral_id)[0]
    with work.house.acting(her) as (session, acting):
        her_dates.another_time(session, acting, date.id, now=work.now)
    worker.get("/staff/referrals")
    assert worker.text.index("Asks") < worker.text.index("Waits")
    assert "She asked about a date: answer her" in worker.text
    worker.get(address)
    assert "Give another time" in worker.text
    instead = f"{address}/date?instead_of={date.id}"
    worker.get(instead)
    assert "Instead of:" in worker.text
    worker.post(
        instead,
        act="set",
        day="2026-11-26",
        time="10:00",
        minutes="30",
        with_id=str(worker.person.account_id),
        place="2nd floor, desk 1",
    )
    states = {one.id: one.state for one in work.dates(referral_id)}
    assert states.pop(date.id) is AppointmentState.MOVED
    assert list(states.values()) == [AppointmentState.PLANNED]
    worker.get(instead)
    worker.post(
        instead,
        act="set",
        day="2026-11-27",
        time="10:00",
        minutes="30",
        with_id=str(worker.person.account_id),
        place="2nd floor, desk 1",
    )
    assert "This has changed meanwhile." in worker.text, "a moved date is not moved twice"
    assert len(work.dates(referral_id)) == 2


def test_a_date_she_cannot_keep_is_cancelled(work: AtWork, worker: Colleague) -> None:
    her, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}"
    sets_date(worker, address)
    date = work.dates(referral_id)[0]
    with work.house.acting(her) as (session, acting):
        her_dates.cannot_come(session, acting, date.id, now=work.now)
    worker.get(address)
    assert "She cannot come" in worker.text or "she cannot come" in worker.text
    worker.post(f"{address}/dates/{date.id}/cancel")
    assert f"She reads: “{CANCELLED}”" in worker.text
    assert work.dates(referral_id)[0].state is AppointmentState.CANCELLED
    assert work.state(referral_id) is ReferralState.ACCEPTED
    worker.post(f"{address}/dates/{date.id}/cancel")
    assert "This has changed meanwhile." in worker.text


def test_before_a_date_is_cancelled_staff_read_what_she_will_read(
    work: AtWork, worker: Colleague
) -> None:
    _, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}"
    sets_date(worker, address)
    worker.get(address)
    assert f"your words as you write them. {CANCELLED}" in worker.text


def test_finishing_ends_the_need_and_the_dates_to_come(work: AtWork, worker: Colleague) -> None:
    _, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}"
    sets_date(worker, address)
    worker.post(f"{address}/finish")
    assert "She reads: “Done”." in worker.text
    assert work.state(referral_id) is ReferralState.DONE
    assert work.dates(referral_id)[0].state is AppointmentState.CANCELLED
    with work.database.transaction("read") as session:
        need_id = session.get_one(Referral, referral_id).need_id
        assert session.get_one(Need, need_id).state is NeedState.DONE
    worker.get("/staff/referrals")
    assert "Nothing was referred" in worker.text
    worker.get("/staff/referrals?done=yes")
    assert "Amal" in worker.text


@pytest.mark.parametrize("how", ["takes the need back", "says no"])
def test_what_she_ends_is_gone_at_once(work: AtWork, worker: Colleague, how: str) -> None:
    her, referral_id = work.sent(name="Gone")
    address = f"/staff/referrals/{referral_id}"
    sets_date(worker, address)
    with work.house.acting(her) as (session, acting):
        referral = session.get_one(Referral, referral_id)
        if how == "says no":
            sharing.say_no(session, acting, referral.need_id, referral.service_id, now=work.now)
        else:
            her_needs.take_back(session, acting, referral.need_id, now=work.now)
    assert worker.get(address).status_code == 404
    worker.get("/staff/referrals")
    assert "Gone" not in worker.page
    worker.get("/staff/dates")
    assert "Gone" not in worker.page
    assert work.dates(referral_id)[0].state is AppointmentState.CANCELLED


def test_pages_of_a_long_list_follow_each_other(work: AtWork) -> None:
    for name in ("One", "Two", "Three"):
        work.sent(name=name)
        work.later(hours=25)
    with work.house.acting(work.house.workers[ServiceKind.HOUSING], now=work.now) as (
        session,
        acting,
    ):
        first = listing.of_service(session, acting, now=work.now, size=2)
        rest = listing.of_service(
            session, acting, now=work.now, size=2, after=first[-1].referral.id
        )
    assert [line.name for line in (*first, *rest)] == ["One", "Two", "Three"]


def test_who_has_no_desk_is_led_back_to_the_own_first_page(worker: Colleague) -> None:
    assert worker.get("/staff/nowhere").status_code == 404
    page = tree_of(worker.page)
    assert "Terug naar je eerste pagina" in worker.text
    assert page.main and "aanmeldbalie" not in page.main.get_text()


def test_a_service_sees_which_date_is_with_somebody_who_has_left(
    work: AtWork, worker: Colleague
) -> None:
    house = work.house
    role = (Role.SERVICE_STAFF, house.services[ServiceKind.HOUSING].id)
    wim = house.a_colleague("Wim", role)
    _, referral_id = work.sent()
    sets_date(worker, f"/staff/referrals/{referral_id}", with_id=wim.account_id)
    pages = (f"/staff/referrals/{referral_id}", "/staff/dates?view=week&on=2026-11-25")
    for page in pages:
        worker.get(page)
        assert "Wim" in worker.text
        assert "has left" not in worker.text
    with house.acting(house.coordinator, now=work.now) as (session, acting):
        roles.close(session, acting, wim.account_id, now=work.now)
    for page in pages:
        worker.get(page)
        assert "Wim has left" in worker.text


def test_a_time_that_waits_for_her_yes_is_no_date_that_is_set(
    work: AtWork, worker: Colleague
) -> None:
    her, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}"
    worker.get(address)
    worker.post(f"{address}/accept")
    send(work.house, her)
    worker.get("/staff/referrals")
    assert "Accepted, without a date" in worker.text
    assert "proposed, waits for her yes" in worker.text


def test_until_her_yes_to_another_time_the_list_says_the_one_that_stands(
    work: AtWork, worker: Colleague
) -> None:
    her, referral_id = work.sent()
    sets_date(worker, f"/staff/referrals/{referral_id}", day="2026-12-10")
    (date,) = work.dates(referral_id)
    send(work.house, her, replace(ENGLISH, moving=frozenset({date.id})))
    worker.get("/staff/referrals")
    assert "10 December 2026" in worker.text
