"""Teams and their keys: who joins waits for a member's tap, who leaves is locked out at once."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, false, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.decisions import check_proof
from portal.domain.holders import HolderKind
from portal.domain.refusals import NotFound, Refusal
from portal.domain.roles import Role
from portal.models import (
    Account,
    Folder,
    Grant,
    Holder,
    Membership,
    Service,
    StaffMember,
    TeamCopy,
)
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.keys import holders

TEAM_OF_ROLE = {
    Role.MODERATOR: HolderKind.DESK,
    Role.COORDINATOR: HolderKind.COORDINATORS,
    Role.AUDITOR: HolderKind.AUDITORS,
}
Place = tuple[Role, UUID | None]
"""A role and the service in which it is held, if it is held in one."""


class LastKeyHolder(Refusal):
    """Nobody else present holds this team's key: without her only the paper words open it."""


def team_of(session: Session, role: Role, service_id: UUID | None) -> Holder | None:
    """The team whose key goes with a role, if there is one."""
    if role is Role.SERVICE_STAFF and service_id is not None:
        return session.get_one(Holder, session.get_one(Service, service_id).holder_id)
    kind = TEAM_OF_ROLE.get(role)
    return None if kind is None else holders.get_one(session, kind)


def teams_by_place(session: Session) -> dict[Place, Holder]:
    """Every team of the house by the role and service that lead into it."""
    kinds = list(TEAM_OF_ROLE.values())
    of_house = {
        team.kind: team for team in session.scalars(select(Holder).where(Holder.kind.in_(kinds)))
    }
    found: dict[Place, Holder] = {
        (role, None): of_house[kind] for role, kind in TEAM_OF_ROLE.items() if kind in of_house
    }
    of_services = session.execute(
        select(Service.id, Holder).join(Holder, Holder.id == Service.holder_id)
    )
    return found | {(Role.SERVICE_STAFF, service_id): team for service_id, team in of_services}


def give_role(
    session: Session,
    account_id: UUID,
    role: Role,
    *,
    now: datetime,
    service_id: UUID | None = None,
    actor_id: UUID | None = None,
) -> Membership:
    """A role for a colleague. The first member of a team starts its key; later ones wait.

    Whoever joins a team that already has a key gets it from a member: nobody absent can hand it
    over, and nothing is handed over silently.
    """
    membership = Membership(account_id=account_id, role=role, service_id=service_id)
    session.add(membership)
    session.flush()
    team = team_of(session, role, service_id)
    if team is not None and team.version == 0:
        pair = holders.start_team(session, team, now=now)
        holder_id = session.get_one(Account, account_id).holder_id
        holders.give_team_key(session, team, team.version, pair, holder_id)
    _record(session, actor_id, "role_given", membership, now=now)
    return membership


def take_role(
    session: Session,
    membership: Membership,
    *,
    now: datetime,
    actor_id: UUID | None = None,
    even_the_last: bool = False,
) -> None:
    """Take a role away: her copies of its team's key go now, and the key takes a new version.

    Raises LastKeyHolder, unless that is wanted: then only the paper words open what was the team's.
    """
    team = team_of(session, membership.role, membership.service_id)
    if team is not None:
        holder_id = session.get_one(Account, membership.account_id).holder_id
        lock_out(session, team, holder_id, now=now, even_the_last=even_the_last)
    session.delete(membership)
    session.flush()
    _record(session, actor_id, "role_taken", membership, now=now)


def lock_out(
    session: Session, team: Holder, holder_id: UUID, *, now: datetime, even_the_last: bool
) -> None:
    """Her copies of a team's key go now, and the team takes a new version without her.

    Raises LastKeyHolder, unless that is wanted.
    """
    # Two who leave at once wait for each other: the second must not seal to the first.
    session.refresh(team, with_for_update=True)
    held = holders_of_key(session, [team])[team.id]
    if held.keys() == {holder_id} and not even_the_last:
        raise LastKeyHolder
    gone = delete(TeamCopy).where(TeamCopy.team_id == team.id, TeamCopy.member_id == holder_id)
    session.execute(gone.execution_options(synchronize_session="fetch"))
    if holder_id not in held:
        return
    pair = holders.start_team(session, team, now=now)
    for other_id in held.keys() - {holder_id}:
        holders.give_team_key(session, team, team.version, pair, other_id)
    # She may have kept a folder's key: what is written from now on is sealed under another.
    granted = select(Grant.folder_id).where(Grant.holder_id == team.id)
    stale = update(Folder).where(Folder.id.in_(granted)).values(stale=True)
    session.execute(stale.execution_options(synchronize_session="fetch"))


