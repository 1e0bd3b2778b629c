"""What is planned to be told, whether it may be told at this very moment, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.domain.safe_contact import Hours

TAKES = timedelta(minutes=2)
"""The longest that handing over takes: whatever is allowed must be allowed until it is over."""
CLAIM_LASTS = timedelta(minutes=15)
"""After this a worker that claimed something and never came back is taken to have died."""
REMINDS_BEFORE = timedelta(hours=24)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 40, 60))
"""How long to wait after each try that was not taken; after one more try it is given up."""


class OutboxKind(StrEnum):
    """What is behind a neutral text; nobody who reads the text can tell."""

    NEW_DATE = "new_date"
    DATE_GONE = "date_gone"
    REMINDER = "reminder"
    TEST = "test"


class OutboxState(StrEnum):
    """Where something to be told is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    """There is nothing to tell any more, or she does not want it."""
    NOT_SENT = "not_sent"
    """A rule forbade it at the moment of sending."""
    GIVEN_UP = "given_up"
    """Nobody took it, however often it was tried."""
    UNCLEAR = "unclear"
    """It may have gone out or not: it is never sent again, somebody has to know of it."""


MOVES: Mapping[OutboxState, frozenset[OutboxState]] = {
    OutboxState.WAITING: frozenset(
        {
            OutboxState.WAITING,
            OutboxState.SENDING,
            OutboxState.DROPPED,
            OutboxState.NOT_SENT,
            OutboxState.GIVEN_UP,
        }
    ),
    OutboxState.SENDING: frozenset(
        {
            OutboxState.WAITING,
            OutboxState.SENT,
            OutboxState.GIVEN_UP,
            OutboxState.UNCLEAR,
        }
    ),
    # A worker that was believed dead comes back and knows.
    OutboxState.UNCLEAR: frozenset({OutboxState.SENT, OutboxState.GIVEN_UP}),
    OutboxState.SENT: frozenset(),
    OutboxState.DROPPED: frozenset(),
    OutboxState.NOT_SENT: frozenset(),
    OutboxState.GIVEN_UP: frozenset(),
}
NOT_TOLD = frozenset({OutboxState.NOT_SENT, OutboxState.GIVEN_UP, OutboxState.UNCLEAR})
"""What the case team has to know of: she was perhaps not told."""


class Reason(StrEnum):
    """Why something was not told."""

    DATE_CHANGED = "date_changed"
    SHE_SAID_NO = "she_said_no"
    CASE_CLOSED = "case_closed"
    WAITS = "waits"
    LAPSED = "lapsed"
    CARD_STOPPED = "card_stopped"
    HOURS = "hours"
    TOO_LATE = "too_late"
    UNREADABLE = "unreadable"
    ADDRESS_REFUSED = "address_refused"
    NOT_TAKEN = "not_taken"
    NO_WAY = "no_way"
    NOBODY_KNOWS = "nobody_knows"


class Outcome(StrEnum):
    """What whoever carries it says of one try."""

    SENT = "sent"
    TRY_AGAIN = "try_again"
    """It was certainly not taken, and may be at another time."""
    REFUSED = "refused"
    """It was certainly not taken, and never will be."""
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Circumstances:
    """What counts at the moment of sending, and not at that of planning."""

    not_after: datetime
    is_still_so: bool
    """The date still stands, or is still gone."""
    case_is_open: bool
    card_works: bool
    """Her card opens: it is not frozen, doubted, lost or void."""
    said_yes: bool
    waits: bool
    """Her yes is to a new address, of which a colleague has not asked her yet."""
    until: datetime | None
    """When her yes ends."""
    hours: Hours | None


@dataclass(frozen=True)
class Verdict:
    """The next state, why, and when to look again."""

    state: OutboxState
    why: Reason | None = None
    again_at: datetime | None = None


def decide(found: Circumstances, *, now: datetime) -> Verdict:
    """Whether something may be handed over now. SENDING means yes, until `now` + TAKES."""
    over = now + TAKES
    for is_so, state, why in (
        (not found.said_yes, OutboxState.DROPPED, Reason.SHE_SAID_NO),
        (not found.is_still_so, OutboxState.DROPPED, Reason.DATE_CHANGED),
        (not found.case_is_open, OutboxState.DROPPED, Reason.CASE_CLOSED),
        (over >= found.not_after, OutboxState.NOT_SENT, Reason.TOO_LATE),
        (not found.card_works, OutboxState.NOT_SENT, Reason.CARD_STOPPED),
        (found.waits, OutboxState.NOT_SENT, Reason.WAITS),
        (found.until is None or over >= found.until, OutboxState.NOT_SENT, Reason.LAPSED),
    ):
        if is_so:
            return Verdict(state, why)
    return _at_her_hours(found, now)


def after(outcome: Outcome, *, tries: int, not_after: datetime, now: datetime) -> Verdict:
    """What becomes of something after its try number `tries` (from 1)."""
    if outcome is Outcome.SENT:
        return Verdict(OutboxState.SENT)
    if outcome is Outcome.UNCLEAR:
        return Verdict(OutboxState.UNCLEAR, Reason.NOBODY_KNOWS)
    if outcome is Outcome.REFUSED:
        return Verdict(OutboxState.GIVEN_UP, Reason.ADDRESS_REFUSED)
    again_at = now + WAITS[tries - 1] if tries <= len(WAITS) else None
    if again_at is None or again_at + TAKES >= not_after:
        return Verdict(OutboxState.GIVEN_UP, Reason.NOT_TAKEN)
    return Verdict(OutboxState.WAITING, again_at=again_at)


def reminds_at(starts_at: datetime, *, now: datetime) -> datetime | None:
    """When she is reminded of a date; None when that is past: she has just been told of it."""
    at = starts_at - REMINDS_BEFORE
    return at if at > now else None


def _at_her_hours(found: Circumstances, now: datetime) -> Verdict:
    if found.hours is None:
        return Verdict(OutboxState.SENDING)
    at = found.hours.next(now, lasting=TAKES)
    ends = min(found.not_after, found.until or found.not_after)
    if at is None or at + TAKES >= ends:
        return Verdict(OutboxState.NOT_SENT, Reason.HOURS)
    if at <= now:
        return Verdict(OutboxState.SENDING)
    return Verdict(OutboxState.WAITING, again_at=at)
