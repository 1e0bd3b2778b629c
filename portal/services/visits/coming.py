"""One coming to the house: the talks of a day, planned or proposed to her."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from portal.domain.proposals import waits
from portal.domain.spans import Span


class Part(Protocol):
    """A talk with its time."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""

    @property
    def ends_at(self) -> datetime:
        """When it is over."""


P = TypeVar("P", bound=Part)


@dataclass(frozen=True)
class Coming(Generic[P]):
    """The talks of one day in order of time."""

    parts: tuple[P, ...]

    @property
    def starts_at(self) -> datetime:
        """When she comes."""
        return self.parts[0].starts_at

    @property
    def ends_at(self) -> datetime:
        """When she goes home."""
        return max(part.ends_at for part in self.parts)

    @property
    def waits(self) -> tuple[int, ...]:
        """Minutes from the end of each talk to the next one; nothing after the last."""
        return waits([Span(part.starts_at, part.ends_at) for part in self.parts])
