"""Too much, in no language, or for an odd address: answered in words, and nothing is lost."""

import re

import pytest

from tests.web.bad_input import both
from tests.web.browser_stand_in import Phone
from tests.web.browsers import csrf_token, heading, rules
from tests.web.whole_house import WholeHouse

pytestmark = pytest.mark.real


@both
def test_a_body_over_the_limit_is_refused_and_the_visit_goes_on(
    whole: WholeHouse, scripting: bool
) -> None:
    for her in (None, whole.everybody.bea):
        phone = whole.phone(her, scripting=scripting)
        key, before = phone.page_key, whole.rows()
        phone.send({"k": key, "do": "/messages/write", "a": "x" * 300_000})
        assert phone.heading == "This was too long"
        assert phone.soup.find("a", href="tel:112")
        assert whole.rows() == before
        if her is not None:
            phone.send({"k": key, "to": "/today"})
            assert phone.heading == "Today"


def test_a_body_over_the_limit_is_refused_in_words_for_staff(whole: WholeHouse) -> None:
    browser = whole.browser(whole.everybody.staff["director"])
    fields = {"csrf_token": csrf_token(browser.page), "words": "x" * 300_000}
    case = whole.everybody.ids["case"][0]
    for path in (f"/staff/cases/{case}", "/staff/sign-in"):
        answer = browser.client.post(path, data=fields)
        assert answer.status_code == 413
        assert heading(answer) == "This was too long"
        assert "112" in answer.text


WISHES = ["tlh", "", "*", "xx;q=abc", ";;;,,,", "nl" * 5000, "fr;q=0", "AR", "en-GB,en;q=1", "\xff"]


@pytest.mark.parametrize("wish", WISHES, ids=range(len(WISHES)))
def test_an_unknown_language_is_answered_in_one_we_have(whole: WholeHouse, wish: str) -> None:
    client = whole.app.test_client()
    for answer in (
        client.get("/", headers={"Accept-Language": wish}),
        client.post("/", data={"do": "/front/language", "l": wish}, headers={"X-Part": "1"}),
        client.get("/staff/sign-in", headers={"Accept-Language": wish}),
    ):
        assert answer.status_code == 200
        assert re.search(r'lang="(nl|fr|en|ar)"', answer.text)


@pytest.mark.parametrize("code", ["tlh", "", "en' --", "../en", "x" * 9000])
def test_nobody_can_choose_a_language_we_do_not_have(whole: WholeHouse, code: str) -> None:
    phone = whole.phone(whole.everybody.bea)
    phone.do("/more/language", a=code)
    phone.go("/today")
    page = phone.soup.find(id="page")
    assert page is not None
    assert page["lang"] == "en"
    browser = whole.browser(whole.everybody.staff["housing"])
    browser.post("/staff/language", language=code, next="/staff/referrals")
    assert browser.path == "/staff/referrals"
    assert browser.page.html is not None
    assert browser.page.html["lang"] == "en"


ODD = (
    *("before=x", "before=-1", "after=99999999999999999999", "after=x", "said=<i>x</i>", "at=x"),
    *("older=1", "week=2026-W99", "week=9999-W52", "week=0000-W00", "lane=purple", "number=%00"),
    *("instead_of=x", "then=read&then=x", "number=" + "9" * 3000, "%ff=%ff", "done=maybe", "&&&"),
)


def without_arguments(whole: WholeHouse, surface: str) -> list[str]:
    """Addresses that need nothing but themselves."""
    return [
        one.rule
        for one in rules(whole.app, surface)
        if "GET" in (one.methods or ()) and not one.arguments
    ]


@pytest.mark.real
def test_an_odd_query_is_no_error(whole: WholeHouse) -> None:
    phone, wrong = whole.phone(whole.everybody.amal), []
    for path in without_arguments(whole, "survivor"):
        for odd in ODD:
            answer = phone.go(f"{path.removeprefix('/-')}?{odd}")
            if answer.status_code >= 500 or "<i>x" in answer.text:
                wrong.append(f"{path}?{odd}")
    assert wrong == []


@pytest.mark.real
@pytest.mark.parametrize("who", ["director", "moderator", "housing", "auditor"])
def test_an_odd_query_of_staff_is_no_error(whole: WholeHouse, who: str) -> None:
    browser, wrong = whole.browser(whole.everybody.staff[who]), []
    for path in without_arguments(whole, "staff"):
        for odd in ODD:
            answer = browser.client.get(f"{path}?{odd}")
            if answer.status_code >= 500 or "<i>x" in answer.text:
                wrong.append(f"{path}?{odd}")
    assert wrong == []


@pytest.mark.parametrize("status", [0, 99, 100, 101, 204, 304, 399, 404, 999, 10**9])
def test_a_trouble_that_does_not_exist_is_a_page_all_the_same(
    whole: WholeHouse, status: int
) -> None:
    for scripting in (True, False):
        phone = whole.phone(None, scripting=scripting)
        answer = phone.go(f"/front/trouble/{status}/-")
        assert answer.status_code in (200, 404, 500)
        assert "112" in answer.text
    words = Phone(whole.app).post({"to": "/front/trouble/500/Call-this-number-0900"})
    assert "0900" not in words.text, "nobody writes on our page"


def test_no_field_of_hers_takes_a_file_or_a_second_meaning(whole: WholeHouse) -> None:
    """The same field twice, a list where one value is meant, and fields nobody asked for."""
    phone = whole.phone(whole.everybody.amal)
    key = phone.page_key
    for typed in (
        {"a": ["one", "two"]}, {"to": ["/today", "/staff/"]}, {"do": ["/messages/write", "/x"]},
        {"a": "x", "zz": "y", "csrf_token": "z", "proof_code": "1"},
    ):  # fmt: skip
        answer = phone.post({"k": key, "do": "/messages/write", **typed})
        assert answer.status_code in (200, 404)
