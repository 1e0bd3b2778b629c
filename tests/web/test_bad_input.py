"""Whatever people type, tap twice or send too late is answered in words, and nothing is lost."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup

from portal.services.entry import sessions
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.people import PIN, Person
from tests.web.browser_stand_in import Phone
from tests.web.browsers import (
    MADE_UP,
    Control,
    Form,
    alike,
    csrf_token,
    forms_in,
    hand_in,
    heading,
    pages_of_staff,
    pages_of_survivor,
    rules,
    send,
)
from tests.web.whole_house import WholeHouse

DOES_NOT_OPEN = "This card and PIN do not open."
TYPED = "Words that were typed a moment ago."

both = pytest.mark.parametrize("scripting", WITH_AND_WITHOUT_SCRIPT)


# Cards.


def wrong_tries(whole: WholeHouse) -> Iterator[tuple[str, Person, str, bool]]:
    """What is typed, on whose card, with which PIN, as a new card or not."""
    amal, noor = whole.everybody.amal, whole.everybody.noor
    yield "a wrong PIN", amal, "118822", False
    yield "a PIN that is too short", amal, "27495", False
    yield "a card used again as new", amal, "118822", True
    yield "a new card as if it had a PIN", noor, "118822", False
    unknown = Person(amal.account_id, amal.holder_id, amal.keys, "", card="0000000000000000")
    for last in "0123456789":
        unknown.card = "765432112345678" + last
        if whole.phone(None).sign_in(unknown.card, PIN).text.find("has a mistake") < 0:
            break
    yield "an unknown card", unknown, PIN, False
    yield "an unknown card as new", unknown, PIN, True


def test_every_card_that_does_not_open_costs_one_pass_and_gets_one_sentence(
    whole: WholeHouse,
) -> None:
    passes = whole.app.extensions["house"].slow_passes
    answers = {}
    for what, person, pin, new in wrong_tries(whole):
        before, phone = passes.count, whole.phone(None)
        phone.sign_in(person.card, pin, new=new)
        assert passes.count == before + 1, what
        assert DOES_NOT_OPEN in phone.page, what
        assert not phone.page_key
        assert pin not in phone.page, "a PIN never goes back into a page"
        answers[what] = re.sub(r"\d{4} ?\d{4} ?\d{4} ?\d{4}| checked", "", phone.page)
    assert len(set(answers.values())) == 1, answers.keys()


@both
def test_a_new_card_opens_for_48_hours(whole: WholeHouse, scripting: bool) -> None:
    noor, phone = whole.everybody.noor, whole.phone(None, scripting=scripting)
    whole.later(hours=48)
    phone.sign_in(noor.card, "483920", new=True)
    assert DOES_NOT_OPEN in phone.page
    assert not phone.page_key


def test_a_card_is_activated_once(whole: WholeHouse) -> None:
    noor, first, second = whole.everybody.noor, whole.phone(None), whole.phone(None)
    first.sign_in(noor.card, "483920", new=True)
    assert first.page_key
    second.sign_in(noor.card, "928374", new=True)
    assert DOES_NOT_OPEN in second.page
    second.sign_in(noor.card, "483920")
    assert second.heading == "Today"


@pytest.mark.parametrize(
    ("pin", "again", "words"),
    [
        ("12345", "12345", "6 digits or more"),
        ("000000", "000000", "too easy to guess"),
        ("111111", "111111", "too easy to guess"),
        ("123456", "123456", "too easy to guess"),
        ("48392a", "48392a", "digits only"),
        ("483920", "483921", "not the same"),
        ("483920", "", "not the same"),
        ("4" * 70, "4" * 70, "too long"),
        ("\u202e483920", "483921", ""),
        (" ", " ", ""),
    ],
)
@both
def test_a_pin_that_cannot_be_chosen(
    whole: WholeHouse, pin: str, again: str, words: str, scripting: bool
) -> None:
    noor, phone = whole.everybody.noor, whole.phone(None, scripting=scripting)
    before = whole.rows()
    phone.send({"do": "/front/sign-in", "a": noor.card, "b": pin, "c": "y", "d": again, "l": "en"})
    assert words in phone.page
    assert not phone.page_key
    assert noor.card in phone.page.replace(" ", ""), "the card number is not typed twice"
    assert whole.rows() == before


@pytest.mark.parametrize("card", ["letters in it", "1234", "1" * 61, "1" * 20000, "١٢٣٤", "\x00"])
def test_a_number_with_a_mistake_is_answered_at_once(whole: WholeHouse, card: str) -> None:
    passes = whole.app.extensions["house"].slow_passes
    before, phone = passes.count, whole.phone(None)
    phone.sign_in(card, PIN)
    assert phone.heading == "November 2026"
    assert phone.soup.select(".error")
    assert passes.count == before


def test_digits_of_her_own_script_open_her_card(whole: WholeHouse) -> None:
    amal, phone = whole.everybody.amal, whole.phone(None)
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    phone.sign_in(amal.card.translate(arabic), amal.pin.translate(arabic))
    assert phone.heading == "Today"


# What is written.

SURROGATE = b"%ED%A0%80"
WRITTEN = {
    "plain": ("Good day.", "Good day."),
    "emoji": ("Thank you \U0001f64f\U0001f3fd \U0001f468\u200d\U0001f469\u200d\U0001f467",
              "Thank you \U0001f64f\U0001f3fd \U0001f468\u200d\U0001f469\u200d\U0001f467"),
    "right to left": ("سلام، أنا بخير", "سلام، أنا بخير"),
    "overrides": ("pay \u202e100\u202c now\u2066x\u2069", "pay 100 nowx"),
    "NUL": ("be\x00fore", "before"),
    "controls": ("a\x07b\x1b[31mc\x7f", "ab[31mc"),
    "markup": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "template": ("{{ 7*7 }} %(name)s {0}", "{{ 7*7 }} %(name)s {0}"),
    "lines": ("one\r\ntwo\rthree", "one\ntwo\nthree"),
}  # fmt: skip


def message_form(soup: BeautifulSoup) -> Form:
    """Where a message is written."""
    return next(form for form in forms_in(soup, "") if "message" in form.do and form.words)


@pytest.mark.parametrize(("typed", "kept"), WRITTEN.values(), ids=WRITTEN)
@both
def test_what_she_writes_is_shown_as_she_means_it(
    whole: WholeHouse, typed: str, kept: str, scripting: bool
) -> None:
    phone = whole.phone(whole.everybody.bea, scripting=scripting)
    phone.go("/messages")
    send(phone, message_form(phone.soup), [("a", typed)])
    shown = phone.soup.find("blockquote")
    assert shown is not None
    assert shown.get_text().strip() == kept
    assert shown["dir"] == "auto", "in the direction of its own script"


@both
def test_half_a_character_is_no_harm(whole: WholeHouse, scripting: bool) -> None:
    phone = whole.phone(whole.everybody.bea, scripting=scripting)
    body = b"do=/messages/write&a=half+" + SURROGATE + b"+one&k=" + phone.page_key.encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    headers |= {"X-Part": "1"} if scripting else {}
    answer = phone.client.post("/", data=body, headers=headers)
    assert answer.status_code == (200 if scripting else 303)
    phone.page = f'name="k" value="{phone.page_key}"'
    phone.go("/messages")
    assert "half" in phone.page
    assert "\ud800" not in phone.page


@pytest.mark.parametrize(
    "blank", ["", " ", " \n\t ", "\u00a0\u2003", "\u200b\u200d", "\x00\x07", "\u202e"]
)
@both
def test_a_message_that_says_nothing_is_not_sent(
    whole: WholeHouse, blank: str, scripting: bool
) -> None:
    phone = whole.phone(whole.everybody.bea, scripting=scripting)
    phone.go("/messages")
    before = whole.rows()
    send(phone, message_form(phone.soup), [("a", blank)])
    assert phone.soup.select(".error")
    assert whole.rows() == before


@pytest.mark.parametrize("length", [4001, 20_000])
@both
def test_a_message_that_is_too_long_is_refused_and_not_lost(
    whole: WholeHouse, length: int, scripting: bool
) -> None:
    phone = whole.phone(whole.everybody.bea, scripting=scripting)
    phone.go("/messages")
    before, long = whole.rows(), "سلام " * (length // 5) + "x" * (length % 5 + 1)
    answer = send(phone, message_form(phone.soup), [("a", long)])
    assert answer.status_code == (200 if scripting else 203), "shown once, and kept by no browser"
    error = phone.soup.select_one(".error")
    assert error
    assert re.search(r"4\D?000", error.get_text())
    area = phone.soup.find("textarea")
    assert area is not None
    assert area.get_text().strip() == long.strip(), "what she typed stands there, whole"
    assert whole.rows() == before


@pytest.mark.real
@pytest.mark.parametrize("typed", ["x" * 20_000, " \u202e", "\x00"], ids=["long", "blank", "NUL"])
def test_staff_words_are_held_to_the_same(whole: WholeHouse, typed: str) -> None:
    """Every form of staff with room for words: too long a text does nothing anywhere."""
    tried = 0
    for who in ("director", "moderator", "housing"):
        browser = whole.browser(whole.everybody.staff[who])
        forms: dict[str, tuple[str, Form]] = {}
        for page in pages_of_staff(browser):
            for form in page.forms:
                if any(one.kind == "words" for one in form.controls):
                    forms.setdefault(form.place, (page.path, form))
        before = whole.rows()
        for path, form in forms.values():
            browser.get(path)
            for button in range(max(1, len(form.buttons))):
                filled = form.filled(lambda control: said(control, typed), button=button)
                answer = hand_in(browser, form, filled)
                tried += 1
                assert answer.status_code == 200, (form.do, button)
                soup = BeautifulSoup(answer.text, "html.parser")
                # A button that asks for no words may do what it says when there are none.
                after = whole.rows()
                nothing_said = len(typed) <= 4000 and not soup.select(".error")
                assert after == before or nothing_said, (form.do, button)
                before = after
    assert tried >= 5


def said(control: Control, typed: str) -> str:
    """What is typed: a date that fits, and everywhere else what is to be tried."""
    fitting = {"date": "2026-12-01", "time": "10:00", "number": "45"}
    return fitting.get(control.kind, "" if control.kind == "digits" else typed)


# Dates.

IMPOSSIBLE = {
    "past": ({"day": "2026-11-20"}, "This time has passed"),
    "this minute": ({"day": "2026-11-23", "time": "13:00"}, "This time has passed"),
    "far": ({"day": "2028-01-01"}, "more than a year away"),
    "year 1": ({"day": "0001-01-01", "time": "00:00"}, "This time has passed"),
    "year 9999": ({"day": "9999-12-31", "time": "23:59"}, "more than a year away"),
    "skipped by the clock": ({"day": "2027-03-28", "time": "02:30"}, "The clock skips this time"),
    "shown twice by the clock": ({"day": "2027-10-31", "time": "02:30"}, "twice"),
    "no minutes": ({"minutes": "0"}, "from 5 minutes"),
    "minutes before": ({"minutes": "-30"}, "from 5 minutes"),
    "a week of minutes": ({"minutes": "10080"}, "from 5 minutes"),
    "endless minutes": ({"minutes": "9" * 400}, ""),
    "no number": ({"minutes": "٣٠ or so"}, ""),
    "no day": ({"day": ""}, "Choose a day"),
    "the 31st of February": ({"day": "2027-02-31"}, ""),
    "no time": ({"time": ""}, "Choose a time"),
    "25 o'clock": ({"time": "25:00"}, ""),
    "no place": ({"place": " \u202e"}, "Say where"),
    "an endless place": ({"place": "x" * 20_000}, "300 characters"),
    "with nobody": ({"with_id": ""}, ""),
    "with somebody made up": ({"with_id": str(MADE_UP)}, ""),
    "with no id": ({"with_id": "me"}, ""),
    "at the time of another": ({"day": "2026-11-25", "time": "14:15"}, "already has a date"),
}


@pytest.mark.parametrize(("changed", "words"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_date_that_nobody_could_keep_is_refused_in_words(
    whole: WholeHouse, changed: dict[str, str], words: str
) -> None:
    browser = whole.browser(whole.everybody.staff["housing"])
    referral = whole.everybody.ids["referral"][0]
    browser.get(f"/staff/referrals/{referral}/date")
    before = whole.rows()
    fields = {
        "day": "2026-12-01", "time": "10:00", "minutes": "45", "place": "Room 4",
        "with_id": str(whole.everybody.staff["housing"].account_id), **changed,
    }  # fmt: skip
    browser.post(f"/staff/referrals/{referral}/date", **fields)
    assert browser.status == 200
    assert browser.page.select(".error")
    assert words in browser.words
    assert whole.rows() == before


def test_the_same_date_fits_when_nothing_is_wrong(whole: WholeHouse) -> None:
    """The control of the test above: without the mistake the date is set."""
    browser = whole.browser(whole.everybody.staff["housing"])
    referral = whole.everybody.ids["referral"][0]
    browser.get(f"/staff/referrals/{referral}/date")
    with_id = str(whole.everybody.staff["housing"].account_id)
    browser.post(
        f"/staff/referrals/{referral}/date",
        day="2026-12-01", time="10:00", minutes="45", place="Room 4", with_id=with_id,
    )  # fmt: skip
    phone = whole.phone(whole.everybody.amal)
    phone.go("/dates")
    assert "Room 4" in phone.page
    assert "10:00" in phone.page


# Twice, and too late.


def fitting(control: Control) -> str:
    """What fits into a field."""
    return said(control, TYPED)


def hers(whole: WholeHouse, *, scripting: bool) -> tuple[Phone, dict[str, tuple[str, Form]]]:
    """Her phone, and one form of each kind with the page where it stands."""
    phone = whole.phone(whole.everybody.amal, scripting=scripting)
    phone.go("/needs/new/choose")
    (form, *_) = [one for one in forms_in(phone.soup, "") if "choose" in one.do]
    send(phone, form, form.filled(lambda control: ""))
    found: dict[str, tuple[str, Form]] = {}
    for page in pages_of_survivor(phone):
        for form in page.forms:
            if form.keyed:
                found.setdefault(form.place, (page.path, form))
    return phone, found


@both
def test_a_double_tap_counts_once(whole: WholeHouse, scripting: bool) -> None:
    phone, forms = hers(whole, scripting=scripting)
    assert len(forms) >= 14
    changed, wrong = 0, []
    for place, (path, form) in forms.items():
        phone.go(path)
        before, key = whole.rows(), phone.page_key
        for button in range(max(1, len(form.buttons))):
            typed = form.filled(fitting, button=button)
            tap = f"tap-{place}-{button}"
            first = sent_twice(phone, form, typed, key, tap)
            after = whole.rows()
            second = sent_twice(phone, form, typed, key, tap)
            if but_for_sealing_again(whole.rows()) != but_for_sealing_again(after):
                wrong.append(f"{place}: the second tap did something")
            if alike(first) != alike(second):
                wrong.append(f"{place}: {title(first)} and then {title(second)}")
            changed += after != before
            before = after
    assert wrong == []
    assert changed >= 10, "most of these forms do something"


def but_for_sealing_again(rows: dict[str, Any]) -> dict[str, Any]:
    """Words kept for later may be kept again: sealed anew, and still once."""
    return rows | {"draft": len(rows["draft"])}


def sent_twice(phone: Phone, form: Form, typed: list[tuple[str, str]], key: str, tap: str) -> str:
    """One of two taps of the same button of the same page."""
    send(phone, form, typed, k=key, f=tap)
    return re.sub(r"<b class=\"mark\">[^<]*</b>", "", phone.page)


def title(page: str) -> str:
    """The heading of a page."""
    found = BeautifulSoup(page, "html.parser").find("h1")
    return found.get_text(strip=True) if found else page[:60]


@both
def test_what_is_sent_from_an_ended_visit_is_not_shown(whole: WholeHouse, scripting: bool) -> None:
    phone, forms = hers(whole, scripting=scripting)
    key = phone.page_key
    with whole.database.transaction() as session:
        sessions.end_all(session, whole.everybody.amal.account_id)
    before, front = whole.rows(), Phone(whole.app, scripting=scripting)
    front.open()
    front.send({"to": "/front/"})
    for place, (_, form) in forms.items():
        for button in range(max(1, len(form.buttons))):
            send(phone, form, form.filled(fitting, button=button), k=key, f=f"{place}{button}")
            assert TYPED not in phone.page, place
            assert phone.page == front.page, place
    assert whole.rows() == before


def test_what_is_sent_from_an_ended_staff_sign_in_is_not_shown(whole: WholeHouse) -> None:
    browser = whole.browser(whole.everybody.staff["director"])
    forms = {form.place: form for page in pages_of_staff(browser) for form in page.forms}
    with whole.database.transaction() as session:
        sessions.end_all(session, whole.everybody.staff["director"].account_id)
    before = whole.rows()
    for place, form in forms.items():
        answer = hand_in(browser, form, form.filled(fitting))
        assert answer.request.path == "/staff/sign-in", place
        assert TYPED not in answer.text, place
    assert whole.rows() == before


FRESH_EACH_TIME = frozenset({"/staff/me/recovery-codes"})
"""What a second click makes anew: the codes on the page seen last are those that work."""


@pytest.mark.real
def test_a_double_click_of_staff_counts_once(whole: WholeHouse) -> None:
    changed, wrong = 0, []
    for who in ("director", "moderator", "housing"):
        browser = whole.browser(whole.everybody.staff[who])
        forms: dict[str, tuple[str, Form]] = {}
        for page in pages_of_staff(browser):
            for form in page.forms:
                forms.setdefault(form.place, (page.path, form))
        for place, (path, form) in forms.items():
            browser.get(path)
            if place in FRESH_EACH_TIME or not browser.page.select("input[name=once]"):
                continue
            typed = [*form.filled(fitting), ("once", f"{who}-{place}")]
            before = whole.rows()
            hand_in(browser, form, typed)
            after = whole.rows()
            hand_in(browser, form, typed)
            if whole.rows() != after:
                wrong.append(f"{who} {place}")
            changed += after != before
    assert wrong == []
    assert changed >= 5


# Too much, and in no language.


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


# Odd requests for every address.

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
