"""Break-glass: a coordinator asks, an auditor decides, and one case opens for an hour.

Each of the two holds one half of every folder key, so neither can open anything alone.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased

from portal.domain.decisions import (
    BREAK_GLASS_WAITS,
    DecidedMeanwhile,
    DecisionKind,
    DecisionState,
)
from portal.domain.folders import Why
from portal.domain.holders import HolderKind
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import PERMISSIONS, Permission
from portal.domain.words import clean
from portal.models import Account, Case, Decision, Folder, Grant, Membership, StaffMember
from portal.services import audit
from portal.services.case_work.cases import on_team
from portal.services.entry.sessions import SignedIn
from portal.services.keys import halves, reasons
from portal.services.keys.folders import Grantee, give, is_live
from portal.services.keys.holders import get_one, public_halves
from portal.services.moderation import deciders, decisions

LASTS = timedelta(minutes=60)
TOLD_FOR = timedelta(days=30)
SHOWN = 100


@dataclass(frozen=True)
class Opening:
    """An emergency opening of a case, as its case team and its asker read it."""

    decision: Decision
    case_number: str
    asked_by: str
    decided_by: str | None
    opens_until: datetime | None


def ask(session: Session, acting: SignedIn, number: str, *, reason: str, now: datetime) -> Decision:
    """Ask to open one case, found by its number. Raises NotFound, KeyNotHandedOver, and what
    `decisions.ask` raises.

    The coordinators' halves of that case, and of no other, are sealed to the auditors' team.
    """
    if not acting.may(Permission.ASK_BREAK_GLASS):
        raise NotYours
    case = session.scalar(select(Case).where(Case.number == clean(number).upper()))
    if case is None:
        raise NotFound
    decision = decisions.ask(
        session, acting, DecisionKind.BREAK_GLASS, reason=reason, case_id=case.id, now=now
    )
    folders = session.scalars(select(Folder.id).where(Folder.case_id == case.id)).all()
    halves.lend(
        session,
        acting,
        decision.id,
        folders,
        of=HolderKind.COORDINATORS,
        to_id=get_one(session, HolderKind.AUDITORS).id,
        until=now + BREAK_GLASS_WAITS,
    )
    return decision


def open_case(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    """The effect of the decision: who asked reads this case for an hour, and a review is asked for.

    Raises KeyNotHandedOver when who decides has not got the team's key, NotFound without halves,
    DecidedMeanwhile when who asked may not ask for it any more.
    """
    if acting is None or decision.case_id is None:
        raise NotFound
    _check_still_asks(session, decision, now=now)
    keys = halves.joined(session, acting, decision.id, of=HolderKind.AUDITORS, now=now)
    if not keys:
        raise NotFound
    halves.take_back(session, decision.id)
    _grant(session, acting, decision, keys, now=now)
    facts: audit.Facts = {"decision": str(decision.id), "to": str(decision.asked_by_id)}
    audit.record(
        session,
        acting.account_id,
        "emergency_opened",
        now=now,
        case_id=decision.case_id,
        facts=facts,
    )
    (reason,) = reasons.read(session, acting, decision, "reason", now=now)
    decisions.ask(
        session,
        acting,
        DecisionKind.BREAK_GLASS_REVIEW,
        reason=reason or "–",
        case_id=decision.case_id,
        subject_id=decision.id,
        facts={"not_by": [str(decision.asked_by_id)]},
        now=now,
    )


def end(session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime) -> None:
    """Declined, withdrawn or vanished: the lent halves are gone."""
    halves.take_back(session, decision.id)


def end_openings(session: Session, account_id: UUID) -> None:
    """Who is no coordinator any more reads no longer what was opened for her."""
    holder_id = session.get_one(Account, account_id).holder_id
    opened = delete(Grant).where(Grant.holder_id == holder_id, Grant.why == Why.EMERGENCY)
    ended = session.scalars(
        opened.returning(Grant.folder_id).execution_options(synchronize_session="fetch")
    ).all()
    stale = update(Folder).where(Folder.id.in_(ended)).values(stale=True)
    session.execute(stale.execution_options(synchronize_session="fetch"))


def asked_by(session: Session, acting: SignedIn, *, now: datetime) -> list[Opening]:
    """The emergency openings that this coordinator asked for, the newest first."""
    return _openings(session, Decision.asked_by_id == acting.account_id, now=now)


def of_my_cases(session: Session, acting: SignedIn, *, now: datetime) -> list[Opening]:
    """Emergency openings of cases of one's own in the last month: told at once."""
    lately = (
        on_team(acting),
        Decision.state == DecisionState.ACCEPTED,
        Decision.decided_at > now - TOLD_FOR,
    )
    return _openings(session, *lately, now=now)


