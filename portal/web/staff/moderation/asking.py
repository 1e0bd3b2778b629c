"""Asking for a decision that no page of its own asks for, and what became of all that I asked."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from portal.domain.decisions import RULES, DecisionKind
from portal.domain.refusals import NotFound
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.endings import closing
from portal.services.moderation import decisions, one_decision, own_questions
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff.moderation import consequences
from portal.web.staff.moderation.refusals import WORDS, blamed
from portal.web.staff.vocabulary.codes import word

blueprint = Blueprint("asking", __name__, url_prefix="/desk")

BY_HAND = (
    DecisionKind.POLICE_SHARING,
    DecisionKind.EXPORT,
    DecisionKind.ERASURE,
    DecisionKind.LEGAL_HOLD,
)
"""Kinds that are asked for on the common page; the others are asked for where the act is."""


class AskForm(StaffForm):
    """A question to somebody who may decide."""

    kind = SelectField(_l("What you ask for"), [InputRequired(_l("Choose what you ask for."))])
    number = StringField(_l("Case number"))
    words = TextAreaField(_l("Reason"))


@blueprint.get("/asked")
def asked() -> ResponseReturnValue:
    """What I asked for, and whom it waits for; nothing is dropped."""
    session, acting = guards.db(), guards.signed_in()
    before = request.args.get("after", type=UUID)
    lines = own_questions.asked_by(session, acting, after=before)
    return render_template(
        "staff/desk/asked.html",
        lines=lines,
        may_ask=bool(_may_ask()),
        page_size=own_questions.PAGE,
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
    # Nothing is chosen beforehand: the first kind would give her words to the police.
    form.kind.choices = [("", _("Choose")), *((kind.value, word(kind)) for kind in kinds)]
    if form.validate_on_submit():
        try:
            _ask(form)
        except NotFound:
            form.refuse("number", _("You have no case with this number."))
        except tuple(WORDS) as refusal:
            form.refuse(blamed(refusal), WORDS[type(refusal)])
        else:
            flash(_("Asked. Here you see whom it waits for."), "done")
            return redirect(url_for(".asked"))
    return render_template(
        "staff/desk/ask.html", form=form, about_case=_about_case(kinds), allows=_allows(kinds)
    )


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


def _may_ask() -> list[DecisionKind]:
    acting = guards.signed_in()
    asks = ((kind, RULES[kind].ask) for kind in BY_HAND)
    return [kind for kind, permission in asks if permission and acting.may(permission)]


def _allows(kinds: list[DecisionKind]) -> list[tuple[DecisionKind, str]]:
    """Of which kinds a yes is a permission, and that somebody has to act on it."""
    return [(kind, words) for kind, words in consequences.ALLOWS.items() if kind in kinds]


def _about_case(kinds: list[DecisionKind]) -> bool:
    return any(RULES[kind].about_case for kind in kinds)
