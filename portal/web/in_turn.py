"""Requests are answered in turn, each after what the browser sends was read whole."""

from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from portal import turns
from portal.web.bodies import read_body

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class InTurn:
    """Lets one request after the other of this process through to the application inside."""

    def __init__(self, inside: "WSGIApplication", limit: int) -> None:
        self.inside = inside
        self.limit = limit

    def __call__(self, environ: "WSGIEnvironment", answer: "StartResponse") -> Iterable[bytes]:
        """Answer when it is this request's turn."""
        # Before the turn: a slow line, or somebody who sends nothing on purpose, holds up nobody.
        environ["wsgi.input"] = BytesIO(read_body(environ, self.limit) or b"")
        with turns.taken():
            return self.inside(environ, answer)
