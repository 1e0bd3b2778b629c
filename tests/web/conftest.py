"""A house whose door can be tried, a house that is lived in, and phones at them."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import KEY_FILE
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.people import TestHouse
from tests.web.browser_stand_in import Phone
from tests.web.door import PIN, Door, open_door
from tests.web.whole_house import WholeHouse, copy_of, furnish, send_a_visit


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    """A house with one survivor, whose card is still new."""
    return open_door(tmp_path, monkeypatch)


@pytest.fixture(params=WITH_AND_WITHOUT_SCRIPT)
def phone(request: pytest.FixtureRequest, door: Door) -> Phone:
    """A phone in front of the calendar."""
    phone = Phone(door.app, scripting=request.param)
    phone.open()
    return phone


@pytest.fixture
def inside(phone: Phone, door: Door) -> Phone:
    """The same phone after she came in with a new card."""
    phone.sign_in(door.card, PIN, new=True)
    assert phone.page_key, "she is in"
    return phone


@pytest.fixture(scope="session")
def _furnished(
    _migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, TestHouse]:
    directory = tmp_path_factory.mktemp("furnished")
    shutil.copyfile(_migrated_sqlite, directory / "portal.db")
    return directory, furnish(directory, KEY_FILE)


@pytest.fixture(scope="session")
def _with_a_visit(
    _furnished: tuple[Path, TestHouse], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    furnished, house = _furnished
    directory = tmp_path_factory.mktemp("visit") / "house"
    shutil.copytree(furnished, directory)
    send_a_visit(directory, house, KEY_FILE)
    return directory


@pytest.fixture
def with_a_visit(_with_a_visit: Path, tmp_path: Path) -> WholeHouse:
    """The same house, where a visit waits for the answer of the first survivor."""
    return copy_of(_with_a_visit, tmp_path)


@pytest.fixture
def whole(_furnished: tuple[Path, TestHouse], tmp_path: Path) -> WholeHouse:
    """A house in which something of everything has happened."""
    return copy_of(_furnished[0], tmp_path)
