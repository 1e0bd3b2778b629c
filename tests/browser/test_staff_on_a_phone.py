"""Staff on duty with a phone: nothing is wider than it, and each thing to tap fits a finger."""

import pytest

from tests.browser.conftest import ADesk
from tests.web.furnishing import Everybody

pytestmark = pytest.mark.real

PHONE = {"width": 360, "height": 740}
TOO_WIDE = "() => document.documentElement.scrollWidth - innerWidth"


def test_the_longest_day_fits_on_a_phone(a_desk: ADesk, everybody: Everybody) -> None:
    desk = a_desk("fr", viewport=PHONE)
    desk.is_in(everybody.staff["housing"]).goes("dates?view=week")
    today = desk.page.locator(".day-today h2 bdi")
    today.evaluate("one => { one.textContent = 'mercredi 30 septembre 2026' }")
    assert desk.page.locator(".day-today h2 .mark").inner_text() == "Aujourd’hui"
    assert desk.page.evaluate(TOO_WIDE) <= 0
