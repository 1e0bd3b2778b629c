"""A house with people in it, on each kind of database: built once, copied for every test."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portal.database import Database
from portal.services.house import House
from portal.settings import Settings
from portal.vault import CHEAP, KeyFile, SlowPasses
from tests.conftest import KEY_FILE
from tests.people import Person, TestHouse, a_house
from tests.postgresql import PostgreSQL

Built = tuple[TestHouse, Person, Person]


@pytest.fixture(scope="session")
def built_on_sqlite(
    _migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Built]:
    """A database file with the house in it."""
    path = tmp_path_factory.mktemp("house") / "portal.db"
    shutil.copyfile(_migrated_sqlite, path)
    return path, _build(f"sqlite:///{path}", path.parent)


@pytest.fixture(scope="session")
def built_on_postgresql(
    postgresql: PostgreSQL, _migrated_postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Built]:
    """A PostgreSQL database with the house in it."""
    name = postgresql.create(template=_migrated_postgresql)
    return name, _build(postgresql.url(name), tmp_path_factory.mktemp("house"))


@pytest.fixture
def built(kind: str, request: pytest.FixtureRequest) -> Built:
    """The house and two survivors, as they were built."""
    found: Built = request.getfixturevalue(f"built_on_{kind}")[1]
    return found


@pytest.fixture
def database_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a copy of the house for one test."""
    template = request.getfixturevalue(f"built_on_{kind}")[0]
    if kind == "sqlite":
        path = tmp_path / "portal.db"
        shutil.copyfile(template, path)
        yield f"sqlite:///{path}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = server.create(template=template)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def house(settings: Settings, key_file: KeyFile) -> House:
    """What every process of the house carries."""
    return House(settings, key_file, SlowPasses(settings.data_dir / "slow-passes", 8))


@pytest.fixture
def the_house(built: Built, database: Database, house: House) -> TestHouse:
    """A centre with four services and everybody a case needs."""
    return replace(built[0], database=database, house=house)


@pytest.fixture
def her(built: Built) -> Person:
    """Amal, who came in with her card. Els is her case director, Karim stands in."""
    return built[1]


@pytest.fixture
def another(built: Built) -> Person:
    """Noor, another survivor of the same case director."""
    return built[2]


def _build(url: str, directory: Path) -> Built:
    settings = replace(
        Settings.from_environment({"PORTAL_DATA": str(directory)}),
        database_url=url,
        slow_pass_ops=CHEAP.ops,
        slow_pass_mem=CHEAP.mem,
    )
    database = Database(url, KEY_FILE, settings)
    house = House(settings, KEY_FILE, SlowPasses(directory / "slow-passes", 8))
    made = a_house(database, house)
    people = made.a_survivor("Amal"), made.a_survivor("Noor", language="nl")
    database.close()
    return made, *people
