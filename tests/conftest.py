"""What tests start from: settings, a migrated or lived-in database of each kind, a browser."""

import gc
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import pytest
from flask import Flask
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal import embedded
from portal.database import Database, migrate
from portal.i18n import use_language
from portal.services.house import House
from portal.settings import Settings
from portal.vault import CHEAP, KeyFile, SlowPasses
from tests.parts import REAL, find_program, lacking
from tests.people import Person, TestHouse, a_house
from tests.postgresql import PostgreSQL, running_server

# A process of tests holds hundreds of applications: looking through all of them for what nobody
# holds any more, as often as Python does by itself, took a sixth of the whole time (measured).
gc.set_threshold(200_000, 50, 100)
KEY_FILE = KeyFile(bytes(range(32)))
Copy = Callable[[str], str]


class Built(NamedTuple):
    """A house that was built once: where its databases lie, and who is in it."""

    house: TestHouse
    staffed: str
    lived_in: str
    her: Person
    another: Person


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `real`, unless it was asked for: PORTAL_TEST_REAL=1, or -m real."""
    if REAL or config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("real")]
    items[:] = [item for item in items if not item.get_closest_marker("real")]
    config.hook.pytest_deselected(items=left_out)


class _Compiled(BytecodeCache):
    """Templates of all the applications of a test process, each compiled once."""

    def __init__(self) -> None:
        self.known: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.known.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self.known[bucket.key] = bucket.code


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Compiled()}


_DATABASES: dict[str, Database] = {}


def _share_statements(database: Database) -> None:
    """Let every engine of a test process know the statements that another has compiled."""
    first = _DATABASES.setdefault(database.engine.dialect.name, database)
    if first.engine.dialect.server_version_info is None:
        # It was never connected, and does not know yet what the database can do.
        _DATABASES[database.engine.dialect.name] = database
        return
    for mode, engine in database._engines.items():
        known = first._engines[mode]
        engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache


@pytest.fixture(scope="session", autouse=True)
def _ways_are_made_once() -> Iterator[None]:
    # Every application of a test process has the same paths. Werkzeug takes them apart and compiles
    # what builds them for each one anew: that was most of the time that making one takes.
    known: dict[object, Rule] = {}
    compiled = Rule.compile

    def once(rule: Rule) -> None:
        first = known.setdefault((rule.rule, rule.subdomain, repr(rule.defaults)), rule)
        if first is rule:
            compiled(rule)
            return
        for name in ("_parts", "_trace", "_converters", "arguments"):
            setattr(rule, name, getattr(first, name))
        for name in ("_build", "_build_unknown"):
            setattr(rule, name, getattr(first, name).__func__.__get__(rule))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _the_same_tries_in_every_process() -> Iterator[None]:
    # Hypothesis also tries numbers that stand in whatever modules are imported by then: what a
    # test without chance does would depend on the tests that ran before it in its process.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(providers, "_get_local_constants", Constants, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _nobody_waits_for_the_disk() -> Iterator[None]:
    # No power cut comes in a test, and each opens and closes some databases.
    quick = (*embedded._PRAGMAS, "PRAGMA synchronous = OFF")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "_PRAGMAS", quick)
        yield


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with use_language("en"):
        yield


@pytest.fixture(autouse=True)
def _databases_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Whoever makes an application in a test need not think of its database: Python 3.13 warns of
    # connections left open, some tests later, and a warning is a failure.
    opened: list[Database] = []
    open_it = Database.__init__

    def open_and_remember(self: Database, *args: Any, **kwargs: Any) -> None:
        open_it(self, *args, **kwargs)
        _share_statements(self)
        opened.append(self)

    monkeypatch.setattr(Database, "__init__", open_and_remember)
    yield
    for database in opened:
        database.close()


@pytest.fixture(autouse=True)
def _nothing_fails_unseen(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    # A worker goes on where one thing fails. A test in which that is meant clears what was said.
    yield
    said = [one for one in caplog.get_records("call") if one.name == "portal.worker"]
    assert [one.getMessage() for one in said if one.levelno >= logging.ERROR] == []


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning, within opening hours."""
    return datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server of this test process."""
    with running_server() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database; every test with a database runs on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "portal.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _migrated_postgresql(postgresql: PostgreSQL) -> str:
    name = postgresql.create()
    _migrate(postgresql.url(name))
    return name


@pytest.fixture
def empty_database_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="session")
def built_on_sqlite(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The house in a database file, and in another the same one with survivors."""
    directory = tmp_path_factory.mktemp("house")

    def copied(template: str, name: str) -> str:
        shutil.copyfile(template, directory / name)
        return str(directory / name)

    return _build(str(_migrated_sqlite), copied, "sqlite:///{}".format, directory)


