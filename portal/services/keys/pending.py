"""The keys of a case on their way to a new member of its team.

Whoever holds them hands them over herself, at once or by a tap later; nobody else can.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session, aliased

from portal.domain.decisions import check_proof
from portal.domain.folders import FolderKind, Why
from portal.domain.refusals import NotFound
from portal.models import Account, Case, Folder, Grant, PendingGrant, StaffMember
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.holding import hold_case
from portal.services.keys.folders import Grantee, end_grants, give_all
from portal.services.keys.holders import public_halves
from portal.services.keys.reading import case_keys

# Whoever holds the current key of the contact card as a member of the team holds the others too.
_CURRENT = (Grant.folder_id == Folder.id) & (Grant.version == Folder.version)
_AS_TEAM = (Folder.kind == FolderKind.CONTACT_CARD, Grant.why == Why.CASE_TEAM)


@dataclass(frozen=True)
class Waiting:
    """Access that was authorised and comes when one of `holders` next confirms."""

    pending: PendingGrant
    case_number: str
    colleague: str
    holders: tuple[str, ...]


def holders_of(session: Session, case_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Who holds the current key of each case's contact card as a member of its team."""
    rows = session.execute(
        select(Folder.case_id, Account.id)
        .join(Grant, _CURRENT)
        .join(Account, Account.holder_id == Grant.holder_id)
        .where(Folder.case_id.in_(list(case_ids)), *_AS_TEAM)
    )
    found: dict[UUID, set[UUID]] = {}
    for case_id, account_id in rows:
        found.setdefault(case_id, set()).add(account_id)
    return found


def hand_on(
    session: Session, acting: SignedIn, case_id: UUID, account_id: UUID, *, now: datetime
) -> None:
    """Seal every key of the case that this member holds to a new member.

    Raises NotFound without keys of one's own. Nothing is opened to be read.
    """
    hold_case(session, case_id)
    keys = case_keys(session, acting, case_id, now=now)
    if not keys:
        raise NotFound
    holder_id = session.get_one(Account, account_id).holder_id
    public = public_halves(session, [holder_id])[holder_id]
    for folder, versions in keys.items():
        session.execute(
            delete(Grant)
            .where(Grant.folder_id == folder.id, Grant.holder_id == holder_id)
            .execution_options(synchronize_session="fetch")
        )
        grantee, by = Grantee(holder_id, Why.CASE_TEAM), acting.account_id
        give_all(session, folder, versions, grantee, public, given_by_id=by, now=now)
    audit.record_in_case(
        session, acting.account_id, "case_keys_given", case_id, now=now, account=account_id
    )
    session.flush()


def take_away(
    session: Session, acting: SignedIn, case_id: UUID, account_id: UUID, *, now: datetime
) -> None:
    """A colleague who is no longer on the team loses its keys, in this request."""
    hold_case(session, case_id)
    holder_id = session.get_one(Account, account_id).holder_id
    folders = session.scalars(
        select(Folder)
        .join(Grant, Grant.folder_id == Folder.id)
        .where(Folder.case_id == case_id, Grant.holder_id == holder_id)
        .distinct()
    ).all()
    for folder in folders:
        end_grants(session, folder, holder_id)
    if folders:
        audit.record_in_case(
            session, acting.account_id, "case_keys_ended", case_id, now=now, account=account_id
        )


def authorise(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    account_id: UUID,
    *,
    instead_of_id: UUID | None,
    now: datetime,
) -> None:
    """The keys may be handed over, and wait for somebody who holds them."""
    session.add(
        PendingGrant(
            case_id=case_id,
            account_id=account_id,
            instead_of_id=instead_of_id,
            authorised_by_id=acting.account_id,
            authorised_at=now,
        )
    )
    audit.record_in_case(
        session, acting.account_id, "case_keys_wait", case_id, now=now, account=account_id
    )
    session.flush()


def forget(session: Session, case_id: UUID, account_id: UUID) -> PendingGrant | None:
    """Access that shall not come any more."""
    found = session.scalar(
        select(PendingGrant).where(
            PendingGrant.case_id == case_id, PendingGrant.account_id == account_id
        )
    )
    if found is not None:
        session.delete(found)
        session.flush()
    return found


