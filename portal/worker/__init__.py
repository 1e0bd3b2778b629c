"""What happens without a browser: once a minute, whatever has had its time is deleted, what is late
climbs, and what is to be told goes out.

Two workers at a time do no harm, and neither does one that is stopped in the middle: each round is
one transaction, and what it did not do the next one does.
"""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.exc import OperationalError

from portal.database import Database
from portal.domain.accounts import Frozen
from portal.services.feedback import giving
from portal.services.moderation import deciding
from portal.services.running import expiry, lateness, retention
from portal.services.visits import proposing
from portal.settings import Settings
from portal.worker import calendars
from portal.worker.couriers import couriers
from portal.worker.telling import tell

EVERY_SECONDS = 60.0
ENDS_WITHIN = 20.0
log = logging.getLogger("portal.worker")


def run_once(database: Database, *, now: datetime) -> expiry.Forgotten:
    """One round: delete what has had its time, and bind yesterday's account if nobody did."""
    with database.transaction() as session:
        forgotten = expiry.forget_expired(session, now=now)
    if any(forgotten):
        # How many, never what or whose.
        counts = ", ".join(f"{count} {what}" for what, count in forgotten._asdict().items())
        log.info("deleted: %s", counts)
    _run_desk(database, now=now)
    _free_unanswered(database, now=now)
    struck = strike_clocks(database, now=now)
    if any(struck):
        counts = ", ".join(f"{count} {what}" for what, count in struck._asdict().items())
        log.info("clocks: %s", counts)
    _close_night(database, now=now)
    return forgotten


def utc_now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


def tell_once(database: Database, settings: Settings) -> None:
    """Send what is due at this moment."""
    tell(database, couriers(settings), utc_now)


def run(database: Database, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
    """Rounds until the process is asked to stop; a database that is busy or gone is tried again."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    log.info("started")
    beside = threading.Thread(target=_keep_calendars, args=(database, clock, stopping), daemon=True)
    beside.start()
    carriers = couriers(settings)
    while not stopping.is_set():
        more = False
        try:
            run_once(database, now=clock())
            more = tell(database, carriers, clock, is_stopping=stopping.is_set)
        except OperationalError as error:
            # Its text may quote a statement; the kind of error is enough to go and look.
            log.warning("the database did not answer (%s)", type(error.orig).__name__)
        stopping.wait(0 if more else EVERY_SECONDS)
    # What it began at a server it finishes; whoever does not wait for it loses nothing either.
    beside.join(ENDS_WITHIN)
    log.info("stopped")


def _keep_calendars(
    database: Database, clock: Callable[[], datetime], stopping: threading.Event
) -> None:
    """Beside everything else: a server that hangs must not keep back what was promised."""
    while not stopping.is_set():
        try:
            calendars.sync_due(database, now=clock())
        except OperationalError as error:
            log.warning("the database did not answer (%s)", type(error.orig).__name__)
        stopping.wait(EVERY_SECONDS)


def strike_clocks(database: Database, *, now: datetime) -> retention.Struck:
    """What the centre no longer keeps: each case, conversation and chain by itself."""
    with database.transaction("read") as session:
        due = retention.due(session, now=now)
    frozen = [
        *(
            _by_itself(database, retention.freeze, one, Frozen.QUIET, now=now)
            for one in due.quiet_cards
        ),
        *(
            _by_itself(database, retention.freeze, one, Frozen.CASE_CLOSED, now=now)
            for one in due.closed_cards
        ),
    ]
    talks = [
        _by_itself(database, retention.forget_conversation, one, now=now)
        for one in due.conversations
    ]
    files = [_by_itself(database, retention.forget_case, one, now=now) for one in due.cases]
    acts = [_by_itself(database, retention.forget_acts, one, now=now) for one in due.chains]
    keys = _by_itself(database, retention.destroy_backup_keys, now=now)
    told = _by_itself(database, giving.forget_old, now=now)
    # Also for what was erased by a decision since the last round.
    database.overwrite_what_was_deleted()
    return retention.Struck(sum(frozen), sum(talks), sum(files), sum(acts), keys, told)


def _by_itself(database: Database, act: Callable[..., int], *what: object, now: datetime) -> int:
    with database.transaction() as session:
        return int(act(session, *what, now=now))


def _run_desk(database: Database, *, now: datetime) -> None:
    """Let questions vanish and late ones climb; what was accepted takes effect, each by itself."""
    with database.transaction() as session:
        lapsed = deciding.lapse(session, now=now)
        climbed = lateness.climb(session, now=now)
    with database.transaction("read") as session:
        due = deciding.due(session, now=now)
    took_effect = 0
    for decision_id in due:
        with database.transaction() as session:
            took_effect += deciding.take_effect(session, decision_id, now=now)
    if lapsed or climbed or took_effect:
        log.info("desk: %s vanished, %s late, %s took effect", lapsed, climbed, took_effect)


def _free_unanswered(database: Database, *, now: datetime) -> None:
    """Times that were held for a visit nobody answered are free again."""
    with database.transaction() as session:
        lapsed = proposing.lapse(session, now=now)
    if lapsed:
        log.info("visits: %s lapsed", lapsed)


def _close_night(database: Database, *, now: datetime) -> None:
    try:
        with database.transaction() as session:
            night = expiry.close_last_night(session, now=now)
            told = night and (night.at.date(), night.chains, night.digest.hex())
    except expiry.WasFaster:
        return
    if told:
        day, chains, digest = told
        log.info("account until %s: %s chains, digest %s (keep it on paper)", day, chains, digest)
