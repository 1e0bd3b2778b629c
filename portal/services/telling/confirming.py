"""A colleague asked her about a new address: with the yes it counts, with a no it is gone.

Who decides opens it with the key of the team, and keeps none.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.accounts import CardState
from portal.domain.decisions import UNDECIDED
from portal.domain.folders import Why
from portal.domain.holders import HolderKind
from portal.domain.refusals import NotFound, WrongState
from portal.domain.safe_contact import LASTS, Channel, HerCardIsStopped, Wish
from portal.models import Case, Decision, SafeContact
from portal.services.colleagues import staff
from portal.services.entry import cards
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import Grantee, give
from portal.services.keys.halves import KeyNotHandedOver
from portal.services.keys.holders import get_one, public_halves
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder
from portal.services.telling import new_address, outbox, ways
from portal.services.telling.ways import FOLDERS, Way, way_of
from portal.vault import sealed_version


@dataclass(frozen=True)
class Proposed:
    """What who decides reads: the new address, and who knows her; None for what is not theirs."""

    channel: Channel
    way: Way | None
    waits: bool
    knows_her: tuple[str, ...]
    card_is_stopped: bool


def to_decide(
    session: Session, acting: SignedIn, decision: Decision, *, now: datetime
) -> Proposed | None:
    """What a decision is about, opened for who decides; None where it is about no way."""
    row = session.get(SafeContact, decision.subject_id) if decision.subject_id else None
    if row is None or row.case_id != decision.case_id:
        return None
    waits = decision.state in UNDECIDED
    opened = _open(session, acting, row, now=now) if waits and row.wish is Wish.WAITS else None
    words = opened.read(row, "details") if opened else None
    case = session.get_one(Case, row.case_id)
    team = [one for one in (case.case_director_id, case.stand_in_id) if one]
    names = staff.names(session, set(team))
    return Proposed(
        channel=row.channel,
        way=way_of(words) if words else None,
        waits=waits,
        knows_her=tuple(names[one] for one in team),
        card_is_stopped=_card_is_stopped(session, case),
    )


def hand_to_machine(
    session: Session, acting: SignedIn, decision: Decision, *, now: datetime
) -> None:
    """With the yes the machine may send there for thirty days; who decided reads it no more.

    Raises KeyNotHandedOver, HerCardIsStopped, WrongState.
    """
    row = _waiting(session, decision)
    if _card_is_stopped(session, session.get_one(Case, row.case_id)):
        raise HerCardIsStopped
    opened = _open(session, acting, row, now=now)
    if opened is None or row.details is None:
        raise KeyNotHandedOver
    version, until = sealed_version(row.details), now + LASTS
    machine = get_one(session, HolderKind.HOUSE).id
    grantee, public = Grantee(machine, Why.TO_TELL_HER, until), public_halves(session, [machine])
    key, by = opened.version_keys()[version], acting.account_id
    give(session, opened.folder, version, key, grantee, public[machine], given_by_id=by, now=now)
    ways.take_away(session, opened.folder, Why.DECISION)
    row.wish, row.until = way_of(opened.read(row, "details") or "").wish, until
    outbox.plan_reminders(session, row, now=now)
    new_address.write_down(session, acting, row, now=now)


def erase(session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime) -> None:
    """A no, or she took it back: what she typed is gone, and nothing is sent there."""
    row = _waiting(session, decision)
    ways.forget(session, row, now=now)
    new_address.write_down(session, acting, row, now=now)


def _waiting(session: Session, decision: Decision) -> SafeContact:
    """The way that a question is about, held. Raises WrongState where it waits no more."""
    row = session.get(
        SafeContact, decision.subject_id, with_for_update=True, populate_existing=True
    )
    if row is None or row.case_id != decision.case_id or row.wish is not Wish.WAITS:
        raise WrongState
    return row


def _open(
    session: Session, acting: SignedIn, row: SafeContact, *, now: datetime
) -> OpenFolder | None:
    """The folder of a way, for somebody who holds the key of what lies in it now."""
    kind = FOLDERS[row.channel]
    try:
        opened = open_folder(session, acting, row.case_id, kind, purpose="decision", now=now)
    except NotFound:
        return None
    return opened if opened.opens(row.details) else None


def _card_is_stopped(session: Session, case: Case) -> bool:
    card = cards.newest(session, case.survivor_id)
    return card is None or card.state is not CardState.ACTIVE
