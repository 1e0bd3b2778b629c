"""All her dates in one list, whichever service set them, and a day on which she has several."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from portal.domain.appointments import COMING
from portal.domain.calendar_file import calendar_file
from portal.domain.refusals import WrongState
from portal.i18n import dates as own_dates
from portal.i18n import lazy_gettext as _l
from portal.models import Appointment
from portal.services.dates import changed, her_dates, once_more
from portal.services.dates.shown_dates import Shown
from portal.services.interpreters import answering
from portal.services.visits import answering as visits
from portal.web import guards
from portal.web.forms import PortalForm
from portal.web.survivor import unsent
from portal.web.survivor.nearness import near_day
from portal.web.survivor.vocabulary import SERVICE_KIND_WORDS, TALK_LINES

blueprint = Blueprint("dates", __name__, url_prefix="/dates")

PAGE = 20
SAID: Mapping[str, str] = {
    "sent": _l("Your answer is sent."),
    "changed": _l("This has changed meanwhile."),
    "kept": unsent.SAID["kept"],
    "visit": _l("Good. These are your dates now."),
    "part": _l("Your contact person looks for another time."),
    "when": _l("We look for times that suit you."),
    "when_held": _l(
        "We look for times that suit you. A time of the visit below does not suit you now."
        " Say which one."
    ),
    "hidden": _l("Hidden. You do not see these dates any more."),
}


TITLES: Mapping[str, str] = {
    "appointment": _l("Appointment"),
    "errands": _l("Errands"),
    "hairdresser": _l("Hairdresser"),
    "course": _l("Course"),
}
"""What a calendar may call a date, so that it says nothing to whoever reads it."""


class FileForm(PortalForm):
    """A title for the calendar of a phone; she has read what such a file tells."""

    title = RadioField(_l("What should the calendar say?"), [InputRequired(_l("Choose one."))])
    sure = BooleanField(
        _l("I read this. I want the file."), [InputRequired(_l("Tick this if you want the file."))]
    )


@dataclass(frozen=True)
class Day:
    """Her dates of one day, in order."""

    on: date
    dates: tuple[Shown, ...]

    @property
    def talks(self) -> tuple[Shown, ...]:
        """Those to which she comes."""
        return tuple(one for one in self.dates if one.appointment.state in COMING)

    @property
    def waits(self) -> list[int]:
        """Minutes in the house between one talk and the next; nothing after the last."""
        talks = self.talks
        gaps = (
            after.appointment.starts_at - one.ends_at if _in_house(one, after) else timedelta(0)
            for one, after in pairwise(talks)
        )
        return [max(0, int(gap.total_seconds() // 60)) for gap in gaps] + [0] * bool(talks)

    @property
    def is_one_place(self) -> bool:
        """Whether all of it is in the house."""
        return _in_house(*self.talks)


def _in_house(*talks: Shown) -> bool:
    return not any(one.service.place_kind.is_confidential for one in talks)


@blueprint.get("")
def show() -> ResponseReturnValue:
    """What comes, the next first."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    changed.see(session, acting, now=now)
    judged = answering.waits_to_be_judged(session, acting, now=now)
    proposal = visits.find(session, acting.her_case_id, now=now)
    return _page("survivor/dates/show.html", days=_days_to_come(), judged=judged, proposal=proposal)


@blueprint.get("/day/<on>")
def day(on: str) -> ResponseReturnValue:
    """One day with all its talks: when to be there, where, and how long it takes together."""
    found = next((one for one in _days_to_come() if one.on.isoformat() == on), None)
    if found is None or not found.talks:
        return redirect(url_for(".show", said="changed"))
    return _page("survivor/dates/day.html", day=found)


