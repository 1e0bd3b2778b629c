"""The pages that are measured, and how a browser asks for them."""

import itertools
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from bench import houses, load

PART = "X-Part: 1\r\nSec-Fetch-Site: same-origin\r\nAccept-Encoding: gzip\r\n"


@dataclass
class Target:
    """A page to ask for, on a port."""

    name: str
    port: int
    next_request: load.NextRequest


def bare(port: int, made: houses.MeasuredHouse) -> Target:
    """The yardstick."""
    number = made.survivors[50][0].case_number
    return Target("bare page, one query", port, lambda: load.get(f"/{number}"))


def every(port: int, made: houses.MeasuredHouse, length: int) -> list[Target]:
    """Each page that is promised to be fast, of a survivor whose thread has this length."""
    her, token = made.survivors[length]
    today = _to(token, "/today")
    desk = houses.staff_page(made.moderator_token, "/staff/desk")
    case = houses.staff_page(made.director_token, f"/staff/cases/{her.case_id}")
    writers = itertools.cycle(made.writers)
    return [
        Target("today", port, lambda: today),
        thread(port, made, length),
        _opened_anew(port, made, length),
        _first_reading(port, made),
        Target("send a message", port, lambda: _send(next(writers)[1])),
        Target("desk", port, lambda: desk),
        Target("case page", port, lambda: case),
    ]


def thread(port: int, made: houses.MeasuredHouse, length: int) -> Target:
    """The newest 50 messages, read again in the same sign-in."""
    _, token = made.survivors[length]
    request = _to(token, "/messages")
    return Target(f"thread, 50 of {length:,}", port, lambda: request)


def _opened_anew(port: int, made: houses.MeasuredHouse, length: int) -> Target:
    """Two stretches in turn, of which only the last one is kept: each is opened and set again."""
    _, token = made.survivors[length]
    requests = itertools.cycle(
        [_to(token, f"/messages?before={number}") for number in (length, length + 1)]
    )
    return Target("thread, opened anew", port, lambda: next(requests))


def _first_reading(port: int, made: houses.MeasuredHouse) -> Target:
    """After a new sign-in, written down in the account; what she read in an earlier one is kept."""
    tokens = iter(made.fresh_tokens)

    def next_request() -> load.Request:
        token = next(tokens, None)
        if token is None:
            raise SystemExit("more first readings were answered than there are fresh sign-ins")
        return _to(token, "/messages")

    return Target("thread, first reading", port, next_request)


def _to(token: str, path: str) -> load.Request:
    return load.post(urlencode({"k": token, "l": "en", "to": path}), headers=PART)


def _send(token: str) -> load.Request:
    words = "I can come on Tuesday in the morning. Is that good?"
    fields = {
        "k": token,
        "l": "en",
        "do": "/messages/write",
        "f": secrets.token_urlsafe(12),
        "a": words,
    }
    return load.post(urlencode(fields), headers=PART)
