"""What the tests of bad input type, and on which kinds of phone."""

import pytest

from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.web.browsers import Control

both = pytest.mark.parametrize("scripting", WITH_AND_WITHOUT_SCRIPT)


def said(control: Control, typed: str) -> str:
    """What is typed: a date that fits, and everywhere else what is to be tried."""
    fitting = {"date": "2026-12-01", "time": "10:00", "number": "45"}
    return fitting.get(control.kind, "" if control.kind == "digits" else typed)
