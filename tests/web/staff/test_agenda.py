"""The agenda at the front door: laid out by day, by week, as a list; whether she came."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from portal.domain.appointments import AppointmentState
from portal.domain.referrals import ReferralState
from portal.domain.services import ServiceKind
from portal.services.dates import giving
from portal.services.dates.shown_dates import Details
from tests.people import NOON, Person
from tests.web.staff.at_work import AtWork

TOMORROW = NOON + timedelta(days=1)


def dated(work: AtWork, name: str, *, starts_at: datetime = TOMORROW) -> tuple[Person, UUID, UUID]:
    """A survivor with a date at the housing desk; gives her, the referral and the date."""
    her, referral_id = work.sent(name=name)
    worker = work.house.workers[ServiceKind.HOUSING]
    with work.house.acting(worker, now=work.now) as (session, acting):
        date = giving.set_date(
            session,
            acting,
            referral_id,
            starts_at=starts_at,
            minutes=45,
            with_id=worker.account_id,
            details=Details("2nd floor, desk 1"),
            now=work.now,
        )
        return her, referral_id, date.id


def test_whether_she_came_is_noted_from_the_day_and_put_right(work: AtWork) -> None:
    her, referral_id, date_id = dated(work, "Farida")
    work.later(days=1, hours=2)
    worker = work.worker(ServiceKind.HOUSING)
    worker.get("/staff/dates?view=day")
    assert "Tuesday, 24 November 2026 Today" in worker.text
    assert "12:00 – 12:45 Farida" in worker.text
    worker.post(f"/staff/dates/{date_id}/note?view=day&on=2026-11-24", came="no")
    assert "Noted. She does not read it." in worker.text
    assert "did not come" in worker.text
    assert work.state(referral_id) is ReferralState.ACCEPTED
    phone = work.dates(referral_id)[0]
    assert phone.state is AppointmentState.NOT_COME
    worker.get("/staff/dates?view=list&show=not_come")
    assert "Farida" in worker.text
    worker.get(f"/staff/referrals/{referral_id}")
    worker.post(f"/staff/dates/{date_id}/note", came="yes", referral=str(referral_id))
    assert "took place" in worker.text
    assert work.state(referral_id) is ReferralState.DATE_SET
    worker.post(f"/staff/dates/{date_id}/note", came="yes", referral=str(referral_id))
    assert "This has changed meanwhile." in worker.text
    worker.get(f"/staff/dates/of/{her.case_id}?view=list&on=2026-11-24")
    assert "Dates of Farida" in worker.text


def test_nobody_notes_what_is_not_over(work: AtWork) -> None:
    _, referral_id, date_id = dated(work, "Farida")
    worker = work.worker(ServiceKind.HOUSING)
    worker.get("/staff/dates?view=list")
    assert "Did not come" not in worker.text.split("Farida")[1]
    worker.post(f"/staff/dates/{date_id}/note", came="no")
    assert "This talk is not over yet." in worker.text
    assert work.dates(referral_id)[0].state is AppointmentState.PLANNED


def test_the_director_finds_all_of_one_survivors_dates(work: AtWork) -> None:
    her, _, _ = dated(work, "Farida")
    director = work.signs_in(work.house.director)
    director.get(f"/staff/cases/{her.case_id}")
    assert "By day, by week or as a list" in director.text
    director.get(f"/staff/dates/of/{her.case_id}?view=week&on=2026-11-24")
    assert "Dates of Farida" in director.text
    assert "12:00 – 12:45" in director.text
    assert "Did she come" not in director.text.split("12:45")[1]
    for stranger in (work.worker(ServiceKind.POLICE), work.signs_in(work.house.coordinator)):
        assert stranger.get(f"/staff/dates/of/{her.case_id}").status_code == 404


def test_on_paper_stand_numbers_and_no_names(work: AtWork) -> None:
    her, _, _ = dated(work, "Farida")
    worker = work.worker(ServiceKind.HOUSING)
    worker.get("/staff/dates?view=day&on=2026-11-24")
    assert f'class="on-paper" dir="ltr">{her.case_number}<' in worker.page
    assert worker.page.count("Farida") == worker.page.count("<bdi>Farida</bdi>") == 1
    assert '<a class="not-printed" href="/staff/referrals/' in worker.page


ODD = (
    *("view=month", "show=everything", "with=rob", "on=9999-12-31", "on=0001-01-01", "on="),
    *("view=list&on=0001-01-01", "view=day&on=2026-02-30", "view=list&after=x"),
)


def test_what_is_no_day_or_view_is_the_usual_one(work: AtWork) -> None:
    worker = work.worker(ServiceKind.HOUSING)
    assert [worker.get(f"/staff/dates?{odd}").status_code for odd in ODD] == [200] * len(ODD)
    after = "00000000-0000-4000-8000-000000000000"
    assert worker.get(f"/staff/dates?view=list&after={after}").status_code == 404


def test_the_day_before_summer_time_and_after(work: AtWork) -> None:
    """The night has an hour less: the day still begins at midnight on the wall."""
    late = datetime(2027, 3, 28, 21, 30, tzinfo=UTC)
    dated(work, "Late", starts_at=late)
    worker = work.worker(ServiceKind.HOUSING)
    worker.get("/staff/dates?view=day&on=2027-03-28")
    assert "23:30 – 00:15 Late" in worker.text
    worker.get("/staff/dates?view=day&on=2027-03-29")
    assert "Late" not in worker.text
