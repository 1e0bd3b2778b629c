"""Answers that wait for one GET, for browsers without JavaScript.

The answer lies sealed in the database under a random key that only the browser's cookie holds. The
first reading, or half a minute, ends it; the cookie then opens nothing.
"""

import logging
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from portal.database import Database
from portal.services.entry import answers
from portal.vault import new_token, open_under_token, seal_under_token, token_hash

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

REFERENCE_HEADER = "X-Reference"
"""Where an error page says its reference; taken off before the answer leaves the house."""

_PURPOSE = "kept answer"
_TROUBLE = re.compile(r"(4[0-9]{2}|5[0-9]{2})\.([A-Z0-9]{0,12})")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trouble:
    """An answer that is the same for everybody, so that it can wait without a database."""

    status: int
    reference: str = ""

    @classmethod
    def of(cls, response: Response) -> "Trouble":
        """What went wrong in an answer that cannot be kept itself."""
        status = response.status_code if response.status_code >= 400 else 503
        return cls(status, response.headers.get(REFERENCE_HEADER, ""))

    def __str__(self) -> str:
        return f"{self.status}/{self.reference or '-'}"


class KeptAnswers:
    """Lets an answer wait, gives it out once, and expires the cookie."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def keep(self, environ: "WSGIEnvironment", away: Response, response: Response) -> None:
        """Let `response` wait for the GET that `away` leads to."""
        token = new_token()
        sealed = seal_under_token(token, _PURPOSE, zlib.compress(response.get_data(), 5))
        try:
            with self._database.transaction("write") as session:
                answers.keep_answer(session, token_hash(token), sealed, now=self._now())
        except Exception as error:
            # Without a database only what is the same for everybody can be said. No traceback: the
            # message of a database error quotes values.
            log.error("an answer could not wait: %s", type(error).__name__)
            self.keep_trouble(environ, away, Trouble.of(response))
        else:
            _set_cookie(environ, away, token)

    def keep_trouble(self, environ: "WSGIEnvironment", away: Response, trouble: Trouble) -> None:
        """Let the next GET say what went wrong, without a database."""
        _set_cookie(environ, away, f"{trouble.status}.{trouble.reference}")

    def take(self, environ: "WSGIEnvironment") -> bytes | Trouble | None:
        """What waits for this browser, if it comes by itself from our own page to show it."""
        value = _cookie(environ)
        if not value or not _is_our_own_step(environ):
            return None
        if known := _TROUBLE.fullmatch(value):
            return Trouble(int(known[1]), known[2])
        try:
            with self._database.transaction("write") as session:
                sealed = answers.take_answer(session, token_hash(value), now=self._now())
            return sealed and zlib.decompress(open_under_token(value, _PURPOSE, sealed))
        except Exception as error:
            log.error("a waiting answer could not be read: %s", type(error).__name__)
            return Trouble(503)

    def forget(self, environ: "WSGIEnvironment", response: Response) -> None:
        """Expire the cookie with the answer that used it up."""
        if _cookie(environ) and not _is_ahead_of_time(environ):
            _set_cookie(environ, response, "", seconds=0)


def _is_ahead_of_time(environ: "WSGIEnvironment") -> bool:
    purposes = (environ.get(name, "") for name in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE"))
    return environ["REQUEST_METHOD"] == "HEAD" or any("prefetch" in said for said in purposes)


def _is_our_own_step(environ: "WSGIEnvironment") -> bool:
    """A browser that follows our 303. A restored or typed page is none of it; nor is a frame.

    Browsers that do not send these headers are let through: the cookie alone is SameSite=Strict.
    """
    said = {
        "HTTP_SEC_FETCH_SITE": "same-origin",
        "HTTP_SEC_FETCH_MODE": "navigate",
        "HTTP_SEC_FETCH_DEST": "document",
    }
    fitting = all(environ.get(name, wanted) == wanted for name, wanted in said.items())
    return fitting and not _is_ahead_of_time(environ)


def _name(environ: "WSGIEnvironment") -> str:
    return "__Host-a" if environ.get("wsgi.url_scheme") == "https" else "a"


def _cookie(environ: "WSGIEnvironment") -> str:
    try:
        found = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(_name(environ))
    except CookieError:
        return ""
    return found.value if found else ""


def _set_cookie(
    environ: "WSGIEnvironment", response: Response, value: str, seconds: int = 30
) -> None:
    response.set_cookie(
        _name(environ),
        value,
        max_age=seconds,
        path="/",
        secure=environ.get("wsgi.url_scheme") == "https",
        httponly=True,
        samesite="Strict",
    )
