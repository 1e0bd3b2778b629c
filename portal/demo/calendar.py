"""Free times in the house, two weeks before and after today: hers and her colleague's."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from portal.demo.people import StaffPerson, Survivor
from portal.domain.promises import OpeningHours

REACH = 14
_BEGINS = (time(9, 15), time(10, 45), time(13, 15), time(15))
"""Far enough apart for the longest talk of a made-up day."""


@dataclass
class Calendar:
    """Gives times at which the house is open: she has one talk a day, a colleague one at a time."""

    hours: OpeningHours
    rng: Random
    _taken: set[tuple[str, date | datetime]] = field(default_factory=set)

    def coming(self, her: Survivor, worker: StaffPerson, *, after: datetime) -> datetime:
        """A time within the next two weeks."""
        today = after.astimezone(self.hours.zone).date()
        days = [today + timedelta(days=number) for number in range(REACH + 1)]
        return self._take(her, worker, days, after + timedelta(minutes=30), None)

    def gone(
        self, her: Survivor, worker: StaffPerson, *, after: datetime, before: datetime
    ) -> datetime:
        """A time that was still to come at `after` and is over now; else one that comes."""
        today = before.astimezone(self.hours.zone).date()
        days = [today - timedelta(days=number) for number in range(REACH + 1)]
        try:
            return self._take(her, worker, days, after, before - timedelta(hours=2))
        except LookupError:  # around New Year a house may be closed for most of two weeks
            return self.coming(her, worker, after=before)

    def _take(
        self,
        her: Survivor,
        worker: StaffPerson,
        days: list[date],
        after: datetime,
        before: datetime | None,
    ) -> datetime:
        wanted = [day for day in days if self.hours.open_on(day)]
        self.rng.shuffle(wanted)
        for day in wanted:
            for begin in self.rng.sample(_BEGINS, len(_BEGINS)):
                begins = datetime.combine(day, begin, self.hours.zone)
                fits = begins > after and (before is None or begins < before)
                taken = {(her.name, day), (worker.name, begins)}
                if fits and not taken & self._taken:
                    self._taken |= taken
                    return begins
        raise LookupError("no free time within two weeks")
