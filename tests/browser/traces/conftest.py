"""A portal over HTTPS under a name of its own, and visits to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.open_house import OpenHouse, open_house
from tests.browser.traces.authority import Authority
from tests.browser.traces.chromium import Chromium
from tests.browser.traces.endings import Browser, Ending, Found, make_a_visit
from tests.browser.traces.firefox import Firefox
from tests.browser.traces.neighbourhood import PORTAL, Neighbourhood, a_neighbourhood
from tests.browser.traces.screen import a_screen
from tests.conftest import KEY_FILE

BROWSERS: dict[str, type[Chromium] | type[Firefox]] = {"chromium": Chromium, "firefox": Firefox}


@dataclass(frozen=True)
class Visits:
    """Makes them, in browsers that nobody has used yet."""

    house: OpenHouse
    around: Neighbourhood
    authority: Authority

    def browser(self, name: str, place: Path, display: str, *, scripting: bool = True) -> Browser:
        """It trusts the authority of the tests."""
        new = BROWSERS[name](place / "home", display, scripting=scripting)
        self.authority.trusted_by(new.trust)
        return new

    def make(self, name: str, place: Path) -> Found:
        """`chromium-script-left`."""
        kind, scripting, ending = name.split("-", 2)
        with a_screen() as display:
            browser = self.browser(kind, place, display, scripting=scripting == "script")
            try:
                return make_a_visit(browser, self.house, self.around, place, Ending(ending))
            finally:
                browser.is_gone()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Signs for the names of these tests."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def street(authority: Authority) -> Iterator[Neighbourhood]:
    """The other sites."""
    with a_neighbourhood(authority) as found:
        yield found


@pytest.fixture(scope="session")
def house(
    street: Neighbourhood,
    authority: Authority,
    _migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OpenHouse]:
    """The portal, served over HTTPS as `agenda.test`."""
    directory = tmp_path_factory.mktemp("secure-house")
    certificate = authority.certificate(PORTAL)
    with open_house(directory, _migrated_sqlite, KEY_FILE, street, certificate) as opened:
        street.portal = opened.address
        yield opened


@pytest.fixture(scope="session")
def visits(house: OpenHouse, street: Neighbourhood, authority: Authority) -> Visits:
    """From this house to those sites."""
    return Visits(house, street, authority)


@pytest.fixture(autouse=True)
def _nothing_hangs() -> None:
    """Nothing is ever held here, and what needs no house shall not wait for one."""
