"""Somebody who interprets, and a talk for which she is needed."""

from uuid import UUID

import pytest

from tests.people import Person, TestHouse
from tests.services.interpreters.talks import an_interpreter
from tests.services.journey import a_date, a_shared_need


@pytest.fixture(params=["sqlite"])
def kind(request: pytest.FixtureRequest) -> str:
    """One kind of database: that a slot is taken once is asked of both in test_at_one_moment.py."""
    return str(request.param)


@pytest.fixture
def samira(the_house: TestHouse) -> UUID:
    return an_interpreter(the_house, "Samira Haddad")


@pytest.fixture
def need_id(the_house: TestHouse, her: Person) -> UUID:
    """What she lets the housing desk read."""
    return a_shared_need(the_house, her)


@pytest.fixture
def date_id(the_house: TestHouse, need_id: UUID) -> UUID:
    """A talk with the housing desk, tomorrow at noon."""
    return a_date(the_house, need_id)
