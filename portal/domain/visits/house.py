"""What a visit is planned from: her talks, the people and rooms of the house, her wishes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.domain.interpreters import Sex
from portal.domain.opening import Hours
from portal.domain.spans import Span, Spans


@dataclass(frozen=True)
class Talk:
    """An open referral that needs a date."""

    referral: UUID
    minutes: int
    workers: tuple[UUID, ...]
    """Those who may do it, the preferred one first."""
    room_kind: str
    language: str
    not_at: Spans = ()
    """When she said that this talk does not suit."""
    interpreted_by: Sex | None = None
    """Whom she asked for, where an interpreter comes; none: whoever speaks her language."""


@dataclass(frozen=True)
class Worker:
    """Somebody who holds talks, in the languages they speak."""

    id: UUID
    languages: frozenset[str]
    free: Spans


@dataclass(frozen=True)
class Room:
    """A place for one talk at a time."""

    id: UUID
    kind: str
    floor: int
    free: Spans


@dataclass(frozen=True)
class Interpreter:
    """Somebody who may interpret for her: whom she excluded is not here."""

    id: UUID
    languages: frozenset[str]
    free: Spans
    sex: Sex | None = None

    def may_come(self, talk: Talk) -> bool:
        """Whether this person is what she asked for in a talk, if there is time."""
        is_asked = talk.interpreted_by is None or talk.interpreted_by is self.sex
        return is_asked and talk.language in self.languages


@dataclass(frozen=True)
class Childcare:
    """A time in which so many children can be looked after."""

    span: Span
    places: int


@dataclass(frozen=True)
class Wishes:
    """What she asked for. Nothing here is a reason for anything: she gives none."""

    hours: Mapping[int, Hours] | None = None
    """When she can be in the house, by weekday (Monday is 0); None: always."""
    not_on: frozenset[date] = frozenset()
    longest_visit: int | None = None
    """Minutes from the first talk's start to the last one's end."""
    children: int = 0
    """How many are looked after while she talks."""


@dataclass(frozen=True)
class Floors:
    """Minutes to walk from one floor to another, the same both ways, none within a floor."""

    minutes: Mapping[tuple[int, int], int] = field(default_factory=dict)
    otherwise: int = 5

    def between(self, one: int, other: int) -> int:
        """Minutes from door to door."""
        if one == other:
            return 0
        both = self.minutes.get((one, other)), self.minutes.get((other, one))
        return max((m for m in both if m is not None), default=self.otherwise)


@dataclass(frozen=True)
class Part:
    """A talk that has its place: part of a visit, proposed or promised."""

    referral: UUID
    starts_at: datetime
    minutes: int
    worker: UUID
    room: UUID
    floor: int
    interpreter: UUID | None = None

    @property
    def ends_at(self) -> datetime:
        """When she is out of the room again."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def span(self) -> Span:
        """From start to end."""
        return Span(self.starts_at, self.ends_at)


@dataclass(frozen=True)
class House:
    """Everything that a plan depends on. All times are aware."""

    zone: ZoneInfo
    days: tuple[date, ...]
    """The days on which she may be asked to come, in the zone of the centre."""
    workers: tuple[Worker, ...]
    rooms: tuple[Room, ...]
    interpreters: tuple[Interpreter, ...] = ()
    childcare: tuple[Childcare, ...] = ()
    floors: Floors = Floors()
    wishes: Wishes = Wishes()
    closed: Spans = ()
    """When she must not be in the house, for whatever cause: see `domain.separation`."""
    fixed: tuple[Part, ...] = ()
    """What is promised already and stays as it is."""
    longest_wait: int = 90
    """Minutes of waiting between two talks of one visit, at most."""
