"""Plans of a visit as people read them: who, where and when, and what has no place."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from portal.domain.visits.plans import Reason
from portal.models import Room, Service
from portal.services.visits.coming import Coming
from portal.services.visits.talks import TalkToPlan


@dataclass(frozen=True)
class PlannedPart:
    """One talk of a planned visit, as people read it."""

    talk: TalkToPlan
    starts_at: datetime
    minutes: int
    with_id: UUID
    with_name: str
    room: Room | None
    floor: int
    interpreter_id: UUID | None
    is_known: bool
    """She knows this time already."""
    instead_of_id: UUID | None = None
    """The date of hers that ends when she says yes to this."""

    @property
    def ends_at(self) -> datetime:
        """When the talk is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def service(self) -> Service:
        """Whose talk it is."""
        return self.talk.service


class PlannedVisit(Coming[PlannedPart]):
    """One day of coming, as a plan has it."""


@dataclass(frozen=True)
class Choice:
    """A plan that can be sent; `key` names it for as long as it is possible."""

    key: str
    visits: tuple[PlannedVisit, ...]
    left_out: tuple[tuple[TalkToPlan, Reason], ...]
    moved: tuple[TalkToPlan, ...] = ()
    """Other dates of hers that would have to move too."""

    @property
    def waiting(self) -> int:
        """Minutes between talks, over all visits."""
        return sum(wait for visit in self.visits for wait in visit.waits)

    @property
    def parts(self) -> tuple[PlannedPart, ...]:
        """All talks in order of time."""
        return tuple(part for visit in self.visits for part in visit.parts)

    @property
    def to_send(self) -> tuple[PlannedPart, ...]:
        """What she is asked about: all but the dates that she knows and that stay."""
        return tuple(part for part in self.parts if not part.is_known)


def name_of(parts: Iterable[PlannedPart]) -> str:
    """By what a plan is asked for again: the same hours of the same people and rooms."""
    said = [
        f"{part.talk.key} {part.starts_at.isoformat()} {part.minutes} {part.with_id}"
        f" {part.room.id if part.room else None} {part.interpreter_id}"
        for part in parts
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:20]
