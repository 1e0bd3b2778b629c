"""What tests of the worker start from."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from portal.database import Database
from portal.services.house import House
from portal.settings import Settings
from portal.vault import KeyFile, SlowPasses
from tests.conftest import Built, Copy
from tests.people import Person, TestHouse
from tests.radicale import Radicale, running


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    """A real CalDAV server, the same for all tests of this process."""
    with running(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture
def the_house(
    built: Built, copy_of: Copy, settings: Settings, key_file: KeyFile
) -> Iterator[TestHouse]:
    """A centre whose calendars may lie on this machine."""
    near = replace(
        settings, database_url=copy_of(built.lived_in), calendar_hosts=("127.0.0.1", "localhost")
    )
    database = Database(near.database_url, key_file, near)
    yield built.house.copied_to(database, House(near, key_file, SlowPasses(near.data_dir, 8)))
    database.close()


@pytest.fixture
def her(built: Built) -> Person:
    """A survivor of that centre."""
    return replace(built.her)


@pytest.fixture
def kind() -> str:
    """Calendars are kept the same way in each kind of database: one is enough."""
    return "sqlite"
