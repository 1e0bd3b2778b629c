"""A lost key file: with both recovery sheets, everything it vouched for is proved and signed anew.

What a key file signed cannot be checked without it. So nothing is taken on trust: a public half
stays only as the one that belongs to a private half which the sheets open, and a grant only when
its holder's key opens it to the same folder key that the recovery key has. What cannot be proved is
left unsigned and named; nothing is ever sealed to it again.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.domain.accounts import CardState
from portal.domain.folders import HERS_ALONE, Why
from portal.domain.holders import TEAMS, HolderKind
from portal.domain.safe_contact import COUNTS
from portal.models import (
    Card,
    Case,
    Folder,
    Grant,
    Holder,
    HolderKey,
    KeptAnswer,
    KeySlot,
    NotThisInterpreter,
    OwnTimes,
    SafeContact,
    SignIn,
    Tries,
)
from portal.services import audit
from portal.services.entry import cards
from portal.services.house import key_file
from portal.services.keys import apart_again, folders, for_teams, holders, reasons
from portal.services.keys.copies import key_in
from portal.services.keys.holders import Keys
from portal.services.running import chains, paper, recovery
from portal.services.running.paper import NothingToRecover
from portal.vault import KeyPair


@dataclass
class Proved:
    """What was proved, and in sentences what was not."""

    keys: dict[tuple[UUID, int], KeyPair] = field(default_factory=dict)
    grants: int = 0
    faults: list[str] = field(default_factory=list)


def sign_everything_again(session: Session, sheets: Keys, *, now: datetime) -> Proved:
    """Prove and sign all keys and grants under the key file of this session, which is new.

    Everybody of the staff is dismissed and every card void: both hung on the lost pepper. Survivors
    keep their key pairs, so that a new card opens all that the old one did.
    """
    proved = Proved()
    for fault in chains.link_again(session):
        proved.faults.append(f"account {fault.chain}, number {fault.number}: {fault.what}")
    _sign_holders(session, sheets, proved)
    house = holders.get_one(session, HolderKind.HOUSE)
    holders.add_key(session, house, key_file(session).house.public, now=now)
    audit.record(session, None, "key_file_replaced", now=now)
    recovery.dismiss_everybody(session, now=now)
    _end_yeses(session, now=now)
    _sign_grants(session, sheets, proved)
    proved.faults += apart_again.sign_again(session, sheets, proved.keys)
    for copies in (for_teams.KEYS, reasons.KEYS):
        proved.faults += copies.sign_again(session, sheets, proved.keys)
    _void_cards(session, now=now)
    _forget_left_out(session, proved)
    for left in (SignIn, KeptAnswer, Tries, OwnTimes):
        session.execute(delete(left))
    session.flush()
    return proved


def _sign_holders(session: Session, sheets: Keys, proved: Proved) -> None:
    rows = session.execute(
        select(HolderKey, Holder)
        .join(Holder, Holder.id == HolderKey.holder_id)
        .where(Holder.kind.in_((*TEAMS, HolderKind.SURVIVOR, HolderKind.RECOVERY)))
        .order_by(Holder.created_at, Holder.id, HolderKey.version)
    ).all()
    for key, holder in rows:
        try:
            pair = _pair_of(session, sheets, holder, key.version)
        except NothingToRecover:
            proved.faults.append(
                f"{holder.kind.value} {holder.id}, key {key.version}: no private half to prove it"
            )
            continue
        if pair.public != key.public:
            proved.faults.append(
                f"{holder.kind.value} {holder.id}, key {key.version}: its public half was another "
                "one; the one that belongs to the private half is kept"
            )
            key.public = pair.public
        holders.sign_key(session, key)
        proved.keys[(holder.id, key.version)] = pair
    session.flush()


def _pair_of(session: Session, sheets: Keys, holder: Holder, version: int) -> KeyPair:
    if holder.kind is HolderKind.RECOVERY:
        return sheets.pair
    if holder.kind is HolderKind.SURVIVOR:
        return paper.survivor_keys(session, sheets, holder, version)
    return paper.team_keys(session, sheets, holder.id, version)


def _sign_grants(session: Session, sheets: Keys, proved: Proved) -> None:
    hers_alone = set(session.scalars(select(Folder.id).where(Folder.kind.in_(HERS_ALONE))))
    grants = session.scalars(select(Grant).order_by(Grant.folder_id, Grant.version)).all()
    known = {
        (grant.folder_id, grant.version): _folder_key(grant, proved)
        for grant in grants
        if grant.holder_id == sheets.holder_id or grant.folder_id in hers_alone
    }
    for grant in grants:
        key = _folder_key(grant, proved)
        # Whoever wrote into the database without a key could only have sealed another one.
        if key is None or key != known.get((grant.folder_id, grant.version)):
            proved.faults.append(f"grant {grant.id}: does not open to the folder's key; ended")
            session.delete(grant)
            continue
        folders.sign_grant(session, session.get_one(Folder, grant.folder_id), grant)
        proved.grants += 1
    session.flush()


def _folder_key(grant: Grant, proved: Proved) -> bytes | None:
    return key_in(proved.keys.get((grant.holder_id, grant.holder_version)), grant)


def _end_yeses(session: Session, *, now: datetime) -> None:
    """The machine's own half was in the lost file: it sends nothing until she says yes anew.

    Her yes ends as if its days were over, so that she is asked again and nobody counts on it.
    """
    session.execute(delete(Grant).where(Grant.why == Why.TO_TELL_HER))
    counts = SafeContact.wish.in_(COUNTS) & (SafeContact.until > now)
    ended = update(SafeContact).where(counts).values(until=now)
    session.execute(ended.execution_options(synchronize_session="fetch"))


def _forget_left_out(session: Session, proved: Proved) -> None:
    """Whom survivors left out was hashed under the lost file: somebody has to ask them anew."""
    gone = session.scalars(delete(NotThisInterpreter).returning(NotThisInterpreter.case_id)).all()
    numbers = session.scalars(select(Case.number).where(Case.id.in_(gone)).order_by(Case.number))
    for number in numbers.all():
        proved.faults.append(f"case {number}: ask her anew which interpreters must not come")


def _void_cards(session: Session, *, now: datetime) -> None:
    for card in session.scalars(select(Card).where(Card.state != CardState.VOID)).all():
        card.state, card.voided_at, card.slot_id = CardState.VOID, now, None
        audit.record(
            session,
            None,
            "card_voided",
            now=now,
            case_id=cards.case_id_of(session, card),
            facts={"why": "key_file_lost"},
        )
    session.flush()
    session.execute(delete(KeySlot))