def holders_of_key(session: Session, teams: Iterable[Holder]) -> dict[UUID, dict[UUID, str]]:
    """For each team, who present holds its key of now: names by the holder of the account."""
    wanted = [team.id for team in teams]
    found: dict[UUID, dict[UUID, str]] = {team_id: {} for team_id in wanted}
    rows = session.execute(
        select(TeamCopy.team_id, TeamCopy.member_id, StaffMember.name)
        .join(Holder, (Holder.id == TeamCopy.team_id) & (Holder.version == TeamCopy.version))
        .join(Account, Account.holder_id == TeamCopy.member_id)
        .join(StaffMember, StaffMember.account_id == Account.id)
        .where(TeamCopy.team_id.in_(wanted), StaffMember.left_at.is_(None))
        .order_by(StaffMember.name, TeamCopy.member_id)
    )
    for team_id, holder_id, name in rows:
        found[team_id][holder_id] = name
    return found


def waiting_for_key(session: Session, acting: SignedIn) -> list[tuple[Membership, StaffMember]]:
    """Colleagues of a team of mine who cannot open anything of it until a member confirms."""
    teams = teams_by_place(session)
    mine = {place: teams[place] for place in acting.roles if place in teams}
    held = holders_of_key(session, mine.values())
    open_to_me = {place: team for place, team in mine.items() if acting.holder_id in held[team.id]}
    rows = session.execute(
        select(Membership, StaffMember)
        .join(StaffMember, StaffMember.account_id == Membership.account_id)
        .join(Account, Account.id == Membership.account_id)
        .where(
            StaffMember.left_at.is_(None),
            or_(false(), *(_without_key(place, team) for place, team in open_to_me.items())),
        )
        .order_by(StaffMember.name, Membership.id)
    )
    return [(membership, member) for membership, member in rows]


def hand_over(session: Session, acting: SignedIn, membership_id: UUID, *, now: datetime) -> None:
    """A member confirms a new colleague: the team's key is sealed to her.

    Raises ProofTooOld, NotFound.
    """
    check_proof(acting.second_factor_at, now=now)
    # Held first: whose role or keys change at this moment is given nothing by what they were.
    whose = select(StaffMember.account_id).join(
        Membership, Membership.account_id == StaffMember.account_id
    )
    session.execute(whose.where(Membership.id == membership_id).with_for_update(of=StaffMember))
    waiting = {membership.id: membership for membership, _ in waiting_for_key(session, acting)}
    membership = waiting.get(membership_id)
    if membership is None:
        raise NotFound
    team = team_of(session, membership.role, membership.service_id)
    assert team is not None
    holder_id = session.get_one(Account, membership.account_id).holder_id
    holders.hand_over_team(session, team, holders.Keys(acting.holder_id, acting.keys), holder_id)
    facts: audit.Facts = {"account": str(membership.account_id), "team": str(team.id)}
    audit.record(session, acting.account_id, "team_key_given", now=now, facts=facts)


def _without_key(place: Place, team: Holder) -> ColumnElement[bool]:
    role, service_id = place
    has_it = (
        select(TeamCopy.id)
        .where(
            TeamCopy.team_id == team.id,
            TeamCopy.version == team.version,
            TeamCopy.member_id == Account.holder_id,
        )
        .exists()
    )
    return and_(Membership.role == role, Membership.service_id == service_id, ~has_it)


def _record(
    session: Session, actor_id: UUID | None, what: str, membership: Membership, *, now: datetime
) -> None:
    facts: audit.Facts = {"account": str(membership.account_id), "role": membership.role.value}
    if membership.service_id is not None:
        facts["service"] = str(membership.service_id)
    audit.record(session, actor_id, what, now=now, facts=facts)