@pytest.fixture(scope="session")
def built_on_postgresql(
    postgresql: PostgreSQL, _migrated_postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Built:
    """The house in a PostgreSQL database, and in another the same one with survivors."""

    def copied(template: str, _: str) -> str:
        return postgresql.create(template=template)

    return _build(_migrated_postgresql, copied, postgresql.url, tmp_path_factory.mktemp("house"))


@pytest.fixture
def built(kind: str, request: pytest.FixtureRequest) -> Built:
    """The house as it was built: once, and copied for every test."""
    found: Built = request.getfixturevalue(f"built_on_{kind}")
    return found


@pytest.fixture
def copy_of(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Copy]:
    """Makes a copy of a database for one test, and gives its address."""
    if kind == "sqlite":
        path = tmp_path / "portal.db"
        yield lambda template: f"sqlite:///{shutil.copyfile(template, path)}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    made: list[str] = []

    def copied(template: str) -> str:
        made.append(server.create(template=template))
        return server.url(made[-1])

    yield copied
    for name in made:
        server.drop(name)


@pytest.fixture
def database_url(kind: str, copy_of: Copy, request: pytest.FixtureRequest) -> str:
    """The address of a migrated database without rows."""
    return copy_of(str(request.getfixturevalue(f"_migrated_{kind}")))


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of a centre in a directory of its own; passes are cheap, the key file is there."""
    found = replace(
        Settings.from_environment({"PORTAL_DATA": str(tmp_path)}),
        database_url=database_url,
        slow_pass_ops=CHEAP.ops,
        slow_pass_mem=CHEAP.mem,
    )
    KEY_FILE.save(found.key_file)
    return found


@pytest.fixture
def key_file(settings: Settings) -> KeyFile:
    """The key file that lies where the settings say."""
    return KeyFile.load(settings.key_file)


@pytest.fixture
def database(settings: Settings, key_file: KeyFile) -> Iterator[Database]:
    """A migrated database without rows."""
    opened = Database(settings.database_url, key_file, settings)
    yield opened
    opened.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session in which a test acts; it is rolled back unless the test commits."""
    with database.session() as opened:
        yield opened


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of this machine: Playwright's own is not downloaded."""
    chromium = find_program("chromium", "chromium-browser", "google-chrome")
    if chromium is None:
        lacking("Chromium")
    # Chromium's sandbox refuses root, which is who one is in most containers.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium, "args": flags}


def _migrate(url: str) -> None:
    fresh = Database(url, KEY_FILE)
    migrate(fresh)
    fresh.close()


def _build(
    migrated: str, copied: Callable[[str, str], str], url: Callable[[str], str], directory: Path
) -> Built:
    staffed = copied(migrated, "staffed.db")
    with opened(url(staffed), directory) as (database, house):
        made = a_house(database, house)
    lived_in = copied(staffed, "lived-in.db")
    with opened(url(lived_in), directory) as (database, house):
        there = made.copied_to(database, house)
        her, another = there.a_survivor("Amal"), there.a_survivor("Noor", language="nl")
    return Built(made, staffed, lived_in, her, another)


@contextmanager
def opened(url: str, directory: Path) -> Iterator[tuple[Database, House]]:
    """A database at an address, and the house that answers from it; closed at the end."""
    settings = replace(
        Settings.from_environment({"PORTAL_DATA": str(directory)}),
        database_url=url,
        slow_pass_ops=CHEAP.ops,
        slow_pass_mem=CHEAP.mem,
    )
    database = Database(url, KEY_FILE, settings)
    yield database, House(settings, KEY_FILE, SlowPasses(directory / "slow-passes", 8))
    database.close()
