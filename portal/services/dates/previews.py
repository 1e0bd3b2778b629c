"""A date as she will read it, before it is given."""

from datetime import datetime

from portal.domain.appointments import AppointmentState
from portal.domain.interpreters import RequestState
from portal.models import Appointment, InterpreterRequest, Room, Service, StaffMember
from portal.services.dates.shown_dates import Details, Shown
from portal.services.interpreters.coming import Coming


def preview(
    service: Service,
    meets: StaffMember,
    room: Room | None,
    starts_at: datetime,
    minutes: int,
    details: Details,
    asked: InterpreterRequest | None,
) -> Shown:
    """The date that would be given; nothing of it is kept. `asked` is the request that follows."""
    return Shown(
        appointment=Appointment(
            starts_at=starts_at, minutes=minutes, state=AppointmentState.PLANNED
        ),
        service=service,
        with_name=meets.name,
        details=details,
        room=room,
        interpreter=_nobody_yet(asked) if asked else None,
    )


def _nobody_yet(asked: InterpreterRequest) -> Coming:
    """Who was booked for the old date was booked for its time."""
    return Coming(RequestState.ASKED, asked.language, means=None, name=None, sex=None)
