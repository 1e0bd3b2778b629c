"""What came in without a name, and the answers that a second person lets every survivor read."""

from collections.abc import Callable, Mapping
from itertools import groupby
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from portal.domain.decisions import NobodyToDecide, WaitsAlready
from portal.domain.feedback import LONGEST_TEXT, AnswerState, PartMissing, Text, checked, text_for
from portal.domain.refusals import Refusal, WrongState
from portal.domain.roles import Permission
from portal.domain.words import NothingWritten, TooLong, written, written_or_none
from portal.i18n import LANGUAGES, current_language
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.feedback import answers, reading
from portal.services.feedback.answers import ShownAnswer, Typed
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.moderation.refusals import WORDS as DECISION_WORDS

blueprint = Blueprint("feedback", __name__, url_prefix="/feedback")

STATE: Mapping[AnswerState, str] = {
    AnswerState.WAITING: _l("waits for a second person"),
    AnswerState.NOT_PUBLISHED: _l("not published"),
    AnswerState.PUBLISHED: _l("every survivor can read it"),
    AnswerState.TAKEN_DOWN: _l("taken down"),
}
STATE_ICON: Mapping[AnswerState, str] = {
    AnswerState.WAITING: "clock",
    AnswerState.NOT_PUBLISHED: "pause",
    AnswerState.PUBLISHED: "eye",
    AnswerState.TAKEN_DOWN: "back",
}
PART: Mapping[str, str] = {"said": _l("You said"), "did": _l("We did")}
WORDS: Mapping[type[Refusal], str] = {
    NobodyToDecide: DECISION_WORDS[NobodyToDecide],
    WaitsAlready: DECISION_WORDS[WaitsAlready],
    WrongState: _l("This has changed meanwhile. Look again before you go on."),
}
_REASON: Mapping[type[Refusal], str] = {
    one: DECISION_WORDS[one] for one in (NothingWritten, TooLong)
}


class AnswerForm(StaffForm):
    """Why now; the two texts of each language are added by `_form`."""

    reason = TextAreaField(_l("Reason"))


@blueprint.get("")
def came_in() -> ResponseReturnValue:
    """By weeks that are over, the latest first."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    after = request.args.get("after", type=UUID)
    lines = reading.came_in(session, acting, now=now, after=after)
    return render_template(
        "staff/feedback/came_in.html",
        weeks=[(week, list(those)) for week, those in groupby(lines, key=lambda one: one.week)],
        next=lines[-1].id if len(lines) == reading.PAGE else None,
        is_later_page=after is not None,
        due_answer=reading.find_reminder(session, acting, now=now),
    )


@blueprint.get("/answers")
def listed() -> ResponseReturnValue:
    """All answers and where each of them is."""
    after = request.args.get("after", type=UUID)
    found = answers.listed(guards.db(), guards.signed_in(), after=after)
    return _page("listed", found=found, page_size=answers.PAGE, is_later_page=after is not None)


@blueprint.route("/answers/new", methods=["GET", "POST"])
def write() -> ResponseReturnValue:
    """A new answer, beside what one survivor told, in quotation."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    answers.check_writer(acting)
    about = request.args.get("about", type=UUID)
    told = reading.get_one(session, acting, about, now=now) if about else None
    form = _form({})

    def ask(typed: Typed, reason: str) -> None:
        with guards.transaction() as changed:
            answers.write(changed, acting, typed, reason=reason, now=now)

    if form.validate_on_submit() and _asked(form, ask):
        return redirect(url_for(".listed"))
    return _page("write", form=form, told=told)


@blueprint.route("/answers/<uuid:answer_id>", methods=["GET", "POST"])
def one(answer_id: UUID) -> ResponseReturnValue:
    """One answer; what is not read by anybody can be written anew and asked again."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    shown = answers.get_one(session, acting, answer_id, now=now)
    form = _form(shown.texts or {})

    def ask(typed: Typed, reason: str) -> None:
        with guards.transaction() as changed:
            answers.write_again(changed, acting, answer_id, typed, reason=reason, now=now)

    if form.validate_on_submit() and _asked(form, ask):
        return redirect(url_for(".listed"))
    may_take_down = acting.may(Permission.TAKE_DOWN_ANSWER)
    return _page("one", form=form, shown=shown, may_take_down=may_take_down)


@blueprint.post("/answers/<uuid:answer_id>/take-down")
def take_down(answer_id: UUID) -> ResponseReturnValue:
    """Nobody reads it from now on."""
    try:
        with guards.transaction() as session:
            answers.take_down(session, guards.signed_in(), answer_id, now=guards.utc_now())
    except WrongState:
        flash(str(WORDS[WrongState]), "warn")
    else:
        flash(_("Taken down. No survivor reads it any more."), "done")
    return redirect(url_for(".one", answer_id=answer_id))


def said_in_short(shown: ShownAnswer) -> str:
    """What stands in the list for an answer that is published, in the reader's language."""
    if not shown.texts:
        return ""
    return text_for(shown.texts, current_language().code, guards.offered_languages())[1].said


def _form(texts: Mapping[str, Text]) -> StaffForm:
    """A form with both texts of each language of the house."""
    fields = {
        f"{part}_{code}": TextAreaField(f"{words} · {LANGUAGES[code].name}")
        for code in guards.offered_languages()
        for part, words in PART.items()
    }
    data = {f"{part}_{code}": getattr(texts[code], part) for code in texts for part in PART}
    made: StaffForm = type("AnswerForm", (AnswerForm,), fields)(data=data)
    return made


def _asked(form: StaffForm, ask: Callable[[Typed, str], None]) -> bool:
    """Ask that it be published; False when something beside a field is wrong."""
    typed = _typed(form)
    reason = form["reason"].data or ""
    try:
        written(reason)
    except tuple(_REASON) as refusal:
        form.refuse("reason", _REASON[type(refusal)])
    if form.errors:
        return False
    try:
        ask(typed, reason)
    except tuple(WORDS) as refusal:
        form.refuse(None, WORDS[type(refusal)])
        return False
    flash(_("Asked. A second person reads it before any survivor does."), "done")
    return True


def _typed(form: StaffForm) -> dict[str, tuple[str | None, str | None]]:
    """What was typed in each language, what is wrong with it beside its field."""
    codes = guards.offered_languages()
    for name in (f"{part}_{code}" for code in codes for part in PART):
        try:
            written_or_none(form[name].data, limit=LONGEST_TEXT)
        except TooLong:
            form.refuse(name, _too_long())
    typed = {code: (form[f"said_{code}"].data, form[f"did_{code}"].data) for code in codes}
    try:
        checked(typed)
    except PartMissing as refusal:
        words = _("Write this one too, or leave both of this language empty.")
        form.refuse(f"{refusal.part}_{refusal.code}", words)
    except NothingWritten:
        form.refuse(f"said_{codes[0]}", _("Write both texts in one language at least."))
    except TooLong:
        pass  # Said beside its field already.
    return typed


def _too_long() -> str:
    return _("Longer than %(limit)s characters. Nothing was lost: make it shorter.",
             limit=LONGEST_TEXT)  # fmt: skip


def _page(name: str, **shown: object) -> str:
    return render_template(
        f"staff/feedback/{name}.html",
        codes=guards.offered_languages(),
        languages=LANGUAGES,
        state_words=STATE,
        state_icons=STATE_ICON,
        said_in_short=said_in_short,
        is_fresh=proof.is_fresh(),
        **shown,
    )
