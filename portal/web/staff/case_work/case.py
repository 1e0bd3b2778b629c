"""One case as its team sees it: who she is, what she needs, her dates, her card and the thread."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.refusals import WrongState
from portal.i18n import gettext as _
from portal.models import Case
from portal.services import messages
from portal.services.case_work import card_again, case_team, cases
from portal.services.colleagues import staff
from portal.services.dates import shown_dates
from portal.services.entry import cards
from portal.services.interpreters import answering
from portal.services.needs import stories
from portal.services.needs.desk_again import ask_desk_again
from portal.services.referrals import answers
from portal.services.telling import outbox, ways
from portal.web import guards
from portal.web.bodies import number_in
from portal.web.staff.case_work.cards import may_issue_again
from portal.web.staff.case_work.conversation import MessageForm, write_answer
from portal.web.staff.dates import interpreter_words
from portal.web.staff.visits import plan

blueprint = Blueprint("case", __name__, url_prefix="/cases/<uuid:case_id>")


@blueprint.route("", methods=["GET", "POST"])
def case(case_id: UUID) -> ResponseReturnValue:
    """The whole case on one page; a message that was refused stands where it was typed."""
    acting, now, session = guards.signed_in(), guards.utc_now(), guards.db()
    found = cases.get_case(session, acting, case_id)
    form = MessageForm()
    if form.is_submitted() and write_answer(form, case_id):
        return redirect(url_for(".case", case_id=case_id, _anchor="thread"))
    looked_at = cases.look(session, acting, found, now=now)
    name, language = cases.contact_card(session, acting, found, purpose="case", now=now)
    page = messages.open_stretch(
        session,
        acting,
        case_id,
        now=now,
        before=number_in(request.args, "before"),
        after=number_in(request.args, "after"),
    ).show()
    return render_template(
        "staff/cases/case.html",
        case=found,
        name=name,
        language_code=language,
        looked_at=looked_at,
        team=case_team.of_case(session, case_id, now=now),
        thread=page,
        form=form,
        **_needs(found, now),
        **_dates(found, now),
        **plan.on_case(found, now),
        **_card(found, now),
        ways=ways.of_case(session, case_id),
        not_told=outbox.not_told(session, acting, case_id=case_id),
    )


@blueprint.post("/needs/<uuid:need_id>/ask-again")
def ask_again(case_id: UUID, need_id: UUID) -> ResponseReturnValue:
    """Back to the desk: it is not possible there, she said no there, or she does not answer."""
    acting, now = guards.signed_in(), guards.utc_now()
    found = cases.get_case(guards.db(), acting, case_id)
    try:
        with guards.transaction() as session:
            ask_desk_again(session, acting, found, need_id, now=now)
    except WrongState:
        flash(_("This has changed meanwhile. Look again before you go on."), "warn")
    else:
        flash(_("The desk goes on with it. She reads until when."), "done")
    return redirect(url_for(".case", case_id=case_id))


def _needs(found: Case, now: datetime) -> dict[str, Any]:
    session, acting = guards.db(), guards.signed_in()
    told = stories.of_case(session, acting, found, now=now)
    asked = [referral for story in told for referral, _ in story.referrals]
    writers = {row.author_id for story in told for row, _ in story.readings}
    askers = {row.decided_by_id for story in told for row, _ in story.questions}
    return {
        "stories": told,
        "reasons": answers.reason_given(session, acting, asked, now=now),
        "authors": staff.names(session, writers | {one for one in askers if one}),
        "may_ask_again": {story.need.id for story in told if story.may_go_back_to_desk},
    }


def _dates(found: Case, now: datetime) -> dict[str, Any]:
    shown = shown_dates.of_case(guards.db(), guards.signed_in(), found, now=now)
    come = (date.interpreter for date in shown)
    requests = [one.request for one in come if one is not None and one.request is not None]
    return {
        # What waits for her yes stands apart, as one visit.
        "coming": [date for date in shown if date.ends_at > now and not date.is_proposed],
        "past": [date for date in reversed(shown) if date.ends_at <= now][:10],
        "felt": answering.felt_of(guards.db(), guards.signed_in(), requests, now=now),
        "interpreter_words": interpreter_words.ALL,
    }


def _card(found: Case, now: datetime) -> dict[str, Any]:
    card = cards.newest(guards.db(), found.survivor_id)
    asked = card_again.find_asked(guards.db(), found.id)
    return {
        "asked_card": asked,
        "may_make_card": card_again.may_make(guards.db(), guards.signed_in(), asked, now=now),
        "card": card,
        "has_expired": card is not None and card.state == "new" and card.expires_at <= now,
        "may_issue_again": may_issue_again(card, now=now),
    }
