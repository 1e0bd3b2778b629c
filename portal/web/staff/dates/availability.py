"""Hours, single days and calendars: one's own, and those of the services that one works in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from portal.domain.availability import written_hours
from portal.domain.calendars import LONGEST_ADDRESS, LONGEST_SECRET, Access, Answer, CalendarKind
from portal.domain.refusals import NotFound, WrongState
from portal.domain.roles import Role
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.availability import hours
from portal.services.availability.owners import Owner, of_service, own
from portal.services.calendars import links
from portal.services.centre import directory
from portal.web import guards
from portal.web.forms import StaffForm, posted_id
from portal.web.staff.beside import did
from portal.web.staff.dates import calendar_words as words
from portal.web.staff.dates.hours_forms import DayForm, WeekForm

blueprint = Blueprint("availability", __name__, url_prefix="/time")


class CalendarForm(StaffForm):
    """Where a calendar is and how one gets in."""

    kind = RadioField(_l("Kind of calendar"), [InputRequired(_l("Choose one."))])
    url = StringField(
        _l("Address of the calendar"),
        [InputRequired(_l("Copy the address of the calendar.")), Length(max=LONGEST_ADDRESS)],
    )
    name = StringField(_l("Name at this server"), [Length(max=LONGEST_SECRET)])
    secret = PasswordField(_l("Pass word at this server"), [Length(max=LONGEST_SECRET)])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.kind.choices = [(kind.value, said) for kind, said in words.KIND.items()]


@blueprint.get("")
@blueprint.get("/of/<uuid:service_id>", endpoint="of_service")
def show(service_id: UUID | None = None) -> ResponseReturnValue:
    """Hours, single days and calendars of oneself, or of a service."""
    return _page(service_id)


@blueprint.post("/hours")
@blueprint.post("/of/<uuid:service_id>/hours", endpoint="hours_of_service")
def add_hours(service_id: UUID | None = None) -> ResponseReturnValue:
    """The same hours every week."""
    form = WeekForm()
    if form.saved_for(_owner(service_id)):
        return _back(service_id, _("The hours are saved."))
    return _page(service_id, week=form)


@blueprint.post("/days")
@blueprint.post("/of/<uuid:service_id>/days", endpoint="day_of_service")
def add_day(service_id: UUID | None = None) -> ResponseReturnValue:
    """Other hours on one day, or none."""
    form = DayForm()
    if form.saved_for(_owner(service_id)):
        return _back(service_id, _("The day is saved."))
    return _page(service_id, day=form)


@blueprint.post("/calendars")
@blueprint.post("/of/<uuid:service_id>/calendars", endpoint="calendar_of_service")
def add_calendar(service_id: UUID | None = None) -> ResponseReturnValue:
    """Add a calendar; the worker reads it."""
    form = CalendarForm()
    acting, owner, now = guards.signed_in(), _owner(service_id), guards.utc_now()

    def add() -> None:
        access = Access(form.url.data or "", form.name.data or "", form.secret.data or "")
        links.add(guards.db(), acting, owner, CalendarKind(form.kind.data), access, now=now)

    if form.validate_on_submit() and did(add, form, words.OF_CALENDAR):
        return _back(service_id, _("The calendar is added. It is read within a few minutes."))
    return _page(service_id, calendar=form)


@blueprint.post("/change")
@blueprint.post("/of/<uuid:service_id>/change", endpoint="change_of_service")
def change(service_id: UUID | None = None) -> ResponseReturnValue:
    """Take something away, look again, or answer a conflict."""
    said = CHANGES.get(request.form.get("act", ""))
    if said is None:
        raise NotFound
    owner, now = _owner(service_id), guards.utc_now()
    act, done = said
    try:
        with guards.transaction():
            act(owner, now)
    except WrongState:
        flash(_("This has changed meanwhile. Here is how it stands now."), "info")
        return redirect(_url("", service_id))
    return _back(service_id, str(done))


def _remove_hours(owner: Owner, now: datetime) -> None:
    hours.remove(guards.db(), guards.signed_in(), owner, posted_id("row"), now=now)


def _remove_calendar(owner: Owner, now: datetime) -> None:
    links.remove(guards.db(), guards.signed_in(), owner, posted_id("row"), now=now)


def _look_now(owner: Owner, now: datetime) -> None:
    links.look_now(guards.db(), owner, posted_id("row"), now=now)


def _answering(said: Answer) -> Callable[[Owner, datetime], None]:
    def answer(owner: Owner, now: datetime) -> None:
        row_id, date_id = posted_id("row"), posted_id("date")
        links.answer(guards.db(), guards.signed_in(), owner, row_id, date_id, said, now=now)

    return answer


CHANGES: Mapping[str, tuple[Callable[[Owner, datetime], None], str]] = {
    "hours": (_remove_hours, _l("These hours are taken away.")),
    "calendar": (_remove_calendar, _l("The calendar is taken out. Our dates go from it too.")),
    "look": (_look_now, _l("The calendar is read within a few minutes.")),
    "again": (_answering(Answer.WRITE_AGAIN), _l("The calendar is set right in a few minutes.")),
    "leave": (_answering(Answer.LEAVE), _l("The calendar stays as it is.")),
}


def _owner(service_id: UUID | None) -> Owner:
    acting = guards.signed_in()
    return of_service(acting, service_id) if service_id else own(acting)


def _back(service_id: UUID | None, said: str) -> ResponseReturnValue:
    flash(said, "done")
    return redirect(_url("", service_id))


_ENDPOINTS = {
    "": ("show", "of_service"),
    "hours": ("add_hours", "hours_of_service"),
    "days": ("add_day", "day_of_service"),
    "calendars": ("add_calendar", "calendar_of_service"),
    "change": ("change", "change_of_service"),
}


def _url(part: str, service_id: UUID | None) -> str:
    mine, of_service_ = _ENDPOINTS[part]
    if service_id is None:
        return url_for(f".{mine}")
    return url_for(f".{of_service_}", service_id=service_id)


def _page(service_id: UUID | None, **forms: StaffForm) -> ResponseReturnValue:
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    owner = _owner(service_id)
    mine = acting.services(Role.SERVICE_STAFF)
    services = [one.service for one in directory.services(session, acting)]
    return render_template(
        "staff/time/show.html",
        service=next((one for one in services if one.id == service_id), None),
        services=[one for one in services if one.id in mine],
        url=lambda part: _url(part, service_id),
        weeks=hours.weeks(session, owner, now=now),
        single_days=hours.exceptions(session, owner, now=now),
        calendars=links.lines(session, owner, now=now),
        written=written_hours,
        trouble=words.TROUBLE,
        kinds=words.KIND,
        week=forms.get("week") or WeekForm(formdata=None),
        day=forms.get("day") or DayForm(formdata=None),
        calendar=forms.get("calendar")
        or CalendarForm(formdata=None, data={"kind": CalendarKind.CALDAV.value}),
    )
