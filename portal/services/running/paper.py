"""What the two paper sheets open: teams' keys, survivors' keys, and a way back for a lost card."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts import CardState
from portal.domain.cards import new_card_number, secret
from portal.domain.holders import HolderKind
from portal.domain.refusals import NotFound, Refusal
from portal.models import Account, Card, Case, Half, Holder, HolderKey, TeamCopy
from portal.services import audit
from portal.services.entry import cards, stopped_cards
from portal.services.house import House
from portal.services.keys import holders
from portal.services.keys.holders import Keys
from portal.vault import (
    CannotOpen,
    KeyPair,
    join,
    key_pair_from,
    open_sealed,
    random_digits,
    recovery_pair,
)


class NothingToRecover(Refusal):
    """What the sheets should open is not there."""


def keys_of_sheets(session: Session, sheet_one: list[str], sheet_two: list[str]) -> Keys:
    """The recovery key behind both sheets. Raises BadWords naming sheet and word."""
    holder = holders.get_one(session, HolderKind.RECOVERY)
    known = session.get_one(HolderKey, (holder.id, holder.version)).public
    return Keys(holder.id, recovery_pair(sheet_one, sheet_two, public=known))


def survivor_keys(session: Session, recovery: Keys, holder: Holder, version: int) -> KeyPair:
    """A survivor's own key pair, from the halves that two teams hold. Raises NothingToRecover."""
    halves = session.scalars(
        select(Half).where(Half.subject_id == holder.id, Half.version == version)
    ).all()
    if len(halves) != 2:
        raise NothingToRecover
    try:
        first, second = (
            open_sealed(team_keys(session, recovery, half.team_id, half.team_version), half.sealed)
            for half in halves
        )
        return key_pair_from(join(first, second))
    except (CannotOpen, ValueError):
        raise NothingToRecover from None


def team_keys(session: Session, recovery: Keys, team_id: UUID, version: int) -> KeyPair:
    """One version of a team's key pair, with the public half that belongs to the private one."""
    copy = session.scalar(
        select(TeamCopy).where(
            TeamCopy.team_id == team_id,
            TeamCopy.version == version,
            TeamCopy.member_id == recovery.holder_id,
        )
    )
    if copy is None:
        raise NothingToRecover
    try:
        return key_pair_from(open_sealed(recovery.pair, copy.sealed))
    except (CannotOpen, ValueError):
        raise NothingToRecover from None


def keys_for_new_card(session: Session, recovery: Keys, number: str) -> tuple[Case, KeyPair]:
    """The survivor's key pair of a case number, to be wrapped for a new card. Raises NotFound."""
    case = session.scalar(select(Case).where(Case.number == number.strip().upper()))
    if case is None:
        raise NotFound
    account = session.get_one(Account, case.survivor_id)
    holder = session.get_one(Holder, account.holder_id)
    return case, survivor_keys(session, recovery, holder, holder.version)


def card_for(house: House, keys: KeyPair) -> cards.NewCard:
    """A card number whose slot wraps a key pair that a survivor has already: one slow pass."""
    number = new_card_number(random_digits)
    return cards.NewCard(number, keys, house.new_slot(secret(number, ""), keys.private))


def issue_from_paper(
    session: Session, case: Case, new: cards.NewCard, *, issued_by_id: UUID, now: datetime
) -> Card:
    """A new card for the same key pair: nothing of hers is lost, and no older card opens it."""
    for old in session.scalars(
        select(Card).where(Card.account_id == case.survivor_id, Card.state != CardState.VOID)
    ).all():
        stopped_cards.void(session, old, actor_id=issued_by_id, now=now)
    account = session.get_one(Account, case.survivor_id)
    card = cards.issue(session, account, new, issued_by_id=issued_by_id, now=now)
    audit.record(session, issued_by_id, "card_issued_from_paper", now=now, case_id=case.id)
    return card
