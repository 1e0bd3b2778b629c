"""A large house beside a small one: `python -m bench.large` (see `--help`).

The same people work in both: the same case director with the same files, the same desk, the same
auditor. Around them the large house has 100,000 cases, 1,000 colleagues and 2,000,000 acts. Each
page is asked in turn in both, so that what disturbs one disturbs the other.
"""

import argparse
import os
import platform
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from bench import houses, many
from bench.__main__ import ask_inside
from portal.app import create_app
from portal.database import Database
from portal.domain.acts import name_of_week
from portal.domain.needs import Category
from tests.people import TestHouse, a_house
from tests.statements import counted

OWN_FILES, WAITING = 50, 40
ALLOWED = 1.2


@dataclass
class Measured:
    """A house of one size, and the application in it."""

    app: Flask
    database: Database
    pages: dict[str, bytes]
    took: dict[str, list[float]]
    queries: dict[str, int]


def main() -> None:
    """Build both, ask each page in turn, print the median of each and their ratio."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        tests, number = _build(small)
        shutil.copytree(small, large)
        began = time.perf_counter()
        many.fill(
            houses.database_of(houses.settings_in(large)),
            cases=asked.cases,
            staff=asked.staff,
            acts=asked.acts,
        )
        print(f"# {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(
            f"# {asked.cases:,} cases, {asked.staff:,} staff, {asked.acts:,} acts, made in "
            f"{time.perf_counter() - began:.0f} s, beside 100 cases, 20 staff, 2,000 acts"
        )
        # Nobody signs in before the large house is full: that takes longer than a sign-in lives.
        found = [_open(directory, tests, number) for directory in (small, large)]
        for _ in range(asked.rounds):
            for name in found[0].pages:
                for house in found:
                    _ask(house, name)
        _print(found[0], found[1])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.large", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--staff", type=int, default=1_000)
    parser.add_argument("--acts", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--quick", action="store_true", help="a tenth of each")
    asked = parser.parse_args()
    if asked.quick:
        asked.cases, asked.staff, asked.acts = (
            asked.cases // 10,
            asked.staff // 10,
            asked.acts // 10,
        )
    return asked


def _build(directory: Path) -> tuple[TestHouse, str]:
    """The small house; gives its people and the number of the case that is searched for."""
    database, house = houses.open_new(houses.settings_in(directory))
    now = datetime.now(UTC)
    tests = a_house(database, house, now=now)
    hers = [
        tests.a_survivor(f"Her {number}", activated=False, now=now) for number in range(OWN_FILES)
    ]
    for her in hers[:WAITING]:
        tests.a_need(her, Category.HOME, now=now)
    many.fill(database, cases=100, staff=20, acts=2_000, near=(tests.director, hers[0]))
    database.close()
    return tests, hers[0].case_number


def _pages(tests: TestHouse, number: str, now: datetime) -> dict[str, bytes]:
    director, moderator, auditor = (
        houses.sign_in(tests, person, now)
        for person in (tests.director, tests.moderator, tests.auditor)
    )
    search, week = "/staff/audit", name_of_week(now.date())
    return {
        "desk": houses.staff_page(moderator, "/staff/desk"),
        "caseload": houses.staff_page(director, "/staff/people"),
        "caseload, what is new": houses.staff_page(director, "/staff/people?show=news"),
        "audit search, all": houses.staff_page(auditor, search),
        "audit search, a case": houses.staff_page(auditor, f"{search}?number={number}"),
        "audit search, a colleague": houses.staff_page(
            auditor, f"{search}?who={tests.director.email}"
        ),
        "audit search, a week": houses.staff_page(auditor, f"{search}?week={week}"),
        "audit search, a kind": houses.staff_page(auditor, f"{search}?kind=folder_opened"),
        "audit search, all four": houses.staff_page(
            auditor,
            f"{search}?number={number}&who={tests.director.email}&week={week}&kind=folder_opened",
        ),
    }


def _open(directory: Path, tests: TestHouse, number: str) -> Measured:
    app = create_app(houses.settings_in(directory))
    database: Database = app.extensions["database"]
    pages = _pages(replace(tests, database=database), number, datetime.now(UTC))
    return Measured(app, database, pages, {}, {})


def _ask(house: Measured, name: str) -> None:
    with counted(house.database) as asked:
        began = time.perf_counter()
        status = ask_inside(house.app, house.pages[name])
        took = time.perf_counter() - began
    if status != 200:
        raise SystemExit(f"{name} was answered with {status}")
    if name in house.queries:  # the first time fills caches, and is not counted
        house.took.setdefault(name, []).append(took)
    house.queries[name] = len(asked)


def _print(small: Measured, large: Measured) -> None:
    print(f"{'page':28}{'small':>10}{'large':>10}{'ratio':>8}{'queries':>12}")
    slow = []
    for name in small.queries:
        here, there = (statistics.median(one.took[name]) for one in (small, large))
        ratio = statistics.median(
            b / a for a, b in zip(small.took[name], large.took[name], strict=True)
        )
        same = f"{small.queries[name]} / {large.queries[name]}"
        print(f"{name:28}{here * 1000:8.1f}ms{there * 1000:8.1f}ms{ratio:8.2f}{same:>12}")
        if ratio > ALLOWED or large.queries[name] > small.queries[name]:
            slow.append(name)
    print(f"over {ALLOWED}, or with more queries: {', '.join(slow) or 'none'}")


if __name__ == "__main__":
    main()
