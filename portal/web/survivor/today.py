"""Where she comes home to: her next date, what is new, and what waits."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.domain.needs import Lane
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.i18n import ngettext
from portal.models import Need, Referral
from portal.services import today
from portal.services.case_work import case_team
from portal.services.needs import statements
from portal.services.today import Asked
from portal.services.visits import answering
from portal.web import guards, help_lines
from portal.web.survivor import unsent
from portal.web.survivor.nearness import near_day, near_time
from portal.web.survivor.need_lines import new_time
from portal.web.survivor.reading_hours import reading_hours
from portal.web.survivor.vocabulary import (
    CATEGORY_ICONS,
    CATEGORY_WORDS,
    SERVICE_KIND_WORDS,
    TALK_LINES,
    referral_words,
)
from portal.web.templating import escaped_gettext as gettext

blueprint = Blueprint("today", __name__)

SAID: Mapping[str, str] = {
    "ok": _l("Good. We do not keep this answer."),
}
_MESSAGE = (_l("Your message"), "survivor.messages.show", "messages")
_WITHOUT_ID: Mapping[str, tuple[str, str, str]] = {
    unsent.WHEN: (_l("When can you come?"), "survivor.visits.when", "clock"),
    unsent.PARTS: (_l("Something does not suit"), "survivor.dates.show", "dates"),
    unsent.FEEDBACK: (_l("Tell us how it was"), "survivor.feedback.show", "write"),
    statements.DRAFT: (_l("What I need"), "survivor.needs.show_all", "needs"),
}
"""Drafts of which there is one at a time: in words, the page, its drawing."""


@blueprint.get("/today")
def show() -> ResponseReturnValue:
    """The first page; nothing sealed is opened for it but the one date that it shows."""
    now = guards.utc_now()
    her = guards.signed_in()
    return render_template(
        "survivor/today/show.html",
        her=her,
        unsent=[_unsent_row(kind) for kind in unsent.kinds()],
        today=today.show(guards.db(), guards.signed_in(), now=now),
        proposal=answering.find(guards.db(), her.her_case_id, now=now),
        before=guards.signed_in().signed_in_before_at,
        said=SAID.get(request.args.get("said", "")),
        now=now,
        near_day=near_day,
        next_words=next_words,
        category_words=CATEGORY_WORDS,
        category_icons=CATEGORY_ICONS,
        kind_words=SERVICE_KIND_WORDS,
        talk_lines=TALK_LINES,
    )


@blueprint.get("/today/safe")
def safe() -> ResponseReturnValue:
    """She is not safe, or not sure: who answers now, and honestly who does not."""
    session, her, now = guards.db(), guards.signed_in(), guards.utc_now()
    return render_template(
        "survivor/today/safe.html",
        lines=help_lines.to_talk(),
        team=case_team.of_case(session, her.her_case_id, now=now),
        hours=reading_hours(now=now),
        near_time=near_time,
        now=now,
    )


def next_words(one: Asked, now: datetime) -> str:
    """What happens next with something she asked for, and when: hers, or ours by the clock."""
    if len(one.waiting_for_yes) == 1:
        return _("May %(service)s read this?", service=one.waiting_for_yes[0].name)
    if one.waiting_for_yes:
        number = len(one.waiting_for_yes)
        return ngettext("%(num)s waits for your yes", "%(num)s wait for your yes", number)
    if one.waits_for_her:
        return _("We need to ask you something")
    promised = one.promised
    promise = _promise(promised, one.need.lane, now) if promised is not None else None
    if promise and not (one.stands_still and one.furthest):
        return promise
    if one.furthest is None:
        return _("We look for the right help.")
    referral, service = one.furthest
    is_over = referral.id in one.over
    words = referral_words(referral.state, service.name, service.state, is_over=is_over)
    # Why she is promised something anew stands before it.
    return Markup(" · ").join(part for part in (words, service.name, promise) if part)


def _promise(promised: Need | Referral, lane: Lane, now: datetime) -> str:
    again = new_time(promised, lane, now=now)
    if again is not None:
        time = near_time(again, now)
        return gettext("We are late. Sorry. New time: %(time)s.", time=time)
    time = near_time(promised.answer_before, now)
    return gettext("You get an answer before %(time)s.", time=time)


def _unsent_row(kind: str) -> tuple[str, str, str]:
    """What she has not sent: in words, where it is, and its drawing."""
    need_id = unsent.need_of(kind)
    if need_id is not None:
        return _("Add something"), url_for("survivor.needs.show", need_id=need_id), "write"
    about_way = _about_way(kind)
    if about_way is not None:
        return about_way
    date_id = unsent.date_of(kind)
    if date_id is not None:
        asked = url_for("survivor.date_interpreter.ask", date_id=date_id)
        return _("An interpreter"), asked, "language"
    event_id = unsent.look_of(kind)
    if event_id is not None:
        return (
            _("Ask about this"),
            url_for("survivor.sharing.ask_about", event_id=event_id),
            "eye",
        )
    words, endpoint, icon = _WITHOUT_ID.get(kind, _MESSAGE)
    return str(words), url_for(endpoint), icon


def _about_way(kind: str) -> tuple[str, str, str] | None:
    """The same of a way by which she may be told something; None for anything else."""
    channel = unsent.channel_of(kind)
    if channel is not None:
        return _("How we can reach you"), url_for("survivor.telling.ask", channel=channel), "phone"
    channel = unsent.answered_channel_of(kind)
    if channel is not None:
        return _("Your answer"), url_for("survivor.way_question.answer", channel=channel), "write"
    return None
