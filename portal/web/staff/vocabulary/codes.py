"""The word and the drawing of a code; templates ask for both by the code alone."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from portal.web.staff.vocabulary import (
    cards,
    decisions,
    needs,
    promises,
    referrals,
    roles,
    services,
    telling,
)

_WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    **cards.WORDS,
    **decisions.WORDS,
    **needs.WORDS,
    **promises.WORDS,
    **referrals.WORDS,
    **roles.WORDS,
    **services.WORDS,
    **telling.WORDS,
}
_DRAWINGS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    **cards.DRAWINGS,
    **decisions.DRAWINGS,
    **needs.DRAWINGS,
    **promises.DRAWINGS,
    **referrals.DRAWINGS,
    **services.DRAWINGS,
    **telling.DRAWINGS,
}


def word(code: StrEnum) -> str:
    """What staff call it, in the language of the page."""
    return str(_WORDS[type(code)][code])


def drawing(code: StrEnum) -> str:
    """The name of the drawing that stands beside the word."""
    return _DRAWINGS[type(code)][code]