def _check_still_asks(session: Session, decision: Decision, *, now: datetime) -> None:
    """Her roles as they are now: an opening is for her alone, and she may have left since."""
    still = deciders.roles_at_work(session, now=now).where(
        Membership.account_id == decision.asked_by_id,
        Membership.role.in_(PERMISSIONS[Permission.ASK_BREAK_GLASS]),
    )
    if session.scalar(still.limit(1)) is None:
        raise DecidedMeanwhile


def _grant(
    session: Session,
    acting: SignedIn,
    decision: Decision,
    keys: dict[halves.Subject, bytes],
    *,
    now: datetime,
) -> None:
    asker = session.get_one(Account, decision.asked_by_id).holder_id
    public = public_halves(session, [asker])[asker]
    folders = {
        one.id: one
        for one in session.scalars(select(Folder).where(Folder.case_id == decision.case_id))
    }
    has = _kept(session, asker, folders, keys, now=now)
    for (folder_id, version), key in keys.items():
        if (folder_id, version) not in has and folder_id in folders:
            give(
                session,
                folders[folder_id],
                version,
                key,
                Grantee(asker, Why.EMERGENCY, now + LASTS),
                public,
                given_by_id=acting.account_id,
                now=now,
            )
    session.flush()


def _kept(
    session: Session,
    asker: UUID,
    folders: Iterable[UUID],
    keys: Collection[halves.Subject],
    *,
    now: datetime,
) -> set[halves.Subject]:
    """What the asker opens all the same; what an earlier opening left of these keys is gone.

    That ends before this hour does, or has ended and only waits for the worker.
    """
    hers = session.scalars(
        select(Grant).where(Grant.holder_id == asker, Grant.folder_id.in_(folders))
    ).all()
    kept, over = set(), []
    for grant in hers:
        subject = (grant.folder_id, grant.version)
        if grant.why is not Why.EMERGENCY and is_live(grant, now=now):
            kept.add(subject)
        elif subject in keys:
            over.append(grant.id)
    gone = delete(Grant).where(Grant.id.in_(over))
    session.execute(gone.execution_options(synchronize_session="fetch"))
    return kept


def _openings(session: Session, *wanted: object, now: datetime) -> list[Opening]:
    asker, decider = aliased(StaffMember), aliased(StaffMember)
    rows = session.execute(
        select(Decision, Case.number, asker.name, decider.name)
        .join(Case, Case.id == Decision.case_id)
        .join(asker, asker.account_id == Decision.asked_by_id)
        .outerjoin(decider, decider.account_id == Decision.decided_by_id)
        .where(Decision.kind == DecisionKind.BREAK_GLASS, *wanted)  # type: ignore[arg-type]
        .order_by(Decision.asked_at.desc())
        .limit(SHOWN)
    ).all()
    ends = {
        decision.id: decision.decided_at + LASTS
        for decision, *_ in rows
        if decision.state is DecisionState.ACCEPTED and decision.decided_at is not None
    }
    return [
        Opening(decision, number, by, decided, ends.get(decision.id))
        for decision, number, by, decided in rows
    ]
