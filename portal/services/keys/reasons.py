"""Why something is asked, and what was said to it: sealed to the asker and to those who decide.

About a case it lies in that case's folder of decisions, each time under a version of its own that
the case team may open too. What belongs to no case lies under a key of the decision itself.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.decisions import RULES
from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.domain.refusals import NotFound
from portal.models import Account, Decision, DecisionKey, TeamCopy
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.house import at_once, key_file
from portal.services.keys.copies import Copies
from portal.services.keys.folders import Grantee, held_folder, readers
from portal.services.keys.holders import get_one, open_team_copy, public_halves
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder
from portal.vault import (
    Place,
    new_folder_key,
    open_sealed,
    open_value,
    seal_value,
)

ONLY_VERSION = 1
KEYS = Copies(DecisionKey, "decision_id", "decision-key")


def seal(
    session: Session,
    acting: SignedIn,
    decision: Decision,
    column: str,
    words: str,
    *,
    teams: Iterable[UUID],
    now: datetime,
) -> None:
    """Seal words of a decision to who asked, these teams, and mostly the case team: see `Rule`.

    Raises Forged.
    """
    asker = session.get_one(Account, decision.asked_by_id).holder_id
    holders = {asker, *teams}
    if decision.case_id is None:
        _seal_apart(session, acting, decision, column, words, holders, now=now)
        return
    folder = held_folder(session, decision.case_id, FolderKind.DECISIONS)
    opened = OpenFolder(session, acting, folder, now=now)
    grantees = {holder: Grantee(holder, Why.DECISION) for holder in sorted(holders)}
    if RULES[decision.kind].team_reads:
        team = readers(session, decision.case_id, now=now)
        grantees |= {one.holder_id: one for one in team if one.why is Why.CASE_TEAM}
    opened.start_version(grantees.values())
    opened.write(decision, column, words)


def read(
    session: Session, acting: SignedIn, decision: Decision, *columns: str, now: datetime
) -> list[str | None]:
    """The words in these columns; None where nothing is. That it was read is written down.

    Raises NotFound for somebody to whom they were not sealed.
    """
    if decision.case_id is not None:
        folder = open_folder(
            session, acting, decision.case_id, FolderKind.DECISIONS, purpose="decision", now=now
        )
        return [folder.read(decision, column) for column in columns]
    key = _key(session, acting, decision)
    facts: audit.Facts = {"decision": str(decision.id), "kind": decision.kind.value}
    with at_once(session) as writing:
        audit.record(writing, acting.account_id, "decision_read", now=now, facts=facts)
    found: list[str | None] = []
    for column in columns:
        sealed: bytes | None = getattr(decision, column)
        place = _place(decision, column)
        found.append(open_value(key, place, sealed).decode() if sealed else None)
    return found


def _seal_apart(
    session: Session,
    acting: SignedIn,
    decision: Decision,
    column: str,
    words: str,
    holders: set[UUID],
    *,
    now: datetime,
) -> None:
    session.flush()
    first = session.scalar(
        select(DecisionKey.id).where(DecisionKey.decision_id == decision.id).limit(1)
    )
    key = _key(session, acting, decision) if first else new_folder_key()
    if first is None:
        wanted = holders | {get_one(session, HolderKind.RECOVERY).id}
        for public in public_halves(session, wanted).values():
            KEYS.give(session, decision.id, public, key)
    setattr(decision, column, seal_value(key, _place(decision, column), words.encode()))
    session.flush()


def _key(session: Session, acting: SignedIn, decision: Decision) -> bytes:
    """The decision's key, through this person's own copy or a team's of hers. Raises NotFound."""
    row = session.execute(
        select(DecisionKey, TeamCopy)
        .outerjoin(TeamCopy, KEYS.of_teams(acting.holder_id))
        .where(
            DecisionKey.decision_id == decision.id,
            or_(DecisionKey.holder_id == acting.holder_id, TeamCopy.id.is_not(None)),
        )
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound
    copy, team = row
    KEYS.check(key_file(session), decision.id, copy)
    pair = open_team_copy(session, team, acting.keys) if team else acting.keys
    return open_sealed(pair, copy.sealed)


def _place(decision: Decision, column: str) -> Place:
    return Place(decision.__tablename__, decision.id, column, decision.id, ONLY_VERSION)
