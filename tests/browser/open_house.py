"""A house with its door open: the portal on a port of this machine, in a process of its own."""

import json
import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.database import Database
from portal.services.house import House
from portal.settings import Settings
from portal.vault import CHEAP, KeyFile, SlowPasses
from tests.browser.served import EXITS, TESTS, Clock
from tests.browser.street import Street
from tests.people import NOON, Person, TestHouse, a_house

if TYPE_CHECKING:
    from tests.browser.traces.authority import Certificate

OPENS = NOON + timedelta(hours=1)
"""What the clock of the house says when it opens: a Monday, early in the afternoon."""
_ROOT = Path(__file__).parents[2]
_STARTS_WITHIN = 60.0


@dataclass
class OpenHouse:
    """The house, who is in it, and what a test may do to it."""

    directory: Path
    address: str
    street: Street
    people: TestHouse
    used_steps: dict[str, int] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The time in the house."""
        return Clock(self.directory / "clock").now()

    def later(self, **span: float) -> None:
        """Let time pass."""
        ahead = float((self.directory / "clock").read_text())
        self._write("clock", str(ahead + timedelta(**span).total_seconds()))

    def code(self, secret: str) -> str:
        """What an authenticator shows that was not used yet; when there is none, time passes."""
        import pyotp

        totp = pyotp.TOTP(secret)
        step = max(self.used_steps.get(secret, 0) + 1, totp.timecode(self.now))
        while step > totp.timecode(self.now) + 1:
            self.later(seconds=30)
        self.used_steps[secret] = step
        return str(totp.generate_otp(step))

    @contextmanager
    def hanging(self, at: str = "before") -> Iterator[None]:
        """Let no POST be answered in here: held `before` it is worked on, or `after`."""
        self._write("hold", at)
        try:
            yield
        finally:
            self.goes_on()

    def goes_on(self) -> None:
        """Let what hangs be answered."""
        (self.directory / "hold").unlink(missing_ok=True)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database holds at this moment."""
        file = self.directory / "portal.db"
        with closing(sqlite3.connect(file, timeout=10)) as connection:
            return connection.execute(query, values).fetchall()

    def visits(self, her: Person) -> int:
        """How many sign-ins of hers are alive."""
        query = "SELECT count(*) FROM sign_in WHERE account_id = ?"
        return int(self.rows(query, her.account_id.hex)[0][0])

    def _write(self, name: str, text: str) -> None:
        # Renamed into place: the server never reads half of it.
        fresh = self.directory / f"{name}.new"
        fresh.write_text(text)
        fresh.replace(self.directory / name)


@contextmanager
def open_house(
    directory: Path,
    migrated: Path,
    key_file: KeyFile,
    street: Street,
    certificate: "Certificate | None" = None,
) -> Iterator[OpenHouse]:
    """Let people move into a copy of the migrated database, and open the door.

    With a certificate it is at the name that stands in it, over HTTPS.
    """
    shutil.copyfile(migrated, directory / "portal.db")
    env = _environment(directory, street)
    settings = Settings.from_environment(env)
    key_file.save(settings.key_file)
    (directory / "clock").write_text(str((OPENS - datetime.now(UTC)).total_seconds()))
    database = Database(settings.database_url, key_file, settings)
    passes = SlowPasses(directory / "slow-passes", settings.slow_pass_slots)
    people = a_house(database, House(settings, key_file, passes))
    try:
        with _served(directory, env, certificate) as address:
            yield OpenHouse(directory, address, street, people)
    finally:
        database.close()


def _environment(directory: Path, street: Street) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return {
        **own,
        "PORTAL_DATA": str(directory),
        # So that the staff's pages are on the same host.
        "PORTAL_DEMO": "yes",
        "PORTAL_SLOW_PASS_OPS": str(CHEAP.ops),
        "PORTAL_SLOW_PASS_MEM": str(CHEAP.mem),
        "PYTHONPATH": str(_ROOT),
        TESTS: str(os.getpid()),
        EXITS: json.dumps(
            {language: street.page(language) for language in ("nl", "fr", "en", "ar")}
        ),
    }


@contextmanager
def _served(
    directory: Path, env: dict[str, str], certificate: "Certificate | None"
) -> Iterator[str]:
    with closing(socket.socket()) as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += [
        "--workers-kill-timeout",
        "3",
        "--blocking-threads",
        "6",
        "--log-level",
        "warning",
        "tests.browser.served:create",
    ]
    address = f"http://127.0.0.1:{port}/"
    if certificate is not None:
        address = f"https://{certificate.host}:{port}/"
        command += ["--ssl-certificate", str(certificate.file)]
        command += ["--ssl-keyfile", str(certificate.key)]
        # As docs/deploy.md asks of the server in front: browsers note who speaks HTTP/2.
        command += ["--http", "1"]
    log = directory / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=_ROOT, env=env, stdout=out, stderr=out)
    try:
        _wait_for(f"{address.partition(':')[0]}://127.0.0.1:{port}/", server, log)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    # Whether it answers: that browsers trust its name is for them to say.
    unnamed = ssl.create_default_context()
    unnamed.check_hostname, unnamed.verify_mode = False, ssl.CERT_NONE
    ends = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < ends and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5, context=unnamed):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"the server did not start: {log.read_text()[-2000:]}")
