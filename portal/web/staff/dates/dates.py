"""The form that gives a date, or another one instead."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length

from portal.domain.appointments import (
    ColleagueTaken,
    LengthImpossible,
    NoSuchTime,
    OffTheStep,
    Overlaps,
    TimeHasPassed,
    TimeTooFar,
    TimeTwice,
    check_date,
    in_zone,
)
from portal.domain.availability import CalendarBusy, IsAway, NotThere, RoomTaken
from portal.domain.interpreters import RequestState
from portal.domain.refusals import NotFound, Refusal, WrongState
from portal.domain.separation import TimeNotPossible
from portal.domain.words import NothingWritten
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.models import InterpreterRequest
from portal.services.availability import rooms
from portal.services.dates import giving, previews, shown_dates, taken_times
from portal.services.dates.shown_dates import MAX_DETAIL, Details, Shown
from portal.services.interpreters import following
from portal.services.referrals import at_service
from portal.web import guards
from portal.web.forms import StaffForm

blueprint = Blueprint("dates", __name__)

WORDS: Mapping[type[Refusal], tuple[str, str]] = {
    TimeHasPassed: ("day", _l("This time has passed. Choose a later one.")),
    TimeTooFar: ("day", _l("This is more than a year away. Choose an earlier day.")),
    NoSuchTime: (
        "time",
        _l("The clock skips this time that night, because summer time begins. Choose another."),
    ),
    TimeTwice: (
        "time",
        _l("The clock shows this time twice that night, because summer time ends. Choose another."),
    ),
    LengthImpossible: ("minutes", _l("A talk lasts from 5 minutes to 8 hours (480 minutes).")),
    OffTheStep: (
        "time",
        _l("Dates go in steps of 5 minutes: 10:00, 10:05. Change time or length."),
    ),
    # The same for each cause: her own closed times, and somebody whom she must not meet.
    TimeNotPossible: ("time", _l("This time is not possible.")),
    ColleagueTaken: (
        "with_id",
        _l("This colleague meets somebody else at this time. Choose another time or colleague."),
    ),
    RoomTaken: ("room_id", _l("Another date has this room then. Choose another room or time.")),
    CalendarBusy: ("knowingly", _l("%(name)s's calendar is busy then.")),
    IsAway: ("knowingly", _l("%(name)s is away.")),
    NotThere: ("knowingly", _l("%(name)s is not there then, say the hours.")),
    Overlaps: ("time", _l("She already has a date in this house at this time. Choose another.")),
    NothingWritten: ("place", _l("Say where in the house, so that she finds you.")),
}

_DETAIL = [Length(max=MAX_DETAIL, message=_l("At most 300 characters. Nothing was cut."))]


class DateForm(StaffForm):
    """A date on the clock of the centre."""

    day = DateField(_l("Day"), [InputRequired(_l("Choose a day."))])
    time = TimeField(_l("Time"), [InputRequired(_l("Choose a time."))])
    minutes = IntegerField(_l("Length in minutes"), [InputRequired(_l("Say how long it takes."))])
    with_id = SelectField(_l("With whom"), [InputRequired(_l("Choose who meets her."))], coerce=str)
    room_id = SelectField(_l("Room"), default="")
    place = StringField(_l("Place in the house"), _DETAIL)
    interpreter = StringField(_l("Interpreter"), _DETAIL)
    childcare = StringField(_l("Childcare"), _DETAIL)
    bring = TextAreaField(_l("What to bring"), _DETAIL)
    knowingly = BooleanField(_l("I know, and set this date all the same"))


@blueprint.route("/referrals/<uuid:referral_id>/date", methods=["GET", "POST"])
def set_date(referral_id: UUID) -> ResponseReturnValue:
    """Give a date, or another one instead of one that stands."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    if request.method == "POST":
        # Before the first look is written down: of two who book for one file each would otherwise
        # hold what the other waits for.
        taken_times.hold(session)
    story = at_service.open_referral(session, acting, referral_id, now=now)
    old = _instead_of(shown_dates.of_referral(session, acting, referral_id, now=now))
    asked = _asked(referral_id, old)
    members = {str(one.account_id): one for one in giving.colleagues(session, story.service.id)}
    found = {str(room.id): room for room in rooms.for_service(session, story.service.id)}
    form = DateForm(data=_suggested(old, story.service.place, acting.account_id))
    form.with_id.choices = [(key, member.name) for key, member in members.items()]
    form.room_id.choices = [
        ("", _("No room of the list")),
        *((key, room.name) for key, room in found.items()),
    ]
    shown = None
    if form.validate_on_submit():
        details = _details(form, asked)
        try:
            starts_at = _try(form, details, referral_id, old)
        except WrongState:
            flash(_("This has changed meanwhile. Here is how it stands now."), "info")
            return redirect(url_for("staff.inside.referrals.listed"))
        except tuple(WORDS) as refusal:
            _refuse(form, refusal)
        else:
            if request.form.get("act") != "show":
                flash(_("The date is set. She reads it with her other dates."), "done")
                return redirect(url_for("staff.inside.referrals.referral", referral_id=referral_id))
            shown = previews.preview(
                story.service,
                members[form.with_id.data],
                found.get(form.room_id.data),
                starts_at,
                form.minutes.data or 0,
                details,
                asked,
            )
    return render_template(
        "staff/dates/set.html",
        story=story,
        form=form,
        old=old,
        is_asked=asked is not None,
        shown=shown,
    )


