"""Debian's Firefox as a person starts it, over Marionette, the door that it has itself.

Its "recommended preferences", with which automation turns off the session file and form history,
stay off.
"""

import json
import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.browser.traces.kept_by_firefox import KeptByFirefox
from tests.browser.traces.screen import environment
from tests.browser.traces.tab import PATIENCE, NotYet, Tab
from tests.browser.traces.unpacked import unpacked
from tests.parts import find_program, lacking

_STARTS = 3
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_PREFERENCES: dict[str, Any] = {
    "marionette.port": 0,
    "remote.prefs.recommended": False,
    # What was open comes back, as in Chromium.
    "browser.startup.page": 3,
    # A second instead of fifteen: a short visit is written down as a long one would be.
    "browser.sessionstore.interval": 1000,
    # No pages of its own at the first start.
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    # The names exist nowhere. (Naming them would put them into the profile.)
    "network.dns.forceResolve": "127.0.0.1",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "extensions.update.enabled": False,
    "app.normandy.enabled": False,
    # One that was killed more than once still opens what was open, and asks nothing first.
    "browser.sessionstore.max_resumed_crashes": 2 * _STARTS,
    "toolkit.startup.max_resumed_crashes": -1,
}


class Firefox:
    """A browser on a home directory of its own, started and ended as often as a test likes."""

    name = "Firefox"

    def __init__(self, home: Path, display: str, *, scripting: bool) -> None:
        self.home, self.display, self.scripting = home, display, scripting
        self.process: subprocess.Popen[bytes] | None = None
        self.line: Line | None = None
        self.profile = self.trust = home / "profile"
        self.profile.mkdir(parents=True)
        preferences = {
            **_PREFERENCES,
            "javascript.enabled": scripting,
        }
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
                 for name, value in preferences.items()]  # fmt: skip
        (self.profile / "user.js").write_text("".join(lines))

    def starts(self, *, restoring: bool = False) -> "FirefoxTab":
        """Open a window. What was open at the end comes back by itself.

        On a busy machine a Firefox now and then shows its window and never takes a driver in: it
        is started again, as a person would do.
        """
        for _ in range(_STARTS - 1):
            with suppress(TimeoutError, ConnectionError):
                return self._starts_once()
            self.is_killed()
        return self._starts_once()

    def _starts_once(self) -> "FirefoxTab":
        program = find_program("firefox-esr", "firefox") or lacking("Firefox")
        told = self.profile / "MarionetteActivePort"
        told.unlink(missing_ok=True)
        with (self.home.parent / "firefox.log").open("ab") as log:
            self.process = subprocess.Popen(
                [program, "--marionette", "--no-remote", "--profile", str(self.profile)],
                env=environment(self.display, str(self.home)),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.line = None
        ends = time.monotonic() + PATIENCE
        while not told.exists() or not told.read_text():
            if time.monotonic() > ends:
                raise TimeoutError("Firefox does not answer")
            time.sleep(0.05)
        self.line = Line(int(told.read_text()))
        self.line.ask("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
        self.line.ask("WebDriver:SetTimeouts", pageLoad=int(PATIENCE * 1000))
        return FirefoxTab(self.line)

    def kept(self, copy: Path) -> KeptByFirefox:
        """What it keeps, now that it is closed."""
        return KeptByFirefox(self.home, copy)

    def waits_until_it_knows(self, host: str) -> None:
        """It is in the session file."""
        ends = time.monotonic() + PATIENCE
        file = self.profile / "sessionstore-backups/recovery.jsonlz4"
        while not (
            file.exists() and any(host.encode() in one for one in unpacked(file.read_bytes()))
        ):
            assert time.monotonic() < ends, "Firefox writes nothing down"
            time.sleep(0.1)

    def is_gone(self) -> None:
        """End it if a test that failed left it open."""
        if self.process is not None and self.process.poll() is None:
            self.is_killed()

    def closes(self) -> None:
        """Quit, as from the menu, and wait until everything is written."""
        assert self.line is not None
        self.line.ask("Marionette:Quit", flags=["eAttemptQuit"])
        self._ends()

    def is_killed(self) -> None:
        """The battery is out."""
        self._signal_all()
        self._ends()

    def _ends(self) -> None:
        assert self.process is not None
        self.process.wait(timeout=PATIENCE)
        if self.line is not None:
            self.line.close()
        self._signal_all()

    def _signal_all(self) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class FirefoxTab(Tab):
    """The tab in front, over Marionette."""

    def __init__(self, line: "Line") -> None:
        self.line = line

    def evaluate(self, expression: str) -> Any:
        script = {"script": f"return {expression}", "args": [], "sandbox": "tests"}
        return self.line.ask("WebDriver:ExecuteScript", **script)["value"]

    def opens(self, address: str) -> None:
        self.line.ask("WebDriver:Navigate", url=address)

    def clicks(self, css: str) -> None:
        self.scrolls_to(css)
        self.line.ask("WebDriver:ElementClick", id=self._find(css))

    def types(self, css: str, words: str) -> None:
        self.clicks(css)
        self.line.ask("WebDriver:ElementSendKeys", id=self._find(css), text=words)

    def goes(self, steps: int) -> None:
        self.line.ask("WebDriver:Back" if steps < 0 else "WebDriver:Forward")

    def reloads(self) -> None:
        self.line.ask("WebDriver:Refresh")

    def _find(self, css: str) -> str:
        element = self.evaluate(
            f"[...document.querySelectorAll(`{css}`)].find(one => one.getClientRects().length)"
        )
        found: str = element[_ELEMENT]
        return found


class Line:
    """Messages of Marionette: a length, a colon, and JSON."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=2 * PATIENCE)
        self.reading = self.socket.makefile("rb")
        self.last = 0
        self._next()

    def ask(self, command: str, **params: Any) -> Any:
        """What Firefox answers. Raises NotYet."""
        self.last += 1
        message = json.dumps([0, self.last, command, params]).encode()
        self.socket.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self._next()
        if error:
            raise NotYet(f"{command}: {error['message']}")
        return result

    def close(self) -> None:
        """Hang up."""
        self.reading.close()
        self.socket.close()

    def _next(self) -> Any:
        length = b""
        while (sign := self.reading.read(1)) != b":":
            if not sign:
                raise ConnectionError("Firefox is gone")
            length += sign
        return json.loads(self.reading.read(int(length)))
