"""How far a programme is: written by a partner-contact worker, who reads nothing of the case."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired

from portal.domain.decisions import NobodyToDecide
from portal.domain.refusals import NotFound, Refusal
from portal.domain.timeline import ContractSaysNo, Programme
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.timeline import writing
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.case_work.timeline import STATE, STATE_ICON, take_back_entry
from portal.web.staff.case_work.timeline import WORDS as ENTRY_WORDS

blueprint = Blueprint("programme", __name__, url_prefix="/programme")

STAGE: Mapping[Programme, str] = {
    Programme.INVITED: _l("invited"),
    Programme.STARTED: _l("started"),
    Programme.STOPPED: _l("stopped"),
    Programme.ENDED: _l("ended"),
}
NOT_THERE = _l("There is no file with this number for which you can write.")
CONTRACT = _l("Without that, nothing of a programme is told.")
WORDS: Mapping[type[Refusal], tuple[str | None, str]] = {
    NothingWritten: ("reason", ENTRY_WORDS[NothingWritten]),
    TooLong: ("reason", ENTRY_WORDS[TooLong]),
    NobodyToDecide: (None, ENTRY_WORDS[NobodyToDecide]),
    NotFound: ("number", NOT_THERE),
    ContractSaysNo: ("contract", CONTRACT),
}


class ProgrammeForm(StaffForm):
    """For which case, how far, and why she should know now."""

    number = StringField(_l("Case number"), [InputRequired(NOT_THERE)])
    stage = RadioField(_l("How far a programme is"), [InputRequired(_l("Choose one."))])
    contract = BooleanField(_l("The contract of the programme foresees that she is told this"))
    reason = TextAreaField(_l("Reason"))


@blueprint.route("", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """The form, and what this colleague wrote: numbers and states, nothing of a case."""
    before = request.args.get("after", type=UUID)
    lines = writing.of_mine(guards.db(), guards.signed_in(), before=before)
    form = ProgrammeForm()
    form.stage.choices = [(stage.value, STAGE[stage]) for stage in Programme]
    if form.validate_on_submit() and _wrote(form):
        return redirect(url_for(".show"))
    return render_template(
        "staff/cases/programme.html",
        form=form,
        lines=lines,
        page_size=writing.PAGE,
        is_fresh=proof.is_fresh(),
        state_words=STATE,
        state_icons=STATE_ICON,
    )


@blueprint.post("/<uuid:entry_id>/take-back")
def take_back(entry_id: UUID) -> ResponseReturnValue:
    """It was wrong, or does not hold any more."""
    take_back_entry(entry_id)
    return redirect(url_for(".show"))


def _wrote(form: ProgrammeForm) -> bool:
    try:
        with guards.transaction() as session:
            writing.write_programme(
                session,
                guards.signed_in(),
                form.number.data or "",
                Programme(form.stage.data),
                contract_allows=bool(form.contract.data),
                reason=form.reason.data or "",
                now=guards.utc_now(),
            )
    except tuple(WORDS) as refusal:
        form.refuse(*WORDS[type(refusal)])
        return False
    flash(_("Written. A second person decides before she reads it."), "done")
    return True
