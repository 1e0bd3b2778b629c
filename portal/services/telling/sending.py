"""Taking what is due out of the outbox, one at a time, and writing down what came of it.

A row is claimed in a transaction that is committed before anything leaves the house; nothing that
was claimed is ever claimed again unless it is certain that nobody took it. So each text goes out at
most once. Where a worker died in between, nobody can know: that is listed for her case team.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal.domain.accounts import CardState, CaseState
from portal.domain.appointments import COMING, AppointmentState
from portal.domain.outbox import (
    CLAIM_LASTS,
    MOVES,
    Circumstances,
    OutboxKind,
    OutboxState,
    Outcome,
    Reason,
    Verdict,
    after,
    decide,
)
from portal.domain.proposals import VisitState
from portal.domain.safe_contact import Channel, Wish
from portal.models import Appointment, Card, Case, OutboxItem, SafeContact, Visit
from portal.services import audit
from portal.services.telling.ways import Way, read_as_machine
from portal.vault import VaultError

AT_ONCE = 50
"""Rows that one transaction puts aside at most, so that nobody waits long for the write lock."""


@dataclass(frozen=True)
class Letter:
    """What is handed over: where to, the words, and marks by which nothing goes out twice."""

    id: UUID
    claim: UUID
    channel: Channel
    address: str
    words: str


@dataclass(frozen=True)
class Done:
    """What came of one letter."""

    letter: Letter
    outcome: Outcome


def due(session: Session, *, now: datetime) -> dict[Channel, int]:
    """How much is due, by way."""
    rows = session.execute(
        select(OutboxItem.channel, func.count())
        .where(OutboxItem.state == OutboxState.WAITING, OutboxItem.next_at <= now)
        .group_by(OutboxItem.channel)
    )
    return dict(rows.all())


def take_next(session: Session, channels: Collection[Channel], *, now: datetime) -> Letter | None:
    """Claim the next letter that may go out at this moment; None when there is none.

    What may not go out is put aside with its reason, or until her hours begin.
    """
    for item, verdict, way in _judged(session, channels, now=now):
        if verdict.state is not OutboxState.SENDING or way is None:
            _move(session, item, verdict, now=now)
            continue
        item.state, item.claim, item.claimed_at = OutboxState.SENDING, uuid4(), now
        item.tries += 1
        session.flush()
        return Letter(item.id, item.claim, item.channel, way.address, way.words)
    return None


def put_off(session: Session, channel: Channel, *, now: datetime) -> bool:
    """Nobody could be reached by this way: that was a try for what is due; whether more is left."""
    number = 0
    for item, verdict, _way in _judged(session, [channel], now=now):
        number += 1
        if verdict.state is OutboxState.SENDING:
            item.tries += 1
            ends = item.not_after
            tried = after(Outcome.TRY_AGAIN, tries=item.tries, not_after=ends, now=now)
            _move(session, item, tried, now=now)
        else:
            _move(session, item, verdict, now=now)
    return number == AT_ONCE


def no_way(session: Session, channels: Collection[Channel], *, now: datetime) -> bool:
    """This installation cannot send by these ways: whoever helps her has to know.

    Gives whether more is left.
    """
    number, given_up = 0, Verdict(OutboxState.GIVEN_UP, Reason.NO_WAY)
    for item, verdict, _way in _judged(session, channels, now=now):
        number += 1
        is_allowed = verdict.state is OutboxState.SENDING
        _move(session, item, given_up if is_allowed else verdict, now=now)
    return number == AT_ONCE


def write_down(session: Session, done: Done, *, now: datetime) -> None:
    """Keep what came of a letter, and that the machine opened her address for it."""
    letter = done.letter
    found = session.execute(
        select(OutboxItem.case_id, OutboxItem.kind).where(OutboxItem.id == letter.id)
    ).one_or_none()
    if found is None:
        return  # Her case was erased meanwhile.
    _account(session, letter, found[0], found[1], done.outcome, now=now)
    item = session.get(OutboxItem, letter.id, with_for_update=True, populate_existing=True)
    if item is None or item.claim != letter.claim:
        return
    verdict = after(done.outcome, tries=item.tries, not_after=item.not_after, now=now)
    if verdict.state in MOVES[item.state]:
        _move(session, item, verdict, now=now)


def give_up_the_dead(session: Session, *, now: datetime) -> int:
    """What a worker claimed that never came back: nobody knows whether it went out."""
    lost = session.scalars(
        select(OutboxItem)
        .where(OutboxItem.state == OutboxState.SENDING, OutboxItem.claimed_at <= now - CLAIM_LASTS)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for item in lost:
        _move(session, item, Verdict(OutboxState.UNCLEAR, Reason.NOBODY_KNOWS), now=now)
    return len(lost)


_CARD = (
    select(Card.state)
    .where(Card.account_id == Case.survivor_id)
    .order_by(Card.issued_at.desc())
    .limit(1)
    .correlate(Case)
    .scalar_subquery()
)
_PART = aliased(Appointment)
_ASKS_HER = and_(
    Visit.state == VisitState.PROPOSED,
    exists().where(_PART.visit_id == Visit.id, _PART.state == AppointmentState.PROPOSED),
)
"""Whether the visit waits for her with a part left: one text is told of all its talks."""
_DUE: Select[OutboxItem, CaseState, CardState, AppointmentState, SafeContact, bool | None] = (
    select(OutboxItem, Case.state, _CARD, Appointment.state, SafeContact, _ASKS_HER)
    .join(Case, Case.id == OutboxItem.case_id)
    .outerjoin(Appointment, Appointment.id == OutboxItem.appointment_id)
    .outerjoin(Visit, Visit.id == Appointment.visit_id)
    .outerjoin(
        SafeContact,
        (SafeContact.case_id == OutboxItem.case_id) & (SafeContact.channel == OutboxItem.channel),
    )
    .order_by(OutboxItem.next_at, OutboxItem.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=OutboxItem)
    .execution_options(populate_existing=True)
)


def _judged(
    session: Session, channels: Collection[Channel], *, now: datetime
) -> Iterator[tuple[OutboxItem, Verdict, Way | None]]:
    """What is due, with what may become of it at this moment.

    Each is asked for when the one before has been moved on: the same is never met twice.
    """
    asked = _DUE.where(
        OutboxItem.state == OutboxState.WAITING,
        OutboxItem.next_at <= now,
        OutboxItem.channel.in_(channels),
    )
    for _ in range(AT_ONCE):
        found = session.execute(asked).one_or_none()
        if found is None:
            return
        item, case_state, card_state, date_state, contact, asks_her = found
        try:
            opened = _open(session, contact, now=now)
        except (VaultError, ValueError, KeyError):
            # Altered behind our back: nothing goes anywhere, and somebody has to look.
            yield item, Verdict(OutboxState.NOT_SENT, Reason.UNREADABLE), None
            continue
        way, until = opened or (None, None)
        circumstances = Circumstances(
            not_after=item.not_after,
            is_still_so=_is_still_so(item, date_state, asks_her=bool(asks_her)),
            case_is_open=case_state is CaseState.OPEN,
            card_works=card_state is CardState.ACTIVE,
            said_yes=contact is not None and contact.wish is not Wish.NO,
            waits=contact is not None and contact.wish is Wish.WAITS,
            until=until,
            hours=way.hours if way else None,
        )
        yield item, decide(circumstances, now=now), way


def _open(
    session: Session, contact: SafeContact | None, *, now: datetime
) -> tuple[Way, datetime | None] | None:
    return None if contact is None else read_as_machine(session, contact, now=now)


def _is_still_so(item: OutboxItem, state: AppointmentState | None, *, asks_her: bool) -> bool:
    if item.kind is OutboxKind.TEST:
        return True
    if item.kind is OutboxKind.DATE_GONE:
        return state is AppointmentState.CANCELLED
    # A part may have fallen away, or be a date by now: it is still she who is asked.
    return asks_her or state in COMING


def _move(session: Session, item: OutboxItem, verdict: Verdict, *, now: datetime) -> None:
    assert verdict.state in MOVES[item.state]
    item.state, item.why = verdict.state, verdict.why
    if verdict.again_at is not None:
        item.next_at, item.claim, item.claimed_at = verdict.again_at, None, None
    else:
        item.ended_at = now
    session.flush()


def _account(
    session: Session,
    letter: Letter,
    case_id: UUID,
    kind: OutboxKind,
    outcome: Outcome,
    *,
    now: datetime,
) -> None:
    facts: audit.Facts = {
        "item": str(letter.id),
        "channel": letter.channel.value,
        "kind": kind.value,
        "outcome": outcome.value,
    }
    audit.record(session, None, "told", now=now, case_id=case_id, facts=facts)
