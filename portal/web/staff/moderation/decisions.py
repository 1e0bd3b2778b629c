"""One thing that waits for a decision: a need on its own page, everything else on a common one."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, TextAreaField, TimeField
from wtforms.validators import Optional

from portal.domain.appointments import in_zone
from portal.domain.decisions import (
    DecidedMeanwhile,
)
from portal.i18n import LANGUAGES, dates
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.moderation import deciding, decisions, one_decision
from portal.web import guards, timeline_words
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.colleagues import colleagues
from portal.web.staff.moderation import consequences, needs_at_desk, subjects
from portal.web.staff.moderation.refusals import WORDS, blamed, words_of

blueprint = Blueprint("decisions", __name__, url_prefix="/desk")


class DecideForm(StaffForm):
    """What can be said to a question, and the moment from which a yes holds."""

    words = TextAreaField(_l("Note to who asked"))
    day = DateField(_l("Day"), [Optional()])
    time = TimeField(_l("Time"), [Optional()])


@blueprint.route("/<uuid:decision_id>", methods=["GET", "POST"])
def decision(decision_id: UUID) -> ResponseReturnValue:
    """Open what waits; a need has a page of its own."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    form, act = DecideForm(), request.form.get("act", "")
    is_need = one_decision.is_need(session, acting, decision_id)
    if act in CLAIMS:
        return _hold(act, decision_id)
    if is_need:
        return needs_at_desk.need(decision_id)
    if act in ACTS and form.validate_on_submit():
        answer = _try(form, act, decision_id)
        if answer is not None:
            return answer
    found = one_decision.open_one(session, acting, decision_id, now=now)
    return render_template(
        "staff/desk/decision.html",
        found=found,
        form=form,
        is_fresh=proof.is_fresh(),
        about=colleagues.about(found.decision),
        consequence=consequences.of(found.decision),
        entry=subjects.entry(found.decision),
        entry_words=timeline_words,
        proposed=subjects.proposed(found.decision),
        day_names=dates.weekdays("wide"),
        answer=subjects.answer(found.decision),
        languages=LANGUAGES,
    )


def _try(form: DecideForm, act: str, decision_id: UUID) -> ResponseReturnValue | None:
    """Do what a button says; None when the page is shown again."""
    try:
        said = ACTS[act](form, decision_id)
    except DecidedMeanwhile as refusal:
        return needs_at_desk.too_late(words_of(refusal), form.words.data)
    except tuple(WORDS) as refusal:
        form.refuse(blamed(refusal), WORDS[type(refusal)])
        return None
    flash(said, "done")
    mine = act in ("withdraw", "again")
    return redirect(url_for("staff.inside.asking.asked" if mine else "staff.inside.desk.waiting"))


def _hold(act: str, decision_id: UUID) -> ResponseReturnValue:
    """Take something on, or give it up again."""
    change, said = CLAIMS[act]
    try:
        with guards.transaction() as session:
            change(session, guards.signed_in(), decision_id, now=guards.utc_now())
    except DecidedMeanwhile as refusal:
        return needs_at_desk.too_late(words_of(refusal))
    except tuple(WORDS) as refusal:
        flash(str(WORDS[type(refusal)]), "warn")
    else:
        flash(str(said), "done")
    return redirect(request.path)


def _accept(form: DecideForm, decision_id: UUID) -> str:
    moment = _moment(form)
    with guards.transaction() as session:
        deciding.accept(
            session,
            guards.signed_in(),
            decision_id,
            note=form.words.data,
            takes_effect_at=moment,
            now=guards.utc_now(),
        )
    return _("Accepted. It takes effect at the time you chose.") if moment else _("Accepted.")


def _give_back(form: DecideForm, decision_id: UUID) -> str:
    words, now = form.words.data or "", guards.utc_now()
    with guards.transaction() as session:
        deciding.give_back(session, guards.signed_in(), decision_id, note=words, now=now)
    return _("Given back. Who asked reads your note and can ask again.")


def _decline(form: DecideForm, decision_id: UUID) -> str:
    words, now = form.words.data or "", guards.utc_now()
    with guards.transaction() as session:
        deciding.decline(session, guards.signed_in(), decision_id, reason=words, now=now)
    return _("Declined. Who asked reads your reason.")


def _withdraw(form: DecideForm, decision_id: UUID) -> str:
    with guards.transaction() as session:
        deciding.withdraw(session, guards.signed_in(), decision_id, now=guards.utc_now())
    return _("Withdrawn. Nobody decides about it any more.")


def _again(form: DecideForm, decision_id: UUID) -> str:
    words, now = form.words.data or "", guards.utc_now()
    with guards.transaction() as session:
        decisions.ask_again(session, guards.signed_in(), decision_id, reason=words, now=now)
    return _("Asked again, with a new promised time.")


CLAIMS = {
    "claim": (deciding.claim, _l("You took this on for 15 minutes. Others see it.")),
    "release": (deciding.release, _l("Others can take this on again.")),
}
ACTS: Mapping[str, Callable[[DecideForm, UUID], str]] = {
    "accept": _accept,
    "give_back": _give_back,
    "decline": _decline,
    "withdraw": _withdraw,
    "again": _again,
}


def _moment(form: DecideForm) -> datetime | None:
    """The chosen safe moment, on the clock of the centre; a day alone means its first minute."""
    if form.day.data is None:
        return None
    at = form.time.data or datetime.min.time()
    return in_zone(datetime.combine(form.day.data, at), guards.whereabouts().zone)
