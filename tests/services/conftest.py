"""The people of a house that is copied for every test, to act through the services."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

import pytest

from portal.database import Database
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.services import messages
from portal.services.house import House
from portal.settings import Settings
from portal.vault import KeyFile, SlowPasses
from tests.conftest import Built, Copy
from tests.people import NOON, Person, TestHouse

T = TypeVar("T")
Meanwhile = Callable[[Callable[[], T]], Future[T]]


@pytest.fixture
def database_url(built: Built, copy_of: Copy) -> str:
    """The address of a copy of the house for one test."""
    return copy_of(built.lived_in)


@pytest.fixture
def house(settings: Settings, key_file: KeyFile) -> House:
    """What every process of the house carries."""
    return House(settings, key_file, SlowPasses(settings.data_dir / "slow-passes", 8))


@pytest.fixture
def the_house(built: Built, database: Database, house: House) -> TestHouse:
    """A centre with four services and everybody a case needs."""
    return built.house.copied_to(database, house)


@pytest.fixture
def her(built: Built) -> Person:
    """Amal, who came in with her card. Els is her case director, Karim stands in."""
    return built.her


@pytest.fixture
def another(built: Built) -> Person:
    """Noor, another survivor of the same case director."""
    return built.another


@pytest.fixture
def meanwhile() -> Meanwhile[T]:
    """Begin something that another person does, and give it time to come to where it waits."""
    pool = ThreadPoolExecutor(1)

    def begin(act: Callable[[], T]) -> Future[T]:
        begun = pool.submit(act)
        time.sleep(0.3)
        assert not begun.done()
        return begun

    return begin


@pytest.fixture
def nadia(the_house: TestHouse) -> Person:
    """One more case director."""
    lead = (Role.CASE_DIRECTOR, the_house.services[ServiceKind.CENTRE_WORK].id)
    return the_house.a_colleague("Nadia", lead)


@pytest.fixture
def case_id(the_house: TestHouse, her: Person) -> UUID:
    """A case with something in it."""
    assert her.case_id is not None
    with the_house.acting(her) as (session, acting):
        messages.write(session, acting, her.case_id, "hello", now=NOON)
    return her.case_id
