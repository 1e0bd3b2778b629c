"""Her wishes about who may see what."""

from datetime import timedelta
from enum import StrEnum

WISH_LASTS = timedelta(days=182)
"""At most six months; then she is asked again, never silently renewed."""

TEXT_VERSION = "2026-11"
"""The version of the consent sentences; a wish records which one she read."""


class Asked(StrEnum):
    """How the question was put to her."""

    ON_SCREEN = "on_screen"
    READ_ALOUD = "read_aloud"
    WITH_INTERPRETER = "with_interpreter"
