"""How long one worker needs for many real calendars: `python -m bench.calendars`.

The server is a real Radicale on the same machine, which takes its share of the time.
"""

import argparse
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from radicale import config, storage
from radicale.item import Item
from sqlalchemy import func, select

from portal.database import Database, migrate
from portal.domain.calendars import EVERY, Access, CalendarKind
from portal.models import BusyTime, Calendar
from portal.services.calendars import tasks
from portal.services.house import House
from portal.settings import Settings
from portal.vault import CHEAP, KeyFile, SlowPasses
from portal.worker import calendars
from portal.worker.calendars import asking
from tests.people import TestHouse, a_house
from tests.radicale import Radicale, running

NOW = datetime(2026, 11, 23, 11, tzinfo=UTC)


def main() -> None:
    """Fill a server with calendars, read them all, read them again, change some."""
    parser = argparse.ArgumentParser(prog="python -m bench.calendars", description=__doc__)
    parser.add_argument("--calendars", type=int, default=200)
    parser.add_argument("--events", type=int, default=100)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with running(directory) as server:
            house = _house(directory)
            paths = _fill(directory, server, asked.calendars, asked.events)
            _add(house, server, paths)
            _measure(house, server, paths)
            house.database.close()


def _measure(house: TestHouse, server: Radicale, paths: list[str]) -> None:
    sent = Counter[str]()
    send = asking.Host.ask

    def count(self: asking.Host, method: str, *more: object) -> asking.Reply:
        sent[method] += 1
        return send(self, method, *more)  # type: ignore[arg-type]

    asking.Host.ask = count  # type: ignore[method-assign, assignment]
    rounds = ("all for the first time", "nothing changed", "one event in ten calendars changed")
    for number, what in enumerate(rounds):
        if number == 2:
            for path in paths[:: max(1, len(paths) // 10)]:
                server.put(f"{path}fresh.ics", _event(0, "fresh"))
        sent.clear()
        began, busy = time.monotonic(), time.process_time()
        done = calendars.sync_due(house.database, now=NOW + number * (EVERY + timedelta(seconds=1)))
        took, own = time.monotonic() - began, time.process_time() - busy
        print(
            f"{what}: {done.looked_at} calendars in {took:.1f} s ({own:.1f} s of its own), "
            f"{sent.total()} requests, "
            f"{done.in_trouble} in trouble"
        )
    with house.database.transaction("read") as session:
        print(f"{session.scalar(select(func.count(BusyTime.id))):,} busy times are known")


def _house(directory: Path) -> TestHouse:
    settings = replace(
        Settings.from_environment({"PORTAL_DATA": str(directory)}),
        slow_pass_ops=CHEAP.ops,
        slow_pass_mem=CHEAP.mem,
        calendar_hosts=("127.0.0.1",),
    )
    key_file = KeyFile(bytes(range(32)))
    database = Database(settings.database_url, key_file, settings)
    migrate(database)
    return a_house(database, House(settings, key_file, SlowPasses(directory / "slow-passes", 8)))


def _fill(directory: Path, server: Radicale, calendars: int, events: int) -> list[str]:
    """Calendars that people have used for a while: every tenth event repeats for ever.

    Laid by the server's own storage where it keeps them, read and indexed as if they had been sent:
    sent one by one, each would wait for the disk. The server that is measured waits for it.
    """
    configuration = config.load()
    folder = str(directory / "collections")
    options = {"filesystem_folder": folder, "_filesystem_fsync": "False"}
    configuration.update({"storage": options}, "bench", privileged=True)
    kept = storage.load(configuration)
    paths = [f"/{server.name}/{uuid4()}/" for _ in range(calendars)]
    with kept.acquire_lock("w", server.name):
        for path in paths:
            items = [
                Item(collection_path=path.strip("/"), text=_event(number, f"e{number}"))
                for number in range(events)
            ]
            kept.create_collection(path, items, {"tag": "VCALENDAR"})
    return paths


def _event(number: int, uid: str) -> str:
    starts = NOW + timedelta(days=number % 90, hours=number % 7)
    rule = "RRULE:FREQ=WEEKLY\r\n" if number % 10 == 9 else ""
    event = (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:Something\r\n"
        f"DTSTART;TZID=Europe/Brussels:{starts:%Y%m%dT%H%M%S}\r\nDURATION:PT45M\r\n{rule}"
        "END:VEVENT\r\n"
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{event}END:VCALENDAR\r\n"


def _add(house: TestHouse, server: Radicale, paths: list[str]) -> None:
    owner = next(iter(house.workers.values())).account_id
    with house.database.transaction() as session:
        for path in paths:
            calendar = Calendar(
                account_id=owner,
                kind=CalendarKind.CALDAV,
                mark=path.encode(),
                added_by_id=owner,
                added_at=NOW,
                unread=0,
                failures=0,
                next_at=NOW,
            )
            access = Access(server.url(path), server.name, server.secret)
            calendar.access = tasks.seal_access(session, calendar, access)
            session.add(calendar)


if __name__ == "__main__":
    main()
