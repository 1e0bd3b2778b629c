"""The desk: what waits in lanes, one need opened, and what a moderator decides about it."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField, TextAreaField

from portal.domain.needs import Category, StayOrLeave
from portal.domain.refusals import Refusal, WrongState
from portal.domain.roles import Permission
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services import desk
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff import proof

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

WORDS: Mapping[type[Refusal], str] = {
    desk.NobodyChosen: _l("Choose at least one service."),
    desk.ServiceNotOpen: _l("One of these services takes no requests now. Choose again."),
    desk.AskedBefore: _l("One of these services was asked before about this need. Choose again."),
    NothingWritten: _l("Nothing is written here yet."),
    TooLong: _l("This is longer than 4,000 characters. Nothing was cut or kept: make it shorter."),
}


def service_id(sent: str) -> UUID:
    """The service a box stands for; what no box of ours says is no service of the house."""
    try:
        return UUID(sent)
    except ValueError:
        return UUID(int=0)


class DecideForm(StaffForm):
    """Everything a moderator can type about a need; three buttons say what is meant."""

    reading = TextAreaField(_l("Staff reading"))
    services = SelectMultipleField(_l("Services"), coerce=service_id, validate_choice=False)
    question = TextAreaField(_l("Question to her"))


FIELD_OF = {"reading": "reading", "route": "services", "question": "question"}


@blueprint.get("")
def lanes() -> ResponseReturnValue:
    """What waits, late and red first; nothing here is unsealed."""
    acting, now = guards.signed_in(), guards.utc_now()
    if not acting.may(Permission.READ_DESK):
        # The room is in everybody's bar; whoever does not moderate has work elsewhere.
        answers = acting.may(Permission.ANSWER_REFERRAL)
        return redirect("/staff/referrals" if answers else "/staff/people")
    lane = next((one for one in desk.LANES if one == request.args.get("lane")), None)
    after = request.args.get("after", type=UUID) if lane else None
    session = guards.db()
    return render_template(
        "staff/desk/lanes.html",
        lane=lane,
        lanes=desk.LANES,
        counts=desk.counts(session, acting),
        waiting=desk.lanes(session, acting, now=now, lane=lane, after=after),
        is_later_page=after is not None,
        page_size=desk.PAGE,
    )


@blueprint.get("/waits-for-her")
def waits_for_her() -> ResponseReturnValue:
    """What was routed and reaches no service before her yes."""
    found = desk.waits_for_her(guards.db(), guards.signed_in())
    return render_template("staff/desk/waits_for_her.html", found=found)


@blueprint.route("/<uuid:decision_id>", methods=["GET", "POST"])
def need(decision_id: UUID) -> ResponseReturnValue:
    """One need with her words, and what can be decided about it."""
    form = DecideForm()
    try:
        found = desk.open_need(guards.db(), guards.signed_in(), decision_id, now=guards.utc_now())
        offers = desk.offers(guards.db(), found.story.need, now=guards.utc_now())
        act = request.form.get("act", "")
        if act in FIELD_OF and form.validate_on_submit():
            answer = _try(form, act, decision_id)
            if answer is not None:
                return answer
    except WrongState:
        flash(_("Somebody else decided about this need meanwhile."), "info")
        return redirect(url_for(".lanes"))
    return render_template(
        "staff/desk/need.html",
        found=found,
        offers=offers,
        form=form,
        is_fresh=proof.is_fresh(),
        most_important=_code(Category, found.closing.get("most_important")),
        stay_or_leave=_code(StayOrLeave, found.closing.get("stay_or_leave")),
    )


def _try(form: DecideForm, act: str, decision_id: UUID) -> ResponseReturnValue | None:
    """Do what a button says; None when the page has to say why not."""
    try:
        said = _do(form, act, decision_id)
    except tuple(WORDS) as refusal:
        form.refuse(_blamed(form, act, refusal), WORDS[type(refusal)])
        return None
    flash(said, "done")
    here = url_for(".need", decision_id=decision_id)
    return redirect(here if act == "reading" else url_for(".lanes"))


def _do(form: DecideForm, act: str, decision_id: UUID) -> str:
    acting, now = guards.signed_in(), guards.utc_now()
    reading = (form.reading.data or "").strip()
    with guards.transaction() as session:
        if act == "reading":
            desk.add_reading(session, acting, decision_id, reading, now=now)
            return _("Your reading stands beside her words.")
        if act == "question":
            if reading:
                desk.add_reading(session, acting, decision_id, reading, now=now)
            desk.give_back(session, acting, decision_id, form.question.data or "", now=now)
            return _("She will read your question. Her answer comes back to the desk.")
        desk.route(session, acting, decision_id, form.services.data or [], reading=reading, now=now)
    return _("Routed. Each service sees it only after her yes.")


def _blamed(form: DecideForm, act: str, refusal: Refusal) -> str:
    """The field a refusal is about: a reading goes along with every decision."""
    too_long = isinstance(refusal, TooLong) and len(form.reading.data or "") > refusal.limit
    return "reading" if too_long else FIELD_OF[act]


def _code(kind: type[Category] | type[StayOrLeave], kept: object) -> Category | StayOrLeave | None:
    return kind(kept) if isinstance(kept, str) else None