def keeps_hers(session: Session, case_id: UUID, account_id: UUID) -> None:
    """A colleague is on the team again: no tap for another one takes the keys from her."""
    session.execute(
        update(PendingGrant)
        .where(PendingGrant.case_id == case_id, PendingGrant.instead_of_id == account_id)
        .values(instead_of_id=None)
        .execution_options(synchronize_session="fetch")
    )


def confirm(session: Session, acting: SignedIn, pending_id: UUID, *, now: datetime) -> None:
    """A holder's tap: the keys go to the colleague they wait for.

    Raises ProofTooOld, and NotFound when it is no longer waiting or this person holds no keys.
    """
    check_proof(acting.second_factor_at, now=now)
    case_id = session.scalar(select(PendingGrant.case_id).where(PendingGrant.id == pending_id))
    if case_id is None:
        raise NotFound
    hold_case(session, case_id)
    pending = session.get(PendingGrant, pending_id, with_for_update=True)
    if pending is None:
        raise NotFound
    hand_on(session, acting, pending.case_id, pending.account_id, now=now)
    if pending.instead_of_id is not None:
        take_away(session, acting, pending.case_id, pending.instead_of_id, now=now)
    session.delete(pending)
    session.flush()


def to_confirm(session: Session, acting: SignedIn) -> list[Waiting]:
    """What waits for this colleague's tap."""
    # Asked of each that waits, which are few, and not of every file of which she holds keys.
    mine = (
        select(Folder.id)
        .join(Grant, _CURRENT)
        .where(
            Folder.case_id == PendingGrant.case_id,
            Grant.holder_id == acting.holder_id,
            Grant.why == Why.CASE_TEAM,
        )
        .exists()
    )
    return _waiting(session, mine)


def for_me(session: Session, acting: SignedIn) -> list[Waiting]:
    """Cases of mine to which access comes when somebody confirms."""
    return _waiting(session, PendingGrant.account_id == acting.account_id)


def of_case(session: Session, case_id: UUID) -> list[Waiting]:
    """What waits about one case; she reads it too."""
    return _waiting(session, PendingGrant.case_id == case_id)


def everywhere(session: Session) -> list[Waiting]:
    """What waits in the house, the oldest first, for whoever arranges cover."""
    return _waiting(session, PendingGrant.id.is_not(None))


def without_holder(session: Session) -> list[PendingGrant]:
    """What nobody present can hand over, to colleagues who are here; all of it."""
    holder = aliased(StaffMember)
    held = (
        select(Folder.id)
        .join(Grant, _CURRENT)
        .join(Account, Account.holder_id == Grant.holder_id)
        .join(holder, (holder.account_id == Account.id) & holder.left_at.is_(None))
        .where(Folder.case_id == PendingGrant.case_id, *_AS_TEAM)
        .exists()
    )
    waiting = (
        select(PendingGrant)
        .join(StaffMember, StaffMember.account_id == PendingGrant.account_id)
        .where(StaffMember.left_at.is_(None), ~held)
        .order_by(PendingGrant.authorised_at, PendingGrant.id)
    )
    return list(session.scalars(waiting))


def _waiting(session: Session, wanted: ColumnElement[bool]) -> list[Waiting]:
    rows = session.execute(
        select(PendingGrant, Case.number, StaffMember.name)
        .join(Case, Case.id == PendingGrant.case_id)
        .join(StaffMember, StaffMember.account_id == PendingGrant.account_id)
        .where(wanted, StaffMember.left_at.is_(None))
        .order_by(PendingGrant.authorised_at, Case.number)
        .limit(200)
    ).all()
    if not rows:
        return []
    holding = holders_of(session, {pending.case_id for pending, _, _ in rows})
    everybody = {one for several in holding.values() for one in several}
    here = dict(
        session.execute(
            select(StaffMember.account_id, StaffMember.name).where(
                StaffMember.account_id.in_(everybody), StaffMember.left_at.is_(None)
            )
        ).all()
    )
    return [
        Waiting(
            pending,
            number,
            name,
            tuple(sorted(here[one] for one in holding.get(pending.case_id, ()) if one in here)),
        )
        for pending, number, name in rows
    ]
