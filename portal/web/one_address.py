"""Everything a survivor does happens at `/`: POST in, nothing out.

A visited address, a title or an answered form stays on the phone. So there is one address; where to
go (`to`) or what to do (`do`) stands in the body of a POST; and what comes of it is either a part
that our script swaps in, or waits for one single GET. Flask sees ordinary requests on inner paths.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Flask
from werkzeug.wrappers import Response

from portal import i18n
from portal.settings import Settings
from portal.web.bodies import Fields, read_body, typed_fields
from portal.web.headers import Headers, bare_failure, compress
from portal.web.inside import ENVIRON_KEY, PREFIX, Inside
from portal.web.kept_answers import KeptAnswers, Trouble
from portal.web.whereabouts import CentreOnTheMap

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FRONT = "/"
LEAVE, COVER = "/front/leave", "/front/cover"
REDIRECTS = 3
CALENDAR_FILE = b"BEGIN:VCALENDAR"
"""How the one kind of answer begins that is no page: she asked for it, past a warning."""

log = logging.getLogger(__name__)


class OneAddress:
    """The application as the world sees it: the front page, one POST, and the staff's door."""

    def __init__(
        self, app: Flask, settings: Settings, kept: KeptAnswers, centre: CentreOnTheMap
    ) -> None:
        self.inside = app.wsgi_app
        self.settings = settings
        self.kept = kept
        self.centre = centre
        self.headers = Headers(lambda: centre.find().exit_pages)

    def __call__(self, environ: "WSGIEnvironment", answer: "StartResponse") -> Iterable[bytes]:
        """Answer one request from outside."""
        # Nothing that a server or a proxy left here may pass for our own mark.
        environ.pop(ENVIRON_KEY, None)
        if self._is_for_staff(environ):
            return self.inside(environ, answer)
        try:
            response = self._respond(environ)
        except Exception as error:
            log.error("the one address failed: %s", type(error).__name__)
            response = self._failed(environ)
        self.headers.for_survivors(response)
        return response(environ, answer)

    def _is_for_staff(self, environ: "WSGIEnvironment") -> bool:
        path = environ.get("PATH_INFO", "")
        return self._at_staff_door(environ) and (path == "/staff" or path.startswith("/staff/"))

    def _at_staff_door(self, environ: "WSGIEnvironment") -> bool:
        if self.settings.staff_host is None:
            return self.settings.demo
        return bool(environ.get("HTTP_HOST", "").lower() == self.settings.staff_host)

    def _respond(self, environ: "WSGIEnvironment") -> Response:
        method, is_home = environ["REQUEST_METHOD"], environ.get("PATH_INFO") == FRONT
        if self.settings.staff_host is not None and self._at_staff_door(environ):
            return see_other("/staff/")
        if method == "POST":
            return self._act(environ) if is_home else see_other(FRONT)
        if is_home and method in ("GET", "HEAD"):
            return self._show(environ)
        return self._front(environ, Inside(self._language(environ)), status=404)

    def _show(self, environ: "WSGIEnvironment") -> Response:
        """The front page; or the one answer that waits for this browser, and only now."""
        mark = Inside(self._language(environ))
        waiting = self.kept.take(environ)
        if isinstance(waiting, bytes):
            # 203, not 200: Chromium keeps a page of status 200 for its Back button, no-store or
            # not, and would show this one again after she has left.
            response = Response(waiting, status=203, content_type="text/html; charset=utf-8")
            if waiting.startswith(CALENDAR_FILE):
                response.content_type = "text/calendar; charset=utf-8"
                response.headers["Content-Disposition"] = 'attachment; filename="date.ics"'
            compress(environ, response)
        elif isinstance(waiting, Trouble):
            response = self._trouble(environ, mark, waiting)
        else:
            response = self._front(environ, mark)
        self.kept.forget(environ, response)
        return response

    def _act(self, environ: "WSGIEnvironment") -> Response:
        body = read_body(environ, self.settings.max_body_bytes)
        # Another site may not choose her language, sign her in as somebody, or end her visit.
        is_ours = environ.get("HTTP_SEC_FETCH_SITE") not in ("cross-site", "same-site")
        fields = typed_fields(body if body and is_ours else b"")
        mark = Inside(
            language=self._language(environ, fields.get("l", "")),
            page_key=fields.get("k", ""),
            form_key=fields.get("f", ""),
            is_part=environ.get("HTTP_X_PART") == "1",
        )
        if body is None:
            return self._hand_out(environ, mark, self._trouble(environ, mark, Trouble(413)))
        if fields.get("do") in (None, LEAVE, COVER):
            self._keep_half_typed(environ, mark, fields)
        if fields.get("do") == LEAVE:
            return self._leave(environ, mark, fields)
        return self._hand_out(environ, mark, self._follow(environ, mark, fields))

    def _keep_half_typed(self, environ: "WSGIEnvironment", mark: Inside, fields: Fields) -> None:
        """Going elsewhere, or out of sight, brings along the form that was half typed.

        Its inner path comes as `s`, which is also what "keep for later" sends.
        """
        path = fields.get("s", "")
        if not _is_inner(path) or path.startswith("/front/"):
            return
        try:
            self._ask(environ, replace(mark, is_part=True), "POST", path, fields)
        except Exception as error:
            log.error("what was half typed is lost: %s", type(error).__name__)

    def _leave(self, environ: "WSGIEnvironment", mark: Inside, fields: Fields) -> Response:
        """Whatever is broken inside, she gets away."""
        try:
            self._follow(environ, mark, fields)
        except Exception as error:
            log.error("a visit was left while the house failed: %s", type(error).__name__)
        if mark.is_part:
            return Response(status=204)
        return see_other(self.centre.find().exit_page(mark.language))

    def _follow(self, environ: "WSGIEnvironment", mark: Inside, fields: Fields) -> Response | None:
        """What the inside answers in the end; None when that is the front page."""
        method, path = ("POST", fields["do"]) if "do" in fields else ("GET", fields.get("to", ""))
        for _ in range(1 + REDIRECTS):
            if not _is_inner(path):
                return None
            response = self._ask(environ, mark, method, path, fields)
            location = response.headers.get("Location")
            if location is None or location in self.centre.exits:
                return response
            if not location.startswith(PREFIX + "/"):
                return None
            method, path = "GET", location.removeprefix(PREFIX)
        raise RuntimeError("an inner page led in circles")

    def _hand_out(
        self, environ: "WSGIEnvironment", mark: Inside, response: Response | None
    ) -> Response:
        """A part for our own script; for everybody else 303 and nothing more."""
        if mark.is_part:
            return self._part(environ, mark, response)
        if response is None:
            return see_other(FRONT)
        if "Location" in response.headers:
            return see_other(response.headers["Location"])
        away = see_other(FRONT)
        if response.status_code >= 400 and not mark.page_key:
            # What a stranger did wrong is the same for everybody: no row is written for it.
            self.kept.keep_trouble(environ, away, Trouble.of(response))
        else:
            self.kept.keep(environ, away, response)
        return away

    def _part(
        self, environ: "WSGIEnvironment", mark: Inside, response: Response | None
    ) -> Response:
        if response is None:
            mark.page_key = ""
            response = self._front(environ, mark)
            response.headers["X-Front"] = "1"
            return response
        if "Location" in response.headers:
            return Response(status=204)
        return compress(environ, response)

    def _front(self, environ: "WSGIEnvironment", mark: Inside, status: int = 200) -> Response:
        response = self._ask(environ, mark, "GET", "/front/")
        if response.status_code == 200:
            response.status_code = status
        return compress(environ, response)

    def _trouble(self, environ: "WSGIEnvironment", mark: Inside, trouble: Trouble) -> Response:
        return compress(environ, self._ask(environ, mark, "GET", f"/front/trouble/{trouble}"))

    def _failed(self, environ: "WSGIEnvironment") -> Response:
        if environ["REQUEST_METHOD"] != "POST" or environ.get("HTTP_X_PART") == "1":
            return bare_failure(self._language(environ))
        away = see_other(FRONT)
        self.kept.keep_trouble(environ, away, Trouble(500))
        return away

    def _ask(
        self,
        environ: "WSGIEnvironment",
        mark: Inside,
        method: str,
        path: str,
        fields: Fields | None = None,
    ) -> Response:
        """One inner request: the same connection, another path, a clean body, no cookie."""
        path, _, query = path.partition("?")
        sent = list(fields.items(multi=True)) if fields and method == "POST" else []
        body = urlencode(sent).encode()
        inner = {
            **environ,
            ENVIRON_KEY: mark,
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": PREFIX + path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }
        for name in ("HTTP_COOKIE", "HTTP_TRANSFER_ENCODING", "werkzeug.request"):
            inner.pop(name, None)
        return Response.from_app(self.inside, inner, buffered=True)

    def _language(self, environ: "WSGIEnvironment", shown: str = "") -> str:
        offered = self.centre.find().languages
        if shown in offered:
            return shown
        return i18n.negotiate(environ.get("HTTP_ACCEPT_LANGUAGE", ""), offered)


def see_other(location: str) -> Response:
    """The only answer that a POST ever gets, but for our own script's."""
    return Response(status=303, headers={"Location": location})


def _is_inner(path: str) -> bool:
    plain = path.isascii() and path.isprintable() and "\\" not in path and "#" not in path
    return plain and path.startswith("/") and not path.startswith("//")
