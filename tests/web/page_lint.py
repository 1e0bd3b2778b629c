"""What must hold for any page, whatever is on it: headers, language, labels, names, weight.

The numbers (C1 ...) are those of the acceptance checks for leaving no trace.
"""

import re
from base64 import b64encode
from hashlib import sha256

from bs4 import BeautifulSoup, Tag
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from portal.i18n import LANGUAGES
from portal.settings import EXIT_PAGES
from portal.web.templating import survivor_css, survivor_js
from tests.web.telling import TELLING

NEUTRAL_TITLES = {"Agenda"}
FIRST_PAGE, LATER_PART = 13 * 1024, 6 * 1024


def check_survivors_headers(answer: TestResponse, policy: str) -> None:
    """C1 of an answer to a survivor or a stranger."""
    head = answer.headers
    assert head["Cache-Control"] == "no-store"
    # The way back to the front page keeps the policy of the page that sent the form: decision 4.
    leads_home = answer.status_code == 303 and answer.location == "/"
    assert head.get("Referrer-Policy") == (None if leads_home else "no-referrer")
    assert head["Content-Security-Policy"] == policy
    assert head["X-Robots-Tag"] == "noindex, nofollow"
    assert head["X-Content-Type-Options"] == "nosniff"
    assert head["Cross-Origin-Opener-Policy"] == "same-origin"
    for name in ("Clear-Site-Data", "ETag", "Last-Modified", "Set-Cookie2", "X-Reference", "Link",
                 "Refresh", "Content-Disposition", "Vary"):  # fmt: skip
        assert name not in head, name
    check_cookies(head)


def check_cookies(head: Headers) -> None:
    """One cookie at most, with a name of one letter, that no script reads and that soon ends."""
    cookies = head.getlist("Set-Cookie")
    assert len(cookies) <= 1
    for cookie in cookies:
        assert re.match(r"(__Host-)?a=[A-Za-z0-9_.-]*;", cookie), cookie
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {
            one.strip() for one in cookie.split(";")
        }
        assert re.search(r"Max-Age=(30|0);", cookie)


def policy_of_survivors() -> str:
    """The policy that lets our own style and script run, by their hashes, and nothing else."""

    def digest(text: str) -> str:
        return b64encode(sha256(text.encode()).digest()).decode()

    exits = sorted({re.sub(r"(https://[^/]+).*", r"\1", page) for page in EXIT_PAGES.values()})
    return (
        f"default-src 'none'; style-src 'sha256-{digest(str(survivor_css()))}'; "
        f"script-src 'sha256-{digest(str(survivor_js()))}'; connect-src 'self'; img-src data:; "
        f"form-action 'self' {' '.join(exits)}; base-uri 'none'; frame-ancestors 'none'"
    )


