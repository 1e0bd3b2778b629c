"""Asking that a date may be set at a time that is not possible: one talk, one time, once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, IntegerField, SelectField, TextAreaField, TimeField
from wtforms.validators import InputRequired

from portal.domain.appointments import (
    LengthImpossible,
    NoSuchTime,
    OffTheStep,
    TimeHasPassed,
    TimeTooFar,
    TimeTwice,
    in_zone,
)
from portal.domain.decisions import NobodyToDecide, WaitsAlready
from portal.domain.refusals import Refusal
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.case_work.cases import is_on_team
from portal.services.dates import exceptions
from portal.services.dates.exceptions import Choice, Time
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.dates.dates import WORDS as DATE_WORDS
from portal.web.staff.moderation.refusals import WORDS as DECISION_WORDS
from portal.web.staff.vocabulary.codes import word

blueprint = Blueprint("exceptions", __name__, url_prefix="/cases/<uuid:case_id>/not-possible")

OF_TIME = (TimeHasPassed, TimeTooFar, NoSuchTime, TimeTwice, LengthImpossible, OffTheStep)
WORDS: Mapping[type[Refusal], tuple[str | None, str]] = {
    **{kind: DATE_WORDS[kind] for kind in OF_TIME},
    NothingWritten: ("words", DECISION_WORDS[NothingWritten]),
    TooLong: ("words", DECISION_WORDS[TooLong]),
    WaitsAlready: (None, DECISION_WORDS[WaitsAlready]),
    NobodyToDecide: (None, DECISION_WORDS[NobodyToDecide]),
}


class ExceptionForm(StaffForm):
    """One concrete time, and why it must be this one."""

    talk = SelectField(_l("Which talk, and with whom"), [InputRequired(_l("Choose one."))])
    day = DateField(_l("Day"), [InputRequired(_l("Choose a day."))])
    time = TimeField(_l("Time"), [InputRequired(_l("Choose a time."))])
    minutes = IntegerField(_l("Length in minutes"), [InputRequired(_l("Say how long it takes."))])
    words = TextAreaField(_l("Reason"))


@blueprint.route("", methods=["GET", "POST"])
def ask(case_id: UUID) -> ResponseReturnValue:
    """Ask a coordinator, who is another person, for one time."""
    case, choices = exceptions.choices(guards.db(), guards.signed_in(), case_id)
    form = ExceptionForm(data={"minutes": 45})
    form.talk.choices = _said(choices)
    if form.validate_on_submit():
        try:
            _ask(form, case_id)
        except tuple(WORDS) as refusal:
            form.refuse(*WORDS[type(refusal)])
        else:
            flash(_("Asked. Here you see whom it waits for."), "done")
            return redirect(url_for("staff.inside.asking.asked"))
    return render_template(
        "staff/dates/not_possible.html",
        case=case,
        form=form,
        is_fresh=proof.is_fresh(),
        is_mine=is_on_team(guards.signed_in(), case),
    )


def _ask(form: ExceptionForm, case_id: UUID) -> None:
    assert form.day.data is not None and form.time.data is not None
    wall = datetime.combine(form.day.data, form.time.data)
    referral_id, with_id = (UUID(one) for one in form.talk.data.split(" "))
    starts_at = in_zone(wall, guards.whereabouts().zone)
    wanted = Time(referral_id, with_id, starts_at, form.minutes.data or 0)
    with guards.transaction() as session:
        exceptions.ask(
            session,
            guards.signed_in(),
            case_id,
            wanted,
            reason=form.words.data or "",
            now=guards.utc_now(),
        )


def _said(choices: Sequence[Choice]) -> list[tuple[str, str]]:
    """Each talk with each colleague of its service."""
    return [
        (
            f"{one.referral.id} {member.account_id}",
            f"{one.service.name} · {word(one.need.category)} · {member.name}",
        )
        for one in choices
        for member in one.members
    ]
