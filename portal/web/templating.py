"""What every template can say: words, drawings, times, keys, and nothing undefined.

Without any import a template has: `_()` and {% trans %}; `draw(name)`, our line
drawings; `language()`; `page_key()`; `to_for(endpoint, ...)`, the inner path of a survivor's view;
`signed_in()`; and the filters `moment`, `day`, `clock` and `part_of_day` of a time.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from flask import Flask, get_flashed_messages, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup, escape
from wtforms import Field

from portal import i18n, resources
from portal.domain.decisions import RULES
from portal.domain.roles import Permission
from portal.i18n import dates, numbers
from portal.settings import Settings
from portal.web import guards
from portal.web.floors import floor_words
from portal.web.inside import PREFIX, find_inside

MIRRORED = frozenset({"leave", "forward", "back", "messages", "write"})
"""Drawings in which left and right mean something."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LINE_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)


@cache
def draw(name: str) -> Markup:
    """One of our line drawings, to stand beside a word."""
    drawing = (resources.root() / "static/survivor/icons" / f"{name}.svg").read_text("utf-8")
    kind = "i m" if name in MIRRORED else "i"
    return Markup(drawing.strip().replace("<svg", f'<svg class="{kind}" aria-hidden="true"', 1))


@cache
def draw_once(name: str) -> Markup:
    """A drawing that a long page repeats, to stand in it once where nobody sees it."""
    shape = draw(name).partition(">")[2].removesuffix("</svg>")
    return Markup(f'<symbol id="i-{name}" viewBox="0 0 24 24">{shape}</symbol>')


@cache
def draw_again(name: str) -> Markup:
    """What `draw_once` put into the page, once more."""
    return Markup(f'<svg class="i" aria-hidden="true"><use href="#i-{name}"/></svg>')


@cache
def survivor_css() -> Markup:
    """The whole style of a survivor's pages, as it stands in each whole page."""
    text = (resources.root() / "static/survivor/page.css").read_text("utf-8")
    shorter = re.sub(r"\s*([{};:,>])\s+|\s+([{}])\s*", r"\1\2", _COMMENT.sub("", text))
    return Markup(re.sub(r"\s+", " ", shorter).strip())


@cache
def survivor_js() -> Markup:
    """The whole script of a survivor's pages, without its comments."""
    text = (resources.root() / "static/survivor/page.js").read_text("utf-8")
    lines = (line.strip() for line in _LINE_COMMENT.sub("", _COMMENT.sub("", text)).splitlines())
    return Markup("\n".join(line for line in lines if line))


@cache
def staff_file(name: str) -> str:
    """The address of a file of the staff pages; it changes when the file does."""
    body = (resources.root() / "static/staff" / name).read_bytes()
    return f"/staff/static/{name}?v={sha256(body).hexdigest()[:12]}"


def inner(target: str) -> str:
    """An inner path as the page names it: without the prefix that no browser ever sees."""
    return target.removeprefix(PREFIX)


def to_for(endpoint: str, **values: Any) -> str:
    """The inner path of a survivor's view, for `go`, `row` and `form`."""
    return inner(url_for(endpoint, **values))


def page_key() -> str:
    """The key of this visit, or nothing for a stranger."""
    mark = find_inside()
    return mark.page_key if mark else ""


def new_form_key() -> str:
    """A key that makes a form count once, however often it is sent."""
    return token_urlsafe(12)


def quiet(control: Field, hint: str | None = None, rows: int | None = None) -> dict[str, Any]:
    """Attributes that keep a phone from remembering a field, and tie hint and error to it."""
    said = [f"{control.id}-h"] * bool(hint) + [f"{control.id}-e"] * bool(control.errors)
    attributes: dict[str, Any] = {"autocomplete": "off", "autocorrect": "off"}
    attributes |= {"autocapitalize": "off", "spellcheck": "false"}
    attributes |= {"aria-describedby": " ".join(said)} if said else {}
    attributes |= {"aria-invalid": "true"} if control.errors else {}
    return attributes | ({"rows": rows} if rows else {})


