"""One need at the desk: her words, what staff add beside them, and where it goes."""

from collections.abc import Mapping
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField, TextAreaField

from portal.domain.decisions import AskedByYourself, ClaimedByColleague
from portal.domain.needs import Category, StayOrLeave
from portal.domain.refusals import Refusal, WrongState
from portal.domain.words import NothingWritten, TooLong, clean, written_or_none
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.moderation import desk
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff import once, proof


class QuestionStands(Refusal):
    """A question to her was typed, and another button pressed that would lose it."""


WORDS: Mapping[type[Refusal], str] = {
    QuestionStands: _l(
        "A question stands here. Ask her this, or empty this field and route again."
    ),
    desk.NobodyChosen: _l("Choose at least one service."),
    desk.ServiceNotOpen: _l("One of these services takes no requests now. Choose again."),
    desk.AskedBefore: _l("One of these services was asked before about this need. Choose again."),
    AskedByYourself: _l("You asked for this yourself: a colleague decides."),
    ClaimedByColleague: _l("A colleague took this on and answers it now."),
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


def need(decision_id: UUID) -> ResponseReturnValue:
    """One need with her words, and what can be decided about it."""
    form, act = DecideForm(), request.form.get("act", "")
    session, now = guards.db(), guards.utc_now()
    try:
        if act in FIELD_OF and form.validate_on_submit():
            answer = _try(form, act, decision_id)
            if answer is not None:
                return answer
        found = desk.open_need(session, guards.signed_in(), decision_id, now=now)
        offers = desk.offers(session, found.story.need, now=now)
    except WrongState:
        said = _("Somebody else decided about this need meanwhile.")
        return too_late(said, form.reading.data, form.question.data)
    return render_template(
        "staff/desk/need.html",
        found=found,
        offers=offers,
        form=form,
        is_fresh=proof.is_fresh(),
        may_decide=found.decision.asked_by_id != guards.signed_in().account_id,
        most_important=_code(Category, found.closing.get("most_important")),
        stay_or_leave=_code(StayOrLeave, found.closing.get("stay_or_leave")),
    )


def too_late(words: str | None, *fields: str | None) -> ResponseReturnValue:
    """Back to the lanes; what was typed is shown first, to be copied."""
    typed = [typed for typed in fields if clean(typed or "")]
    said = words or _("This was decided or withdrawn meanwhile.")
    if typed:
        return render_template("staff/desk/too_late.html", typed=typed, said=said), 409
    flash(said, "info")
    return redirect(url_for("staff.inside.desk.waiting"))


def _try(form: DecideForm, act: str, decision_id: UUID) -> ResponseReturnValue | None:
    """Do what a button says; None when its page is shown again, with what else was typed."""
    try:
        if act == "reading":
            _keep_reading(form, decision_id)
            return None
        said = _decide(form, act, decision_id)
    except tuple(WORDS) as refusal:
        form.refuse(_blamed(form, act, refusal), WORDS[type(refusal)])
        return None
    flash(said, "done")
    return redirect(url_for("staff.inside.desk.waiting"))


def _keep_reading(form: DecideForm, decision_id: UUID) -> None:
    """Put the reading beside her words; a question and choices may be on their way meanwhile."""
    if not once.counted_before():
        acting, now, words = guards.signed_in(), guards.utc_now(), form.reading.data or ""
        with guards.transaction() as session:
            desk.add_reading(session, acting, decision_id, words, now=now)
    form.reading.data = ""
    once.stay()
    flash(_("Your reading stands beside her words."), "done")


def _decide(form: DecideForm, act: str, decision_id: UUID) -> str:
    acting, now = guards.signed_in(), guards.utc_now()
    reading = written_or_none(form.reading.data)
    with guards.transaction() as session:
        if act == "question":
            if reading:
                desk.add_reading(session, acting, decision_id, reading, now=now)
            desk.give_back(session, acting, decision_id, form.question.data or "", now=now)
            return _("She will read your question. Her answer comes back to the desk.")
        if written_or_none(form.question.data):
            raise QuestionStands
        desk.route(session, acting, decision_id, form.services.data or [], reading=reading, now=now)
    return _("Routed. Each service sees it only after her yes.")


def _blamed(form: DecideForm, act: str, refusal: Refusal) -> str:
    """The field a refusal is about: a reading goes along with every decision."""
    if isinstance(refusal, TooLong):
        long = [one for one in ("reading", "question") if len(form[one].data or "") > refusal.limit]
        return (long or [FIELD_OF[act]])[0]
    return "question" if isinstance(refusal, QuestionStands) else FIELD_OF[act]


def _code(kind: type[Category] | type[StayOrLeave], kept: object) -> Category | StayOrLeave | None:
    return kind(kept) if isinstance(kept, str) else None
