"""How the work on a case ends: when each clock strikes, ended with a reason, taken up again."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from portal.domain.accounts import CaseState
from portal.domain.decisions import DecisionKind
from portal.domain.refusals import Refusal, WrongState
from portal.domain.retention import Kept
from portal.domain.roles import Permission
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.models import Case
from portal.services.case_work import cases
from portal.services.colleagues import staff
from portal.services.endings import closing, ends, handover
from portal.services.endings.closing import StillPromised
from portal.web import guards
from portal.web.forms import StaffForm

blueprint = Blueprint("ends", __name__, url_prefix="/cases/<uuid:case_id>/end")

WORDS: Mapping[type[Refusal], str] = {
    WrongState: _l("This has changed meanwhile. Look again before you go on."),
    StillPromised: _l(
        "She still waits for an answer, or for a date. Keep what was promised first, or agree with "
        "her that she takes it back."
    ),
    NothingWritten: _l("Nothing is written here yet."),
    TooLong: _l("This is longer than 4,000 characters. Nothing was cut or kept: make it shorter."),
}
STRIKES: Mapping[Kept, str] = {
    Kept.HER_PAGES: _l("Her card opens nothing from"),
    Kept.MESSAGES: _l("The messages are gone on"),
    Kept.FILE: _l("The whole file is gone on"),
}


class EndForm(StaffForm):
    """Why the work ends, in words that the case team can read until the file is gone."""

    why = TextAreaField(_l("Why the work ends"))


@blueprint.route("", methods=["GET", "POST"])
def show(case_id: UUID) -> ResponseReturnValue:
    """The clocks of one case, and what can be done about its end."""
    case = cases.get_case(guards.db(), guards.signed_in(), case_id)
    form = EndForm()
    if form.validate_on_submit():
        try:
            with guards.transaction() as session:
                why, now = form.why.data or "", guards.utc_now()
                closing.close(session, guards.signed_in(), case_id, why, now=now)
        except tuple(WORDS) as refusal:
            words_are_wrong = isinstance(refusal, NothingWritten | TooLong)
            form.refuse("why" if words_are_wrong else None, WORDS[type(refusal)])
        else:
            flash(
                _("The work on this file has ended. Below you see until when it is kept."), "done"
            )
            return redirect(url_for(".show", case_id=case_id))
    return _page(case, form)


@blueprint.post("/again")
def take_up(case_id: UUID) -> ResponseReturnValue:
    """The work goes on: every clock stops."""
    try:
        with guards.transaction() as session:
            closing.reopen(session, guards.signed_in(), case_id, now=guards.utc_now())
    except WrongState as refusal:
        flash(str(WORDS[type(refusal)]), "warn")
    else:
        flash(_("The work goes on. No clock runs any more."), "done")
    return redirect(url_for(".show", case_id=case_id))


def _page(case: Case, form: EndForm) -> str:
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    name, _language = cases.contact_card(session, acting, case, purpose="case", now=now)
    names = staff.names(session, {case.closed_by_id} if case.closed_by_id else set())
    return render_template(
        "staff/cases/end.html",
        case=case,
        name=name,
        form=form,
        has_ended=case.state is CaseState.CLOSED,
        ended_by=names.get(case.closed_by_id) if case.closed_by_id else None,
        why=closing.why_closed(session, acting, case, now=now),
        strikes=closing.strikes_of(session, case),
        strike_words=STRIKES,
        may_end=acting.may(Permission.CLOSE_CASE),
        no_backup_from=ends.no_backup_from(session, now=now),
        kinds=DecisionKind,
        may_copy=handover.find_allowed(session, case.id, now=now) is not None,
    )