def staff_rooms() -> list[tuple[str, str, str, str]]:
    """Where this colleague can be: name, words, address, drawing; none before the second factor."""
    person = guards.find_staff()
    if person is None:
        return []
    rooms = [
        ("desk", i18n.gettext("Desk"), "needs", tuple(rule.decide for rule in RULES.values())),
        ("people", i18n.gettext("My people"), "person", (Permission.FIND_CASE,)),
        ("alerts", i18n.gettext("Alerts"), "late", (Permission.SEE_ALERTS,)),
        ("cover", i18n.gettext("Cover"), "pause", (Permission.ARRANGE_COVER,)),
        ("referrals", i18n.gettext("Referrals"), "papers", (Permission.ANSWER_REFERRAL,)),
        ("dates", i18n.gettext("Dates"), "dates", (Permission.ANSWER_REFERRAL,)),
        ("programme", i18n.gettext("Programme"), "clock", (Permission.WRITE_PROGRAMME,)),
        ("colleagues", i18n.gettext("Colleagues"), "key", (Permission.SEE_PEOPLE,)),
        ("house", i18n.gettext("House"), "home", ()),
    ]
    return [
        (name, words, f"/staff/{name}", drawn)
        for name, words, drawn, opened_by in rooms
        if not opened_by or any(person.may(permission) for permission in opened_by)
    ]


def as_time(moment: date, words: str) -> Markup:
    """Words for a moment or a day, marked as a time.

    Isolated, so that digits never change places inside a right-to-left sentence. A page of messages
    tells fifty times: Markup's own `format` costs ten times as much.
    """
    return Markup(f'<time datetime="{moment.isoformat()}"><bdi>{escape(words)}</bdi></time>')


def clock(moment: datetime) -> Markup:
    """The time of day alone: its words are what a machine reads too."""
    words = dates.time(moment)
    return Markup(f'<time datetime="{words}"><bdi>{words}</bdi></time>')


def _time(words: Callable[[Any], str]) -> Callable[[date], Markup]:
    return lambda moment: as_time(moment, words(moment))


@lru_cache(maxsize=4096)
def _plain_sentence(_code: str, sentence: str) -> Markup:
    return Markup(i18n.gettext(sentence).replace("%%", "%"))


def escaped_gettext(sentence: str, /, **named: Any) -> Markup:
    """A sentence for a template: what is put into its places is escaped, the sentence is ours.

    Most sentences of a page have no places and are the same each time: those are kept.
    """
    if named:
        return Markup(i18n.gettext(sentence)) % named
    return _plain_sentence(i18n.current_language().code, sentence)


def _ngettext(one: str, many: str, number: int, /, **named: Any) -> Markup:
    escaped = {name: escape(value) for name, value in named.items()}
    return Markup(i18n.ngettext(one, many, number, **escaped))


def _combine(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    return {**first, **second}


def furnish(app: Flask, settings: Settings) -> None:
    """Give the templates of this application their words, drawings and filters."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.i18n")
    # Jinja's own wrappers would fill the places of each sentence anew, also of those without any.
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals |= {"_": escaped_gettext, "gettext": escaped_gettext, "ngettext": _ngettext}
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters |= {
        "inner": inner,
        "quiet": quiet,
        "combine": _combine,
        "moment": _time(dates.date_time),
        "day": _time(dates.date),
        "clock": clock,
        "part_of_day": dates.part_of_day,
        "month": dates.month,
        "decimal": numbers.decimal,
        "floor": floor_words,
    }
    environment.globals |= {
        "draw": draw,
        "draw_once": draw_once,
        "draw_again": draw_again,
        "language": i18n.current_language,
        "page_key": page_key,
        "new_form_key": new_form_key,
        "to_for": to_for,
        "signed_in": guards.signed_in,
        "survivor_css": survivor_css,
        "survivor_js": survivor_js,
        "staff_file": staff_file,
        "flashes": lambda: get_flashed_messages(with_categories=True),
        "weekdays": dates.weekdays,
        "staff_rooms": staff_rooms,
        "only_reads": guards.only_reads,
        "exit_page": lambda: guards.whereabouts().exit_page(i18n.current_language().code),
        "idle_minutes": lambda: settings.survivor_idle_minutes,
    }
    app.context_processor(_layout)


def _layout() -> dict[str, str]:
    mark = find_inside()
    whole = mark is None or not mark.is_part
    return {"layout": f"layouts/survivor_{'whole' if whole else 'part'}.html"}
