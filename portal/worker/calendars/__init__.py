"""Real calendars kept in step: each by itself, so that one that hangs keeps nobody waiting."""

import importlib.util
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.exc import OperationalError

from portal.database import Database
from portal.i18n import gettext, use_language
from portal.services.calendars import keeping, tasks

AT_ONCE = 4
log = logging.getLogger("portal.worker")


class Synced(NamedTuple):
    """How many calendars were looked at, and how many of them in vain."""

    looked_at: int = 0
    in_trouble: int = 0


def available() -> bool:
    """Whether what reads calendars is installed (`one-roof[calendars]`)."""
    needed = ("icalendar", "recurring_ical_events", "defusedxml")
    return all(importlib.util.find_spec(name) is not None for name in needed)


def sync_due(database: Database, *, now: datetime) -> Synced:
    """Bring every calendar up to date whose time has come; a few at once."""
    with database.transaction("read") as session:
        ids = tasks.due(session, now=now)
    if not ids:
        return Synced()
    if not available():
        log.warning("calendars: %s wait; install one-roof[calendars]", len(ids))
        return Synced()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="calendars") as pool:
        went_well = list(pool.map(lambda one: _sync(database, one, now), ids))
    looked_at = [one for one in went_well if one is not None]
    found = Synced(len(looked_at), looked_at.count(False))
    if found.in_trouble:
        # How many: an address may be a secret, and whose it is nobody needs to read in a log.
        log.warning("calendars: %s looked at, %s in trouble", *found)
    return found


def _sync(database: Database, calendar_id: UUID, now: datetime) -> bool | None:
    """Whether one calendar is up to date now; None when another worker has it."""
    try:
        return _sync_one(database, calendar_id, now)
    except OperationalError as error:
        log.warning("the database did not answer (%s)", type(error.orig).__name__)
    except Exception as error:
        log.warning("calendar %s: %s", calendar_id, type(error).__name__)
    return False


def _sync_one(database: Database, calendar_id: UUID, now: datetime) -> bool | None:
    # Read by those who have what it needs; elsewhere the portal must start without.
    from portal.worker.calendars.looking import look  # noqa: PLC0415

    with database.transaction() as session:
        task = tasks.take(session, calendar_id, now=now)
    if task is None:
        return None
    with use_language(task.language):
        title = gettext("Appointment")
    outcome = look(task, title=title)
    with database.transaction() as session:
        keeping.keep(session, task, outcome, now=now)
    return outcome.trouble is None
