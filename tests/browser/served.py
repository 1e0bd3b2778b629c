"""The portal as browser tests serve it: the real one, with a clock and an answer that can be held.

Made in the server's own process by `create`, from files in PORTAL_DATA that a test writes: `clock`
holds the seconds by which the house is ahead of this machine; while `hold` is there, no POST is
answered: `before` it is worked on, or `after`.
"""

import json
import os
import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from portal.app import create_app
from portal.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

EXITS, TESTS = "EXIT_PAGES_OF_TESTS", "PROCESS_OF_TESTS"
LONGEST = 30.0
"""Seconds after which a held request goes on all the same: a failed test must not stop the next."""


def create() -> Flask:
    """The application; leaving goes to a page on this machine instead of the weather service's."""
    threading.Thread(target=_end_with, args=[int(os.environ[TESTS])], daemon=True).start()
    settings = Settings.from_environment()
    app = create_app(replace(settings, exit_pages=json.loads(os.environ[EXITS])))
    app.config["NOW"] = Clock(settings.data_dir / "clock").now
    app.wsgi_app = Held(app.wsgi_app, settings.data_dir / "hold")  # type: ignore[method-assign, assignment]
    return app


class Clock:
    """The time in the house."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def now(self) -> datetime:
        """The time of this machine and as much more as the file says."""
        return datetime.now(UTC) + timedelta(seconds=float(self.file.read_text()))


class Held:
    """Lets requests hang as long as a file is there."""

    def __init__(self, inside: "WSGIApplication", file: Path) -> None:
        self.inside = inside
        self.file = file

    def __call__(self, environ: "WSGIEnvironment", answer: "StartResponse") -> Iterable[bytes]:
        """Answer, when it is let go."""
        if environ["REQUEST_METHOD"] != "POST" or not self.file.exists():
            return self.inside(environ, answer)
        if self.file.read_text() == "before":
            self._wait()
            return self.inside(environ, answer)
        answered = list(self.inside(environ, answer))
        self._wait()
        return answered

    def _wait(self) -> None:
        ends = time.monotonic() + LONGEST
        while self.file.exists() and time.monotonic() < ends:
            time.sleep(0.01)


def _end_with(tests: int) -> None:
    """Stop the server when the tests are gone: who is killed cleans up nothing."""
    while Path(f"/proc/{tests}").exists() or not Path("/proc").exists():
        time.sleep(1)
    os.kill(os.getppid(), signal.SIGTERM)
