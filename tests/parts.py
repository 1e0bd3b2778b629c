"""Real parts that a newcomer's machine may lack, and what a test says when one is missing."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from portal.i18n import LANGUAGES

REAL = os.environ.get("PORTAL_TEST_REAL") == "1"
"""Everything runs, and a missing part is a failure: a check that skips in CI checks nothing."""


EVERY_LANGUAGE = [
    "ar",
    *(pytest.param(one, marks=pytest.mark.real) for one in LANGUAGES if one != "ar"),
]
"""For tests of whole pages: Arabic every day, the others too where everything is real."""


WITH_AND_WITHOUT_SCRIPT = [
    pytest.param(True, id="with script"),
    pytest.param(False, id="without script", marks=pytest.mark.real),
]
"""For tests of what she does: a phone with JavaScript every day, one without where all is real."""


def lacking(part: str) -> NoReturn:
    """Skip the test on a newcomer's machine, fail it where everything must be real."""
    if REAL:
        pytest.fail(f"{part} is missing, and PORTAL_TEST_REAL=1 does without nothing")
    pytest.skip(f"{part} is missing")


def find_program(*names: str, beside: str = "") -> str | None:
    """The path of the first of these programs; `beside` is a pattern of further directories."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
        elsewhere = sorted(Path("/").glob(f"{beside}/{name}")) if beside else []
        if elsewhere:
            return str(elsewhere[-1])
    return None
