"""A new card for one that was used: her case team asks, a coordinator decides, nothing is lost.

The team holds one half of her private key, the coordinators the other. The decision lends theirs
to who asked, who wraps the same private key for the new card.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts import CardState
from portal.domain.cards import new_card_number, secret
from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.folders import FolderKind
from portal.domain.holders import HolderKind
from portal.domain.refusals import NotFound, WrongState
from portal.models import Account, Card, Case, Decision
from portal.services import audit
from portal.services.case_work.cases import get_case
from portal.services.entry import cards, stopped_cards
from portal.services.entry.sessions import SignedIn
from portal.services.house import House, Transactions
from portal.services.keys import halves
from portal.services.keys.holders import public_halves
from portal.services.keys.reading import open_folder
from portal.services.moderation import decisions
from portal.vault import CannotOpen, join, key_pair_from, random_digits

LASTS = timedelta(hours=4)
"""How long an accepted card waits to be made: she is in the house, or comes back today."""


def ask(
    session: Session, acting: SignedIn, case_id: UUID, *, reason: str, now: datetime
) -> Decision:
    """Ask for a new card, after her code word was compared. Raises what `decisions.ask` raises.

    WrongState for a card that was never used, which needs nobody else, and for a case whose key
    was not split when it was opened.
    """
    case = get_case(session, acting, case_id)
    if not _was_used(session, case) or case.card_half is None:
        raise WrongState
    return decisions.ask(
        session, acting, DecisionKind.CARD_AGAIN, reason=reason, case_id=case_id, now=now
    )


def lend_half(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    """The effect of the decision: the coordinators' half goes to who asked, for four hours."""
    if acting is None or decision.case_id is None:
        raise NotFound
    lent = halves.lend(
        session,
        acting,
        decision.id,
        [decision.case_id],
        of=HolderKind.COORDINATORS,
        to_id=session.get_one(Account, decision.asked_by_id).holder_id,
        until=now + LASTS,
    )
    if not lent:
        raise NotFound


def end(session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime) -> None:
    """Declined or withdrawn: nothing is lent."""
    halves.take_back(session, decision.id)


def find_asked(session: Session, case_id: UUID) -> Decision | None:
    """The latest question for a new card of a case."""
    return session.scalar(
        select(Decision)
        .where(Decision.case_id == case_id, Decision.kind == DecisionKind.CARD_AGAIN)
        .order_by(Decision.asked_at.desc())
        .limit(1)
    )


def may_make(session: Session, acting: SignedIn, asked: Decision | None, *, now: datetime) -> bool:
    """Whether this colleague can make the card now: she asked, it was accepted, it is not made."""
    return (
        asked is not None
        and asked.asked_by_id == acting.account_id
        and asked.state is DecisionState.ACCEPTED
        and halves.is_lent(session, asked.id, now=now)
    )


def make(
    transactions: Transactions,
    house: House,
    acting: SignedIn,
    case_id: UUID,
    *,
    now: datetime,
) -> tuple[Case, Card, str]:
    """Wrap the same private key for a new card; older cards and sign-ins end. One slow pass.

    Raises WrongState when it was made before or its time is over, Busy, and CannotOpen when the
    halves do not make her key.
    """
    with transactions("write") as session:
        private = _private(session, acting, case_id, now=now)
    number = new_card_number(random_digits)
    slot = house.new_slot(secret(number, ""), private)
    with transactions("write") as session:
        asked = _accepted(session, acting, case_id, now=now)
        halves.take_back(session, asked.id)
        case = get_case(session, acting, case_id)
        for old in _cards(session, case):
            stopped_cards.void(session, old, actor_id=acting.account_id, now=now)
        new = cards.NewCard(number, key_pair_from(private), slot)
        account = session.get_one(Account, case.survivor_id)
        card = cards.issue(session, account, new, issued_by_id=acting.account_id, now=now)
        facts: audit.Facts = {"decision": str(asked.id)}
        audit.record(
            session, acting.account_id, "card_made_again", now=now, case_id=case_id, facts=facts
        )
        return case, card, number


def _private(session: Session, acting: SignedIn, case_id: UUID, *, now: datetime) -> bytes:
    asked = _accepted(session, acting, case_id, now=now)
    case = get_case(session, acting, case_id)
    theirs = halves.lent_to(session, acting, asked.id, case_id, now=now)
    folder = open_folder(
        session, acting, case_id, FolderKind.STAFF_NOTES, purpose="card_issued_again", now=now
    )
    private = join(bytes.fromhex(folder.read(case, "card_half") or ""), theirs)
    holder_id = session.get_one(Account, case.survivor_id).holder_id
    public = public_halves(session, [holder_id])[holder_id]
    if key_pair_from(private).public != public.public:
        # Halves of two keys join to noise without a word; a card of noise would lock her out.
        raise CannotOpen("these halves do not make her key")
    return private


def _accepted(session: Session, acting: SignedIn, case_id: UUID, *, now: datetime) -> Decision:
    asked = find_asked(session, case_id)
    if asked is not None:
        asked = decisions.held(session, asked.id)
    if asked is None or not may_make(session, acting, asked, now=now):
        raise WrongState
    return asked


def _was_used(session: Session, case: Case) -> bool:
    used = select(Card.id).where(
        Card.account_id == case.survivor_id, Card.activated_at.is_not(None)
    )
    return session.scalar(used.limit(1)) is not None


def _cards(session: Session, case: Case) -> list[Card]:
    live = select(Card).where(Card.account_id == case.survivor_id, Card.state != CardState.VOID)
    return list(session.scalars(live))