def check_staff_headers(answer: TestResponse) -> None:
    """No copy is kept, nothing foreign runs."""
    head = answer.headers
    assert head["Cache-Control"] == "no-store"
    assert head["Referrer-Policy"] == "same-origin"
    assert head["X-Robots-Tag"] == "noindex, nofollow"
    assert head["X-Content-Type-Options"] == "nosniff"
    policy = head["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "X-Reference" not in head


def check_page(soup: BeautifulSoup, language: str, *, whole: bool = True) -> None:
    """What holds on both surfaces."""
    found = soup.find_all("h1")
    assert len(found) == 1, [one.get_text() for one in found]
    assert found[0].get_text(strip=True)
    top = soup.html if whole else soup.find(id="page")
    assert isinstance(top, Tag)
    assert (top["lang"], top["dir"]) == (language, LANGUAGES[language].direction)
    ids = [str(one["id"]) for one in soup.find_all(id=True)]
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    for reference in ("aria-describedby", "aria-labelledby", "for", "form", "aria-controls"):
        for one in soup.select(f"[{reference}]"):
            missing = set(str(one[reference]).split()) - set(ids)
            assert not missing, f"{reference} names {missing}"
    check_labels(soup)
    assert not soup.find_all(style=True), "the policy drops inline style"
    assert not [
        one for one in soup.find_all(True) if any(str(a).startswith("on") for a in one.attrs)
    ]
    level = 0
    for one in soup.find_all(re.compile("h[1-6]")):
        assert int(one.name[1]) <= level + 1, f"{one.name} after h{level}"
        level = int(one.name[1])
    for one in soup.find_all("img"):
        assert one.has_attr("alt")
    for one in soup.find_all("table"):
        assert one.find("th"), "a table without a head"


def check_labels(soup: BeautifulSoup) -> None:
    """Every control and every button says what it is."""
    for one in soup.find_all(["input", "textarea", "select"]):
        if one.get("type") == "hidden":
            continue
        label = soup.find("label", attrs={"for": str(one["id"])}) if one.get("id") else None
        label = label or one.find_parent("label")
        named = label.get_text(strip=True) if isinstance(label, Tag) else one.get("aria-label")
        assert named, f"no label: {one}"
    for one in soup.find_all(["button", "a", "summary", "legend", "th"]):
        assert one.get_text(strip=True) or one.get("aria-label"), f"it says nothing: {one}"
    for one in soup.find_all("fieldset"):
        assert one.find("legend"), "a group without a name"


def check_survivors_page(soup: BeautifulSoup, language: str, *, whole: bool) -> None:
    """C2, C3, C6 and C7, as far as they stand in the page."""
    check_page(soup, language, whole=whole)
    if whole:
        assert soup.title is not None
        assert soup.title.get_text() in NEUTRAL_TITLES
        assert [one["href"] for one in soup.find_all("link")] == ["data:,"]
    for one in soup.find_all("a"):
        assert re.fullmatch(r"tel:\+?[0-9]+", str(one.get("href"))), one
    for one in soup.find_all("form"):
        assert (one.get("action"), str(one.get("method")).lower()) == ("/", "post")
    for one in soup.find_all(["script", "style", "img", "iframe", "audio", "video", "source"]):
        assert not one.has_attr("src"), one
        assert not one.has_attr("srcset"), one
    assert not soup.select("[download]")
    assert not soup.select("[ping]")
    assert not soup.select("[formaction]")
    assert not soup.select("meta[http-equiv]")
    elsewhere = set(re.findall(r"https?://[^\s\"'<>)]+", str(soup))) - set(EXIT_PAGES.values())
    assert not elsewhere - {"http://www.w3.org/2000/svg"}
    check_fields(soup)
    check_forms_can_wait(soup)
    check_names(soup)
    check_way_out(soup)


def check_fields(soup: BeautifulSoup) -> None:
    """C3: a phone offers to keep nothing, and learns nothing from a name."""
    for one in soup.find_all(["input", "textarea", "select"]):
        if one.get("type") == "hidden":
            assert re.fullmatch(r"[a-z][a-z0-9]{0,2}", str(one["name"])), one
            continue
        assert one.get("type") in (None, "text", "radio", "checkbox"), one
        assert re.fullmatch(r"[a-z][0-9]{0,2}(-[a-z][0-9]?)?", str(one["name"])), one
        form = one.find_parent("form")
        assert isinstance(form, Tag), one
        assert (one.get("autocomplete") or form.get("autocomplete")) == "off", one
        if one.get("type") in (None, "text") and one.name != "select":
            for name, off in (("autocorrect", "off"), ("spellcheck", "false")):
                assert one.get(name) == off, one
            assert one.get("autocomplete") == "off", one
            assert one.get("autocapitalize") == "off", one


def check_forms_can_wait(soup: BeautifulSoup) -> None:
    """Each form into which she types words or puts ticks can be kept for later, and she can call.

    What is typed of card and PIN is never kept; a form whose answer is a file takes no words.
    """
    for form in soup.find_all("form"):
        typed = form.select("textarea, select, [type=radio], [type=checkbox], input:not([type])")
        if not typed or form.select(".dots, .digits") or form.has_attr("data-own"):
            continue
        assert form.select("button[name=s]"), f"no way to keep this for later: {form}"
    assert soup.select("a[href^='tel:']"), "a number to tap"


def check_names(soup: BeautifulSoup) -> None:
    """C7: no name in the page tells what it is."""
    for one in soup.find_all(True):
        for name, value in one.attrs.items():
            if name in ("id", "class", "name", "for", "form", "href", "rel"):
                said = " ".join(value) if isinstance(value, list) else str(value)
                assert not TELLING.search(said), f"{name}={said}"
            assert not (name.startswith("data-") and TELLING.search(name)), name


def check_way_out(soup: BeautifulSoup) -> None:
    """C6: leaving comes first, and says so."""
    focusable = [
        one
        for one in soup.find_all(["a", "button", "input", "textarea", "select", "summary"])
        if one.get("type") != "hidden" and one.get("tabindex") != "-1"
    ]
    first = focusable[0]
    if soup.find("table", class_="month") and not soup.select("details[open]"):
        # The bare calendar: leaving is the first control behind "I have a card".
        fold = first.find_parent("details") or soup.find("details")
        assert isinstance(fold, Tag)
        first = next(one for one in focusable if one.name != "summary" and fold in one.parents)
    assert (first.name, first.get("id"), first.get("form")) == ("button", "x", "go")
    assert (first.get("name"), first.get("value")) == ("do", "/front/leave")
    assert not [one for one in soup.select("[tabindex]") if int(str(one["tabindex"])) > 0]


def weight(answer: TestResponse) -> int:
    """Bytes on the wire: status line, headers and the body as sent."""
    return len(answer.data) + len(str(answer.headers)) + len("HTTP/1.1 200 OK\r\n")


def check_staff_page(answer: TestResponse, soup: BeautifulSoup, language: str) -> None:
    """One heading, language, labels, ids; nothing foreign; nothing that stays."""
    check_staff_headers(answer)
    check_page(soup, language)
    assert soup.title is not None
    assert soup.title.get_text(strip=True)
    for one in soup.find_all("script"):
        assert str(one.get("src", "")).startswith("/staff/static/")
        assert not one.get_text(strip=True)
    for one in soup.find_all("link"):
        assert str(one["href"]).startswith(("/staff/static/", "data:,"))
    for one in soup.find_all("a"):
        assert re.match(r"(/staff|#|tel:)", str(one.get("href"))), one
    for one in soup.find_all("form", method="post"):
        assert one.find("input", attrs={"name": "csrf_token"}), one
    for one in soup.find_all(["input", "textarea"]):
        if one.get("type") not in ("hidden", "radio", "checkbox", "submit"):
            form = one.find_parent("form")
            off = one.get("autocomplete") or (form.get("autocomplete") if form else None)
            assert off in ("off", "username", "current-password", "new-password", "one-time-code")
    assert "112" in soup.get_text(), "the numbers are on every page"
