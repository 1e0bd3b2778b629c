"""Another site, with thousands of files for a browser's cache."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_bytes
from typing import Any

FILES = 6_000
_FILE = token_bytes(6_000)
_PAGE = f"""<!doctype html><title>Pictures</title><link rel=icon href=data:,><script>
(async () => {{
    for (let first = 0; first < {FILES}; first += 20)
        await Promise.all([...Array(20).keys()].map(async one =>
            (await fetch("/file" + (first + one))).arrayBuffer()));
    document.body.insertAdjacentHTML("beforeend", "<p id=done>done");
}})()
</script><body>""".encode()


@contextmanager
def a_foreign_site() -> Iterator[str]:
    """Serve it; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            is_file = self.path.startswith("/file")
            body = _FILE if is_file else _PAGE
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg" if is_file else "text/html")
            self.send_header("Cache-Control", "public, max-age=86400")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
