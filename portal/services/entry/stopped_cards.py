"""Cards that open nothing: frozen by staff or by a rule, doubted, void."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts import CardState, Frozen
from portal.domain.refusals import WrongState
from portal.models import Card
from portal.services import audit
from portal.services.entry.cards import case_id_of, hold
from portal.services.entry.sessions import end_all
from portal.services.entry.slots import drop_slot


def freeze(session: Session, card: Card, *, actor_id: UUID, now: datetime) -> None:
    """Staff stop a card for now; nothing is lost."""
    hold(session, card)
    if card.state is not CardState.ACTIVE:
        raise WrongState
    _freeze(session, card, Frozen.BY_STAFF, actor_id=actor_id, now=now)


def freeze_for_doubt(session: Session, card: Card, *, actor_id: UUID, now: datetime) -> None:
    """Somebody else may be using it: nobody comes in, and nothing is written to her, until lifted.

    Whoever tries gets the same answer as for a wrong PIN.
    """
    hold(session, card)
    if card.state not in (CardState.ACTIVE, CardState.FROZEN):
        raise WrongState
    _freeze(session, card, Frozen.SOMEBODY_ELSE, actor_id=actor_id, now=now)


def freeze_by_rule(session: Session, card: Card, why: Frozen, *, now: datetime) -> None:
    """Freeze a card as a rule of the house says, and no person: ten wrong PINs, long unused, ended.

    Staff can lift it. Who says so holds the account, and has read the card since.
    """
    _freeze(session, card, why, actor_id=None, now=now)


def is_doubted(session: Session, account_id: UUID) -> bool:
    """Whether staff think that somebody else uses her card."""
    doubted = select(Card.id).where(
        Card.account_id == account_id,
        Card.state == CardState.FROZEN,
        Card.frozen_why == Frozen.SOMEBODY_ELSE,
    )
    return session.scalar(doubted.limit(1)) is not None


def lift_freeze(session: Session, card: Card, *, actor_id: UUID, now: datetime) -> None:
    """Staff let a frozen card open again, for as long as a card may lie unused."""
    hold(session, card)
    if card.state is not CardState.FROZEN:
        raise WrongState
    card.state, card.frozen_at, card.frozen_why, card.wrong_pins = CardState.ACTIVE, None, None, 0
    card.opens_again_at = now
    audit.record(
        session, actor_id, "card_freeze_lifted", now=now, case_id=case_id_of(session, card)
    )


def void(session: Session, card: Card, *, actor_id: UUID | None, now: datetime) -> None:
    """A wrongly issued card opens nothing any more, and whoever came in with it is out."""
    hold(session, card)
    if card.state is CardState.VOID:
        raise WrongState
    card.state, card.voided_at = CardState.VOID, now
    drop_slot(session, card)
    end_all(session, card.account_id)
    audit.record(session, actor_id, "card_voided", now=now, case_id=case_id_of(session, card))


def _freeze(
    session: Session, card: Card, why: Frozen, *, actor_id: UUID | None, now: datetime
) -> None:
    card.state, card.frozen_at, card.frozen_why = CardState.FROZEN, now, why
    end_all(session, card.account_id)
    audit.record(
        session,
        actor_id,
        "card_frozen",
        now=now,
        case_id=case_id_of(session, card),
        facts={"why": why.value},
    )
