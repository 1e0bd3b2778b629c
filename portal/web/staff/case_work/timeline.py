"""What is happening, as the case team writes it: a second person says whether she reads it."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired

from portal.domain.decisions import NobodyToDecide
from portal.domain.refusals import Refusal, WrongState
from portal.domain.timeline import WRITTEN, EntryLane, EntryState
from portal.domain.words import NothingWritten, TooLong, written
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.case_work import cases
from portal.services.timeline import reading, writing
from portal.web import guards, timeline_words
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.moderation.refusals import WORDS as DECISION_WORDS

blueprint = Blueprint("timeline", __name__, url_prefix="/cases/<uuid:case_id>/timeline")

LANE: Mapping[EntryLane, str] = {
    EntryLane.HELP: _l("Help: what a service does, what was agreed"),
    EntryLane.JUSTICE: _l("Police and court: an order, a hearing she is party to"),
}
STATE: Mapping[EntryState, str] = {
    EntryState.WAITING: _l("waits for a second person"),
    EntryState.SHOWN: _l("she can read it"),
    EntryState.NOT_SHOWN: _l("she never reads it"),
    EntryState.TAKEN_BACK: _l("taken back"),
}
STATE_ICON: Mapping[EntryState, str] = {
    EntryState.WAITING: "clock",
    EntryState.SHOWN: "eye",
    EntryState.NOT_SHOWN: "pause",
    EntryState.TAKEN_BACK: "back",
}
WORDS: Mapping[type[Refusal], str] = {
    one: DECISION_WORDS[one] for one in (NothingWritten, TooLong, NobodyToDecide)
}


class EntryForm(StaffForm):
    """What she is to read, and why now."""

    lane = RadioField(_l("What it is about"), [InputRequired(_l("Choose one."))])
    words = TextAreaField(_l("What she reads"))
    reason = TextAreaField(_l("Reason"))


@blueprint.route("", methods=["GET", "POST"])
def show(case_id: UUID) -> ResponseReturnValue:
    """Everything that was written for her, and a form for more."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    case = cases.get_case(session, acting, case_id)
    form = EntryForm()
    form.lane.choices = [(lane.value, LANE[lane]) for lane in WRITTEN]
    if form.validate_on_submit() and _wrote(form, case_id):
        return redirect(url_for(".show", case_id=case_id))
    name, language = cases.contact_card(session, acting, case, purpose="case", now=now)
    older = request.args.get("older", type=UUID)
    return render_template(
        "staff/cases/timeline.html",
        case=case,
        name=name,
        language_code=language,
        entries=reading.of_case(session, acting, case, now=now, older=older),
        page_size=reading.PAGE,
        form=form,
        is_fresh=proof.is_fresh(),
        state_words=STATE,
        state_icons=STATE_ICON,
        words=timeline_words,
    )


@blueprint.post("/<uuid:entry_id>/take-back")
def take_back(case_id: UUID, entry_id: UUID) -> ResponseReturnValue:
    """She loses the key to it at once; that it was there, and who took it back, she reads."""
    acting = guards.signed_in()
    cases.get_case(guards.db(), acting, case_id)
    take_back_entry(entry_id)
    return redirect(url_for(".show", case_id=case_id))


@blueprint.post("/<uuid:entry_id>/stop")
def stop(case_id: UUID, entry_id: UUID) -> ResponseReturnValue:
    """She is never shown it, though a colleague may have said yes for a later moment."""
    acting = guards.signed_in()
    cases.get_case(guards.db(), acting, case_id)
    done = _("Taken back before she read it. Nobody decides about it any more.")
    _change(writing.stop, entry_id, done)
    return redirect(url_for(".show", case_id=case_id))


def take_back_entry(entry_id: UUID) -> None:
    """Take an entry back, and say so."""
    done = _("Taken back. She reads that you took it back, and not its words.")
    _change(writing.take_back, entry_id, done)


def _change(act: Callable[..., None], entry_id: UUID, done: str) -> None:
    try:
        with guards.transaction() as session:
            act(session, guards.signed_in(), entry_id, now=guards.utc_now())
    except WrongState:
        flash(_("This has changed meanwhile. Look again before you go on."), "warn")
    else:
        flash(done, "done")


def _wrote(form: EntryForm, case_id: UUID) -> bool:
    words, reason = form.words.data or "", form.reason.data or ""
    blamed: str | None = "words"
    try:
        written(words)
        blamed = "reason"
        written(reason)
        blamed = None
        with guards.transaction() as session:
            writing.write(
                session,
                guards.signed_in(),
                case_id,
                EntryLane(form.lane.data),
                words,
                reason=reason,
                now=guards.utc_now(),
            )
    except tuple(WORDS) as refusal:
        form.refuse(blamed, WORDS[type(refusal)])
        return False
    flash(_("Written. A second person reads it before she does."), "done")
    return True
