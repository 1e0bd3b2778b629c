"""Who decides: the roles that are filled today, and their teams."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from portal.domain.decisions import DecisionKind, NobodyToDecide, deciding_roles
from portal.domain.roles import Role
from portal.models import Membership, StaffMember
from portal.services.colleagues import staff
from portal.services.house import today_here


def roles_at_work(session: Session, *, now: datetime) -> Select[Role]:
    """The roles of everybody who works here now, and whose training has not passed."""
    today = today_here(session, now=now)
    return (
        select(Membership.role)
        .join(StaffMember, StaffMember.account_id == Membership.account_id)
        .where(
            StaffMember.left_at.is_(None),
            or_(StaffMember.trained_until.is_(None), StaffMember.trained_until >= today),
        )
    )


def check_somebody_decides(
    session: Session, kind: DecisionKind, *, besides: UUID, now: datetime
) -> None:
    """Raises NobodyToDecide where no active colleague but this one holds a deciding role."""
    other = roles_at_work(session, now=now).where(
        Membership.role.in_(deciding_roles(kind)), Membership.account_id != besides
    )
    if session.scalar(other.limit(1)) is None:
        raise NobodyToDecide


def unfilled(session: Session, *, now: datetime) -> list[DecisionKind]:
    """Kinds that nobody in the house decides about: they stay closed until the role is filled."""
    found = set(session.scalars(roles_at_work(session, now=now)))
    return [kind for kind in DecisionKind if found.isdisjoint(deciding_roles(kind))]


def deciding_teams(session: Session, kind: DecisionKind) -> list[UUID]:
    """The holders of the teams that decide about a kind, as far as they have a key."""
    teams = [staff.team_of(session, role, None) for role in sorted(deciding_roles(kind))]
    return [team.id for team in teams if team is not None and team.version]