@blueprint.get("/past")
def past() -> ResponseReturnValue:
    """What was, the last first."""
    now, older_than = guards.utc_now(), request.args.get("older", type=UUID)
    # One more tells that there are older ones; a second, for a talk that goes on at this moment.
    found = her_dates.listed(
        guards.db(), guards.signed_in(), now=now, past=True, older_than=older_than, size=PAGE + 2
    )
    older = found[PAGE - 1].appointment.id if len(found) > PAGE else None
    shown = found[:PAGE]
    dates = [one.appointment for one in shown]
    asked = [date.referral_id for date in dates if date.asked_again_at]
    return _page(
        "survivor/dates/past.html",
        shown=shown,
        older=older,
        may_ask=once_more.may_ask(guards.db(), dates, now=now),
        works_on=once_more.waiting_among(guards.db(), asked),
    )


@blueprint.post("/hide-past")
def hide_past() -> ResponseReturnValue:
    """What is over goes out of her sight; the services keep it."""
    with guards.transaction() as session:
        her_dates.hide_past(session, guards.signed_in(), now=guards.utc_now())
    return redirect(url_for(".past", said="hidden"))


@blueprint.post("/<uuid:date_id>/cannot-come")
def cannot_come(date_id: UUID) -> ResponseReturnValue:
    """No reason is asked."""
    return _answer(her_dates.cannot_come, date_id)


@blueprint.post("/<uuid:date_id>/another-time")
def another_time(date_id: UUID) -> ResponseReturnValue:
    """No reason is asked."""
    return _answer(her_dates.another_time, date_id)


@blueprint.post("/<uuid:date_id>/once-more")
def once_more_date(date_id: UUID) -> ResponseReturnValue:
    """Another date with this service, after one that is over. No reason is asked."""
    return _answer(once_more.ask, date_id, back_to=".past")


@blueprint.post("/<uuid:date_id>/keep")
def keep(date_id: UUID) -> ResponseReturnValue:
    """She can come after all."""
    return _answer(her_dates.keep, date_id)


@blueprint.route("/<uuid:date_id>/file", methods=["GET", "POST"])
def file(date_id: UUID) -> ResponseReturnValue:
    """A date for the calendar of a phone, after she read what that tells to others."""
    session, now = guards.db(), guards.utc_now()
    form = FileForm()
    form.title.choices = list(TITLES.items())
    try:
        date = her_dates.get_to_file(session, guards.signed_in(), date_id, now=now)
        if form.validate_on_submit():
            with guards.transaction() as changed:
                date = her_dates.take_file(changed, guards.signed_in(), date_id, now=now)
            return _file(date, TITLES[form.title.data], now=now)
    except WrongState:
        return redirect(url_for(".show", said="changed"))
    ends = date.state not in COMING
    return _page("survivor/dates/file.html", form=form, date=date, ends=ends)


def _file(date: Appointment, title: str, *, now: datetime) -> Response:
    assert date.calendar_id is not None
    ends_at = date.starts_at + timedelta(minutes=date.minutes)
    made = calendar_file(
        date.calendar_id,
        str(title),
        date.starts_at,
        ends_at,
        now=now,
        is_cancelled=date.state not in COMING,
    )
    return Response(made, mimetype="text/calendar")


def _days_to_come() -> list[Day]:
    shown = her_dates.listed(guards.db(), guards.signed_in(), now=guards.utc_now())
    days = groupby(shown, key=lambda one: own_dates.here(one.appointment.starts_at).date())
    return [Day(on, tuple(its)) for on, its in days]


def _answer(
    answer: Callable[..., None], date_id: UUID, *, back_to: str = ".show"
) -> ResponseReturnValue:
    said = "sent"
    try:
        with guards.transaction() as session:
            answer(session, guards.signed_in(), date_id, now=guards.utc_now())
    except WrongState:
        said = "changed"
    return redirect(url_for(back_to, said=said, at=date_id))


def _page(template: str, **more: Any) -> ResponseReturnValue:
    now: datetime = guards.utc_now()
    return render_template(
        template,
        said=SAID.get(request.args.get("said", "")),
        at=request.args.get("at", type=UUID),
        now=now,
        near_day=near_day,
        kind_words=SERVICE_KIND_WORDS,
        talk_lines=TALK_LINES,
        **more,
    )
