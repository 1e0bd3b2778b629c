"""How long each kind of data is kept: in days, set by the centre within what can be defended.

Legal periods are unknown until the decree is read; the defaults are those of the field.
"""

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.refusals import Refusal


class Kept(StrEnum):
    """A kind of data with a clock of its own."""

    QUIET_CARD = "quiet_card"
    """From her last visit until the card is frozen, in an open case; staff lift it."""
    HER_PAGES = "her_pages"
    """From closing until her card opens nothing any more."""
    MESSAGES = "messages"
    """From closing until the messages are gone."""
    FILE = "file"
    """From closing until everything about her is gone, her account included."""
    ACCOUNT_OF_ACTS = "account_of_acts"
    """From an act until its facts are gone; that something was done, and by whom, stays."""
    FEEDBACK = "feedback"
    """From the week in which words without a name came in until they are gone."""
    BACKUPS = "backups"
    """From the day of a backup until its key is destroyed."""


DEFAULT_DAYS: Mapping[Kept, int] = {
    Kept.QUIET_CARD: 60,
    Kept.HER_PAGES: 60,
    Kept.MESSAGES: 90,
    Kept.FILE: 180,
    Kept.ACCOUNT_OF_ACTS: 5 * 365,
    Kept.FEEDBACK: 365,
    Kept.BACKUPS: 35,
}
LIMITS: Mapping[Kept, tuple[int, int]] = {
    Kept.QUIET_CARD: (14, 365),
    Kept.HER_PAGES: (1, 365),
    Kept.MESSAGES: (1, 3650),
    Kept.FILE: (7, 3650),
    Kept.ACCOUNT_OF_ACTS: (365, 10950),
    Kept.FEEDBACK: (30, 1095),
    Kept.BACKUPS: (1, 35),
}
"""The fewest and the most days of each; a backup is never kept longer than 35."""


class DaysOutOfReach(Refusal):
    """A number of days below the least or above the most of its kind."""

    def __init__(self, kind: Kept) -> None:
        super().__init__(kind)
        self.kind = kind
        self.least, self.most = LIMITS[kind]


class PagesOutliveFile(Refusal):
    """Her pages or messages would have to stay after the file they belong to is gone."""

    def __init__(self, kind: Kept) -> None:
        super().__init__(kind)
        self.kind = kind


def check_days(days: Mapping[Kept, int]) -> None:
    """Raises DaysOutOfReach or PagesOutliveFile."""
    for kind in Kept:
        least, most = LIMITS[kind]
        if not least <= days[kind] <= most:
            raise DaysOutOfReach(kind)
    for kind in (Kept.HER_PAGES, Kept.MESSAGES):
        if days[kind] > days[Kept.FILE]:
            raise PagesOutliveFile(kind)


def days_of(kept: Mapping[str, int]) -> dict[Kept, int]:
    """The centre's own days, and the default where it set none."""
    return {kind: int(kept.get(kind.value, DEFAULT_DAYS[kind])) for kind in Kept}
