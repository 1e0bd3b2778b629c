"""What a visit leaves on her device: nothing but the name of the host. Checks A1 to A12.

On closed profiles of real browsers, with JavaScript and without, for each way in which a visit can
end. `test_detector.py` shows that what is looked for here is found where it is.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.traces.conftest import Visits
from tests.browser.traces.endings import Ending, Found
from tests.browser.traces.neighbourhood import PORTAL
from tests.browser.traces.tab import Shown

# A Firefox takes long to start and to end: of it, two endings of each mode. It does not tell its
# entries behind Back (A3: walking through them does) and has no page that lists hosts (A7).
VISITS = [
    f"chromium-script-{Ending.LEFT}",
    f"chromium-script-{Ending.LEFT_KILLED}",
    f"chromium-script-{Ending.LEFT_WALKED}",
    f"chromium-script-{Ending.STAYED}",
    f"chromium-script-{Ending.STAYED_KILLED}",
    f"chromium-plain-{Ending.LEFT}",
    f"chromium-plain-{Ending.LEFT_KILLED}",
    f"chromium-plain-{Ending.LEFT_WALKED}",
    f"chromium-plain-{Ending.STAYED}",
    f"firefox-script-{Ending.LEFT_WALKED}",
    f"firefox-script-{Ending.LEFT_KILLED}",
    f"firefox-plain-{Ending.LEFT_WALKED}",
    f"firefox-plain-{Ending.STAYED}",
]
LEFT = (Ending.LEFT, Ending.LEFT_KILLED, Ending.LEFT_WALKED)
TITLES = {"Agenda", "Weather"}
Check = Callable[[Found], None]
CHECKS: dict[Check, Callable[[Found], bool]] = {}
"""What is looked for, and after which visits."""


@pytest.mark.real
@pytest.mark.parametrize("visit", VISITS)
def test_a_visit_leaves_the_name_of_the_host_and_nothing_else(
    visits: Visits, visit: str, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    found = visits.make(visit, tmp_path)
    for check, is_due in CHECKS.items():
        if is_due(found):
            with subtests.test(check.__name__):
                check(found)
    # Two profiles of a browser are a hundred megabytes.
    shutil.rmtree(tmp_path)


def looked_for(
    *browsers: str, after: tuple[Ending, ...] = tuple(Ending)
) -> Callable[[Check], Check]:
    """Look for this after every visit, or those that end like this, or in these browsers."""

    def remember(check: Check) -> Check:
        CHECKS[check] = lambda found: (
            found.ending in after and (not browsers or found.browser in browsers)
        )
        return check

    return remember


def telling(found: Found, windows: list[Shown]) -> list[Shown]:
    """Which are not the search page, the exit page, or the calendar of a stranger."""
    return [
        Shown(shown.address, shown.title, shown.text[-300:])
        for shown in windows
        if not (
            shown.address in (found.search, found.exit_page)
            or (
                (shown.address, shown.title) == (found.portal, "Agenda")
                and "Public holidays" in shown.text
            )
        )
    ]


def secrets_in(found: Found, shown: list[Shown]) -> list[str]:
    """Which secrets stand in windows."""
    text = " ".join(one.text + one.title + one.address for one in shown)
    return [secret for secret in found.own if secret in text and not secret.startswith("/")]


@looked_for()
def the_visit_showed_every_planted_word_and_a_neutral_title(found: Found) -> None:
    """A1: a visit that never showed a secret leaves none."""
    for word in found.planted.shown:
        assert any(word in shown.text for shown in found.visit.seen), word
    assert {shown.title for shown in found.visit.seen} == {"Agenda"}
    assert {shown.address for shown in found.visit.seen} == {found.portal}
    assert len(found.visit.keys) > 10, "the page and form keys that opened the way"


@looked_for(after=LEFT)
def she_is_away_within_a_second(found: Found) -> None:
    """A2: from the tap to the exit page; twice that where the machine has other work, too."""
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    assert found.left_after < 1 + busy


@looked_for()
def with_javascript_her_visit_adds_nothing_behind_the_back_button(found: Found) -> None:
    """A3: pages are swapped in."""
    assert found.visit.grew_by == 0 or not found.scripting


@looked_for("Chromium", after=LEFT)
def behind_the_back_button_is_no_page_of_ours_that_tells(found: Found) -> None:
    """A3: with JavaScript none at all."""
    ours = [entry for entry in found.entries if PORTAL in entry[0]]
    if found.scripting:
        assert ours == []
    else:
        assert set(ours) == {(found.portal, "Agenda")}
    assert found.entries[-1] == (found.exit_page, "Weather")


@looked_for(after=(Ending.LEFT_WALKED,))
def back_and_forward_through_everything_show_the_calendar_of_a_stranger(found: Found) -> None:
    """A4: no word, no error page, no question whether to send a form again."""
    assert telling(found, found.walked) == []
    assert secrets_in(found, found.walked) == []
    ours = [shown for shown in found.walked if shown.address == found.portal]
    assert bool(ours) != found.scripting
    assert found.walked[-3] == Shown(found.exit_page, "Weather", "WeatherSunny")


@looked_for(after=(Ending.LEFT_WALKED,))
def the_address_typed_again_and_reloaded_is_the_calendar(found: Found) -> None:
    """A5."""
    assert [shown.address for shown in found.anew] == [found.portal] * 2
    assert telling(found, found.anew) == []
    assert secrets_in(found, found.anew) == []


@looked_for()
def no_cookie_is_left(found: Found) -> None:
    """A6: killed without JavaScript, the one that died may still lie there."""
    most = int(found.ending.is_killed and not found.scripting)
    assert len(found.kept[0].cookies(PORTAL)) <= most
    assert found.kept[1].cookies(PORTAL) == [], "and none when the browser was used again"


@looked_for()
def the_history_knows_one_address_with_a_neutral_title(found: Found) -> None:
    """A7."""
    for kept in found.kept:
        for rows in (kept.history(PORTAL), kept.often_visited(PORTAL)):
            assert len(rows) <= 1
            assert {address for address, _ in rows} <= {found.portal}
            assert {title for _, title in rows} <= TITLES
    assert kept.history(PORTAL), "it is known: what was looked at is the right file"


@looked_for("Chromium", after=(Ending.LEFT,))
def the_history_page_of_chromium_lists_one_line_or_none(found: Found) -> None:
    """A7: with JavaScript none."""
    ours = [line for line in found.lines if PORTAL in line]
    assert ours == ([] if found.scripting else [found.portal])
    assert found.exit_page in found.lines


@looked_for()
def the_browser_offers_nothing_of_hers_again(found: Found) -> None:
    """A8: typed words, sign-ins, downloads, icons."""
    for kept in found.kept:
        assert kept.offered_again() == {}


@looked_for()
def no_word_card_pin_key_or_way_stands_in_any_file(found: Found) -> None:
    """A9: closed, and again after it was opened and closed once more."""
    assert found.secrets == [{}, {}]


@looked_for()
def the_name_of_the_host_stands_only_where_no_page_can_keep_it_out(found: Found) -> None:
    """A10, with A6: no storage, no worker, no cache names it either."""
    for kept, names in zip(found.kept, found.names, strict=True):
        assert kept.of_no_leave(names) == set()
        assert names, "it stands somewhere: files are read"


@looked_for()
def a_browser_that_comes_back_shows_nothing_of_hers(found: Found) -> None:
    """A11 and A12: with what was open, and everything behind its Back button."""
    assert telling(found, found.restored) == []
    assert secrets_in(found, found.restored) == []
    if not found.ending.is_left:
        assert found.restored[0].address == found.portal, "it did bring the page back"
