"""Measure the portal beside a bare Flask page: `python -m bench` (see `--help`).

Every figure is a ratio of answers a second within one round; a round asks each page in turn, and
the median of the rounds is printed. Everything goes over HTTP, is sealed, and is accounted for.
"""

import argparse
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from statistics import median

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench import houses, load, pages, storm
from bench.pages import Target
from portal.app import create_app
from portal.database import Database, migrate
from portal.server import threads
from portal.services.house import House
from portal.settings import Settings
from portal.vault import KeyFile, SlowPasses
from tests.statements import counted

WRITERS = 60
"""A survivor may write 60 messages in ten minutes; the load is spread over many."""
FIRST_READINGS_A_SECOND = 500
"""More than any server here answers: each first reading needs a sign-in that has read nothing."""


def main() -> None:
    """Build the house, start both servers, measure, print."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder)
        settings, database, house = _open_house(data, asked.database)
        print(f"# {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(f"# {database.engine.dialect.name}, {asked.workers} workers, {asked.seconds} s each")
        lengths = [50, 5_000, 50_000]
        stretches = asked.rounds * len(asked.cases) + 2
        fresh = int(stretches * asked.seconds * FIRST_READINGS_A_SECOND)
        made = houses.build(database, house, lengths=lengths, writers=WRITERS, fresh=fresh)
        environment = _environment(settings, data)
        at_once = threads(settings)
        with _server("bench.bare:create_app", environment, asked.workers, at_once) as bare_port:
            bare = pages.bare(bare_port, made)
            with _server("portal.app:create_app", environment, asked.workers, at_once) as port:
                every = [bare, *pages.every(port, made, 50)]
                _warm_up(every)
                grown = {}
                for cases in asked.cases:
                    houses.grow(database, made.survivors[50][0], cases)
                    print(f"\n## {cases:,} cases in the house", flush=True)
                    grown[cases] = _measure(every, asked)
                _print_growth(grown)
                print("\n## threads of 50, 5,000 and 50,000 messages", flush=True)
                _measure([bare, *(pages.thread(port, made, length) for length in lengths)], asked)
                storm.measure(every[1:], port, asked.seconds)
                _count_queries(settings, every[1:])
                print(f"\nmemory of a worker after all this: {_memory(port)} MB")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database", help="a PostgreSQL URL; SQLite in a temporary folder if not")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--cases", type=int, nargs="*", default=[100, 10_000, 100_000])
    return parser.parse_args()


def _open_house(data: Path, url: str | None) -> tuple[Settings, Database, House]:
    variables = {"PORTAL_DATA": str(data), "PORTAL_STAFF_HOST": "staff.localhost"}
    if url:
        variables["PORTAL_DATABASE_URL"] = url
    settings = Settings.from_environment(variables)
    key_file = KeyFile.create(settings.key_file)
    database = Database(settings.database_url, key_file, settings)
    migrate(database)
    passes = SlowPasses(data / "slow-passes", settings.slow_pass_slots)
    return settings, database, House(settings, key_file, passes)


def _environment(settings: Settings, data: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PORTAL_DATA": str(data),
        "PORTAL_STAFF_HOST": "staff.localhost",
        "PORTAL_PROXY_DEPTH": "1",
        "PORTAL_DATABASE_URL": settings.database_url,
        "BENCH_DATABASE_URL": settings.database_url,
    }


@contextmanager
def _server(factory: str, environment: dict[str, str], workers: int, threads: int) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", factory]
    command += ["--port", str(port), "--workers", str(workers), "--no-access-log"]
    command += ["--log-level", "error", "--blocking-threads", str(threads)]
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
        load.run(target.port, target.next_request, seconds=0.5)


def _measure(targets: list[Target], asked: argparse.Namespace) -> dict[str, float]:
    """Ask each page in turn, some rounds long; gives each page's ratio to the first one."""
    rounds: dict[str, list[load.Measured]] = {target.name: [] for target in targets}
    for _ in range(asked.rounds):
        for target in targets:
            rounds[target.name].append(
                load.run(target.port, target.next_request, seconds=asked.seconds)
            )
    yardstick = [found.per_second for found in rounds[targets[0].name]]
    print(f"{'page':26}{'ratio':>8}{'a second':>10}{'median':>9}{'p95':>9}{'bytes':>8}  answers")
    found = {}
    for target in targets:
        of_page = rounds[target.name]
        ratios = [one.per_second / bare for one, bare in zip(of_page, yardstick, strict=True)]
        found[target.name] = median(ratios)
        sizes = median(one.bytes_read / max(1, len(one.latencies)) for one in of_page)
        print(
            f"{target.name:26}{median(ratios):8.2f}{median(m.per_second for m in of_page):10.0f}"
            f"{median(m.median_ms for m in of_page):7.1f}ms"
            f"{median(m.p95_ms for m in of_page):7.1f}ms"
            f"{sizes:8.0f}  {json.dumps(_sum([m.statuses for m in of_page]))}"
        )
    return found


def _print_growth(grown: dict[int, dict[str, float]]) -> None:
    """How much longer each page takes in a bigger house, measured against the bare page of then."""
    (smallest, small), *bigger = grown.items()
    for cases, ratios in bigger:
        print(f"\n## {cases:,} cases: times as long as with {smallest:,}")
        for name, ratio in ratios.items():
            print(f"{name:26}{small[name] / ratio:8.2f}")


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
