"""Where the centre is and what it shows to everybody, known also while the database is gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from types import MappingProxyType
from zoneinfo import ZoneInfo

from portal.database import Database
from portal.i18n import LANGUAGES
from portal.models import Centre
from portal.services.house import get_centre
from portal.settings import Settings

LOOKS_EVERY = 10.0
"""Seconds after which a process looks whether another one changed the house."""


@dataclass(frozen=True)
class Whereabouts:
    """What every page needs to know of a centre."""

    zone: ZoneInfo
    country: str
    languages: tuple[str, ...]
    exit_pages: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    centre: Centre | None = None
    """The centre's row as it was when this process last asked for it."""

    def exit_page(self, language: str) -> str:
        """Where somebody who reads this language goes on leaving."""
        return self.exit_pages.get(language) or next(iter(self.exit_pages.values()))


class CentreOnTheMap:
    """Asks the database now and then; until it answers, the centre is where the first one stood.

    What the database says wins over the settings of the process.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self._nowhere = Whereabouts(
            ZoneInfo("Europe/Brussels"), "BE", settings.languages, dict(settings.exit_pages)
        )
        self._found: Whereabouts | None = None
        self._asked_at = 0.0
        self.exits = set(settings.exit_pages.values())
        """Every page that leaving led to since this process began."""

    def find(self) -> Whereabouts:
        """Where the centre is, as far as is known."""
        if self._found is None or monotonic() - self._asked_at > LOOKS_EVERY:
            self._ask()
        return self._found or self._nowhere

    def look_again(self) -> None:
        """Something was changed: ask before the next page."""
        self._asked_at = float("-inf")

    def _ask(self) -> None:
        self._asked_at = monotonic()
        try:
            with self._database.transaction("read") as session:
                found = self._of(get_centre(session))
        except Exception:  # no database, no tables, no centre yet: the page must come anyway
            return
        self.exits |= set(found.exit_pages.values())
        self._found = found

    def _of(self, centre: Centre) -> Whereabouts:
        spoken = (code for code in centre.languages if code in self._settings.languages)
        languages = tuple(code for code in spoken if code in LANGUAGES)
        own = {code: page for code, page in centre.exit_pages.items() if page}
        pages = {code: self._settings.exit_page(code) for code in self._settings.languages} | own
        return Whereabouts(
            zone=ZoneInfo(centre.zone),
            country=centre.country,
            languages=languages or self._settings.languages,
            exit_pages=pages,
            centre=centre,
        )
