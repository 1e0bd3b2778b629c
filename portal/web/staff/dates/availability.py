"""Hours, single days and calendars: one's own, and those of the services that one works in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional

from portal.domain.availability import read_hours, written_hours
from portal.domain.calendars import LONGEST_ADDRESS, LONGEST_SECRET, Access, Answer, CalendarKind
from portal.domain.opening import Hours, Pattern
from portal.domain.refusals import NotFound, Refusal, WrongState
from portal.domain.roles import Role
from portal.i18n import dates
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.availability import hours
from portal.services.availability.owners import Owner, of_service, own
from portal.services.calendars import links
from portal.services.centre import directory
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff.dates import calendar_words as words

blueprint = Blueprint("availability", __name__, url_prefix="/time")

MOST_TYPED = 100
_HOURS = [Length(max=MOST_TYPED)]


class WeekForm(StaffForm):
    """The hours of a week."""

    d0 = StringField("", _HOURS)
    d1 = StringField("", _HOURS)
    d2 = StringField("", _HOURS)
    d3 = StringField("", _HOURS)
    d4 = StringField("", _HOURS)
    d5 = StringField("", _HOURS)
    d6 = StringField("", _HOURS)
    first = DateField(_l("From which day"), [Optional()])
    last = DateField(_l("Until which day"), [Optional()])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        for number, name in enumerate(dates.weekdays("wide")):
            self[f"d{number}"].label.text = name

    def pattern(self) -> Pattern | None:
        """What was typed; None when an hour is refused beside its field."""
        week = {day: read_beside(self, f"d{day}") for day in range(7)}
        if self.errors:
            return None
        return Pattern(week, self.first.data, self.last.data)


class DayForm(StaffForm):
    """Other hours on one day."""

    day = DateField(_l("Day"), [InputRequired(_l("Choose a day."))])
    hours = StringField(_l("Hours of this day"), _HOURS)


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


def read_beside(form: StaffForm, name: str) -> Hours:
    """The hours in a field; what is wrong with them stands beside it."""
    try:
        return read_hours(form[name].data or "")
    except tuple(words.OF_HOURS) as refusal:
        form.refuse(name, words.OF_HOURS[type(refusal)])
        return ()


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
    pattern = form.pattern() if form.validate_on_submit() else None

    def act(owner: Owner, now: datetime) -> None:
        assert pattern is not None
        hours.add_pattern(guards.db(), guards.signed_in(), owner, pattern, now=now)

    if pattern and _did(act, service_id, form, words.OF_PATTERN):
        return _back(service_id, _("The hours are saved."))
    return _page(service_id, week=form)


@blueprint.post("/days")
@blueprint.post("/of/<uuid:service_id>/days", endpoint="day_of_service")
def add_day(service_id: UUID | None = None) -> ResponseReturnValue:
    """Other hours on one day, or none."""
    form = DayForm()
    is_fine = form.validate_on_submit()
    typed = read_beside(form, "hours") if is_fine else ()

    def act(owner: Owner, now: datetime) -> None:
        assert form.day.data is not None
        hours.add_exception(guards.db(), guards.signed_in(), owner, form.day.data, typed, now=now)

    if is_fine and not form.errors and _did(act, service_id, form, words.OF_DAY):
        return _back(service_id, _("The day is saved."))
    return _page(service_id, day=form)


@blueprint.post("/calendars")
@blueprint.post("/of/<uuid:service_id>/calendars", endpoint="calendar_of_service")
def add_calendar(service_id: UUID | None = None) -> ResponseReturnValue:
    """Add a calendar; the worker reads it."""
    form = CalendarForm()

    def act(owner: Owner, now: datetime) -> None:
        access = Access(form.url.data or "", form.name.data or "", form.secret.data or "")
        kind = CalendarKind(form.kind.data)
        links.add(guards.db(), guards.signed_in(), owner, kind, access, now=now)

    if form.validate_on_submit() and _did(act, service_id, form, words.OF_CALENDAR):
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
    hours.remove(guards.db(), guards.signed_in(), owner, _named("row"), now=now)


def _remove_calendar(owner: Owner, now: datetime) -> None:
    links.remove(guards.db(), guards.signed_in(), owner, _named("row"), now=now)


def _look_now(owner: Owner, now: datetime) -> None:
    links.look_now(guards.db(), owner, _named("row"), now=now)


def _answering(said: Answer) -> Callable[[Owner, datetime], None]:
    def answer(owner: Owner, now: datetime) -> None:
        links.answer(
            guards.db(), guards.signed_in(), owner, _named("row"), _named("date"), said, now=now
        )

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


def _did(
    act: Callable[[Owner, datetime], None],
    service_id: UUID | None,
    form: StaffForm,
    refusals: Mapping[type[Refusal], tuple[str, str]],
) -> bool:
    """Whether it could be done; what is wrong stands beside its field."""
    owner = _owner(service_id)
    try:
        with guards.transaction():
            act(owner, guards.utc_now())
    except tuple(refusals) as refusal:
        form.refuse(*refusals[type(refusal)])
        return False
    return True


def _named(field: str) -> UUID:
    try:
        return UUID(request.form.get(field, ""))
    except ValueError:
        raise NotFound from None


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
