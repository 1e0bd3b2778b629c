"""Measure the portal beside a bare Flask page: `python -m bench` (see `--help`).

Every figure is a ratio of answers a second within one round; a round asks each page in turn, and
the median of the rounds is printed. Everything goes over HTTP, is sealed, and is accounted for.
"""

import argparse
import itertools
import json
import os
import platform
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import event
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench import houses, load
from portal.app import create_app
from portal.database import Database, migrate
from portal.domain.cards import new_card_number
from portal.services.house import House
from portal.settings import Settings
from portal.vault import KeyFile, SlowPasses, random_digits

WRITERS = 60
"""A survivor may write 60 messages in ten minutes; the load is spread over many."""


FIRST_READINGS_A_SECOND = 500
"""More than any server here answers: each first reading needs a sign-in that has read nothing."""
SIGN_INS_A_SECOND = 50


@dataclass
class Target:
    """A page to ask for, on a port."""

    name: str
    port: int
    next_request: load.NextRequest


def main() -> None:
    """Build the house, start both servers, measure, print."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder)
        settings, database, house = _open_house(data, asked.database)
        print(f"# {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(f"# {database.engine.dialect.name}, {asked.workers} workers, {asked.seconds} s each")
        lengths = [50, 5_000, 50_000]
        fresh = int(asked.rounds * asked.seconds * FIRST_READINGS_A_SECOND)
        made = houses.build(database, house, lengths=lengths, writers=WRITERS, fresh=fresh)
        environment = _environment(settings, data)
        with _server("bench.bare:create_app", environment, asked.workers) as bare_port:
            bare = _bare_target(bare_port, made)
            with _server("portal.app:create_app", environment, asked.workers) as port:
                _warm_up([bare, *_targets(port, made, 50)])
                for cases in asked.cases:
                    houses.grow(database, made.survivors[50][0], cases)
                    print(f"\n## {cases} cases in the house")
                    _measure([bare, *_targets(port, made, 50)], asked)
                print("\n## threads of 50, 5,000 and 50,000 messages")
                _measure([bare, *(_thread(port, made, length) for length in lengths)], asked)
                _measure_under_sign_ins(_targets(port, made, 50)[0], port, asked.seconds)
                _count_queries(settings, made)
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
def _server(factory: str, environment: dict[str, str], workers: int) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", factory]
    command += ["--port", str(port), "--workers", str(workers), "--no-access-log"]
    command += ["--log-level", "error", "--blocking-threads", "4"]
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


def _bare_target(port: int, made: houses.MeasuredHouse) -> Target:
    number = made.survivors[50][0].case_number
    return Target("bare page, one query", port, lambda: load.get(f"/{number}"))


def _thread(port: int, made: houses.MeasuredHouse, length: int) -> Target:
    _, token = made.survivors[length]
    request = _to(token, "/messages")
    return Target(f"thread, 50 of {length:,}", port, lambda: request)


def _targets(port: int, made: houses.MeasuredHouse, length: int) -> list[Target]:
    her, token = made.survivors[length]
    today = _to(token, "/today")
    desk = _staff(made.moderator_token, "/staff/desk")
    case = _staff(made.director_token, f"/staff/cases/{her.case_id}")
    writers = itertools.cycle(made.writers)
    return [
        Target("today", port, lambda: today),
        _thread(port, made, length),
        _first_reading(port, made),
        Target("send a message", port, lambda: _send(next(writers)[1])),
        Target("desk", port, lambda: desk),
        Target("case page", port, lambda: case),
    ]


def _first_reading(port: int, made: houses.MeasuredHouse) -> Target:
    tokens = itertools.cycle(made.fresh_tokens)
    return Target("thread, first reading", port, lambda: _to(next(tokens), "/messages"))


def _to(token: str, path: str) -> load.Request:
    return load.post(urlencode({"k": token, "l": "en", "to": path}), headers=PART)


def _send(token: str) -> load.Request:
    words = "I can come on Tuesday in the morning. Is that good?"
    fields = {
        "k": token,
        "l": "en",
        "do": "/messages/write",
        "f": secrets.token_urlsafe(12),
        "a": words,
    }
    return load.post(urlencode(fields), headers=PART)


def _staff(token: str, path: str) -> load.Request:
    return (
        f"GET {path} HTTP/1.1\r\nHost: staff.localhost\r\nCookie: s={token}\r\n"
        "Accept-Encoding: gzip\r\n\r\n"
    ).encode()


PART = "X-Part: 1\r\nSec-Fetch-Site: same-origin\r\nAccept-Encoding: gzip\r\n"


def _warm_up(targets: list[Target]) -> None:
    for target in targets:
        load.run(target.port, target.next_request, seconds=0.5)


def _measure(targets: list[Target], asked: argparse.Namespace) -> None:
    rounds: dict[str, list[load.Measured]] = {target.name: [] for target in targets}
    for _ in range(asked.rounds):
        for target in targets:
            found = load.run(target.port, target.next_request, seconds=asked.seconds)
            rounds[target.name].append(found)
    yardstick = [found.per_second for found in rounds[targets[0].name]]
    print(f"{'page':26}{'ratio':>8}{'a second':>10}{'median':>9}{'p95':>9}{'bytes':>8}  answers")
    for target in targets:
        of_page = rounds[target.name]
        ratios = [one.per_second / bare for one, bare in zip(of_page, yardstick, strict=True)]
        sizes = median(one.bytes_read / max(1, len(one.latencies)) for one in of_page)
        print(
            f"{target.name:26}{median(ratios):8.2f}{median(m.per_second for m in of_page):10.0f}"
            f"{median(m.median_ms for m in of_page):7.1f}ms"
            f"{median(m.p95_ms for m in of_page):7.1f}ms"
            f"{sizes:8.0f}  {json.dumps(_sum([m.statuses for m in of_page]))}"
        )


def _measure_under_sign_ins(target: Target, port: int, seconds: float) -> None:
    """The same page by one reader alone, and while many try to come in with wrong PINs."""
    alone = load.run(port, target.next_request, seconds=seconds, connections=1)
    stop = threading.Event()
    storm = [threading.Thread(target=_try_cards, args=(port, stop)) for _ in range(8)]
    for thread in storm:
        thread.start()
    crowded = load.run(port, target.next_request, seconds=2 * seconds, connections=1)
    stop.set()
    for thread in storm:
        thread.join()
    print(
        f"\n{target.name}, one reader: median {alone.median_ms:.1f} ms; under"
        f" {SIGN_INS_A_SECOND} sign-ins a second: {crowded.median_ms:.1f} ms"
        f" ({crowded.median_ms / alone.median_ms:.2f} times), p95 {crowded.p95_ms:.1f} ms"
    )


def _try_cards(port: int, stop: threading.Event) -> None:
    """One of eight strangers with a card that opens nothing; together fifty tries a second."""
    pause = 8 / SIGN_INS_A_SECOND
    while not stop.is_set():
        began = time.perf_counter()
        card = new_card_number(random_digits)
        fields = {"do": "/front/sign-in", "a": card, "b": "274951", "l": "en"}
        # Everybody from another address: one address is slowed down long before.
        address = ".".join(str(secrets.randbelow(256)) for _ in range(4))
        headers = PART + f"Connection: close\r\nX-Forwarded-For: {address}\r\n"
        with socket.create_connection(("127.0.0.1", port)) as stranger:
            stranger.sendall(load.post(urlencode(fields), headers=headers))
            while stranger.recv(65536):
                pass
        time.sleep(max(0.0, pause - (time.perf_counter() - began)))


def _count_queries(settings: Settings, made: houses.MeasuredHouse) -> None:
    """Statements of each page, counted in a copy of the application in this process."""
    app = create_app(settings)
    database: Database = app.extensions["database"]
    said: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: said.append(statement),
    )
    print("\nqueries a page (read again, transaction statements left out)")
    for target in _targets(0, made, 50):
        for _ in range(2):
            said.clear()
            _ask_inside(app, target.next_request())
        counted = [one for one in said if not one.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))]
        print(f"{target.name:26}{len(counted):8}")
    database.close()


def _ask_inside(app: Flask, request: load.Request) -> None:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = Headers()
    for line in filter(None, lines):
        headers.add(*line.split(": ", 1))
    environ = EnvironBuilder(path, method=method, headers=headers, input_stream=BytesIO(body))
    run_wsgi_app(app, environ.get_environ())


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
