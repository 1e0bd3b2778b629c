"""A survivor's card in the hands of her case team: shown once, voided, frozen, issued again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.domain.accounts import CardState
from portal.domain.refusals import Busy, NotFound, NotYours, Refusal, WrongState
from portal.domain.roles import Permission
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.models import Card
from portal.services.case_work import cases, opening
from portal.services.entry import cards, stopped_cards
from portal.services.house import HouseNotReady
from portal.web import guards
from portal.web.staff import proof
from portal.web.staff.case_work.card_numbers import keep_number, take_number

blueprint = Blueprint("cards", __name__, url_prefix="/cases/<uuid:case_id>/card")

WORDS: dict[type[Refusal], str] = {
    WrongState: _l("This has changed meanwhile. Look again before you go on."),
    Busy: _l("Busy now. Nothing was done. Try again in 5 seconds."),
    HouseNotReady: _l(
        "No card can be issued: a team that must hold a part of its key has no member. "
        "Ask your coordinator."
    ),
}


@blueprint.get("")
def number(case_id: UUID) -> ResponseReturnValue:
    """The number of a card just issued, once, and the card to print."""
    fresh = take_number(case_id)
    if fresh is None:
        return redirect(url_for("staff.inside.case.case", case_id=case_id))
    acting = guards.signed_in()
    try:
        mine = cases.get_case(guards.db(), acting, case_id).id
    except NotFound:
        # An intake worker hands over the card, and reads nothing of the file afterwards.
        mine = None
    return render_template("staff/cases/card.html", fresh=fresh, case_id=mine)


@blueprint.post("/again")
def issue_again(case_id: UUID) -> ResponseReturnValue:
    """A new card for a case whose card never came to life."""
    acting = guards.signed_in()
    if not acting.may(Permission.ISSUE_CARD):
        raise NotYours
    cases.get_case(guards.db(), acting, case_id)
    proof.require_fresh_proof()
    guards.end_transaction()
    try:
        new = cards.prepare(guards.house())
        with guards.transaction() as session:
            case = cases.get_case(session, acting, case_id)
            card = opening.issue_again(session, acting, case, new, now=guards.utc_now())
            keep_number(case, card, new.number)
    except tuple(WORDS) as refusal:
        return _back(case_id, WORDS[type(refusal)], "warn")
    return redirect(url_for(".number", case_id=case_id))


@blueprint.post("/void")
def void(case_id: UUID) -> ResponseReturnValue:
    """A wrongly issued card opens nothing any more."""
    card = _card(case_id)
    if card.state is not CardState.NEW:
        # Nothing opens her pages afterwards without two colleagues: not from an unattended screen.
        proof.require_fresh_proof()
    return _change(case_id, stopped_cards.void, _("The card is void. It opens nothing any more."))


@blueprint.post("/freeze")
def freeze(case_id: UUID) -> ResponseReturnValue:
    """Stop the card for now: the quick way when somebody else may hold it."""
    return _change(case_id, stopped_cards.freeze, _("The card is frozen. Nothing is lost."))


@blueprint.post("/lift")
def lift(case_id: UUID) -> ResponseReturnValue:
    """Let a frozen card open again."""
    proof.require_fresh_proof()
    return _change(case_id, stopped_cards.lift_freeze, _("Her card opens again, with her own PIN."))


def _change(case_id: UUID, act: Callable[..., Any], said: str) -> ResponseReturnValue:
    acting, now = guards.signed_in(), guards.utc_now()
    try:
        with guards.transaction() as session:
            act(session, _card(case_id), actor_id=acting.account_id, now=now)
    except WrongState:
        return _back(case_id, WORDS[WrongState], "warn")
    return _back(case_id, said, "done")


def _card(case_id: UUID) -> Card:
    case = cases.get_case(guards.db(), guards.signed_in(), case_id)
    card = cards.newest(guards.db(), case.survivor_id)
    if card is None:
        raise NotFound
    return card


def _back(case_id: UUID, words: str, kind: str) -> ResponseReturnValue:
    flash(words, kind)
    return redirect(url_for("staff.inside.case.case", case_id=case_id))


def may_issue_again(card: Card | None, *, now: datetime) -> bool:
    """Whether the page offers a new card: the last one never came to life and opens no more."""
    if card is None or card.activated_at is not None:
        return False
    return card.state is CardState.VOID or card.expires_at <= now
