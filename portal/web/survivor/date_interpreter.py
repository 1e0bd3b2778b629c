"""An interpreter for one of her dates: asked in plain words, seen before, and judged after."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import Optional

from portal.domain.interpreters import (
    LONGEST_DIALECT,
    LONGEST_NAMES,
    SPOKEN,
    Felt,
    Means,
    Said,
    Sex,
    first_name,
    own_name,
)
from portal.domain.refusals import NotFound, SlowDown, WrongState
from portal.i18n import current_language
from portal.i18n import dates as own_dates
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.models import Appointment
from portal.services import drafts
from portal.services.case_work import case_team
from portal.services.interpreters import answering, asking
from portal.services.interpreters.asking import Wish
from portal.web import guards
from portal.web.forms import PortalForm
from portal.web.survivor import unsent
from portal.web.survivor.own_words import OwnWordsField

blueprint = Blueprint("date_interpreter", __name__, url_prefix="/dates/<uuid:date_id>/interpreter")

NO_MATTER = "any"
SEX_WORDS: Mapping[Sex, str] = {Sex.WOMAN: _l("A woman"), Sex.MAN: _l("A man")}
MEANS_WORDS: Mapping[Means, str] = {
    Means.PHONE: _l("By phone"),
    Means.VIDEO: _l("By video"),
    Means.HERE: _l("In the same room"),
}
ANSWERS: Mapping[str, Felt] = {"yes": Felt.SAFE, "no": Felt.NOT_SAFE, "skip": Felt.SKIPPED}
SAID: Mapping[str, str] = {
    "kept": unsent.SAID["kept"],
    "told": _l("Thank you. %(name)s reads this."),
    "often": _l("You wrote a lot just now. Wait a few minutes, then try again."),
}


class WishForm(PortalForm):
    """Everything can be left out."""

    language = SelectField(_l("Which language?"), [Optional()])
    dialect = OwnWordsField(_l("Which dialect, or from where?"), limit=LONGEST_DIALECT)
    sex = RadioField(_l("A woman or a man?"), [Optional()])
    means = RadioField(_l("How should it be?"), [Optional()])
    not_from_near = BooleanField(_l("Nobody from my town or my community"))
    not_these = OwnWordsField(_l("Who must not come?"), limit=LONGEST_NAMES)

    def wish(self) -> Wish:
        """What she says with it."""
        return Wish(
            self.language.data or None,
            Said(
                dialect=self.dialect.data,
                sex=_chosen(Sex, self.sex.data),
                means=_chosen(Means, self.means.data),
                not_from_near=bool(self.not_from_near.data),
                not_these=self.not_these.data,
            ),
        )


@blueprint.route("", methods=["GET", "POST"])
def ask(date_id: UUID) -> ResponseReturnValue:
    """What helps her; each question can be skipped."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    date = asking.get_date(session, acting, date_id)
    try:
        asking.check_stands(date, now=now)
        asked = asking.wish_of(session, acting, date, now=now)
        form = _form(date, asked)
        if form.is_for_later:
            return _keep(form, date_id)
        if form.validate_on_submit():
            with guards.transaction() as changed:
                drafts.forget(changed, acting, unsent.interpreter_for(date_id))
                asking.ask(changed, acting, date_id, form.wish(), now=now)
            return _back(date_id, "sent")
    except WrongState:
        return _back(date_id, "changed")
    return _page("ask", date=date, form=form, is_asked=asked is not None)


@blueprint.post("/none")
def none_needed(date_id: UUID) -> ResponseReturnValue:
    """She needs no interpreter for this date."""
    return _act(asking.take_back, date_id)


@blueprint.post("/yes")
def confirm(date_id: UUID) -> ResponseReturnValue:
    """This person may come."""
    return _act(answering.confirm, date_id)


@blueprint.post("/somebody-else")
def somebody_else(date_id: UUID) -> ResponseReturnValue:
    """Not this person; no reason is asked."""
    return _act(answering.not_this_one, date_id)


@blueprint.get("/after")
def after(date_id: UUID) -> ResponseReturnValue:
    """Did she feel safe? And after a "no": should this person come again?"""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    try:
        date, interpreter = answering.to_judge(session, acting, date_id, now=now)
    except WrongState:
        return _back(date_id, "changed")
    team = case_team.of_case(session, acting.her_case_id, now=now)
    said = SAID.get(request.args.get("said", ""), "")
    return _page(
        "after",
        date=date,
        name=first_name(interpreter.name),
        reader=team.reads_next,
        has_told=request.args.get("said") == "told",
        said=_said(said, team.reads_next),
    )