def _asked(referral_id: UUID, old: Shown | None) -> InterpreterRequest | None:
    """The wish for an interpreter that goes with this date."""
    found = following.find_to_follow(guards.db(), referral_id, old.appointment if old else None)
    return found if found and found.state is not RequestState.NOT_WANTED else None


def _details(form: DateForm, asked: InterpreterRequest | None) -> Details:
    """What is sealed of the date. What was asked of an interpreter is not said a second time."""
    return Details(
        place=form.place.data or "",
        interpreter=None if asked else form.interpreter.data,
        bring=form.bring.data,
        childcare=form.childcare.data,
    )


def _try(form: DateForm, details: Details, referral_id: UUID, old: Shown | None) -> datetime:
    """Set the date, or only see whether it could be set; gives when it starts."""
    starts_at = in_zone(_wall(form), guards.whereabouts().zone)
    if request.form.get("act") == "show":
        check_date(starts_at, form.minutes.data or 0, now=guards.utc_now())
        details.cleaned()
        return starts_at
    with guards.transaction() as session:
        giving.set_date(
            session,
            guards.signed_in(),
            referral_id,
            starts_at=starts_at,
            minutes=form.minutes.data or 0,
            with_id=UUID(form.with_id.data),
            details=details,
            now=guards.utc_now(),
            instead_of=old.appointment.id if old else None,
            room_id=UUID(form.room_id.data) if form.room_id.data else None,
            knowingly=bool(form.knowingly.data),
        )
    return starts_at


def _refuse(form: DateForm, refusal: Refusal) -> None:
    name, words = WORDS[type(refusal)]
    if isinstance(refusal, CalendarBusy | NotThere):
        words = words % {"name": refusal.name}
    form.refuse(name, words)


def _wall(form: DateForm) -> datetime:
    assert form.day.data is not None and form.time.data is not None
    return datetime.combine(form.day.data, form.time.data)


def _instead_of(dates: list[Shown]) -> Shown | None:
    """The date that is replaced, if the address names one of this referral's."""
    named = request.args.get("instead_of")
    if named is None:
        return None
    found = next((one for one in dates if str(one.appointment.id) == named), None)
    if found is None:
        raise NotFound
    return found


def _suggested(old: Shown | None, place: str, me: UUID) -> dict[str, Any]:
    if old is None:
        return {"minutes": 45, "place": place, "with_id": str(me)}
    details = vars(old.details) if old.details else {"place": place}
    return {
        "minutes": old.appointment.minutes,
        "with_id": str(old.appointment.with_id),
        "room_id": str(old.appointment.room_id or ""),
        **details,
    }
