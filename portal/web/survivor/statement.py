"""Saying what she needs: a question per screen, each may be skipped, none asks what happened."""

from collections.abc import Mapping

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.domain.needs import (
    AlreadyAsked,
    Category,
    HowSoon,
    NeedAnswer,
    NothingChosen,
    StayOrLeave,
    check_statement,
)
from portal.domain.refusals import NotFound, Refusal
from portal.domain.words import TooLong, written_or_none
from portal.i18n import lazy_gettext as _l
from portal.services import drafts
from portal.services.case_work import case_team
from portal.services.needs import her_needs, statements
from portal.web import guards, help_lines
from portal.web.forms import PortalForm
from portal.web.survivor import half_way as half
from portal.web.survivor import interpreters
from portal.web.survivor import question_forms as forms
from portal.web.survivor.asking import get_kept, keep_and_go_on, path_to_change, show
from portal.web.survivor.half_way import HalfWay, Question, Step
from portal.web.survivor.nearness import near_time
from portal.web.survivor.own_words import TOO_LONG
from portal.web.survivor.reading_hours import reading_hours
from portal.web.survivor.vocabulary import (
    CATEGORY_ICONS,
    CATEGORY_NOTES,
    CATEGORY_WORDS,
    HOW_SOON_ICONS,
    HOW_SOON_WORDS,
    PLAN_WORDS,
)

blueprint = Blueprint("statement", __name__, url_prefix="/needs/new")

WORDS: Mapping[type[Refusal], str] = {
    NothingChosen: _l("Choose at least one."),
    AlreadyAsked: _l("You already asked for this. You can add to it in your list."),
    TooLong: TOO_LONG,
}


@blueprint.route("/choose", methods=["GET", "POST"])
def choose() -> ResponseReturnValue:
    """What do you need? Sixteen cards, without those that she already asked for."""
    step = Step(Question.CHOOSE)
    session, acting = guards.db(), guards.signed_in()
    kept = half.find() or HalfWay()
    already = {need.category: need for need in her_needs.open_needs(session, acting)}
    form = forms.choose(kept.statement, already)
    if form.validate_on_submit():
        chosen = kept.choose(filter(None, map(half.find_category, form.chosen.data or ())))
        try:
            if form.is_for_later and not chosen.statement.needs:
                return redirect(url_for("survivor.needs.show_all"))
            check_statement(chosen.statement, open_categories=frozenset(already))
        except (NothingChosen, AlreadyAsked) as refusal:
            form.refuse("chosen", WORDS[type(refusal)])
        else:
            is_new = set(chosen.steps) - set(kept.steps)
            return keep_and_go_on(chosen, step, may_return=not is_new)
    return show(
        kept,
        step,
        form,
        already=already.values(),
        icons=CATEGORY_ICONS,
        category_words=CATEGORY_WORDS,
    )


@blueprint.route("/about/<category>", methods=["GET", "POST"])
def about(category: str) -> ResponseReturnValue:
    """One of the needs she chose."""
    found = half.find_category(category)
    if found is None:
        raise NotFound
    step = Step(Question.NEED, found)
    kept = get_kept(step)
    need = kept.need(found)
    assert need is not None
    form = forms.about(need)
    if form.validate_on_submit():
        answer = NeedAnswer(
            category=need.category,
            how_soon=HowSoon(form.how_soon.data or HowSoon.UNSAID),
            own_words=written_or_none(form.words.data),
            child_in_danger=need.category is Category.CHILD and form.child_in_danger.data == "yes",
        )
        return keep_and_go_on(kept.answer(answer), step)
    return show(
        kept,
        step,
        form,
        need=need,
        words=CATEGORY_WORDS[found],
        drawing=CATEGORY_ICONS[found],
        icons=HOW_SOON_ICONS,
        note=CATEGORY_NOTES.get(found),
        lines=help_lines.who_listens() if found is Category.FEEL else (),
    )


@blueprint.route("/most_important", methods=["GET", "POST"])
def most_important() -> ResponseReturnValue:
    """Which of them first?"""
    step = Step(Question.IMPORTANT)
    kept = get_kept(step)
    form = forms.most_important(kept.statement)
    if form.validate_on_submit():
        most = half.find_category(form.answer.data or "")
        return keep_and_go_on(kept.say(most_important=most), step)
    return show(kept, step, form, icons=CATEGORY_ICONS)


@blueprint.route("/plan", methods=["GET", "POST"])
def plan() -> ResponseReturnValue:
    """Stay, leave, or not known yet: no answer is better than another."""
    step = Step(Question.PLAN)
    kept = get_kept(step)
    form = forms.plan(kept.statement)
    if form.validate_on_submit():
        said = StayOrLeave(form.answer.data) if form.answer.data else None
        return keep_and_go_on(kept.say(stay_or_leave=said), step)
    return show(kept, step, form)


@blueprint.route("/not_wanted", methods=["GET", "POST"])
def not_wanted() -> ResponseReturnValue:
    """What do you not want?"""
    step = Step(Question.NOT_WANTED)
    kept = get_kept(step)
    form = forms.not_wanted(kept.statement)
    if form.validate_on_submit():
        return keep_and_go_on(kept.say(not_wanted=written_or_none(form.words.data)), step)
    return show(kept, step, form)


@blueprint.route("/at_the_talk", methods=["GET", "POST"])
def at_the_talk() -> ResponseReturnValue:
    """Interpreter, childcare, and what her body needs."""
    step = Step(Question.HELP)
    kept = get_kept(step)
    form = forms.at_the_talk(kept.statement)
    if form.validate_on_submit():
        wanted = interpreters.asked(form.language.data or "", form.interpreter.data or "")
        answered = kept.say(
            interpreter=written_or_none(wanted),
            childcare=bool(form.childcare.data),
            accessibility=written_or_none(form.accessibility.data),
        )
        return keep_and_go_on(answered, step)
    return show(kept, step, form)


@blueprint.route("/read", methods=["GET", "POST"])
def read() -> ResponseReturnValue:
    """What she is about to send, and who will read it; then it is sent."""
    step = Step(Question.READ)
    kept = get_kept(step)
    form = PortalForm()
    if form.validate_on_submit():
        try:
            with guards.transaction() as session:
                statements.send(session, guards.signed_in(), kept.statement, now=guards.utc_now())
        except tuple(WORDS) as refusal:
            form.refuse(None, WORDS[type(refusal)])
        else:
            return redirect(url_for("survivor.needs.show_all", said="sent"))
    wanted = interpreters.as_she_reads(kept.statement.interpreter)
    return show(kept, step, form, interpreter=wanted, **_readers(kept))


@blueprint.post("/forget")
def forget() -> ResponseReturnValue:
    """What she has not sent is gone."""
    with guards.transaction() as session:
        drafts.forget(session, guards.signed_in(), statements.DRAFT)
    return redirect(url_for("survivor.needs.show_all", said="forgotten"))


def _readers(kept: HalfWay) -> dict[str, object]:
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    return {
        "team": case_team.of_case(session, acting.her_case_id, now=now),
        "hours": reading_hours(now=now),
        "near_time": near_time,
        "now": now,
        "statement": kept.statement,
        "steps": {step.category or step.question.value: step for step in kept.steps},
        "path": path_to_change,
        "category_words": CATEGORY_WORDS,
        "category_icons": CATEGORY_ICONS,
        "how_soon_words": HOW_SOON_WORDS,
        "plan_words": PLAN_WORDS,
        "danger": any(half.is_danger(need) for need in kept.statement.needs),
    }
