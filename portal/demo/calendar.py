"""Free times in the house, two weeks before and after today, one a day for each survivor."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from portal.demo.people import Survivor
from portal.domain.promises import OpeningHours

REACH = 14
_BEGINS = (time(9, 15), time(10), time(10, 45), time(11, 30), time(13, 15), time(14), time(15))


@dataclass
class Calendar:
    """Gives times at which the house is open; nobody has two talks on one day."""

    hours: OpeningHours
    rng: Random
    _taken: set[tuple[str, date]] = field(default_factory=set)

    def coming(self, her: Survivor, *, after: datetime) -> datetime:
        """A time within the next two weeks."""
        today = after.astimezone(self.hours.zone).date()
        days = [today + timedelta(days=number) for number in range(REACH + 1)]
        return self._take(her, days, after + timedelta(minutes=30), None)

    def gone(self, her: Survivor, *, after: datetime, before: datetime) -> datetime:
        """A time that was still to come at `after` and is over now; else one that comes."""
        today = before.astimezone(self.hours.zone).date()
        days = [today - timedelta(days=number) for number in range(REACH + 1)]
        try:
            return self._take(her, days, after, before - timedelta(hours=2))
        except LookupError:  # around New Year a house may be closed for most of two weeks
            return self.coming(her, after=before)

    def _take(
        self, her: Survivor, days: list[date], after: datetime, before: datetime | None
    ) -> datetime:
        wanted = [day for day in days if self.hours.open_on(day)]
        self.rng.shuffle(wanted)
        for day in wanted:
            begins = datetime.combine(day, self.rng.choice(_BEGINS), self.hours.zone)
            fits = begins > after and (before is None or begins < before)
            if fits and (her.name, day) not in self._taken:
                self._taken.add((her.name, day))
                return begins
        raise LookupError("no free time within two weeks")
