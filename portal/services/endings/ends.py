"""What ends in this house and when: numbers and clocks only, for those who answer for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts import CaseState
from portal.domain.refusals import NotYours
from portal.domain.retention import Kept, days_of
from portal.domain.roles import Permission
from portal.models import AuditEvent, Case
from portal.services.colleagues import staff
from portal.services.endings import closing
from portal.services.endings.erasure import ERASED
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre, settings_of
from portal.vault import DailyKeys

SHOWN = 50


@dataclass(frozen=True)
class Ending:
    """A case on which the work has ended, and when each of its clocks strikes."""

    case: Case
    strikes: dict[Kept, datetime]


@dataclass(frozen=True)
class Erased:
    """An erasure, and the day from which no backup of before opens any more."""

    at: datetime
    by: str | None
    """None: a clock of the house."""
    no_backup_from: date


@dataclass(frozen=True)
class Overview:
    """What is held, what ends next, what was erased lately, and which backups still open."""

    held: Sequence[Case]
    ending: list[Ending]
    erased: list[Erased]
    backups: list[tuple[date, date]]
    """Days of which the key of the backups lives, and the day on which it is destroyed."""


def overview(session: Session, acting: SignedIn) -> Overview:
    """For coordinators and auditors; nothing sealed is opened. Raises NotYours."""
    if not acting.may(Permission.SEE_ENDS):
        raise NotYours
    days = days_of(get_centre(session).retention)
    ended = select(Case).where(Case.state == CaseState.CLOSED, Case.held_at.is_(None))
    held = select(Case).where(Case.held_at.is_not(None))
    return Overview(
        session.scalars(held.order_by(Case.held_at, Case.id).limit(SHOWN)).all(),
        [
            Ending(case, closing.strikes(case, days))
            for case in session.scalars(ended.order_by(Case.closed_at, Case.id).limit(SHOWN))
        ],
        _erased(session, days[Kept.BACKUPS]),
        _backups(session, days[Kept.BACKUPS]),
    )


def no_backup_from(session: Session, *, now: datetime) -> date:
    """The day from which no backup made until now opens any more."""
    return now.date() + timedelta(days=days_of(get_centre(session).retention)[Kept.BACKUPS])


def _erased(session: Session, backup_days: int) -> list[Erased]:
    newest = select(AuditEvent).where(AuditEvent.kind == ERASED)
    events = session.scalars(
        newest.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(SHOWN)
    ).all()
    names = staff.names(session, {one.actor_id for one in events if one.actor_id})
    return [
        Erased(
            one.at,
            names.get(one.actor_id) if one.actor_id else None,
            one.at.date() + timedelta(days=backup_days),
        )
        for one in events
    ]


def _backups(session: Session, backup_days: int) -> list[tuple[date, date]]:
    kept = timedelta(days=backup_days)
    return [(day, day + kept) for day in DailyKeys(settings_of(session).backup_keys).days()]
