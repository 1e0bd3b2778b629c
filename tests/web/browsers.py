"""Walking through pages as people do: every way that a page offers, every form that stands in it.

Nothing here knows the pages: a new page or form is walked and filled because it is there.
"""

import inspect
import re
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.web.inside import PREFIX
from tests.web.browser_stand_in import OWN_STEP, Phone
from tests.web.staff.browser import Browser, fields_of

MADE_UP = UUID("7e57ab1e-0000-4000-8000-000000000000")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CODES = frozenset({"numeric", "tel"})
_LEADS_OUT = re.compile(r"/front/|/sign-out|/language")


@dataclass(frozen=True)
class Control:
    """Something in a form that a person types into or chooses from."""

    name: str
    kind: str
    values: tuple[str, ...] = ()

    @property
    def is_words(self) -> bool:
        """Whether words are typed here: no code, no card, no PIN, no date."""
        return self.kind in ("words", "line")


@dataclass(frozen=True)
class Form:
    """A form as it stands in a page."""

    seen_at: str
    do: str
    fields: tuple[tuple[str, str], ...]
    controls: tuple[Control, ...]
    buttons: tuple[tuple[str, str], ...]
    keyed: bool

    @property
    def place(self) -> str:
        """Where it leads, whichever row it is about."""
        return without_ids(self.do.partition("?")[0])

    @property
    def words(self) -> tuple[Control, ...]:
        """Where words are typed."""
        return tuple(one for one in self.controls if one.is_words)

    def filled(self, say: Callable[[Control], str], *, button: int = 0) -> list[tuple[str, str]]:
        """What is sent when `say` tells what is typed; every offer that can be ticked is ticked."""
        typed = {one.name: say(one) for one in self.controls if not one.values}
        kept = [pair for pair in self.fields if pair[0] not in {c.name for c in self.controls}]
        as_it_stands = dict(self.fields)
        for one in self.controls:
            chosen = one.values if one.kind == "checkbox" else one.values[:1]
            if one.kind == "select" and as_it_stands.get(one.name):
                chosen = (as_it_stands[one.name],)
            kept += [(one.name, value) for value in chosen if value]
        pressed = [self.buttons[button]] if self.buttons and self.buttons[button][0] else []
        return [*kept, *typed.items(), *pressed]


@dataclass(frozen=True)
class Page:
    """A page that was reached, and the way to it."""

    path: str
    answer: TestResponse
    soup: BeautifulSoup

    @property
    def forms(self) -> list[Form]:
        """Its forms, but for the one that carries the ways of a survivor's page."""
        return forms_in(self.soup, self.path)

    @property
    def text(self) -> str:
        """Everything that it says, in fields too."""
        values = " ".join(str(one.get("value", "")) for one in self.soup.find_all("input"))
        return f"{self.soup.get_text(' ')} {values}"


def without_ids(path: str) -> str:
    """The same path for every row."""
    return _ID.sub("*", path)


def forms_in(soup: BeautifulSoup, seen_at: str) -> list[Form]:
    """The forms of a page, as a browser would send them."""
    found = []
    for form in soup.find_all("form", method="post"):
        fields = {name: value for name, value in fields_of(form).items() if value is not None}
        do = str(fields.pop("do", "") or form.get("action") or seen_at)
        if form.get("id") == "go" or _LEADS_OUT.search(do):
            continue
        keyed = bool({"f", "once"} & set(fields))
        for name in ("k", "l", "f", "once", "csrf_token"):
            fields.pop(name, None)
        found.append(
            Form(seen_at, do, tuple(fields.items()), _controls(form), _buttons(form), keyed)
        )
    return found


def ways_of_survivors(soup: BeautifulSoup) -> list[str]:
    """Where the buttons of a survivor's page lead."""
    return [str(one["value"]) for one in soup.find_all("button", attrs={"name": "to"})]


def ways_of_staff(soup: BeautifulSoup) -> list[str]:
    """Where the links of a staff page lead, and its questions that are asked with GET."""
    links = [str(one["href"]) for one in soup.find_all("a", href=True)]
    links += [
        f"{form['action']}?{urlencode(dict.fromkeys(fields_of(form), 'x'))}"
        for form in soup.find_all("form", action=True)
        if str(form.get("method", "get")).lower() == "get"
    ]
    return [link for link in links if link.startswith("/staff") and "/static/" not in link]


def explore(
    start: list[str],
    open_page: Callable[[str], Page],
    ways: Callable[[BeautifulSoup], list[str]],
    *,
    of_a_kind: int = 2,
) -> Iterator[Page]:
    """Every page that can be reached; of pages that differ in ids alone, the first few."""
    waiting, met, kinds = deque(dict.fromkeys(start)), set(start), dict[str, int]()
    while waiting:
        path = waiting.popleft()
        kind = re.sub(r"=[^&]*", "=", without_ids(path))
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > of_a_kind:
            continue
        page = open_page(path)
        yield page
        fresh = [way for way in ways(page.soup) if way not in met]
        met.update(fresh)
        waiting.extend(fresh)


