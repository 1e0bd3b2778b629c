"""What happened in the house, noted in any order and then lived through in the order of time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from portal.database import Database
from portal.domain.promises import OpeningHours

Act = Callable[[Session, datetime], None]
_AT_ONCE = 150
_BETWEEN = timedelta(minutes=3)


@dataclass
class Diary:
    """Acts with their moments. No act lies in the future: dates are set, they do not happen."""

    now: datetime
    hours: OpeningHours
    rng: Random
    _acts: list[tuple[datetime, int, Act]] = field(default_factory=list)

    def note(self, at: datetime, act: Act) -> None:
        """Let this happen at this moment, or just now if that has not come yet."""
        self._acts.append((min(at, self.now), len(self._acts), act))

    def live(self, database: Database) -> None:
        """Let everything happen, in the order of time."""
        acts = sorted(self._acts, key=lambda noted: noted[:2])
        for first in range(0, len(acts), _AT_ONCE):
            with database.transaction() as session:
                for at, _, act in acts[first : first + _AT_ONCE]:
                    act(session, at)
        self._acts.clear()

    def days_ago(self, days: float) -> datetime:
        """A moment of that many days before now."""
        return self.now - timedelta(days=days)

    def working(self, at: datetime) -> datetime:
        """This moment, or the next at which somebody works."""
        opens = self.hours.next_opening(at)
        return opens if opens == at else opens + timedelta(minutes=self.rng.randrange(5, 150))

    def step_after(self, at: datetime, *, by_staff: bool, left: int) -> datetime:
        """A moment some hours later, so that `left` more steps still fit before now."""
        later = at + timedelta(minutes=self.rng.randrange(40, 900))
        if by_staff:
            later = self.working(later)
        # Never at the same moment, nor before: the next step needs what this one made.
        return max(at + timedelta(seconds=40), min(later, self.now - _BETWEEN * (left + 1)))
