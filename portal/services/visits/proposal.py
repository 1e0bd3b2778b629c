"""A proposed visit as she and her case team read it; nothing sealed is opened for it."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from portal.domain.appointments import AppointmentState
from portal.domain.interpreters import RequestState
from portal.domain.proposals import VisitState
from portal.models import Appointment, Interpreter, InterpreterRequest, Room, Service, Visit
from portal.services.dates.shown_dates import ends_at
from portal.services.interpreters.coming import Coming as Interpreting
from portal.services.visits.coming import Coming


@dataclass(frozen=True)
class ProposedPart:
    """One talk of the visit as she reads it; nothing sealed is opened for it."""

    appointment: Appointment
    service: Service
    with_name: str
    room: Room | None
    works_there: bool
    """Whether who would meet her is still a colleague of the service."""
    old: Appointment | None = None
    interpreter: Interpreter | None = None
    asked: InterpreterRequest | None = None
    """What she asked about an interpreter for the date that it replaces; it follows to this one."""
    comes: bool = True
    """Whether who was planned to interpret would come at her yes."""

    @property
    def interpreted_by(self) -> Interpreting | None:
        """Who interprets; nameless while somebody is looked for, None where nobody is asked for."""
        who, asked = self.interpreter, self.asked
        if who is not None and self.comes:
            return Interpreting(RequestState.BOOKED, None, None, who.name, who.sex)
        is_wanted = asked.state is not RequestState.NOT_WANTED if asked else who is not None
        language = asked.language if asked else None
        return Interpreting(RequestState.ASKED, language, None, None, None) if is_wanted else None

    @property
    def has_left(self) -> bool:
        """Whether nobody would meet her, as with a date of hers."""
        return not self.works_there

    @property
    def is_known(self) -> bool:
        """Whether it is a date of hers already, on a day of this visit."""
        return self.appointment.state is not AppointmentState.PROPOSED

    @property
    def starts_at(self) -> datetime:
        """When the talk begins."""
        return self.appointment.starts_at

    @property
    def ends_at(self) -> datetime:
        """When the talk is over."""
        return ends_at(self.appointment)


@dataclass(frozen=True)
class ProposedDay(Coming[ProposedPart]):
    """One coming to the house, as it was proposed to her."""

    on: date

    @property
    def count(self) -> int:
        """How many talks she comes for, those that she knows already among them."""
        return len(self.parts)


@dataclass(frozen=True)
class Proposal:
    """The visit that is proposed to her."""

    visit: Visit
    parts: tuple[ProposedPart, ...]
    """What she is asked about."""
    beside: tuple[ProposedPart, ...]
    """Dates that she has already, around these days."""
    zone: ZoneInfo

    @property
    def days(self) -> tuple[ProposedDay, ...]:
        """All of it by day, on the clock of the centre."""
        asked = {self._day(part) for part in self.parts}
        known = (part for part in self.beside if self._day(part) in asked)
        together = sorted([*self.parts, *known], key=lambda part: part.starts_at)
        by_day = groupby(together, key=self._day)
        return tuple(ProposedDay(tuple(parts), on) for on, parts in by_day)

    def _day(self, part: ProposedPart) -> date:
        return part.starts_at.astimezone(self.zone).date()

    @property
    def is_hers_to_answer(self) -> bool:
        """Whether she has not answered yet."""
        return self.visit.state is VisitState.PROPOSED
