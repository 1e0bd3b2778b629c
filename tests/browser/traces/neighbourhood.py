"""The sites around the portal: where she comes from, where leaving goes, and an ordinary one.

All on one port of this machine under made-up names, each with a certificate of its own.
"""

import gzip
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.browser.street import PAGE, Street
from tests.browser.traces.authority import Authority

PORTAL, SEARCH, WEATHER, CLUB = "agenda.test", "search.test", "weather.test", "club.test"


@dataclass
class Neighbourhood(Street):
    """Three sites."""

    portal: str = ""

    def page(self, language: str) -> str:
        """The exit page of a language."""
        return self.at(WEATHER, language)

    def at(self, host: str, path: str = "") -> str:
        """An address around here."""
        return f"https://{host}:{self.port}/{path}"


@contextmanager
def a_neighbourhood(authority: Authority) -> Iterator[Neighbourhood]:
    """Serve them."""
    contexts = {host: authority.certificate(host).context() for host in (SEARCH, WEATHER, CLUB)}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers["Host"].partition(":")[0]
            found = SITES[host](around, urlsplit(self.path).path)
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Encoding", "gzip")
            if host == SEARCH:
                # Else the link to the portal lies in the cache, which is not the portal's doing.
                self.send_header("Cache-Control", "no-store")
            if host == CLUB:
                self.send_header("Cache-Control", "max-age=3600")
                self.send_header("Set-Cookie", "visit=club; Max-Age=86400; Path=/")
            packed = gzip.compress(found, mtime=0)
            self.send_header("Content-Length", str(len(packed)))
            self.end_headers()
            self.wfile.write(packed)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Say nothing: browsers open lines ahead of time, and are killed with lines open."""

    server = Server(("127.0.0.1", 0), Handler)
    server.socket = _by_name(contexts).wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    around = Neighbourhood(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield around
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _by_name(contexts: dict[str, ssl.SSLContext]) -> ssl.SSLContext:
    first = contexts[SEARCH]

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        connection.context = contexts.get(name or "", first)

    first.sni_callback = choose
    return first


def _search(around: Neighbourhood, path: str) -> bytes:
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Search</title>"
        f'<link rel=icon href="data:,"><h1>Found</h1><a id=found href="{around.portal}">Agenda</a>'
    ).encode()


def _weather(around: Neighbourhood, path: str) -> bytes:
    return PAGE if len(path) == 3 else b""


def _club(around: Neighbourhood, path: str) -> bytes:
    """As most sites are: addresses and titles that tell, a form that goes by GET, a cookie."""
    word = path.strip("/")
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>About {word}</title>"
        f'<link rel=icon href="/icon-{word}.svg"><h1>Read here about {word}</h1>'
        "<form action=/found><input name=looked-for><button>Look</button></form>"
        "<script>addEventListener('pageshow', event => { document.documentElement.dataset.cached"
        " = event.persisted })</script>"
    ).encode()


SITES: dict[str, Callable[[Neighbourhood, str], bytes]] = {
    SEARCH: _search,
    WEATHER: _weather,
    CLUB: _club,
}