def _said(said: str, reader: str | None) -> str:
    if reader is None and said == SAID["told"]:
        return _("Your contact person reads this.")
    return str(said) % {"name": reader}


@blueprint.post("/felt")
def felt(date_id: UUID) -> ResponseReturnValue:
    """Yes, no, or no answer; a no goes to her case team in these words."""
    answer = ANSWERS.get(request.form.get("a", ""))
    if answer is None:
        raise NotFound
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    try:
        date, interpreter = answering.to_judge(session, acting, date_id, now=now)
        words = _("I did not feel safe with the interpreter %(name)s. That was on %(day)s.")
        words %= {"name": first_name(interpreter.name), "day": own_dates.date_time(date.starts_at)}
        with guards.transaction() as changed:
            answering.say_how_it_was(changed, acting, date_id, answer, to_director=words, now=now)
    except WrongState:
        return redirect(url_for("survivor.dates.past", said="changed"))
    except SlowDown:
        return redirect(url_for(".after", date_id=date_id, said="often"))
    if answer is Felt.NOT_SAFE:
        return redirect(url_for(".after", date_id=date_id, said="told"))
    return redirect(url_for("survivor.dates.past", said="sent", at=date_id))


@blueprint.post("/not-again")
def not_again(date_id: UUID) -> ResponseReturnValue:
    """Who interpreted does not come again."""
    _done(answering.not_again, date_id)
    return redirect(url_for("survivor.dates.past", said="sent", at=date_id))


def _act(act: Callable[..., None], date_id: UUID) -> ResponseReturnValue:
    return _back(date_id, "sent" if _done(act, date_id) else "changed")


def _done(act: Callable[..., None], date_id: UUID) -> bool:
    try:
        with guards.transaction() as session:
            act(session, guards.signed_in(), date_id, now=guards.utc_now())
    except WrongState:
        return False
    return True


def _keep(form: WishForm, date_id: UUID) -> ResponseReturnValue:
    kept = unsent.interpreter_for(date_id)
    with guards.transaction() as session:
        drafts.keep(session, guards.signed_in(), kept, form.data, now=guards.utc_now())
    return _back(date_id, "kept")


def _back(date_id: UUID, said: str) -> ResponseReturnValue:
    return redirect(url_for("survivor.dates.show", said=said, at=date_id))


def _form(date: Appointment, asked: Wish | None) -> WishForm:
    known: dict[str, Any] | None = None
    if request.method == "GET":
        known = unsent.answers(unsent.interpreter_for(date.id))
        asked = asked or _first_wish(date)
    form = WishForm(data=known or _as_said(asked or Wish()))
    form.language.choices = [("", _("I do not say")), *_own_names()]
    form.sex.choices = [*_choices(SEX_WORDS), (NO_MATTER, _("No matter"))]
    form.means.choices = [*_choices(MEANS_WORDS), (NO_MATTER, _("No matter"))]
    return form


def _first_wish(date: Appointment) -> Wish:
    """What she asked last; and where she never said a language, the one that she reads."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    last = asking.last_wish(session, acting, now=now) or Wish()
    reads = current_language().code
    if last.language or not asking.needs_interpreter(session, date, reads):
        return last
    return replace(last, language=reads)


def _as_said(wish: Wish) -> dict[str, Any]:
    said = wish.said
    return {
        "language": wish.language or "",
        "dialect": said.dialect,
        "sex": said.sex.value if said.sex else NO_MATTER,
        "means": said.means.value if said.means else NO_MATTER,
        "not_from_near": said.not_from_near,
        "not_these": said.not_these,
    }


def _own_names() -> list[tuple[str, str]]:
    return [(code, own_name(name)) for code, name in SPOKEN.items()]


def _choices(words: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(one.value, said) for one, said in words.items()]


def _chosen(kind: type[Any], typed: str | None) -> Any:
    return kind(typed) if typed and typed != NO_MATTER else None


def _page(template: str, **shown: object) -> str:
    return render_template(f"survivor/dates/interpreter/{template}.html", **shown)
