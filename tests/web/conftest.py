"""A house whose door can be tried, and phones at it."""

from pathlib import Path

import pytest

from tests.web.browser_stand_in import Phone
from tests.web.door import PIN, Door, open_door


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    """A house with one survivor, whose card is still new."""
    return open_door(tmp_path, monkeypatch)


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
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
