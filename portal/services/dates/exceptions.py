"""One time at which a date may be set although she must not be in the house then.

A colleague asks for it, a coordinator decides, and the date can be set at that time, once. Neither
of them is told here whose time it is, or whether it is her own wish that closes it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.appointments import check_date
from portal.domain.decisions import DecisionKind, EffectTimeGone
from portal.domain.referrals import WITH_THE_SERVICE
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission, Role
from portal.domain.separation import TimeNotPossible
from portal.domain.spans import Span
from portal.models import (
    AllowedTime,
    Appointment,
    Case,
    Decision,
    Membership,
    Need,
    Referral,
    Service,
    StaffMember,
)
from portal.services import audit
from portal.services.case_work.cases import on_team
from portal.services.dates import separation
from portal.services.entry.sessions import SignedIn
from portal.services.moderation import decisions


class Time(NamedTuple):
    """One concrete time: for which referral, with whom, when, how long."""

    referral_id: UUID
    with_id: UUID
    starts_at: datetime
    minutes: int

    @property
    def span(self) -> Span:
        """From the beginning of the talk to its end."""
        return Span(self.starts_at, self.starts_at + timedelta(minutes=self.minutes))

    @property
    def facts(self) -> audit.Facts:
        """The same as a decision keeps it: ids and times, no words."""
        return {
            "with": str(self.with_id),
            "starts_at": self.starts_at.isoformat(),
            "minutes": self.minutes,
        }


@dataclass(frozen=True)
class Choice:
    """A referral of the case, and with whom of its service a date may be."""

    referral: Referral
    need: Need
    service: Service
    members: tuple[StaffMember, ...]


def choices(session: Session, acting: SignedIn, case_id: UUID) -> tuple[Case, list[Choice]]:
    """What somebody may ask for in a case. Raises NotYours, NotFound for a case not her own."""
    if not acting.may(Permission.ASK_SEPARATION_OVERRIDE):
        raise NotYours
    asked = select(Case).where(Case.id == case_id)
    if not acting.may(Permission.ASK_ABOUT_ANY_CASE):
        asked = asked.where(on_team(acting))
    case = session.scalar(asked)
    if case is None:
        raise NotFound
    rows = session.execute(
        select(Referral, Need, Service)
        .join(Need, Need.id == Referral.need_id)
        .join(Service, Service.id == Referral.service_id)
        .where(Referral.case_id == case_id, Referral.state.in_(WITH_THE_SERVICE))
        .order_by(Service.name, Referral.made_at, Referral.id)
    ).all()
    members = _members(session, {service.id for _, _, service in rows})
    return case, [
        Choice(referral, need, service, tuple(members[service.id]))
        for referral, need, service in rows
    ]


def ask(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    wanted: Time,
    *,
    reason: str,
    now: datetime,
) -> Decision:
    """Ask that one date may be set at a time that is not possible.

    Raises the refusals of `check_date`, NotFound for a referral or colleague that do not belong
    together, and what `decisions.ask` raises.
    """
    _, offered = choices(session, acting, case_id)
    people = {(one.referral.id, member.account_id) for one in offered for member in one.members}
    if (wanted.referral_id, wanted.with_id) not in people:
        raise NotFound
    check_date(wanted.starts_at, wanted.minutes, now=now)
    return decisions.ask(
        session,
        acting,
        DecisionKind.SEPARATION_OVERRIDE,
        reason=reason,
        case_id=case_id,
        subject_id=wanted.referral_id,
        facts=wanted.facts,
        now=now,
    )


def time_of(decision: Decision) -> Time | None:
    """What a decision would allow; None when no time was named."""
    facts = decision.facts
    if decision.subject_id is None or not {"with", "starts_at", "minutes"} <= facts.keys():
        return None
    starts_at = datetime.fromisoformat(str(facts["starts_at"]))
    return Time(decision.subject_id, UUID(str(facts["with"])), starts_at, int(facts["minutes"]))


def names_of(session: Session, wanted: Time) -> tuple[str, str]:
    """The service and the colleague of a time. Raises NotFound when the referral is gone."""
    service = session.scalar(
        select(Service.name)
        .join(Referral, Referral.service_id == Service.id)
        .where(Referral.id == wanted.referral_id)
    )
    member = session.get(StaffMember, wanted.with_id)
    if service is None or member is None:
        raise NotFound
    return service, member.name


def allow(session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime) -> None:
    """The effect of a yes: this one date may be set. Raises EffectTimeGone once it has passed."""
    wanted = time_of(decision)
    if wanted is None or wanted.starts_at <= now:
        raise EffectTimeGone
    assert decision.case_id is not None
    session.add(AllowedTime(decision_id=decision.id, case_id=decision.case_id, **wanted._asdict()))
    session.flush()


def check_possible(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    wanted: Time,
    *,
    instead_of: Appointment | None,
    now: datetime,
) -> None:
    """Refuse a time that is not possible, unless it was allowed: then that is used up by now.

    Raises TimeNotPossible. Asked in the same order with the same questions, whatever is found.
    """
    allowed = session.scalar(
        select(AllowedTime).where(
            AllowedTime.referral_id == wanted.referral_id,
            AllowedTime.with_id == wanted.with_id,
            AllowedTime.starts_at == wanted.starts_at,
            AllowedTime.minutes == wanted.minutes,
        )
    )
    try:
        but = (instead_of.id,) if instead_of else ()
        separation.check(session, case_id, wanted.span, but=but)
    except TimeNotPossible:
        if allowed is None:
            raise
    if allowed is not None:
        facts: audit.Facts = {"decision": str(allowed.decision_id)}
        session.delete(allowed)
        audit.record(
            session, acting.account_id, "exception_used", now=now, case_id=case_id, facts=facts
        )


def _members(session: Session, service_ids: Collection[UUID]) -> dict[UUID, list[StaffMember]]:
    rows = session.execute(
        select(Membership.service_id, StaffMember)
        .join(StaffMember, StaffMember.account_id == Membership.account_id)
        .where(
            Membership.service_id.in_(service_ids),
            Membership.role == Role.SERVICE_STAFF,
            StaffMember.left_at.is_(None),
        )
        .order_by(StaffMember.name)
    )
    found: dict[UUID, list[StaffMember]] = {one: [] for one in service_ids}
    for service_id, member in rows:
        if service_id is not None:
            found[service_id].append(member)
    return found
