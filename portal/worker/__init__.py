"""What happens without a browser: once a minute, whatever has had its time is deleted, what is late
climbs, and what is to be told goes out.

Two workers at a time do no harm, and neither does one that is stopped in the middle: each thing is
one transaction, and what one round did not do the next one does.
"""

import logging
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from portal.database import Database
from portal.domain.accounts import Frozen
from portal.services.feedback import giving
from portal.services.moderation import by_the_clock
from portal.services.needs import standing_still
from portal.services.running import expiry, lateness, retention
from portal.services.visits import proposing
from portal.settings import Settings
from portal.worker import calendars
from portal.worker.couriers import couriers
from portal.worker.rounds import Round
from portal.worker.telling import tell

EVERY_SECONDS = 60.0
ENDS_WITHIN = 20.0
log = logging.getLogger("portal.worker")


class Report(NamedTuple):
    """What a round did, and how many things it could not do."""

    forgotten: expiry.Forgotten
    struck: retention.Struck
    failed: int


def run_once(database: Database, *, now: datetime) -> Report:
    """One round: delete what has had its time, and bind yesterday's account if nobody did."""
    this = Round(database, now)
    forgotten = expiry.Forgotten(*(this.do(what, end) for what, end in expiry.ENDS.items()))
    _say("deleted", forgotten)
    _run_desk(this)
    _free_unanswered(this)
    struck = _strike_clocks(this)
    _say("clocks", struck)
    _close_night(this)
    return Report(forgotten, struck, this.failed)


def utc_now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


def once(database: Database, settings: Settings) -> int:
    """One round of everything, for a timer of the system; gives how many things failed."""
    failed = run_once(database, now=utc_now()).failed
    telling, keeping = Round(database, utc_now()), Round(database, utc_now())
    tell(telling, couriers(settings), utc_now)
    _keep_calendars(keeping)
    return failed + telling.failed + keeping.failed


def run(database: Database, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
    """Rounds until the process is asked to stop; what failed in one is tried again in the next."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    log.info("started")
    beside = threading.Thread(
        target=_calendar_rounds, args=(database, clock, stopping), daemon=True
    )
    beside.start()
    carriers = couriers(settings)
    while not stopping.is_set():
        run_once(database, now=clock())
        more = tell(Round(database, clock()), carriers, clock, is_stopping=stopping.is_set)
        stopping.wait(0 if more else EVERY_SECONDS)
    # What it began at a server it finishes; whoever does not wait for it loses nothing either.
    beside.join(ENDS_WITHIN)
    log.info("stopped")


def _calendar_rounds(
    database: Database, clock: Callable[[], datetime], stopping: threading.Event
) -> None:
    """Beside everything else: a server that hangs must not keep back what was promised."""
    while not stopping.is_set():
        _keep_calendars(Round(database, clock()))
        stopping.wait(EVERY_SECONDS)


def _keep_calendars(this: Round) -> None:
    with this.task("calendars"):
        calendars.sync_due(this.database, now=this.now)


def _strike_clocks(this: Round) -> retention.Struck:
    """What the centre no longer keeps: each case, conversation and chain by itself."""
    due = this.look("clocks", retention.due) or retention.NOTHING
    old_keys = this.look("old backup keys", retention.old_backup_keys) or []
    struck = retention.Struck(
        cards_frozen=this.each("card", retention.freeze, due.quiet_cards, Frozen.QUIET)
        + this.each("card", retention.freeze, due.closed_cards, Frozen.CASE_CLOSED),
        conversations=this.each("conversation", retention.forget_conversation, due.conversations),
        cases=this.each("file", retention.forget_case, due.cases),
        acts=this.each("acts", retention.forget_acts, due.chains),
        backup_keys=this.each("backup key", retention.destroy_backup_key, old_keys),
        feedback=this.do("feedback", giving.forget_old),
    )
    # Also for what was erased by a decision since the last round.
    with this.task("deleted rows"):
        this.database.overwrite_what_was_deleted()
    return struck


def _run_desk(this: Round) -> None:
    """Let questions vanish and late ones climb; what was accepted takes effect, each by itself."""
    over = this.look("what vanishes", by_the_clock.over) or []
    lapsed = this.each("decision", by_the_clock.lapse, over)
    unanswerable = this.look("what nobody can answer", by_the_clock.unanswerable) or []
    lapsed += this.each("decision", by_the_clock.take_back_unanswerable, unanswerable)
    changed = this.look("what stands still", standing_still.changed) or []
    this.each("need", standing_still.settle_one, changed)
    missed = this.look("what is late", lateness.missed) or lateness.NOTHING
    climbed = this.each("decision", lateness.climb_decision, missed.decisions)
    climbed += this.each("referral", lateness.climb_referral, missed.referrals)
    climbed += this.each("question", lateness.climb_look_question, missed.look_questions)
    climbed += this.each("need", lateness.climb_need, missed.needs)
    due = this.look("what takes effect", by_the_clock.due) or []
    took_effect = this.each("decision", by_the_clock.take_effect, due)
    if lapsed or climbed or took_effect:
        log.info("desk: %s vanished, %s late, %s took effect", lapsed, climbed, took_effect)


def _free_unanswered(this: Round) -> None:
    """Times that were held for a visit nobody answered are free again."""
    unanswered = this.look("visits", proposing.unanswered) or []
    lapsed = this.each("visit", proposing.lapse, unanswered)
    if lapsed:
        log.info("visits: %s lapsed", lapsed)


def _close_night(this: Round) -> None:
    told = None
    with this.task("night"), suppress(expiry.WasFaster), this.database.transaction() as session:
        night = expiry.close_last_night(session, now=this.now)
        told = night and (night.at.date(), night.chains, night.digest.hex())
    if told:
        day, chains, digest = told
        log.info("account until %s: %s chains, digest %s (keep it on paper)", day, chains, digest)


def _say(what: str, done: expiry.Forgotten | retention.Struck) -> None:
    if any(done):
        # How many, never what or whose.
        counts = ", ".join(f"{count} {name}" for name, count in done._asdict().items())
        log.info("%s: %s", what, counts)
