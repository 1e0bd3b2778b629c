"""Commands run as somebody would type them, in a directory and an environment of their own."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from portal.database import Database
from portal.services.entry.sign_in import sign_in_with_passphrase
from portal.services.house import House
from portal.settings import Settings
from portal.vault import KeyFile, SlowPasses

Run = Callable[..., Result]
SEED = bytes(range(7, 39))
PASSPHRASE = "a calm walk along the canal"
ACCENTED = "un café crème près de l’étang"
FOUNDING = ["Test house", "BE", "Europe/Brussels", "Cora Linden", "cora@house.example"]


@pytest.fixture(autouse=True)
def _bare_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("PORTAL_") and not name.startswith("PORTAL_TEST"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PORTAL_DATA", str(tmp_path / "house"))
    monkeypatch.setenv("PORTAL_STAFF_HOST", "staff.house.example")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The directory of the centre's own files."""
    return tmp_path / "house"


@pytest.fixture
def run() -> Run:
    """`run("backup", "file", typed=[...])` gives the result of the command."""

    def run(*arguments: str, typed: list[str] | None = None) -> Result:
        lines = "".join(f"{line}\n" for line in typed or [])
        return CliRunner().invoke(main, list(arguments), input=lines, catch_exceptions=False)

    return run


@pytest.fixture
def sheets(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The words that `init` will show: three sheets, each in one line."""
    from portal.cli import founding
    from portal.vault import new_recovery

    public, one, two = new_recovery()
    monkeypatch.setattr(founding, "new_recovery", lambda: (public, one, two))
    monkeypatch.setattr(founding, "token_bytes", lambda _: SEED)
    key_file = KeyFile(SEED).words()
    return {"one": " ".join(one), "two": " ".join(two), "key file": " ".join(key_file)}


@pytest.fixture
def founded(run: Run, sheets: dict[str, str]) -> dict[str, str]:
    """A house that `init` made; gives its sheets."""
    typed = [*FOUNDING, PASSPHRASE, PASSPHRASE, "", *sheets.values()]
    assert run("init", typed=typed).exit_code == 0
    return sheets


@contextmanager
def signing_in() -> Iterator[Callable[[str, str], str]]:
    """Sign in with an address and a pass phrase, at the house of this environment."""
    settings = Settings.from_environment()
    key_file = KeyFile.load(settings.key_file)
    database = Database(settings.database_url, key_file, settings)
    house = House(settings, key_file, SlowPasses(settings.data_dir / "slow-passes", 2))

    def open_for(email: str, passphrase: str) -> str:
        return sign_in_with_passphrase(
            database.transaction,
            house,
            email=email,
            passphrase=passphrase,
            language="en",
            address=b"here",
            now=datetime.now(UTC),
        )

    yield open_for
    database.close()
