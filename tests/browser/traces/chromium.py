"""Debian's Chromium as a person starts it, and the one door through which a test comes in.

No automation switches: those of Playwright and chromedriver turn off the back-forward cache,
autofill and the session files, which are the very things looked for. The door is the pipe of the
DevTools protocol, which leaves nothing in the profile.
"""

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.browser.traces.kept_by_chromium import KeptByChromium
from tests.browser.traces.screen import environment
from tests.browser.traces.tab import PATIENCE, NotYet, Tab
from tests.parts import find_program, lacking

_NO_SCRIPTS = {"profile": {"default_content_setting_values": {"javascript": 2}}}


class Chromium:
    """A browser on a home directory of its own, started and ended as often as a test likes."""

    name = "Chromium"

    def __init__(self, home: Path, display: str, *, scripting: bool) -> None:
        self.home, self.display = home, display
        self.scripting = scripting
        self.process: subprocess.Popen[bytes] | None = None
        self.profile = home / "profile"
        # Where Chromium looks for authorities that its owner trusts.
        self.trust = home / ".pki/nssdb"
        (self.profile / "Default").mkdir(parents=True)
        if not scripting:
            (self.profile / "Default/Preferences").write_text(json.dumps(_NO_SCRIPTS))

    def starts(self, *, restoring: bool = False) -> "ChromiumTab":
        """Open a window; with what was open at the end if it is `restoring`."""
        if restoring:
            self._says_yes_to_what_was_open()
        to_us, from_it = os.pipe()
        to_it, from_us = os.pipe()
        # The pipe is on descriptors 3 and 4, which only a shell can say without a fork of ours.
        shell = ["bash", "-c", f'exec "$@" 3<&{to_it} 4>&{from_it}', "bash"]
        with (self.home.parent / "chromium.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*shell, *self._command(restoring)],
                env=environment(self.display, str(self.home)),
                pass_fds=[to_it, from_it],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        os.close(to_it)
        os.close(from_it)
        self.pipe = Pipe(to_us, from_us)
        return self.tab()

    def tab(self) -> "ChromiumTab":
        """The tab in front."""
        ends = time.monotonic() + PATIENCE
        while not (targets := self._pages()):
            assert time.monotonic() < ends, "Chromium shows no tab"
            time.sleep(0.05)
        return ChromiumTab(self.pipe, targets[0]["targetId"])

    def kept(self, copy: Path) -> KeptByChromium:
        """What it keeps, now that it is closed."""
        return KeptByChromium(self.home, copy)

    def waits_until_it_knows(self, host: str) -> None:
        """Chromium writes its history down every ten seconds."""
        ends = time.monotonic() + PATIENCE
        while host.encode() not in (self.profile / "Default/History").read_bytes():
            assert time.monotonic() < ends, "Chromium writes nothing down"
            time.sleep(0.2)

    def lines(self, known: str) -> list[str]:
        """The addresses that its own History page lists, as soon as it lists a known one."""
        target = self.pipe.ask("Target.createTarget", url="chrome://history/")["targetId"]
        page = ChromiumTab(self.pipe, target)
        lines: list[str] = page.waits_for(
            f"(lines => lines.some(one => one.includes('{known}')) && lines)({_LINES})"
        )
        return lines

    def is_gone(self) -> None:
        """End it if a test that failed left it open."""
        if self.process is not None and self.process.poll() is None:
            self.is_killed()

    def closes(self) -> None:
        """Quit, as from the menu, and wait until everything is written."""
        with suppress(Gone):
            self.pipe.ask("Browser.close")
        self._ends()

    def is_killed(self) -> None:
        """The battery is out."""
        self._signal_all()
        self._ends()

    def _says_yes_to_what_was_open(self) -> None:
        """One that died asks first, in a bubble that no protocol can press: this is its button."""
        preferences = self.profile / "Default/Preferences"
        said = preferences.read_text().replace('"exit_type":"Crashed"', '"exit_type":"Normal"')
        preferences.write_text(said)

    def _ends(self) -> None:
        assert self.process is not None
        self.process.wait(timeout=PATIENCE)
        self.pipe.close()
        # What its helpers still hold open.
        self._signal_all()

    def _signal_all(self) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _command(self, restoring: bool) -> list[str]:
        program = find_program("chromium", "chromium-browser", "google-chrome")
        return [
            program or lacking("Chromium"),
            f"--user-data-dir={self.profile}",
            "--remote-debugging-pipe",
            "--no-first-run",
            # Else it waits for the key ring of a desktop.
            "--password-store=basic",
            # The names exist nowhere; and nothing goes out, not even to look for an update.
            "--host-resolver-rules=MAP *.test 127.0.0.1,MAP * ~NOTFOUND",
            # Containers have little shared memory; what is kept on disk does not hang on it.
            "--disable-dev-shm-usage",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            *(["--restore-last-session"] if restoring else ["about:blank"]),
        ]

    def _pages(self) -> list[dict[str, Any]]:
        found = self.pipe.ask("Target.getTargets")["targetInfos"]
        return [one for one in found if one["type"] == "page"]


_LINES = """(function below(node) {
    const own = node.localName == "history-item" && node.item ? [node.item.url] : [];
    return [...own, ...[node.shadowRoot, ...node.childNodes].filter(one => one).flatMap(below)];
})(document.body)"""


class ChromiumTab(Tab):
    """A tab, over the DevTools protocol."""

    def __init__(self, pipe: "Pipe", target: str) -> None:
        self.pipe = pipe
        attached = pipe.ask("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]

    def evaluate(self, expression: str) -> Any:
        answer = self._ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise NotYet(answer["exceptionDetails"])
        return answer["result"].get("value")

    def opens(self, address: str) -> None:
        before = self.evaluate("performance.timeOrigin")
        self._ask("Page.navigate", url=address)
        self.waits_for(f"performance.timeOrigin != {before}")

    def clicks(self, css: str) -> None:
        # What is pressed before the first paint, Chromium takes for a mistake.
        self.waits_for("performance.getEntriesByType('paint').length")
        x, y = self.scrolls_to(css)
        for kind in ("mousePressed", "mouseReleased"):
            at = {"x": x, "y": y, "button": "left", "clickCount": 1}
            self._ask("Input.dispatchMouseEvent", type=kind, **at)

    def types(self, css: str, words: str) -> None:
        self.clicks(css)
        for sign in words:
            self._ask("Input.dispatchKeyEvent", type="keyDown", text=sign, key=sign)
            self._ask("Input.dispatchKeyEvent", type="keyUp", key=sign)

    def goes(self, steps: int) -> None:
        found = self._ask("Page.getNavigationHistory")
        entry = found["entries"][found["currentIndex"] + steps]
        self._ask("Page.navigateToHistoryEntry", entryId=entry["id"])

    def reloads(self) -> None:
        self._ask("Page.reload")

    @property
    def entries(self) -> list[tuple[str, str]]:
        """Address and title of everything behind the Back and Forward buttons, and of this."""
        ends = time.monotonic() + PATIENCE
        while True:
            found = self._ask("Page.getNavigationHistory")["entries"]
            # A page that has just come is known by its address until its title is read.
            if found[-1]["title"] not in ("", found[-1]["url"]) or time.monotonic() > ends:
                return [(entry["url"], entry["title"]) for entry in found]
            time.sleep(0.02)

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        return self.pipe.ask(method, self.session, **params)


class Gone(Exception):
    """Chromium has ended."""


class Pipe:
    """Messages of the DevTools protocol, one question at a time."""

    def __init__(self, reading: int, writing: int) -> None:
        self.reading, self.writing = os.fdopen(reading, "rb", 0), os.fdopen(writing, "wb", 0)
        self.rest, self.last = b"", 0

    def ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """What Chromium answers; what it tells in between is not for us. Raises NotYet, Gone."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        self.writing.write(json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self.last:
            pass
        if "error" in answer:
            raise NotYet(f"{method}: {answer['error']['message']}")
        found: dict[str, Any] = answer["result"]
        return found

    def close(self) -> None:
        """Hang up."""
        self.reading.close()
        self.writing.close()

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self.rest:
            more = self.reading.read(1 << 16)
            if not more:
                raise Gone
            self.rest += more
        message, _, self.rest = self.rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found
