"""What staff call the states of her card."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from portal.domain.accounts import CardState, Frozen
from portal.i18n import lazy_gettext as _l

CARD_STATE: Mapping[CardState, str] = {
    CardState.NEW: _l("new card, waits for its PIN"),
    CardState.ACTIVE: _l("active card"),
    CardState.FROZEN: _l("card is frozen"),
    CardState.VOID: _l("card is void"),
}
FROZEN: Mapping[Frozen, str] = {
    Frozen.WRONG_PINS: _l("Ten wrong PINs were tried."),
    Frozen.BY_STAFF: _l("Staff froze it."),
    Frozen.QUIET: _l("Nobody came in with it for a long time."),
    Frozen.CASE_CLOSED: _l("The work on this file ended some time ago."),
    Frozen.SOMEBODY_ELSE: _l("Somebody else may be using it."),
}
WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    CardState: CARD_STATE,
    Frozen: FROZEN,
}
DRAWINGS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    CardState: {
        CardState.NEW: "clock",
        CardState.ACTIVE: "check",
        CardState.FROZEN: "late",
        CardState.VOID: "pause",
    },
}
