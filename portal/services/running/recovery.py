"""When nobody can open what the house holds: the two paper sheets put a new person in charge.

The sheets open what was sealed to the recovery key: every team's private half and every folder's
key but those that are hers alone. Everything done with them is written down.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from portal.domain.folders import HERS_ALONE, Why
from portal.domain.holders import TEAMS, HolderKind
from portal.domain.roles import Role
from portal.models import (
    Account,
    Case,
    Folder,
    Grant,
    Holder,
    Invitation,
    KeySlot,
    Membership,
    PendingGrant,
    Service,
    SignIn,
    StaffMember,
    TeamCopy,
)
from portal.services import audit
from portal.services.colleagues import staff
from portal.services.keys import folders, holders
from portal.services.keys.holders import Keys
from portal.vault import open_sealed

ROLE_OF_TEAM = {kind: role for role, kind in staff.TEAM_OF_ROLE.items()}


@dataclass(frozen=True)
class Recovered:
    """What a new person in charge was given."""

    teams: int
    cases: int
    folders: int


def dismiss_everybody(session: Session, *, now: datetime) -> int:
    """Everybody's account is closed: no key, role, sign-in or link is left of them; gives how many.

    For when no pass phrase opens any more, or none of those who had one is to be trusted.
    """
    members = session.scalars(select(StaffMember).where(StaffMember.left_at.is_(None))).all()
    for member in members:
        member.left_at, member.slot_id = now, None
        session.flush()
        audit.record(
            session, None, "staff_left", now=now, facts={"account": str(member.account_id)}
        )
    people = select(Holder.id).where(Holder.kind == HolderKind.STAFF)
    accounts = select(Account.id).where(Account.holder_id.in_(people))
    for row in (
        delete(KeySlot).where(KeySlot.holder_id.in_(people)),
        delete(TeamCopy).where(TeamCopy.member_id.in_(people)),
        delete(SignIn).where(SignIn.account_id.in_(accounts)),
        delete(Membership).where(Membership.account_id.in_(accounts)),
        delete(PendingGrant).where(PendingGrant.account_id.in_(accounts)),
        # Else who was dismissed comes back as the colleague whom she had invited.
        delete(Invitation).where(Invitation.used_at.is_(None)),
    ):
        session.execute(row.execution_options(synchronize_session="fetch"))
    _end_grants(session, Grant.holder_id.in_(people))
    return len(members)


def take_over(session: Session, recovery: Keys, member: StaffMember, *, now: datetime) -> Recovered:
    """Put a new colleague in charge of every team and case that has nobody left.

    She becomes coordinator and case director, joins each team without a living member under a new
    version of its key, and gets the folders of each case whose director or stand-in is gone.
    """
    holder_id = session.get_one(Account, member.account_id).holder_id
    given = [_join_team(session, recovery, team, member, now=now) for team in _orphans(session)]
    for role in (Role.COORDINATOR, Role.CASE_DIRECTOR):
        if not _has_role(session, member.account_id, role):
            staff.give_role(session, member.account_id, role, now=now)
    cases = _cases_without_team(session)
    opened = 0
    for case in cases:
        opened += _take_case(session, recovery, case, member.account_id, holder_id, now=now)
    audit.record(
        session,
        member.account_id,
        "recovery_sheets_used",
        now=now,
        facts={"teams": len(given), "cases": len(cases), "folders": opened},
    )
    return Recovered(len(given), len(cases), opened)


def _orphans(session: Session) -> list[Holder]:
    """Teams that have a key which no living colleague holds."""
    held = (
        select(TeamCopy.team_id)
        .join(Account, Account.holder_id == TeamCopy.member_id)
        .join(StaffMember, StaffMember.account_id == Account.id)
        .where(StaffMember.left_at.is_(None))
    )
    return list(
        session.scalars(
            select(Holder)
            .where(Holder.kind.in_(TEAMS), Holder.version > 0, Holder.id.not_in(held))
            .order_by(Holder.created_at, Holder.id)
        )
    )


def _join_team(
    session: Session, recovery: Keys, team: Holder, member: StaffMember, *, now: datetime
) -> Holder:
    role, service_id = Role.SERVICE_STAFF, None
    if team.kind is HolderKind.SERVICE:
        service_id = session.scalar(select(Service.id).where(Service.holder_id == team.id))
    else:
        role = ROLE_OF_TEAM[team.kind]
    holder_id = session.get_one(Account, member.account_id).holder_id
    if not _has_role(session, member.account_id, role, service_id):
        staff.give_role(session, member.account_id, role, now=now, service_id=service_id)
    holders.hand_over_team(session, team, recovery, holder_id)
    # Those who are gone may have kept the old key; what is sealed from now on is not for them.
    pair = holders.start_team(session, team, now=now)
    holders.give_team_key(session, team, team.version, pair, holder_id)
    audit.record(
        session,
        member.account_id,
        "team_key_recovered",
        now=now,
        facts={"account": str(member.account_id), "team": str(team.id)},
    )
    return team


def _has_role(
    session: Session, account_id: UUID, role: Role, service_id: UUID | None = None
) -> bool:
    held = select(Membership.id).where(
        Membership.account_id == account_id,
        Membership.role == role,
        Membership.service_id == service_id,
    )
    return session.scalar(held.limit(1)) is not None


def _cases_without_team(session: Session) -> list[Case]:
    alive = select(StaffMember.account_id).where(StaffMember.left_at.is_(None))
    gone = or_(Case.case_director_id.not_in(alive), Case.stand_in_id.not_in(alive))
    return list(session.scalars(select(Case).where(gone).order_by(Case.number)))


def _take_case(
    session: Session,
    recovery: Keys,
    case: Case,
    account_id: UUID,
    holder_id: UUID,
    *,
    now: datetime,
) -> int:
    alive = set(
        session.scalars(
            select(StaffMember.account_id).where(
                StaffMember.account_id.in_((case.case_director_id, case.stand_in_id)),
                StaffMember.left_at.is_(None),
            )
        )
    )
    if case.case_director_id not in alive:
        case.case_director_id = account_id
    if case.stand_in_id not in alive:
        case.stand_in_id = account_id
    opened = 0
    for folder in session.scalars(
        select(Folder).where(Folder.case_id == case.id, Folder.kind.not_in(HERS_ALONE))
    ).all():
        grant_folder(session, recovery, folder, account_id, holder_id, now=now)
        opened += 1
    end_keys_of_leavers(session, case.id)
    audit.record(
        session,
        account_id,
        "case_recovered",
        now=now,
        case_id=case.id,
        facts={"folders": opened},
    )
    return opened


def grant_folder(
    session: Session,
    recovery: Keys,
    folder: Folder,
    account_id: UUID,
    holder_id: UUID,
    *,
    now: datetime,
) -> None:
    """Seal to a colleague every version of a folder that the sheets open and she lacks."""
    public = holders.public_halves(session, [holder_id])[holder_id]
    ours = session.scalars(
        select(Grant).where(Grant.folder_id == folder.id, Grant.holder_id == recovery.holder_id)
    ).all()
    has = set(
        session.scalars(
            select(Grant.version).where(Grant.folder_id == folder.id, Grant.holder_id == holder_id)
        )
    )
    for grant in ours:
        if grant.version in has:
            continue
        folders.check_grant(session, folder, grant)
        key = open_sealed(recovery.pair, grant.sealed)
        grantee = folders.Grantee(holder_id, Why.CASE_TEAM)
        folders.give(
            session,
            folder,
            grant.version,
            key,
            grantee,
            public,
            given_by_id=account_id,
            now=now,
        )
    session.flush()


def end_keys_of_leavers(session: Session, case_id: UUID) -> None:
    """Who had left as the last to hold the keys of a case holds them no more: others do now."""
    _end_grants(
        session,
        Grant.folder_id.in_(select(Folder.id).where(Folder.case_id == case_id)),
        Grant.holder_id.in_(
            select(Account.holder_id)
            .join(StaffMember, StaffMember.account_id == Account.id)
            .where(StaffMember.left_at.is_not(None))
        ),
    )


def _end_grants(session: Session, *which: ColumnElement[bool]) -> None:
    """What they could open ends now, and the next write starts a version without them."""
    ended = session.execute(select(Grant.folder_id, Grant.holder_id).where(*which).distinct()).all()
    for folder_id, holder_id in ended:
        folders.end_grants(session, session.get_one(Folder, folder_id), holder_id)
