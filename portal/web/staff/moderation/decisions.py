"""One thing that waits for a decision: a need on its own page, everything else on a common one."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Optional

from portal.domain.appointments import NoSuchTime, TimeTwice, in_zone
from portal.domain.decisions import (
    RULES,
    AskedByYourself,
    ClaimedByColleague,
    DecidedMeanwhile,
    DecisionKind,
    EffectTimeGone,
    NobodyToDecide,
    TooLateToDecide,
    WaitsAlready,
)
from portal.domain.refusals import NotFound, Refusal
from portal.domain.roles import RolesKeptApart
from portal.domain.safe_contact import HerCardIsStopped
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import LANGUAGES, dates
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.models import Decision
from portal.services.case_work.not_this_person import StillOnHerFile
from portal.services.colleagues.roles import RoleHeldAlready
from portal.services.endings import closing
from portal.services.endings.erasure import OnHold
from portal.services.keys.halves import KeyNotHandedOver
from portal.services.moderation import deciding, decisions, one_decision
from portal.services.telling import confirming
from portal.services.telling.confirming import Proposed
from portal.services.timeline import reading
from portal.services.timeline.reading import ShownEntry
from portal.web import guards, timeline_words
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.colleagues import colleagues
from portal.web.staff.moderation import answer_to_decide, consequences, needs_at_desk
from portal.web.staff.vocabulary.codes import word

blueprint = Blueprint("decisions", __name__, url_prefix="/desk")

BY_HAND = (
    DecisionKind.POLICE_SHARING,
    DecisionKind.EXPORT,
    DecisionKind.ERASURE,
    DecisionKind.LEGAL_HOLD,
)
"""Kinds that are asked for on the common page; the others are asked for where the act is."""

WORDS: Mapping[type[Refusal], str] = {
    AskedByYourself: _l("You asked for this yourself: a colleague decides."),
    ClaimedByColleague: _l("A colleague took this on and answers it now."),
    TooLateToDecide: _l("Nobody answered in time: this question is gone. It can be asked again."),
    EffectTimeGone: _l("This time has passed. Choose a later one."),
    NoSuchTime: _l(
        "The clock skips this time that night, because summer time begins. Choose another."
    ),
    TimeTwice: _l(
        "The clock shows this time twice that night, because summer time ends. Choose another."
    ),
    NobodyToDecide: _l(
        "Nobody else here may decide about this, so it cannot be asked now. A coordinator sees "
        "that the role is empty."
    ),
    WaitsAlready: _l("This was asked before and still waits for an answer."),
    RolesKeptApart: colleagues.WORDS[RolesKeptApart],
    RoleHeldAlready: colleagues.WORDS[RoleHeldAlready],
    StillOnHerFile: _l(
        "This colleague is still on her file. Hand the file on first, then say yes."
    ),
    HerCardIsStopped: _l(
        "Her card is stopped: perhaps somebody else has it. Speak with her and lift that first, or "
        "decline."
    ),
    OnHold: _l("A legal hold stands on this file: nothing of it may be deleted."),
    KeyNotHandedOver: _l(
        "You have not got the key of your team yet. A colleague of the team hands it over, on her "
        "own page."
    ),
    NothingWritten: _l("Nothing is written here yet."),
    TooLong: _l("This is longer than 4,000 characters. Nothing was cut or kept: make it shorter."),
}
FIELD_OF = {EffectTimeGone: "day", NoSuchTime: "time", TimeTwice: "time"}


class DecideForm(StaffForm):
    """What can be said to a question, and the moment from which a yes holds."""

    words = TextAreaField(_l("Note to who asked"))
    day = DateField(_l("Day"), [Optional()])
    time = TimeField(_l("Time"), [Optional()])


class AskForm(StaffForm):
    """A question to somebody who may decide."""

    kind = SelectField(_l("What you ask for"), [InputRequired(_l("Choose what you ask for."))])
    number = StringField(_l("Case number"))
    words = TextAreaField(_l("Reason"))


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
        entry=_entry(found.decision),
        entry_words=timeline_words,
        proposed=_proposed(found.decision),
        day_names=dates.weekdays("wide"),
        answer=answer_to_decide.find(found.decision),
        languages=LANGUAGES,
    )


@blueprint.get("/asked")
def asked() -> ResponseReturnValue:
    """What I asked for, and whom it waits for; nothing is dropped."""
    session, acting = guards.db(), guards.signed_in()
    before = request.args.get("after", type=UUID)
    lines = decisions.asked_by(session, acting, after=before)
    return render_template(
        "staff/desk/asked.html",
        lines=lines,
        may_ask=bool(_may_ask()),
        page_size=decisions.PAGE,
        is_later_page=before is not None,
    )


@blueprint.route("/ask", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """Ask for something that no page of its own asks for."""
    kinds = _may_ask()
    if not kinds:
        return redirect(url_for(".asked"))
    wanted = {name: request.args.get(name, "")[:20] for name in ("kind", "number")}
    form = AskForm(data=wanted)
    form.kind.choices = [(kind.value, word(kind)) for kind in kinds]
    if form.validate_on_submit():
        try:
            _ask(form)
        except NotFound:
            form.refuse("number", _("You have no case with this number."))
        except tuple(WORDS) as refusal:
            form.refuse(_blamed(refusal), WORDS[type(refusal)])
        else:
            flash(_("Asked. Here you see whom it waits for."), "done")
            return redirect(url_for(".asked"))
    return render_template(
        "staff/desk/ask.html", form=form, about_case=_about_case(kinds), allows=_allows(kinds)
    )


def _entry(decision: Decision) -> ShownEntry | None:
    """What she would read, where that is what is asked."""
    if decision.kind is not DecisionKind.RELEASE:
        return None
    return reading.to_decide(guards.db(), guards.signed_in(), decision, now=guards.utc_now())


def _proposed(decision: Decision) -> Proposed | None:
    """Where she wants to be told something, where that is what is asked."""
    if decision.kind is not DecisionKind.CONTACT_CHANGE:
        return None
    return confirming.to_decide(guards.db(), guards.signed_in(), decision, now=guards.utc_now())


def _ask(form: AskForm) -> None:
    acting, now = guards.signed_in(), guards.utc_now()
    kind = DecisionKind(form.kind.data)
    with guards.transaction() as session:
        case_id = None
        if RULES[kind].about_case:
            case_id = one_decision.case_to_ask_about(session, acting, form.number.data or "")
        reason = form.words.data or ""
        if kind is DecisionKind.LEGAL_HOLD and case_id is not None:
            closing.ask_hold(session, acting, case_id, reason=reason, now=now)
        else:
            decisions.ask(session, acting, kind, reason=reason, case_id=case_id, now=now)


def _try(form: DecideForm, act: str, decision_id: UUID) -> ResponseReturnValue | None:
    """Do what a button says; None when the page is shown again."""
    try:
        said = ACTS[act](form, decision_id)
    except DecidedMeanwhile as refusal:
        return needs_at_desk.too_late(_said(refusal), form.words.data)
    except tuple(WORDS) as refusal:
        form.refuse(_blamed(refusal), WORDS[type(refusal)])
        return None
    flash(said, "done")
    mine = act in ("withdraw", "again")
    return redirect(url_for(".asked" if mine else "staff.inside.desk.waiting"))


def _blamed(refusal: Refusal) -> str | None:
    if isinstance(refusal, NothingWritten | TooLong):
        return "words"
    return FIELD_OF.get(type(refusal))


def _said(refusal: Refusal) -> str | None:
    found = WORDS.get(type(refusal))
    return str(found) if found else None


def _hold(act: str, decision_id: UUID) -> ResponseReturnValue:
    """Take something on, or give it up again."""
    change, said = CLAIMS[act]
    try:
        with guards.transaction() as session:
            change(session, guards.signed_in(), decision_id, now=guards.utc_now())
    except DecidedMeanwhile as refusal:
        return needs_at_desk.too_late(_said(refusal))
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


def _may_ask() -> list[DecisionKind]:
    acting = guards.signed_in()
    asks = ((kind, RULES[kind].ask) for kind in BY_HAND)
    return [kind for kind, permission in asks if permission and acting.may(permission)]


def _allows(kinds: list[DecisionKind]) -> list[tuple[DecisionKind, str]]:
    """Of which kinds a yes is a permission, and that somebody has to act on it."""
    return [(kind, words) for kind, words in consequences.ALLOWS.items() if kind in kinds]


def _about_case(kinds: list[DecisionKind]) -> bool:
    return any(RULES[kind].about_case for kind in kinds)
