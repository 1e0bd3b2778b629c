"""What I need: what she asked for, what becomes of it, and what waits for her."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.needs import NeedState
from portal.domain.refusals import Refusal, WrongState
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.models import Need
from portal.services.dates import last_dates
from portal.services.needs import her_needs, stories
from portal.services.needs.stories import NeedStory
from portal.services.referrals import answers
from portal.web import guards
from portal.web.forms import PortalForm
from portal.web.survivor import half_way, unsent
from portal.web.survivor.asking import path
from portal.web.survivor.nearness import near_time
from portal.web.survivor.need_lines import NeedLine, line_of, place_of
from portal.web.survivor.own_words import NOTHING_WRITTEN, TOO_LONG, OwnWordsField
from portal.web.survivor.reading_hours import reading_hours
from portal.web.survivor.vocabulary import (
    CATEGORY_ICONS,
    CATEGORY_WORDS,
    HOW_SOON_WORDS,
    SERVICE_KIND_WORDS,
)

blueprint = Blueprint("needs", __name__, url_prefix="/needs")

SAID: Mapping[str, str] = {
    **unsent.SAID,
    "sent": _l("Sent."),
    "added": _l("Sent. We read it with the rest."),
    "answered": _l("Thank you. Your answer is sent."),
    "taken_back": _l("You stopped this. You can ask again at any time."),
    "forgotten": _l("Your answers are gone."),
    "changed": _l("This has changed meanwhile."),
}
WORDS: Mapping[type[Refusal], str] = {NothingWritten: NOTHING_WRITTEN, TooLong: TOO_LONG}


@blueprint.get("")
def show_all() -> ResponseReturnValue:
    """Her needs: those that wait for her first."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    found = stories.hers(session, acting, now=now)
    over = _over(found, now=now)
    lines = [line_of(story, over=over, now=now) for story in found]
    kept = half_way.find()
    return _page(
        "show_all",
        lines=sorted(lines, key=_what_comes_next),
        go_on=path(kept.where_she_was) if kept else None,
        hours=reading_hours(now=now),
    )


@blueprint.get("/begin")
def begin() -> ResponseReturnValue:
    """The first question, or first of all what she left half-way."""
    kept = half_way.find()
    if kept is None:
        return redirect(url_for("survivor.statement.choose"))
    return _page("begin", go_on=path(kept.where_she_was))


@blueprint.get("/<uuid:need_id>")
def show(need_id: UUID) -> ResponseReturnValue:
    """One need: her words, the desk's question, and where it is at each service."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    need = her_needs.get_hers(session, acting, need_id)
    story = stories.story(session, acting, need, purpose="own_needs", now=now)
    asked = [referral for referral, _service in story.referrals]
    reasons = answers.reason_given(session, acting, asked, now=now)
    over = _over([story], now=now)
    return _page(
        "show",
        need=need,
        story=story,
        line=line_of(story, over=over, now=now),
        places=[
            place_of(need, referral, service, reason=reasons.get(referral.id), over=over, now=now)
            for referral, service in story.referrals
        ],
        talk=_talk(story),
        form=AddForm.with_kept(need),
        kind_words=SERVICE_KIND_WORDS,
        how_soon_words=HOW_SOON_WORDS,
        hours=reading_hours(now=now),
    )


def _over(found: Sequence[NeedStory], *, now: datetime) -> set[UUID]:
    """The referrals of these needs whose date is over."""
    ids = [referral.id for story in found for referral, _service in story.referrals]
    return last_dates.over_among(guards.db(), ids, now=now)


class AddForm(PortalForm):
    """More words about a need, or the answer to a question of the desk."""

    words = OwnWordsField(required=True)

    @classmethod
    def with_kept(cls, need: Need) -> "AddForm":
        """The form with the label that fits, and what she kept for later."""
        form = cls()
        is_asked = need.state is NeedState.QUESTION
        form.words.label.text = _("Your answer") if is_asked else _("What do you want to add?")
        if request.method == "GET":
            form.words.data = unsent.find(unsent.addition_to(need.id))
        return form


@blueprint.route("/<uuid:need_id>/add", methods=["GET", "POST"])
def add(need_id: UUID) -> ResponseReturnValue:
    """She adds to a need, or answers."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    need = her_needs.get_hers(session, acting, need_id)
    is_answer = need.state is NeedState.QUESTION
    form = AddForm.with_kept(need)
    if form.is_for_later:
        return _to_need(need_id, unsent.keep(unsent.addition_to(need_id), form.words.data))
    if form.validate_on_submit():
        try:
            with guards.transaction():
                her_needs.add_words(session, acting, need_id, form.words.data or "", now=now)
                unsent.forget(unsent.addition_to(need_id))
        except tuple(WORDS) as refusal:
            form.refuse("words", WORDS[type(refusal)])
        except WrongState:
            return _to_need(need_id, "changed")
        else:
            return _to_need(need_id, "answered" if is_answer else "added")
    story = stories.story(session, acting, need, purpose="own_needs", now=now)
    return _page(
        "add",
        need=need,
        form=form,
        question=story.questions[-1][1] if is_answer else None,
        hint=None if is_answer else _("Your contact person reads this."),
    )


@blueprint.route("/<uuid:need_id>/take-back", methods=["GET", "POST"])
def take_back(need_id: UUID) -> ResponseReturnValue:
    """She stops it, after one page that says what this means."""
    session, acting = guards.db(), guards.signed_in()
    need = her_needs.get_hers(session, acting, need_id)
    if request.method == "GET":
        return _page("take_back", need=need)
    try:
        with guards.transaction():
            her_needs.take_back(session, acting, need_id, now=guards.utc_now())
    except WrongState:
        return _to_need(need_id, "changed")
    return redirect(url_for("survivor.needs.show_all", said="taken_back"))


def _what_comes_next(line: NeedLine) -> tuple[bool, bool, float]:
    """Order of her list: what waits for her, then the next answer, then the rest as it was sent."""
    before = line.answer_before
    return not line.waits_for_her, before is None, before.timestamp() if before else 0.0


def _talk(story: NeedStory) -> list[tuple[datetime, bool, str]]:
    """Questions of the desk and what she added, in the order in which they were said.

    The question that still waits stands above, with its answer box.
    """
    questions = story.questions[: -1 if story.need.state is NeedState.QUESTION else None]
    asked = [(decision.decided_at, True, words) for decision, words in questions]
    added = [(addition.added_at, False, words) for addition, words in story.additions]
    return sorted((at, is_question, words) for at, is_question, words in asked + added if at)


def _to_need(need_id: UUID, said: str) -> ResponseReturnValue:
    return redirect(url_for("survivor.needs.show", need_id=need_id, said=said))


def _page(name: str, **shown: object) -> str:
    return render_template(
        f"survivor/needs/{name}.html",
        said=SAID.get(request.args.get("said", "")),
        now=guards.utc_now(),
        near_time=near_time,
        category_words=CATEGORY_WORDS,
        category_icons=CATEGORY_ICONS,
        **shown,
    )
