"""Measure the portal beside a bare Flask page: `python -m bench` (see `--help`).

Every figure is a ratio of answers a second within one round; a round asks each page in turn, in
houses of each size, and the median of the rounds is printed. Everything goes over HTTP, is sealed,
and is accounted for.
"""

import argparse
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench import houses, load, pages, storm
from bench.pages import Target
from portal.app import create_app
from portal.database import Database
from portal.server import threads
from portal.settings import Settings
from tests.statements import counted

LENGTHS = (50, 5_000, 50_000)
"""Messages in the threads that are read."""
WRITERS = 60
"""A survivor may write 60 messages in ten minutes; the load is spread over many."""
FIRST_READINGS_A_SECOND = 700
"""More than any server here answers: each first reading needs a sign-in that has read nothing."""
WARM_UP_SECONDS = 2.0


@dataclass
class Running:
    """A house of one size, and the port on which it answers."""

    cases: int
    settings: Settings
    made: houses.MeasuredHouse
    port: int
    pages: list[Target]


def main() -> None:
    """Build the houses, start a server for each and the bare one, measure, print."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as open_until_end:
        people, sizes = _build(Path(folder), asked)
        smallest = sizes[asked.cases[0]]
        bare_port = open_until_end.enter_context(
            _server("bench.bare:create_app", _environment(smallest), asked.workers, smallest)
        )
        running = [
            open_until_end.enter_context(_running(cases, settings, people, asked))
            for cases, settings in sizes.items()
        ]
        first, bare = running[0], pages.bare(bare_port, running[0].made)
        _measure_sizes(bare, running, asked)
        _measure_lengths(bare, first, asked)
        storm.measure(first.pages, first.port, asked.seconds)
        _count_queries(first.settings, first.pages)
        print(f"\nmemory of a worker after all this: {_memory(first.port)} MB")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database", help="a PostgreSQL URL; SQLite in a temporary folder if not")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--cases", type=int, nargs="*", default=[100, 10_000, 100_000])
    asked = parser.parse_args()
    asked.cases.sort()
    if asked.database and len(asked.cases) > 1:
        parser.error("on PostgreSQL houses of one size only: --cases 100")
    return asked


def _build(folder: Path, asked: argparse.Namespace) -> tuple[houses.People, dict[int, Settings]]:
    """A house for each number of cases, with the same people in it; nobody is signed in yet."""
    smallest, *larger = asked.cases
    settings = houses.settings_in(folder / str(smallest), asked.database)
    database, house = houses.open_new(settings)
    print(f"# {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"# {database.engine.dialect.name}, {asked.workers} workers, {asked.seconds} s each")
    people = houses.build(database, house, lengths=LENGTHS, writers=WRITERS)
    like = people.survivors[LENGTHS[0]].account_id
    houses.grow(database, like, smallest)
    database.overwrite_what_was_deleted()
    database.close()
    sizes = {smallest: settings}
    for cases in larger:
        shutil.copytree(folder / str(smallest), folder / str(cases))
        sizes[cases] = houses.settings_in(folder / str(cases))
        grown = houses.database_of(sizes[cases])
        houses.grow(grown, like, cases)
        grown.close()
    return people, sizes


@contextmanager
def _running(
    cases: int, settings: Settings, people: houses.People, asked: argparse.Namespace
) -> Iterator[Running]:
    """A server for one house, its people signed in, its pages asked for once."""
    database = houses.database_of(settings)
    seconds = WARM_UP_SECONDS + (asked.rounds + 2) * asked.seconds
    fresh = int(seconds * FIRST_READINGS_A_SECOND)
    made = houses.sign_everybody_in(people, database, fresh=fresh)
    database.close()
    environment = _environment(settings)
    with _server("portal.app:create_app", environment, asked.workers, settings) as port:
        every = pages.every(port, made, LENGTHS[0])
        _warm_up(every)
        yield Running(cases, settings, made, port, every)


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "PORTAL_DATA": str(settings.data_dir),
        "PORTAL_STAFF_HOST": "staff.localhost",
        "PORTAL_PROXY_DEPTH": "1",
        "PORTAL_DATABASE_URL": settings.database_url,
        "BENCH_DATABASE_URL": settings.database_url,
    }


@contextmanager
def _server(
    factory: str, environment: dict[str, str], workers: int, settings: Settings
) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", factory]
    command += ["--port", str(port), "--workers", str(workers), "--no-access-log"]
    command += ["--log-level", "error", "--blocking-threads", str(threads(settings))]
    process = subprocess.Popen(command, env=environment)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(0.5)
            return
    raise SystemExit("a server did not start")


def _warm_up(targets: list[Target]) -> None:
    for target in targets:
        load.run(target.port, target.next_request, seconds=WARM_UP_SECONDS)


def _measure_sizes(bare: Target, running: list[Running], asked: argparse.Namespace) -> None:
    """Each page, in all houses in turn, and how much longer it takes in a larger one."""
    in_each = [house.pages for house in running]
    # What disturbs the one house disturbs the others in the same seconds.
    in_turn = [page for same in zip(*in_each, strict=True) for page in same]
    yardstick, *found = _ask_in_turn([bare, *in_turn], asked)
    of_house = [found[place :: len(running)] for place in range(len(running))]
    for house, of_pages in zip(running, of_house, strict=True):
        print(f"\n## {house.cases:,} cases in the house")
        _print_pages([bare, *in_each[0]], [yardstick, *of_pages])
    for house, of_pages in zip(running[1:], of_house[1:], strict=True):
        print(f"\n## {house.cases:,} cases: times as long as with {running[0].cases:,}")
        for page, few, many in zip(in_each[0], of_house[0], of_pages, strict=True):
            print(f"{page.name:26}{_times_as_long(few, many):8.2f}")


def _measure_lengths(bare: Target, house: Running, asked: argparse.Namespace) -> None:
    """The newest 50 messages of threads of each length."""
    threads = [pages.thread(house.port, house.made, length) for length in LENGTHS]
    found = _ask_in_turn([bare, *threads], asked)
    print("\n## threads of 50, 5,000 and 50,000 messages")
    _print_pages([bare, *threads], found)
    for length, of_thread in zip(LENGTHS[1:], found[2:], strict=True):
        print(f"{length:,} messages: {_times_as_long(found[1], of_thread):.2f} times as long as 50")


def _ask_in_turn(targets: list[Target], asked: argparse.Namespace) -> list[list[load.Measured]]:
    """Ask each page in turn, some rounds long; gives what came of each, round by round."""
    rounds = [
        [load.run(target.port, target.next_request, seconds=asked.seconds) for target in targets]
        for _ in range(asked.rounds)
    ]
    return [list(of_page) for of_page in zip(*rounds, strict=True)]


def _print_pages(targets: list[Target], found: list[list[load.Measured]]) -> None:
    """A line for each page; the first one is the yardstick of the others."""
    print(f"{'page':26}{'ratio':>8}{'a second':>10}{'median':>9}{'p95':>9}{'bytes':>8}  answers")
    for target, of_page in zip(targets, found, strict=True):
        sizes = median(one.bytes_read / len(one.latencies) for one in of_page)
        print(
            f"{target.name:26}{1 / _times_as_long(found[0], of_page):8.2f}"
            f"{median(one.per_second for one in of_page):10.0f}"
            f"{median(one.median_ms for one in of_page):7.1f}ms"
            f"{median(one.p95_ms for one in of_page):7.1f}ms"
            f"{sizes:8.0f}  {json.dumps(_sum([one.statuses for one in of_page]))}",
            flush=True,
        )


def _times_as_long(one: list[load.Measured], other: list[load.Measured]) -> float:
    """How much longer the other takes, each round by itself; the median of the rounds."""
    return median(a.per_second / b.per_second for a, b in zip(one, other, strict=True))


def _count_queries(settings: Settings, targets: list[Target]) -> None:
    """Statements of each page, counted in a copy of the application in this process."""
    app = create_app(settings)
    database: Database = app.extensions["database"]
    print("\nqueries a page (transaction statements left out)")
    for target in targets:
        ask_inside(app, target.next_request())
        with counted(database) as asked:
            ask_inside(app, target.next_request())
        print(f"{target.name:26}{len(asked):8}")
    database.close()


def ask_inside(app: Flask, request: load.Request) -> int:
    """Ask an application in this process; gives the status."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = Headers()
    for line in filter(None, lines):
        headers.add(*line.split(": ", 1))
    environ = EnvironBuilder(path, method=method, headers=headers, input_stream=BytesIO(body))
    _body, status, _headers = run_wsgi_app(app, environ.get_environ(), buffered=True)
    return int(status.split(" ")[0])


def _sum(counts: list[dict[int, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in counts:
        for status, number in one.items():
            total[str(status)] = total.get(str(status), 0) + number
    return total


def _memory(port: int) -> str:
    """Resident megabytes of the processes that listen on a port, children of the first left out."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            command = (status.parent / "cmdline").read_bytes()
            if str(port).encode() in command and b"granian" in command:
                line = next(x for x in status.read_text().splitlines() if x.startswith("VmRSS"))
                found.append(int(line.split()[1]) // 1024)
        except (OSError, StopIteration):
            continue
    return ", ".join(str(size) for size in sorted(found))


if __name__ == "__main__":
    main()
