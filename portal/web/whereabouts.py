"""Where the centre is: its zone and country, known also while the database is gone."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from portal.database import Database
from portal.models import Centre
from portal.services.house import get_centre


@dataclass(frozen=True)
class Whereabouts:
    """What the front page needs to know of a centre."""

    zone: ZoneInfo
    country: str
    centre: Centre | None = None
    """The centre's row as it was when this process first asked for it."""


WHERE_THE_FIRST_ONE_STANDS = Whereabouts(ZoneInfo("Europe/Brussels"), "BE")


class CentreOnTheMap:
    """Asks the database once; until it answers, the centre is where the first one stands."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: Whereabouts | None = None

    def find(self) -> Whereabouts:
        """Where the centre is, as far as is known."""
        if self._found is None:
            try:
                with self._database.transaction("read") as session:
                    centre = get_centre(session)
                    self._found = Whereabouts(ZoneInfo(centre.zone), centre.country, centre)
            except Exception:  # no database, no tables, no centre yet: the page must come anyway
                return WHERE_THE_FIRST_ONE_STANDS
        return self._found
