"""The one file she can take: the browser keeps it, and her page stays where it was."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.domain.needs import Category
from tests.browser import meanwhile
from tests.browser.conftest import APhone
from tests.browser.open_house import OpenHouse
from tests.people import Person


@pytest.mark.real
@pytest.mark.parametrize("scripting", [True, False], ids=["script", "no script"])
def test_a_calendar_file_is_given_past_a_warning(
    house: OpenHouse, a_phone: APhone, her: Person, scripting: bool
) -> None:
    she = a_phone(scripting=scripting).is_in(her)
    she.sends_a_need(Category.HOME, "The lock of my door is broken.")
    need_id = meanwhile.the_desk_routes(house, her)
    assert need_id
    she.goes("/today")
    asks = she.words("May %(service)s read this?", service="Housing desk")
    she.taps(she.main.locator(".row", has_text=asks))
    she.taps(she.main.locator("button.main[name=to]"))
    she.says_yes()
    meanwhile.the_service_sets_a_date(house, her)
    she.goes("/dates")
    she.taps(she.main.locator("button[value$='/file']"))
    expect(she.main).to_contain_text(
        she.words("A file stays on the phone. We cannot take it away.")
    )
    she.main.locator("input[value=errands]").check()
    she.main.locator("input[type=checkbox]").check()
    with she.page.expect_download() as waiting:
        she.main.get_by_role("button", name=she.words("Give me the file")).click()
    download = waiting.value
    assert download.suggested_filename == "date.ics"
    assert b"SUMMARY:Errands" in Path(download.path()).read_bytes()
    expect(she.heading).to_have_text(she.words("A file for the phone’s calendar"))
    she.goes("/dates")
    expect(she.main.locator(".card")).to_have_count(1)
    assert she.page.url == house.address
