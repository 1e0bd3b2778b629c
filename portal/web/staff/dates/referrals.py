"""What was referred to the services of a colleague: read, accepted, given a date, finished."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from portal.domain.refusals import Refusal, WrongState
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.dates import giving, shown_dates
from portal.services.referrals import answers, at_service, listing
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff.dates import interpreter_words

blueprint = Blueprint("referrals", __name__, url_prefix="/referrals")

WORDS: Mapping[type[Refusal], str] = {
    NothingWritten: _l("Write a reason. She reads it."),
    TooLong: _l("This is longer than 4,000 characters. Nothing was cut or kept: make it shorter."),
}


class ReasonForm(StaffForm):
    """Why a service cannot help with this need."""

    reason = TextAreaField(_l("Reason"))


@blueprint.get("")
def listed() -> ResponseReturnValue:
    """What was referred to my services: her answers first, then what is late."""
    done = request.args.get("done") == "yes"
    after = request.args.get("after", type=UUID)
    lines = listing.of_service(
        guards.db(), guards.signed_in(), now=guards.utc_now(), done=done, after=after
    )
    return render_template(
        "staff/referrals/listed.html",
        lines=lines,
        done=done,
        is_later_page=after is not None,
        page_size=listing.PAGE,
    )


@blueprint.get("/<uuid:referral_id>")
def referral(referral_id: UUID) -> ResponseReturnValue:
    """One referral, and what can be answered."""
    return _page(referral_id, ReasonForm())


@blueprint.post("/<uuid:referral_id>/accept")
def accept(referral_id: UUID) -> ResponseReturnValue:
    """Say yes; a date comes next."""
    return _answer(
        referral_id,
        answers.accept,
        _("Accepted. She reads: “Yes, we will help”. Set a date now."),
    )


@blueprint.post("/<uuid:referral_id>/finish")
def finish(referral_id: UUID) -> ResponseReturnValue:
    """The help was given."""
    return _answer(referral_id, answers.finish, _("Finished. She reads: “Done”."))


@blueprint.post("/<uuid:referral_id>/not-possible")
def not_possible(referral_id: UUID) -> ResponseReturnValue:
    """Say that the service cannot help with this, and why."""
    form = ReasonForm()
    if request.form.get("act") == "show":
        return _page(referral_id, form)
    try:
        with guards.transaction() as session:
            answers.not_possible(
                session,
                guards.signed_in(),
                referral_id,
                form.reason.data or "",
                now=guards.utc_now(),
            )
    except WrongState:
        return _changed()
    except tuple(WORDS) as refusal:
        form.refuse("reason", WORDS[type(refusal)])
        return _page(referral_id, form)
    flash(_("She reads your reason. Her case director looks for another place."), "done")
    return redirect(url_for(".listed"))


@blueprint.post("/<uuid:referral_id>/dates/<uuid:appointment_id>/cancel")
def cancel_date(referral_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Take a date away."""
    hers = _("This date is cancelled. You do not have to come.")
    said = _("The date is cancelled. She reads: “%(sentence)s”", sentence=hers)
    return _answer(appointment_id, giving.cancel, said, back_to=referral_id)


def _page(referral_id: UUID, form: ReasonForm) -> ResponseReturnValue:
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    story = at_service.open_referral(session, acting, referral_id, now=now)
    dates = shown_dates.of_referral(session, acting, referral_id, now=now)
    return render_template(
        "staff/referrals/referral.html",
        story=story,
        dates=[date for date in dates if date.stands],
        earlier=[date for date in dates if not date.stands],
        form=form,
        interpreter_states=interpreter_words.STATE,
    )


def _answer(
    subject_id: UUID, act: Callable[..., None], said: str, *, back_to: UUID | None = None
) -> ResponseReturnValue:
    """One tap that needs no words; what has moved on meanwhile is told on the list."""
    try:
        with guards.transaction() as session:
            act(session, guards.signed_in(), subject_id, now=guards.utc_now())
    except WrongState:
        return _changed()
    flash(said, "done")
    return redirect(url_for(".referral", referral_id=back_to or subject_id))


def _changed() -> ResponseReturnValue:
    flash(_("This has changed meanwhile. Here is how it stands now."), "info")
    return redirect(url_for(".listed"))
