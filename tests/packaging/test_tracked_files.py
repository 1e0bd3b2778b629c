"""What is committed names no machine and no package index."""

import re
import subprocess
import tomllib
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from tests.parts import lacking

ROOT = Path(__file__).parents[2]

# Written in pieces, or this file would find itself.
_INDEX_HOSTS = "|".join(
    first + second for first, second in (("py", "pi"), ("python", "hosted"), ("npm", "js"))
)
_INDEX = re.compile(rf"https?://[^\s/]*({_INDEX_HOSTS})|--?(extra-)?index-ur[l]|--find-link[s]")
_MACHINE_PATH = re.compile(r"(?<![\w.{}-])/(work|root|tmp|home/\w+|opt)/\w")


@cache
def _tracked() -> dict[str, str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        lacking("the git checkout")
    texts = {}
    for name in filter(None, listed.stdout.split("\0")):
        try:
            texts[name] = (ROOT / name).read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    return texts


@pytest.mark.parametrize("unwanted", [_INDEX, _MACHINE_PATH], ids=["index", "machine path"])
def test_no_tracked_file_names_it(unwanted: re.Pattern[str]) -> None:
    assert [name for name, text in _tracked().items() if unwanted.search(text)] == []


def test_what_is_made_is_not_tracked() -> None:
    made = re.compile(r"(^|/)(uv\.lock|pylock.*\.toml|__pycache__|\.venv)|\.(mo|db|key|pyc)$")
    assert [name for name in _tracked() if made.search(name)] == []


def _requirements() -> dict[str, str]:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    return {
        re.split(r"[=\[]", one)[0]: one for one in re.split(r"\n(?=[a-z0-9])", lock) if one.strip()
    }


def test_every_locked_package_has_a_version_and_hashes() -> None:
    for name, requirement in _requirements().items():
        assert re.match(rf"{re.escape(name)}(\[\w+\])?==[\w.]+", requirement), requirement
        assert "--hash=sha256:" in requirement, name


def test_the_lock_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    assert {line.split("=")[0].strip() for line in lock.splitlines() if "--" in line} == {"--hash"}


def test_everything_asked_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[^\w-]", one)[0].lower().replace("_", "-") for one in asked}
    assert names - {"one-roof"} <= set(_requirements())
