"""C1, C6: when something really fails, the page that comes has the way out first and tells nothing.

`test_every_page.py` asks for those pages by name; here each comes by a cause of its own.
"""

import pytest
from werkzeug.test import TestResponse

from portal.domain.refusals import SlowDown
from portal.services import messages
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.web.browser_stand_in import Phone
from tests.web.page_lint import check_survivors_headers, check_survivors_page, policy_of_survivors
from tests.web.whole_house import WholeHouse

TYPED = "what only she may read"
both = pytest.mark.parametrize("scripting", WITH_AND_WITHOUT_SCRIPT)


def check_quiet(phone: Phone, answer: TestResponse, status: int) -> None:
    """The right status, our headers, the way out first, 112 to tap, and not a word of hers."""
    assert answer.status_code in ((status,) if phone.scripting else (status, 203))
    check_survivors_headers(answer, policy_of_survivors())
    check_survivors_page(phone.soup, "en", whole=not phone.scripting)
    assert phone.soup.find("a", href="tel:112")
    assert TYPED not in phone.page


@both
def test_what_is_not_there(whole: WholeHouse, scripting: bool) -> None:
    phone = whole.phone(whole.everybody.amal, scripting=scripting)
    check_quiet(phone, phone.go("/nowhere"), 404)


@both
def test_what_is_too_much(whole: WholeHouse, scripting: bool) -> None:
    phone = whole.phone(whole.everybody.amal, scripting=scripting)
    check_quiet(phone, phone.do("/messages/write", a=TYPED * 20_000), 413)


@both
def test_what_is_too_often(
    whole: WholeHouse, scripting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow_down(*_: object, **__: object) -> None:
        raise SlowDown(60)

    phone = whole.phone(whole.everybody.amal, scripting=scripting)
    monkeypatch.setattr(messages, "open_stretch", slow_down)
    check_quiet(phone, phone.go("/messages"), 429)


@both
def test_what_nobody_expected(
    whole: WholeHouse, scripting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError(TYPED)

    phone = whole.phone(whole.everybody.amal, scripting=scripting)
    monkeypatch.setattr(messages, "write", fails)
    check_quiet(phone, phone.do("/messages/write", a=TYPED), 500)


@both
def test_a_database_that_is_gone(whole: WholeHouse, scripting: bool) -> None:
    def no_session(*_: object) -> None:
        raise OSError("the database does not answer")

    phone = whole.phone(whole.everybody.amal, scripting=scripting)
    whole.database.close()
    whole.database.session = no_session  # type: ignore[assignment,method-assign]
    check_quiet(phone, phone.do("/messages/write", a=TYPED), 500)
