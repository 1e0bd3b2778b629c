"""Headers of every answer, and its compression."""

import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from portal.i18n import gettext, use_language
from portal.web.kept_answers import REFERENCE_HEADER
from portal.web.templating import survivor_css, survivor_js

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

WORTH_COMPRESSING = 400
"""Bytes under which gzip's own frame costs more than it saves."""

_ALWAYS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    # Else the server names itself and its kind; nothing of ours should be recognised by it.
    "Server": "web",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STAFF_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Headers:
    """The headers of both surfaces, made once for the exit pages of the house."""

    def __init__(self, exit_pages: Callable[[], Mapping[str, str]]) -> None:
        self._exit_pages = exit_pages
        self._known: Mapping[str, str] | None = None
        self._survivors: dict[str, str] = {}
        self._staff = _ALWAYS | {
            "Referrer-Policy": "same-origin",
            "Content-Security-Policy": _STAFF_POLICY,
        }

    def _policies(self) -> dict[str, str]:
        pages = self._exit_pages()
        if pages is not self._known:
            self._survivors, self._known = self._of_survivors(pages), pages
        return self._survivors

    @staticmethod
    def _of_survivors(pages: Mapping[str, str]) -> dict[str, str]:
        exits = {_origin(page) for page in pages.values()}
        # Style and script stand in the page and never change, so their hashes are enough; a nonce
        # would make each front page differ. Chromium drops the 303 of the exit if its origin is
        # not a form-action.
        return _ALWAYS | {
            "Referrer-Policy": "no-referrer",
            "Content-Security-Policy": (
                f"default-src 'none'; style-src {_hash(survivor_css())}; "
                f"script-src {_hash(survivor_js())}; connect-src 'self'; img-src data:; "
                f"form-action 'self' {' '.join(sorted(exits))}; "
                "base-uri 'none'; frame-ancestors 'none'"
            ),
        }

    def for_survivors(self, response: Response) -> Response:
        """Headers of everything that is not a staff page."""
        response.headers.update(self._policies())
        if response.headers.get("Location") == "/":
            # Firefox takes the step after a 303 with a policy of its own for a typed address, and
            # the answer would not be shown. The policy of the page that sent the form goes on.
            del response.headers["Referrer-Policy"]
        response.headers.pop(REFERENCE_HEADER, None)
        response.headers.pop("Vary", None)
        return response

    def for_staff(self, response: Response, *, keep: bool = False) -> Response:
        """Headers of a staff page, or of one of its files, which may be kept."""
        response.headers.update(self._staff)
        response.headers.pop(REFERENCE_HEADER, None)
        if keep:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def compress(environ: "WSGIEnvironment", response: Response) -> Response:
    """Gzip an answer in here: no cookie goes with it, so nothing can be reflected into it."""
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    body = response.get_data()
    if (
        "gzip" in accepted
        and len(body) > WORTH_COMPRESSING
        and "Content-Encoding" not in (response.headers)
    ):
        response.set_data(_gzip(body))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _gzip(body: bytes) -> bytes:
    # The window is cleared for each answer: one no longer than the answer packs it as well, in
    # three quarters of the time (measured).
    window = min(max(len(body).bit_length(), 9), zlib.MAX_WBITS)
    return zlib.compress(body, 6, 16 + window)


def bare_failure(language: str) -> Response:
    """What is left to say when not even a page can be drawn: the way out, and 112."""
    with use_language(language):
        leave = gettext("Leave")
    return Response(
        "<!doctype html><meta charset=utf-8><title>Agenda</title><link rel=icon href=data:,>"
        f"<style>{survivor_css()}</style>"
        f"<form method=post action=/><input type=hidden name=l value={language}>"
        f"<button id=x class=leave name=do value=/front/leave>{leave}</button></form>"
        "<main><h1><a href=tel:112>112</a></h1></main>",
        status=500,
        content_type="text/html; charset=utf-8",
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(str(text).encode()).digest()).decode()}'"


def _origin(page: str) -> str:
    parts = urlsplit(page)
    return f"{parts.scheme}://{parts.netloc}"