def pages_of_survivor(phone: Phone, *, of_a_kind: int = 2) -> Iterator[Page]:
    """Every page that she can reach from where she comes in."""

    def open_page(path: str) -> Page:
        return Page(path, phone.go(path), phone.soup)

    return explore(
        ["/today", *ways_of_survivors(phone.soup)],
        open_page,
        lambda soup: [way for way in ways_of_survivors(soup) if way != "/front/"],
        of_a_kind=of_a_kind,
    )


def pages_of_staff(browser: Browser, *, of_a_kind: int = 2) -> Iterator[Page]:
    """Every page that this colleague can reach."""

    def open_page(path: str) -> Page:
        browser.get(path)
        return Page(path, browser.shown, browser.page)

    return explore(["/staff/"], open_page, ways_of_staff, of_a_kind=of_a_kind)


def send(phone: Phone, form: Form, typed: list[tuple[str, str]], **more: str) -> TestResponse:
    """A survivor sends a form with the page key that she has."""
    fields: dict[str, str | list[str]] = {"do": form.do, **more}
    for name in dict.fromkeys(name for name, _ in typed):
        fields[name] = [value for other, value in typed if other == name]
    return phone.send(fields)


def hand_in(browser: Browser, form: Form, typed: list[tuple[str, str]]) -> TestResponse:
    """A colleague sends a form, under the token of the page that she has."""
    names = dict.fromkeys(name for name, _ in typed)
    fields = {one: [value for name, value in typed if name == one] for one in names}
    fields["csrf_token"] = [csrf_token(browser.page)]
    return browser.client.post(form.do, data=fields, follow_redirects=True)


def csrf_token(soup: BeautifulSoup) -> str:
    """The token of a staff page's forms."""
    found = soup.find("input", attrs={"name": "csrf_token"})
    return str(found["value"]) if isinstance(found, Tag) else ""


def shown_next(phone: Phone, answer: TestResponse) -> TestResponse:
    """Without JavaScript: what the GET after a 303 shows."""
    assert (answer.status_code, answer.location) == (303, "/")
    return phone.client.get("/", headers=OWN_STEP)


def rules(app: Flask, *surfaces: str) -> list[Rule]:
    """The rules of these surfaces: front, survivor, staff, static."""
    return [one for one in app.url_map.iter_rules() if one.endpoint.split(".")[0] in surfaces]


def methods(rule: Rule) -> list[str]:
    """How a rule can be asked."""
    return sorted((rule.methods or set()) & {"GET", "POST"})


def path_of(rule: Rule, ids: dict[str, UUID | str] | None = None) -> str:
    """An address of a rule; what it asks for is made up unless it is given."""
    given = ids or {}
    kinds = {"UUIDConverter": MADE_UP, "IntegerConverter": 404, "PathConverter": "none"}
    values = {
        name: given.get(name, kinds.get(type(rule._converters[name]).__name__, "home"))
        for name in rule.arguments
    }
    built = rule.build(values, append_unknown=False)
    assert built is not None
    return built[1]


def inner_path(rule: Rule, ids: dict[str, UUID | str] | None = None) -> str:
    """What a survivor's page would call this rule."""
    return path_of(rule, ids).removeprefix(PREFIX)


def asked_for(app: Flask, rule: Rule) -> list[str]:
    """The names of ids that a view reads from its query, as its module says."""
    module = sys.modules[app.view_functions[rule.endpoint].__module__]
    return sorted(set(re.findall(r'args\.get\("(\w+)", type=UUID\)', inspect.getsource(module))))


def alike(text: str) -> str:
    """A page without what is new in each."""
    ids = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    keys = r'name="(?:f|k|once|csrf_token)" value="[^"]*"'
    return re.sub(rf"{ids}|{keys}|<bdi dir=\"ltr\">[A-Z0-9]{{6}}</bdi>", "", text)


def heading(answer: TestResponse) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    return " ".join(re.sub("<[^>]+>", "", found[1]).split()) if found else ""


def _controls(form: Tag) -> tuple[Control, ...]:
    found: dict[str, Control] = {}
    for one in form.find_all(["input", "textarea", "select"]):
        name, kind = str(one.get("name") or ""), _kind(one)
        if not name or kind in ("hidden", "submit"):
            continue
        values: tuple[str, ...] = ()
        if kind in ("radio", "checkbox"):
            values = (*found[name].values,) if name in found else ()
            values += (str(one.get("value") or "y"),)
        elif kind == "select":
            values = tuple(str(option.get("value", "")) for option in one.find_all("option"))
            values = tuple(sorted(values, key=lambda value: not value))
        found[name] = Control(name, kind, values)
    return tuple(found.values())


def _kind(one: Tag) -> str:
    if one.name != "input":
        return {"textarea": "words", "select": "select"}[one.name]
    kind = str(one.get("type") or "text")
    if kind != "text":
        return kind
    marks = {str(one.get("inputmode") or ""), *(one.get("class") or ())}
    return "digits" if marks & (_CODES | {"digits", "dots"}) else "line"


def _buttons(form: Tag) -> tuple[tuple[str, str], ...]:
    found = [one for one in form.find_all("button") if one.get("type", "submit") == "submit"]
    return tuple((str(one.get("name") or ""), str(one.get("value") or "")) for one in found)
