"""The first hour of a house: its centre, the holders that keys are sealed to, its services."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.holders import HolderKind
from portal.domain.needs import Lane
from portal.domain.promises import DEFAULT_PROMISES, WEEKDAYS, Promise
from portal.domain.refusals import Refusal
from portal.domain.roles import Role
from portal.domain.services import ServiceKind, ServiceState
from portal.models import Account, Centre, Membership, Service, StaffMember, TeamCopy
from portal.services import audit
from portal.services.colleagues import staff
from portal.services.house import key_file
from portal.services.keys import holders

# Without 0/O, 1/I/L, so that what is read aloud or from paper is typed right the first time.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5


class HouseStands(Refusal):
    """This database already holds a centre; one installation serves one house."""


@dataclass(frozen=True)
class NewCentre:
    """What a centre says of itself at its founding."""

    name: str
    country: str
    zone: str
    languages: Sequence[str]
    opens: time = time(9)
    closes: time = time(17)
    weekdays: Sequence[int] = tuple(WEEKDAYS)
    promises: Mapping[Lane, Promise] = field(default_factory=lambda: DEFAULT_PROMISES)
    is_demo: bool = False


def found(session: Session, new: NewCentre, *, recovery_public: bytes, now: datetime) -> Centre:
    """The centre and the holders it needs from its first day. Raises HouseStands.

    Teams have no key yet: the first member of each starts it.
    """
    if session.get(Centre, 1) is not None:
        raise HouseStands
    centre = Centre(
        id=1,
        name=new.name,
        country=new.country,
        zone=new.zone,
        languages=list(new.languages),
        opens=new.opens,
        closes=new.closes,
        weekdays=list(new.weekdays),
        promises={lane.value: [one.amount, one.span.value] for lane, one in new.promises.items()},
        is_demo=new.is_demo,
        created_at=now,
    )
    session.add(centre)
    machine = key_file(session).house.public
    holders.new_holder(session, HolderKind.HOUSE, now=now, public=machine)
    holders.new_holder(session, HolderKind.RECOVERY, now=now, public=recovery_public)
    for team in (HolderKind.DESK, HolderKind.COORDINATORS, HolderKind.AUDITORS):
        holders.new_holder(session, team, now=now)
    audit.record(session, None, "house_founded", now=now)
    return centre


def add_service(
    session: Session,
    *,
    kind: ServiceKind,
    name: str,
    languages: Sequence[str],
    place: str,
    now: datetime,
    actor_id: UUID | None = None,
    service_id: UUID | None = None,
) -> Service:
    """A service under the roof; it takes requests once somebody of its staff holds its key."""
    holder = holders.new_holder(session, HolderKind.SERVICE, now=now)
    service = Service(
        kind=kind,
        name=name,
        state=ServiceState.OPEN,
        holder_id=holder.id,
        languages=list(languages),
        place=place,
    )
    if service_id is not None:
        service.id = service_id
    session.add(service)
    session.flush()
    audit.record(session, actor_id, "service_added", now=now, facts={"service": str(service.id)})
    return service


def one_time_passphrase() -> str:
    """A first pass phrase of 98 random bits, to be read from paper once and changed."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def who_can_hand_over(
    session: Session, account_id: UUID, role: Role, service_id: UUID | None
) -> list[str] | None:
    """Names of the colleagues who can give this new member the key of the team.

    None when nobody needs to: the role has no team, or the member holds the key already. An empty
    list when a team has a key and nobody present holds it: only the recovery sheets help.
    """
    team = staff.team_of(session, role, service_id)
    if team is None:
        return None
    rows = session.execute(
        select(StaffMember.account_id, StaffMember.name)
        .join(Account, Account.id == StaffMember.account_id)
        .join(TeamCopy, TeamCopy.member_id == Account.holder_id)
        .join(Membership, Membership.account_id == StaffMember.account_id)
        .where(
            TeamCopy.team_id == team.id,
            TeamCopy.version == team.version,
            StaffMember.left_at.is_(None),
            Membership.role == role,
            Membership.service_id == service_id,
        )
        .order_by(StaffMember.name)
    ).all()
    if any(holds == account_id for holds, _ in rows):
        return None
    return [name for _, name in rows]
