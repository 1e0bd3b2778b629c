"""Reading the account of acts: ids and kinds, for auditors, and written down itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.refusals import NotYours
from portal.domain.roles import Permission
from portal.domain.words import clean
from portal.models import AuditEvent, Case, StaffMember
from portal.services import audit
from portal.services.entry.sessions import SignedIn

LATEST = 100


@dataclass(frozen=True)
class Act:
    """One act: when, what kind, and by whom; without a name it was she herself or the machine."""

    event: AuditEvent
    colleague: str | None


def of_case(
    session: Session, acting: SignedIn, number: str, *, now: datetime, size: int = LATEST
) -> list[Act] | None:
    """The latest acts about the case of a number, newest first; None where there is no such case.

    Raises NotYours for whoever is no auditor.
    """
    if not acting.may(Permission.READ_AUDIT):
        raise NotYours
    case_id = session.scalar(select(Case.id).where(Case.number == clean(number).upper()))
    if case_id is None:
        return None
    rows = session.execute(
        select(AuditEvent, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.account_id == AuditEvent.actor_id)
        .where(AuditEvent.case_id == case_id)
        .order_by(AuditEvent.number.desc())
        .limit(size)
    ).all()
    audit.record(session, acting.account_id, "account_read", now=now, case_id=case_id)
    return [Act(event, name) for event, name in rows]
