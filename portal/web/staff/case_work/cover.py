"""Cover, for the coordinator: who is away, who fell ill, whose files go to whom."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Optional

from portal.domain.leave import CannotStandIn, NeitherAnswers, StandInIsAway
from portal.domain.refusals import NotYours
from portal.domain.roles import Permission
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.i18n import ngettext
from portal.models import Case
from portal.services.case_work import cover, leave, readers
from portal.services.colleagues import staff
from portal.services.entry.sessions import SignedIn
from portal.services.house import today_here
from portal.services.keys import pending
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.case_work.leave import WORDS, colleagues, refuse

blueprint = Blueprint("cover", __name__, url_prefix="/cover")

NOBODY = ""


class IllForm(StaffForm):
    """Who fell ill, until when if that is known, and who helps where the other one is away too."""

    colleague = SelectField(_l("Who"), [InputRequired(_l("Choose who fell ill."))])
    away_until = DateField(_l("Last day away"), [Optional()])
    stand_in = SelectField(_l("Where the other reader is away too"))


class MoveForm(StaffForm):
    """Which files go to whom."""

    files = SelectMultipleField(
        _l("Files"), [InputRequired(_l("Tick at least one file."))], choices=[]
    )
    stand_in = SelectField(_l("To whom"))


@blueprint.route("", methods=["GET", "POST"])
def overview() -> ResponseReturnValue:
    """Who is away, whose files need a second reader, and which keys wait for whom."""
    acting, now = _arranging(), guards.utc_now()
    form = _ill_form()
    if form.validate_on_submit():
        instead = form.stand_in.data
        try:
            with guards.transaction() as session:
                cover.note_illness(
                    session,
                    acting,
                    UUID(form.colleague.data),
                    form.away_until.data,
                    instead_id=UUID(instead) if instead else None,
                    now=now,
                )
        except tuple(WORDS) as refusal:
            refuse(form, refusal)
        else:
            flash(_("Noted. Her stand-ins answer in all her files from now on."), "done")
            return redirect(url_for(".overview"))
    session = guards.db()
    return render_template(
        "staff/cover/overview.html",
        form=form,
        away=leave.of_house(session, acting, now=now),
        today=today_here(session, now=now),
        unanswered=readers.unanswered(session, acting, now=now),
        one_reader=readers.one_reader(session, acting),
        waiting=pending.everywhere(session),
        directors=colleagues(),
    )


@blueprint.route("/files/<uuid:account_id>", methods=["GET", "POST"])
def files(account_id: UUID) -> ResponseReturnValue:
    """The open files of one colleague, to be handed on."""
    acting, now = _arranging(), guards.utc_now()
    proof.require_fresh_proof()
    member = staff.get_member(guards.db(), account_id)
    cases = cover.files_of(guards.db(), acting, account_id)
    form = _move_form(cases, account_id)
    if form.validate_on_submit():
        chosen = [UUID(one) for one in form.files.data or ()]
        successor = UUID(form.stand_in.data)
        try:
            with guards.transaction() as session:
                moved = cover.move_files(session, acting, account_id, successor, chosen, now=now)
        except (CannotStandIn, NeitherAnswers, StandInIsAway) as refusal:
            refuse(form, refusal)
        else:
            flash(_moved(moved), "done")
            return redirect(url_for(".files", account_id=account_id))
    names = staff.names(guards.db(), {one for case in cases for one in _team(case)})
    return render_template(
        "staff/cover/files.html", form=form, member=member, cases=cases, names=names
    )


@blueprint.post("/leave/<uuid:leave_id>/back")
def note_return(leave_id: UUID) -> ResponseReturnValue:
    """A colleague is back."""
    with guards.transaction() as session:
        leave.note_return(session, guards.signed_in(), leave_id, now=guards.utc_now())
    flash(_("Noted. She answers again."), "done")
    return redirect(url_for(".overview"))


def _moved(number: int) -> str:
    words: str = ngettext(
        "%(num)s file has a new reader. Access comes when a holder of its keys confirms.",
        "%(num)s files have a new reader. Access comes when a holder of their keys confirms.",
        number,
    )
    return words


def _ill_form() -> IllForm:
    form = IllForm()
    everybody = [(str(one.account_id), one.name) for one in staff.everybody(guards.db())]
    form.colleague.choices = [(NOBODY, "–"), *everybody]
    form.stand_in.choices = [(NOBODY, _("Nobody needs to be chosen")), *colleagues()]
    return form


def _move_form(cases: list[Case], account_id: UUID) -> MoveForm:
    form = MoveForm()
    form.files.choices = [(str(case.id), case.number) for case in cases]
    form.stand_in.choices = colleagues(account_id)
    return form


def _team(case: Case) -> tuple[UUID, UUID]:
    return case.case_director_id, case.stand_in_id


def _arranging() -> SignedIn:
    acting = guards.signed_in()
    if not acting.may(Permission.ARRANGE_COVER):
        raise NotYours
    return acting
