"""Letters twice as large: every page fits, and every place can be tapped."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import PHONE, APhone
from tests.browser.survivor import Survivor
from tests.browser.test_leaving import every_page
from tests.web.furnishing import Everybody

pytestmark = pytest.mark.real

WAYS = ("#x", ".top .call", ".top .place", *(f".bar .place:nth-child({at})" for at in range(1, 5)))
UNDER_A_THUMB = """([way, width]) => {
    const box = document.querySelector(way).getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    return box.left >= 0 && box.right <= width && Math.min(box.width, box.height) >= 48
        && document.elementFromPoint(x, y)?.closest("button, a")?.matches(way) === true;
}"""


def what_breaks(she: Survivor, width: int) -> Iterator[str]:
    """What is wider than the screen, or lies under something else."""
    # A phone's window grows with what is too wide for it: only its own width tells.
    wide = int(she.page.evaluate("Math.max(innerWidth, document.documentElement.scrollWidth)"))
    if wide > width:
        yield f"is {wide} wide"
    for way in WAYS:
        here = she.page.locator(way).count()
        if here and not she.page.evaluate(UNDER_A_THUMB, [way, width]):
            yield f"{way} cannot be tapped"


@pytest.mark.parametrize("language", ["nl", "fr", "en", "ar"])
def test_with_letters_twice_as_large_every_page_fits_and_its_places_can_be_tapped(
    a_phone: APhone, everybody: Everybody, language: str
) -> None:
    she = a_phone(language).is_in(everybody.amal)
    seen, wrong = 0, []
    for path in every_page(she):
        # As a browser's own setting does: through the CSSOM, which no policy forbids.
        she.page.evaluate("document.documentElement.style.fontSize = '200%'")
        seen += 1
        wrong += [f"{path} {what}" for what in what_breaks(she, PHONE["width"])]
    assert wrong == []
    assert seen > 25
