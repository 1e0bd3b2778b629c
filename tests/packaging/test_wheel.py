"""A wheel carries all that the portal needs, and answers wherever it is installed."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _build(source: Path, target: str, into: Path) -> Path:
    """The distribution that hatchling makes of this directory, without asking any index."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = into.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return _build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


def _contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as packed:
        return {name for name in packed.namelist() if "dist-info" not in name}


def test_the_wheel_holds_pages_style_words_and_migrations(wheel: Path) -> None:
    held = _contents(wheel)
    for folder, kind in (("templates", "*.html"), ("static", "*.*"), ("translations", "*.po")):
        ours = {f"portal/_resources/{one.relative_to(ROOT)}" for one in (ROOT / folder).rglob(kind)}
        assert ours
        assert ours <= held
    assert "portal/migrations/env.py" in held
    assert any(name.startswith("portal/migrations/versions/0001") for name in held)
    assert {name.split("/")[0] for name in held} == {"portal"}


@pytest.mark.real
def test_the_same_wheel_comes_from_the_source_distribution(wheel: Path, tmp_path: Path) -> None:
    packed = _build(ROOT, "sdist", tmp_path)
    unpack = [sys.executable, "-m", "tarfile", "-e", str(packed), str(tmp_path / "unpacked")]
    subprocess.run(unpack, check=True)
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert _contents(_build(unpacked, "wheel", tmp_path)) == _contents(wheel)


def _constraints(into: Path) -> Path:
    """The versions of the lock as pip wants constraints: no hashes, no extras."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pins = [re.sub(r"\[.*?\]|\s*\\$", "", line) for line in lines if re.match(r"\w", line)]
    path = into / "constraints.txt"
    path.write_text("\n".join(pins), "utf-8")
    return path


@pytest.fixture
def elsewhere(wheel: Path, tmp_path: Path) -> Path:
    """The programs of an environment that has the wheel and what it asks for, and nothing else."""
    environment = tmp_path / "installed"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run(
        [environment / "bin/python", "-m", "pip", "install", "--quiet",
         "--disable-pip-version-check", "-c", _constraints(tmp_path), wheel],
        check=True, cwd=tmp_path,
    )  # fmt: skip
    return environment / "bin"


@contextmanager
def _demo(programs: Path, directory: Path) -> Iterator[str]:
    """The address of a running demo, started with nothing of ours in its surroundings."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with (directory / "said").open("wb") as said:
        server = subprocess.Popen(
            [programs / "portal", "demo", "--data", directory / "data", "--port", str(port)],
            cwd=directory, env={"PATH": os.defpath}, stdout=said, stderr=said,
        )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}/"
        _wait_for(address, server, directory / "said")
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(address: str, server: subprocess.Popen[bytes], said: Path) -> None:
    for _ in range(1800):
        assert server.poll() is None, said.read_text("utf-8")
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    pytest.fail("the demo did not answer within three minutes: " + said.read_text("utf-8"))


@pytest.mark.real
def test_a_wheel_installed_elsewhere_answers_in_arabic(elsewhere: Path, tmp_path: Path) -> None:
    with _demo(elsewhere, tmp_path) as address:
        asked = urllib.request.Request(address, headers={"Accept-Language": "ar"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            page = answer.read().decode()
    assert answer.status == 200
    assert re.search(r'<html[^>]* lang="ar"[^>]* dir="rtl"', page)
