"""One calendar brought up to date: read what changed, write what is ours, touch nothing else."""

import time
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from portal.domain.calendars import CalendarKind, Clash, EntryState, Step, Trouble
from portal.domain.spans import Span
from portal.services.calendars.tasks import News, Ours, Outcome, ReadPart, Task
from portal.worker.calendars import files
from portal.worker.calendars.asking import SECONDS, Failed, Host, check
from portal.worker.calendars.caldav import Changes, Collection, Fetched

LINK = ""
"""The one part of a calendar that is read as a whole."""
_SINCE = "since:"
FILES_A_SECOND = 50


def look(task: Task, *, title: str, seconds: float = SECONDS) -> Outcome:
    """Speak to the server of a calendar; whatever goes wrong is in the outcome."""
    outcome = Outcome(token=task.token)
    if task.access is None:
        outcome.trouble = Trouble.LOCKED
        return outcome
    host = Host(task.access, inside=task.inside, seconds=seconds)
    try:
        if task.kind is CalendarKind.LINK:
            _look_at_link(task, host, outcome)
        else:
            _look_at_collection(task, Collection(host), outcome, title)
    except Failed as failed:
        outcome.trouble = failed.trouble
    finally:
        host.close()
    return outcome


def _look_at_link(task: Task, host: Host, outcome: Outcome) -> None:
    if task.is_leaving:
        return
    seen = None if task.is_whole else task.token
    url = task.access.url if task.access else ""
    reply = check(host.ask("GET", url, headers=_unless_seen(seen)), 200, 304)
    if reply.status == 304 and seen:
        outcome.token, outcome.was_read = seen, True
        return
    found = files.read(reply.body, task.window, task.zone)
    outcome.parts[LINK] = ReadPart(reply.etag or "", found.spans, found.unread)
    changed = reply.headers.get("last-modified")
    outcome.token = reply.etag or (changed and f"{_SINCE}{changed}")
    outcome.is_whole, outcome.was_read = True, True


def _unless_seen(token: str | None) -> dict[str, str]:
    """Ask for a file only if it is another than the one of this token."""
    if not token:
        return {}
    if token.startswith(_SINCE):
        return {"If-Modified-Since": token.removeprefix(_SINCE)}
    return {"If-None-Match": token}


def _look_at_collection(task: Task, there: Collection, outcome: Outcome, title: str) -> None:
    if not task.is_leaving:
        _read(task, there, outcome)
    for one in task.ours:
        if one.appointment_id not in outcome.news:
            news = _do(there, one, title, task.zone)
            if news is not None:
                outcome.news[one.appointment_id] = news
                if news.state is not EntryState.CONFLICT and one.step is not Step.FORGET:
                    outcome.gone.add(one.href)


def _read(task: Task, there: Collection, outcome: Outcome) -> None:
    changes = there.changes(None if task.is_whole else task.token)
    mine = {one.href: one for one in task.ours}
    fresh = [name for name, etag in changes.etags.items() if not _is_known(task, mine, name, etag)]
    until = time.monotonic() + files.SECONDS + len(fresh) / FILES_A_SECOND
    for name, fetched in there.fetch(fresh):
        if name in mine:
            _read_ours(task, mine[name], fetched, outcome)
        else:
            outcome.parts[name] = _part(task, fetched, until)
    _keep_known(task, changes, fresh, outcome)
    for name in changes.gone if not changes.is_whole else set(mine) - set(changes.etags):
        if name in mine:
            _note_deleted(mine[name], outcome)
    outcome.token, outcome.was_read = changes.token, True


def _is_known(task: Task, mine: dict[str, Ours], name: str, etag: str) -> bool:
    if name in mine:
        differs = task.is_whole and mine[name].state is EntryState.CONFLICT
        return bool(etag) and mine[name].etag == etag and not differs
    # From time to time all is read anew: what repeats without end is known for some time only.
    return bool(etag) and not task.is_whole and task.known.get(name) == etag


def _keep_known(task: Task, changes: Changes, fresh: Iterable[str], outcome: Outcome) -> None:
    """Say what is gone: of a whole list, all that is not on it."""
    outcome.is_whole = task.is_whole
    outcome.gone = set(changes.gone)
    if changes.is_whole:
        outcome.gone |= set(task.known) - set(changes.etags)
    # What was there in the list and gone when it was fetched.
    outcome.gone |= set(fresh) - set(outcome.parts)


def _part(task: Task, fetched: Fetched, until: float | None = None) -> ReadPart:
    try:
        found = files.read(fetched.text, task.window, task.zone, until=until)
    except Failed:
        # One broken file among a thousand: it takes no time, and staff read that it is there.
        return ReadPart(fetched.etag, (), 1)
    return ReadPart(fetched.etag, found.spans, found.unread)


def _read_ours(task: Task, one: Ours, fetched: Fetched, outcome: Outcome) -> None:
    """A date of ours that somebody touched: in its place it is still ours, elsewhere a conflict.

    Where it stands now takes time, as everything there does.
    """
    theirs = _where(fetched, task.zone)
    if theirs == one.span:
        outcome.news[one.appointment_id] = News(EntryState.WRITTEN, fetched.etag)
        return
    outcome.news[one.appointment_id] = News(EntryState.CONFLICT, fetched.etag, Clash.MOVED, theirs)
    outcome.parts[one.href] = _part(task, fetched)


def _where(fetched: Fetched, zone: ZoneInfo) -> Span | None:
    try:
        events = files.parse(fetched.text).walk("VEVENT")
        return files.when(events[0], zone) if len(events) == 1 else None
    except (Failed, ValueError, AttributeError, TypeError, OverflowError):
        return None


def _note_deleted(one: Ours, outcome: Outcome) -> None:
    if one.etag is None and one.state is EntryState.WAITING:
        return
    if one.step in (Step.DELETE, Step.FORGET):
        outcome.news[one.appointment_id] = News(None)
    elif one.step is Step.NOTHING and one.clash is not Clash.DELETED:
        outcome.news[one.appointment_id] = News(EntryState.CONFLICT, None, Clash.DELETED)


def _do(there: Collection, one: Ours, title: str, zone: ZoneInfo) -> News | None:
    if one.step in (Step.CREATE, Step.REPLACE):
        return _write(there, one, title, zone)
    if one.step is Step.DELETE:
        return _delete(there, one)
    return News(None) if one.step is Step.FORGET else None


def _write(there: Collection, one: Ours, title: str, zone: ZoneInfo) -> News | None:
    reply = there.put(one.href, files.ours(one.uid, one.span, title), over=one.etag)
    if reply is not None and reply.etag:
        return News(EntryState.WRITTEN, reply.etag)
    # Somebody was there before us: another worker that was stopped, or the owner. Or the server
    # says no version. Whatever it is, it is read before anything is said about it.
    fetched = there.fetch_one(one.href)
    if fetched is None:
        return News(EntryState.CONFLICT, None, Clash.DELETED) if one.etag else None
    theirs = _where(fetched, zone)
    if theirs == one.span:
        return News(EntryState.WRITTEN, fetched.etag)
    return News(EntryState.CONFLICT, fetched.etag, Clash.MOVED, theirs)


def _delete(there: Collection, one: Ours) -> News | None:
    etag = one.etag
    if etag is None:
        fetched = there.fetch_one(one.href)
        if fetched is None:
            return News(None)
        etag = fetched.etag
    if there.delete(one.href, over=etag) is not None:
        return News(None)
    # It changed this very moment: the next round reads how.
    return None
