"""The colleagues of the house as a coordinator sees them: lists by key, and one person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.appointments import COMING, AppointmentState
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission, Role
from portal.domain.words import clean
from portal.models import Account, Appointment, Case, Membership, Service, StaffMember
from portal.services.colleagues.teams import Place, holders_of_key, teams_by_place
from portal.services.entry.sessions import SignedIn

PAGE = 50
SHOWN_CASES = 12


class Show(StrEnum):
    """Which colleagues a list is about."""

    PRESENT = "present"
    UNTRAINED = "untrained"
    LEFT = "left"


@dataclass(frozen=True)
class Held:
    """A role of somebody, where, and whom its team's key waits for."""

    membership: Membership
    service: str | None
    waits: bool
    waits_for: tuple[str, ...] = ()
    """Who present can hand the key over; with nobody, only the paper words do."""


@dataclass(frozen=True)
class Line:
    """One colleague of the list."""

    member: StaffMember
    last_sign_in_at: datetime | None
    held: list[Held]

    @property
    def waits(self) -> bool:
        """Whether a team's key is still to be handed to her."""
        return any(one.waits for one in self.held)


@dataclass(frozen=True)
class Colleagues:
    """A page of the list; `after` is the key of the next one."""

    lines: list[Line]
    after: UUID | None


@dataclass(frozen=True)
class OpenItems:
    """What of hers goes on without her: for the coordinator to give to somebody."""

    directs: int
    stands_in: int
    dates: int
    numbers: tuple[str, ...]

    @property
    def number(self) -> int:
        """How much there is."""
        return self.directs + self.stands_in + self.dates


def page(
    session: Session,
    acting: SignedIn,
    *,
    today: date,
    show: Show = Show.PRESENT,
    name: str = "",
    after: UUID | None = None,
    size: int = PAGE,
) -> Colleagues:
    """One page of the colleagues, by name. Raises NotYours."""
    may_see(acting)
    asked = (
        select(StaffMember, Account.last_sign_in_at)
        .join(Account, Account.id == StaffMember.account_id)
        .where(_shown(show, today))
        .order_by(StaffMember.name, StaffMember.account_id)
        .limit(size + 1)
    )
    if typed := clean(name)[:100]:
        like = func.lower(StaffMember.name).contains(typed.lower(), autoescape=True)
        asked = asked.where(or_(like, StaffMember.email == typed.casefold()))
    before = session.get(StaffMember, after) if after else None
    if before is not None:
        asked = asked.where(_behind(before))
    rows = session.execute(asked).all()
    return Colleagues(
        lines=_lines(session, rows[:size]),
        after=rows[size - 1][0].account_id if len(rows) > size else None,
    )


def get_line(session: Session, acting: SignedIn, account_id: UUID) -> Line:
    """One colleague with her roles. Raises NotYours, NotFound."""
    may_see(acting)
    asked: Select[StaffMember, datetime | None] = (
        select(StaffMember, Account.last_sign_in_at)
        .join(Account, Account.id == StaffMember.account_id)
        .where(StaffMember.account_id == account_id)
    )
    rows = session.execute(asked).all()
    if not rows:
        raise NotFound
    return _lines(session, rows)[0]


def open_items(session: Session, account_id: UUID, *, now: datetime) -> OpenItems:
    """The cases and coming dates that bear her name, those proposed too; numbers, no content."""
    mine = or_(Case.case_director_id == account_id, Case.stand_in_id == account_id)
    directs, stands_in = session.execute(
        select(
            func.count().filter(Case.case_director_id == account_id),
            func.count().filter(Case.stand_in_id == account_id),
        ).where(mine)
    ).one()
    numbers = session.scalars(
        select(Case.number).where(mine).order_by(Case.number).limit(SHOWN_CASES)
    )
    coming = select(func.count()).where(
        Appointment.with_id == account_id,
        Appointment.starts_at > now,
        Appointment.state.in_((*COMING, AppointmentState.PROPOSED)),
    )
    return OpenItems(directs, stands_in, session.scalar(coming) or 0, tuple(numbers))


def may_see(acting: SignedIn) -> None:
    """Raises NotYours for whoever may not see who works here."""
    if not acting.may(Permission.SEE_PEOPLE):
        raise NotYours


def my_waiting_keys(session: Session, acting: SignedIn) -> list[Held]:
    """The own roles whose key still waits, and for whom, so that she can ask that person."""
    held = _held(session, [acting.account_id])[acting.account_id]
    return [one for one in held if one.waits]


def services_by_name(session: Session) -> Sequence[Service]:
    """The services in which a role can be held."""
    return session.scalars(select(Service).order_by(Service.name)).all()


def _shown(show: Show, today: date) -> ColumnElement[bool]:
    if show is Show.LEFT:
        return StaffMember.left_at.is_not(None)
    here = StaffMember.left_at.is_(None)
    return and_(here, StaffMember.trained_until < today) if show is Show.UNTRAINED else here


def _behind(before: StaffMember) -> ColumnElement[bool]:
    same_name = and_(StaffMember.name == before.name, StaffMember.account_id > before.account_id)
    return or_(StaffMember.name > before.name, same_name)


def _lines(session: Session, rows: Sequence[tuple[StaffMember, datetime | None]]) -> list[Line]:
    held = _held(session, [member.account_id for member, _ in rows])
    return [Line(member, at, held[member.account_id]) for member, at in rows]


def _held(session: Session, account_ids: Iterable[UUID]) -> dict[UUID, list[Held]]:
    found: dict[UUID, list[Held]] = {account_id: [] for account_id in account_ids}
    rows = session.execute(
        select(Membership, Service.name, Account.holder_id)
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(Service, Service.id == Membership.service_id)
        .where(Membership.account_id.in_(found))
    ).all()
    teams = teams_by_place(session)
    places: set[Place] = {(one.role, one.service_id) for one, _, _ in rows}
    keys = holders_of_key(session, [teams[place] for place in places if place in teams])
    order = list(Role)
    for membership, service, holder_id in sorted(
        rows, key=lambda row: (order.index(row[0].role), row[1] or "")
    ):
        team = teams.get((membership.role, membership.service_id))
        have = keys.get(team.id, {}) if team is not None else {}
        waits = team is not None and holder_id not in have
        names = tuple(have.values()) if waits else ()
        found[membership.account_id].append(Held(membership, service, waits, names))
    return found
