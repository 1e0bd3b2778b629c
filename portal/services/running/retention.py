"""The clocks of what is kept: each strikes once, whichever worker comes first.

Each case is a transaction of its own that holds the case's row and looks again: a worker that is
stopped in the middle leaves the rest to the next, and two at a time do nothing twice.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from portal.domain.accounts import CardState, CaseState, Frozen
from portal.domain.folders import FolderKind
from portal.domain.retention import Kept, days_of
from portal.models import (
    Account,
    AuditEvent,
    AuditHead,
    AuditMention,
    Card,
    Case,
    Folder,
    Grant,
    Half,
    Message,
    Thread,
)
from portal.services import audit
from portal.services.endings import erased_acts, erasure
from portal.services.entry import cards, stopped_cards
from portal.services.house import find_centre, settings_of
from portal.vault import DailyKeys

ACTS_WAIT = timedelta(days=30)
"""Facts of acts go in batches: one act vouches for a month of a chain, not for each day of it."""


class Struck(NamedTuple):
    """How many of each."""

    cards_frozen: int = 0
    conversations: int = 0
    cases: int = 0
    acts: int = 0
    backup_keys: int = 0
    feedback: int = 0


class Due(NamedTuple):
    """What is due at this moment, to be done one by one."""

    quiet_cards: list[UUID]
    closed_cards: list[UUID]
    conversations: list[UUID]
    cases: list[UUID]
    chains: list[str]


NOTHING = Due([], [], [], [], [])


def due(session: Session, *, now: datetime) -> Due:
    """Whose time has come. A legal hold stops every clock that deletes."""
    centre = find_centre(session)
    if centre is None:
        return NOTHING
    days = days_of(centre.retention)
    since = {kind: now - timedelta(days=days[kind]) for kind in Kept}
    ended = select(Case.id).where(Case.state == CaseState.CLOSED, Case.held_at.is_(None))
    talks = ended.where(Case.closed_at <= since[Kept.MESSAGES], Case.messages_gone_at.is_(None))
    files = ended.where(Case.closed_at <= since[Kept.FILE])
    return Due(
        list(session.scalars(_cards_to_freeze(Frozen.QUIET, days, now=now))),
        list(session.scalars(_cards_to_freeze(Frozen.CASE_CLOSED, days, now=now))),
        list(session.scalars(talks)),
        list(session.scalars(files)),
        list(_old_chains(session, since[Kept.ACCOUNT_OF_ACTS])),
    )


def freeze(session: Session, card_id: UUID, why: Frozen, *, now: datetime) -> bool:
    """Freeze a card that nobody used, or whose case was closed; False when it is no longer so."""
    centre = find_centre(session)
    card = session.get(Card, card_id)
    if centre is None or card is None:
        return False
    cards.hold(session, card)
    still = _cards_to_freeze(why, days_of(centre.retention), now=now).where(Card.id == card_id)
    if session.scalar(still) is None:
        return False
    stopped_cards.freeze_by_rule(session, card, why, now=now)
    return True


def forget_conversation(session: Session, case_id: UUID, *, now: datetime) -> bool:
    """The messages of a closed case, and every key to them; False when they are gone or held."""
    case = _still_ended(session, case_id)
    if case is None or case.messages_gone_at is not None:
        return False
    threads = select(Thread.id).where(Thread.case_id == case_id)
    session.execute(
        delete(Message)
        .where(Message.thread_id.in_(threads))
        .execution_options(synchronize_session=False)
    )
    folder = session.scalar(
        select(Folder).where(Folder.case_id == case_id, Folder.kind == FolderKind.CONVERSATION)
    )
    if folder is not None:
        # The current version stays: she or her team may write again. What it sealed is gone.
        old = Grant.version < folder.version
        session.execute(delete(Grant).where(Grant.folder_id == folder.id, old))
        session.execute(
            delete(Half).where(Half.subject_id == folder.id, Half.version < folder.version)
        )
        folder.stale = True
    case.messages_gone_at = now
    audit.record(session, None, "conversation_erased", now=now, case_id=case_id)
    session.flush()
    return True


def forget_case(session: Session, case_id: UUID, *, now: datetime) -> bool:
    """Everything about a case; False when it is gone, held, or open again."""
    if _still_ended(session, case_id) is None:
        return False
    facts: audit.Facts = {"why": "retention"}
    return erasure.erase(session, case_id, actor_id=None, facts=facts, now=now)


def forget_acts(session: Session, chain: str, *, now: datetime) -> int:
    """The facts of the old acts of a chain; when, what kind and by whom stays.

    Who saw a list of names with one that is on hold among them is kept with that one.
    """
    centre = find_centre(session)
    if centre is None:
        return 0
    until = now - timedelta(days=days_of(centre.retention)[Kept.ACCOUNT_OF_ACTS])
    head = session.get(AuditHead, chain, with_for_update=True)
    if head is None or chain not in set(_old_chains(session, until, only=chain)):
        return 0
    case_id = UUID(chain.removeprefix("case:")) if chain.startswith("case:") else None
    here = AuditEvent.chain == chain
    kept = session.scalars(select(AuditEvent.id).where(here, AuditEvent.id.in_(_NAMES_HELD))).all()
    erased = erased_acts.erase_chain(
        session, None, chain, now=now, until=until, kept=kept, case_id=case_id
    )
    if case_id is None:
        # Lists of names stand in the chains of days.
        empty = select(AuditEvent.id).where(here, AuditEvent.salt == b"")
        session.execute(delete(AuditMention).where(AuditMention.event_id.in_(empty)))
    return erased


def old_backup_keys(session: Session, *, now: datetime) -> list[date]:
    """The days of which the backups are too old: nobody shall open those any more."""
    centre = find_centre(session)
    if centre is None:
        return []
    last = now.astimezone(UTC).date() - timedelta(days=days_of(centre.retention)[Kept.BACKUPS])
    return [day for day in _backup_keys(session).days() if day <= last]


def destroy_backup_key(session: Session, day: date, *, now: datetime) -> bool:
    """The key of the backups of a day, in its directory; False when it is gone already."""
    is_gone = _backup_keys(session).destroy(day)
    if is_gone:
        audit.record(session, None, "backup_key_destroyed", now=now, facts={"day": str(day)})
    return is_gone


def _cards_to_freeze(why: Frozen, days: Mapping[Kept, int], *, now: datetime) -> Select[UUID]:
    """Cards that open, although nothing has happened for so long that calls for it."""
    quiet, closed = (now - timedelta(days=days[one]) for one in (Kept.QUIET_CARD, Kept.HER_PAGES))
    state, last, until = {
        Frozen.QUIET: (
            CaseState.OPEN,
            (Account.last_sign_in_at, Card.activated_at, Card.opens_again_at),
            quiet,
        ),
        Frozen.CASE_CLOSED: (
            CaseState.CLOSED,
            (Case.closed_at, Card.activated_at, Card.opens_again_at),
            closed,
        ),
    }[why]
    return (
        select(Card.id)
        .join(Case, Case.survivor_id == Card.account_id)
        .join(Account, Account.id == Card.account_id)
        .where(Card.state == CardState.ACTIVE, Case.state == state)
        .where(*(or_(moment.is_(None), moment <= until) for moment in last))
    )


def _backup_keys(session: Session) -> DailyKeys:
    return DailyKeys(settings_of(session).backup_keys)


def _still_ended(session: Session, case_id: UUID) -> Case | None:
    case = session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None or case.held_at is not None or case.state is not CaseState.CLOSED:
        return None
    return case


_NAMES_HELD = (
    select(AuditMention.event_id)
    .join(Case, Case.id == AuditMention.case_id)
    .where(Case.held_at.is_not(None))
)
"""Lists of names in which a case stands whose clocks a legal hold has stopped."""


def _old_chains(session: Session, until: datetime, only: str | None = None) -> Iterator[str]:
    old = (
        select(AuditEvent.chain)
        .outerjoin(Case, Case.id == AuditEvent.case_id)
        .where(
            AuditEvent.at <= until - ACTS_WAIT,
            AuditEvent.salt != b"",
            Case.held_at.is_(None),
            AuditEvent.id.not_in(_NAMES_HELD),
            AuditEvent.kind != erased_acts.CHAIN_ERASED,
        )
        .distinct()
    )
    if only is not None:
        old = old.where(AuditEvent.chain == only)
    yield from session.scalars(old)
