"""Every file has somebody who answers on every day ahead: neither away, nor gone, nor reading only.

Asked wherever the team of a file, or the days away of one of its readers, change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.leave import (
    Days,
    NeitherAnswers,
    NoSecondReader,
    NoStandIn,
    Reader,
    StandInIsAway,
    StandInOnlyReads,
    neither_answers,
)
from portal.domain.roles import Permission, Role
from portal.models import Case, Leave, Membership, StaffMember
from portal.services.entry.sessions import SignedIn
from portal.services.house import today_here


@dataclass(frozen=True)
class Sharing:
    """A colleague with whom somebody shares open files, and how many."""

    account_id: UUID
    name: str
    files: int
    is_stand_in: bool
    has_left: bool


@dataclass(frozen=True)
class Unanswered:
    """How many files two colleagues share, and the first days on which neither answers in them."""

    readers: tuple[Reader, ...]
    files: int
    days: Days


def hold(session: Session) -> None:
    """One change of readers after the other in the whole house, until this transaction ends.

    Two who plan their leave in one moment would both find the other one there.
    """
    directors = select(Membership.id).where(Membership.role == Role.CASE_DIRECTOR)
    session.execute(directors.order_by(Membership.id).with_for_update()).all()


def shares(session: Session, account_id: UUID) -> list[Sharing]:
    """With whom a colleague shares her files: who stands in for her, and for whom she does."""
    found = []
    for other, own, is_stand_in in (
        (Case.stand_in_id, Case.case_director_id, True),
        (Case.case_director_id, Case.stand_in_id, False),
    ):
        member = aliased(StaffMember)
        rows = session.execute(
            select(member.account_id, member.name, member.left_at, func.count())
            .join(Case, other == member.account_id)
            .where(own == account_id, other != account_id)
            .group_by(member.account_id, member.name, member.left_at)
            .order_by(member.name)
        )
        found += [
            Sharing(one, name, files, is_stand_in, left_at is not None)
            for one, name, left_at, files in rows
        ]
    return found


def check_readers(session: Session, account_id: UUID, days: Days) -> None:
    """Refuse days on which an open file of this colleague would have nobody to read it.

    Raises NoSecondReader where both places are hers, NoStandIn where the other reader has left,
    StandInIsAway where she is away herself, StandInOnlyReads where her training has passed.
    """
    both = (Case.case_director_id == account_id) & (Case.stand_in_id == account_id)
    alone = session.scalar(select(func.count()).where(both))
    if alone:
        raise NoSecondReader(alone)
    shared = shares(session, account_id)
    for one in shared:
        if one.has_left:
            raise NoStandIn(one.name, one.files)
    found = _readers(session, {one.account_id for one in shared}, since=days.first)
    for one in shared:
        _check_answers(found[one.account_id], days)


def check_present(session: Session, account_id: UUID, days: Days) -> None:
    """Refuse a stand-in who does not answer on some of these days.

    Raises StandInIsAway, StandInOnlyReads.
    """
    one = _readers(session, [account_id], since=days.first)[account_id]
    _check_answers(one, days)


def check_between(session: Session, account_id: UUID, other_id: UUID, *, now: datetime) -> None:
    """Refuse who does not answer on a day ahead on which the other reader does not.

    Raises NeitherAnswers. What she herself leaves open is not asked: the other one may have left,
    and then any second reader is better than none.
    """
    today = today_here(session, now=now)
    found = _readers(session, {account_id, other_id}, since=today)
    if any(found[account_id].missing(gap) for gap in found[other_id].gaps(today=today)):
        raise NeitherAnswers


def check_pair(session: Session, one_id: UUID, other_id: UUID, *, now: datetime) -> None:
    """Refuse two of whom neither answers on some day ahead. Raises NeitherAnswers."""
    today = today_here(session, now=now)
    found = _readers(session, {one_id, other_id}, since=today)
    if neither_answers(found[one_id], found[other_id], today=today):
        raise NeitherAnswers


def not_answering(session: Session, account_ids: Iterable[UUID], days: Days) -> set[UUID]:
    """Who of these does not answer on some of these days."""
    found = _readers(session, account_ids, since=days.first)
    return {one.account_id for one in found.values() if one.missing(days)}


def unanswered(session: Session, acting: SignedIn, *, now: datetime) -> list[Unanswered]:
    """In which files nobody answers on some days ahead, for whoever arranges cover."""
    if not acting.may(Permission.ARRANGE_COVER):
        return []
    today = today_here(session, now=now)
    missing = _ever_missing(session, since=today)
    shared = session.execute(
        select(Case.case_director_id, Case.stand_in_id, func.count())
        .where(Case.case_director_id.in_(missing), Case.stand_in_id.in_(missing))
        .group_by(Case.case_director_id, Case.stand_in_id)
    ).all()
    found = _readers(session, {one for row in shared for one in row[:2]}, since=today)
    lines = []
    for director_id, stand_in_id, files in shared:
        pair = found[director_id], found[stand_in_id]
        days = neither_answers(*pair, today=today)
        if days is not None:
            lines.append(Unanswered(tuple(dict.fromkeys(pair)), files, days))
    return sorted(lines, key=lambda line: (line.days.first, line.readers[0].name))


def one_reader(session: Session, acting: SignedIn) -> list[tuple[Case, StaffMember]]:
    """Cases of which one of the two has left the house, and who that is."""
    if not acting.may(Permission.ARRANGE_COVER):
        return []
    rows = session.execute(
        select(Case, StaffMember)
        .join(
            StaffMember,
            or_(
                StaffMember.account_id == Case.stand_in_id,
                StaffMember.account_id == Case.case_director_id,
            ),
        )
        .where(StaffMember.left_at.is_not(None))
        .order_by(StaffMember.name, Case.number)
        .limit(200)
    )
    return [(case, member) for case, member in rows]


def _check_answers(one: Reader, days: Days) -> None:
    if any(gone.overlaps(days) for gone in one.away):
        raise StandInIsAway(one.name)
    if one.missing(days):
        raise StandInOnlyReads(one.name)


def _ever_missing(session: Session, *, since: date) -> set[UUID]:
    """Whoever does not answer on some day since then, as far as days away are known."""
    last = session.scalar(select(func.max(Leave.until_day))) or since
    gone = select(StaffMember.account_id).where(
        or_(StaffMember.left_at.is_not(None), StaffMember.trained_until < max(last, since))
    )
    away = select(Leave.account_id).where(_not_over(since))
    return set(session.scalars(gone.union(away)))


def _readers(session: Session, account_ids: Iterable[UUID], *, since: date) -> dict[UUID, Reader]:
    asked = list(account_ids)
    days: dict[UUID, list[Days]] = {}
    away = select(Leave.account_id, Leave.from_day, Leave.until_day)
    for one, first, last in session.execute(
        away.where(Leave.account_id.in_(asked), _not_over(since))
    ):
        days.setdefault(one, []).append(Days(first, last))
    members = select(
        StaffMember.account_id, StaffMember.name, StaffMember.left_at, StaffMember.trained_until
    ).where(StaffMember.account_id.in_(asked))
    return {
        one: Reader(one, name, left_at is not None, until, tuple(days.get(one, ())))
        for one, name, left_at, until in session.execute(members)
    }


def _not_over(since: date) -> ColumnElement[bool]:
    return or_(Leave.until_day.is_(None), Leave.until_day >= since)
