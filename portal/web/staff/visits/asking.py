"""What who plans typed: lengths, talks to leave out, dates to move; wrong ones stay where typed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from werkzeug.datastructures import MultiDict

from portal.domain.proposals import LAST_DAY
from portal.i18n import gettext as _
from portal.services.visits.talks import FEWEST_MINUTES, MOST_MINUTES, Asked

STEP = 5
LENGTH = "minutes-"
NAMES = ("asked", "talk", "move", "first", "alone")


@dataclass
class Typed:
    """The form as it came in, what it means, and what is wrong with it."""

    values: MultiDict[str, str]
    today: date
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_first_look(self) -> bool:
        """Whether nobody said anything yet."""
        return "asked" not in self.values

    def asked(self, open_: Iterable[UUID], wants_another: Iterable[UUID]) -> Asked:
        """What it means, for these open talks and for the dates that she wants at another time."""
        self.errors = {}
        if self.is_first_look:
            return Asked(moving=frozenset(wants_another))
        talks = _ids(self.values.getlist("talk"))
        return Asked(
            minutes=self._minutes(),
            moving=_ids(self.values.getlist("move")),
            left_out=frozenset(open_) - talks,
            first=self._first(),
            without_interpreter=self.is_alone,
        )

    @property
    def is_alone(self) -> bool:
        """Whether no interpreter is looked for."""
        return "alone" in self.values

    @property
    def first(self) -> str:
        """What was typed as the first day."""
        return self.values.get("first", "")

    def has(self, name: str, key: UUID) -> bool:
        """Whether something was ticked."""
        return str(key) in self.values.getlist(name)

    def length(self, key: UUID, usual: int) -> str:
        """What stands in the field of a talk's length."""
        return self.values.get(f"{LENGTH}{key}", str(usual))

    def again(self) -> list[tuple[str, str]]:
        """All that was typed, for the form that sends a plan."""
        return [
            (name, said)
            for name, said in self.values.items(multi=True)
            if name in NAMES or name.startswith(LENGTH)
        ]

    def _minutes(self) -> dict[UUID, int]:
        found: dict[UUID, int] = {}
        for name, said in self.values.items():
            key = _id(name.removeprefix(LENGTH)) if name.startswith(LENGTH) else None
            if key is None:
                continue
            number = int(said) if said.isascii() and said.isdigit() and len(said) < 5 else 0
            if not FEWEST_MINUTES <= number <= MOST_MINUTES or number % STEP:
                self.errors[name] = _(
                    "A talk lasts from %(fewest)s to %(most)s minutes, in steps of 5.",
                    fewest=FEWEST_MINUTES,
                    most=MOST_MINUTES,
                )
            else:
                found[key] = number
        return found

    def _first(self) -> date | None:
        said = self.values.get("first", "")
        if not said:
            return None
        try:
            day = date.fromisoformat(said)
        except ValueError:
            self.errors["first"] = _("Choose a day.")
            return None
        if not self.today < day <= self.today + timedelta(days=4 * LAST_DAY):
            self.errors["first"] = _("Choose a day from tomorrow on, and within three months.")
            return None
        return day


def _ids(said: Iterable[str]) -> frozenset[UUID]:
    return frozenset(key for one in said if (key := _id(one)))


def _id(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None
