"""A running house with its people, a clock that tests move, and browsers of colleagues."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from portal.app import create_app
from portal.database import Database
from portal.services.house import House
from portal.settings import Settings
from portal.vault import KeyFile, SlowPasses
from tests.conftest import Built, Copy
from tests.people import NOON, Person, TestHouse
from tests.web.staff.at_work import AtWork, Colleague
from tests.web.staff.browser import Browser


@dataclass
class Clock:
    """The time in the house."""

    now: datetime = NOON

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    """Monday noon, until a test lets time pass."""
    return Clock()


@pytest.fixture
def database_url(built: Built, copy_of: Copy) -> str:
    """The address of a copy of the house for one test."""
    return copy_of(built.staffed)


@pytest.fixture
def people(built: Built, database: Database, settings: Settings, key_file: KeyFile) -> TestHouse:
    """The people of the house."""
    passes = SlowPasses(settings.data_dir / "slow-passes", settings.slow_pass_slots)
    return built.house.copied_to(database, House(settings, key_file, passes))


@pytest.fixture
def app(people: TestHouse, settings: Settings, clock: Clock) -> Iterator[Flask]:
    """The application over the same database; as a demo, staff pages lie on the same host."""
    app = create_app(replace(settings, demo=True))
    app.config["NOW"] = lambda: clock.now
    yield app
    app.extensions["database"].close()


@pytest.fixture
def window(app: Flask) -> Browser:
    """A window in which nobody is signed in."""
    return Browser(app)


@pytest.fixture
def signed_in(app: Flask) -> Callable[[Person], Browser]:
    """A window in which somebody is."""
    return lambda person: Browser(app).come_back(person)


@pytest.fixture
def work(settings: Settings, built: Built) -> AtWork:
    """A whole house with its application, and a clock of its own."""
    return AtWork(settings, built.house)


@pytest.fixture
def moderator(work: AtWork) -> Colleague:
    """A moderator at her browser."""
    return work.signs_in(work.house.moderator)
