"""Visits of the demo: one survivor reads a plan for talks that have no date yet."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.demo.people import Survivor, sign_in
from portal.models import Case
from portal.services.visits import planning, proposing
from portal.services.visits.talks import Asked

READS_A_PLAN = 1


def propose(session: Session, her: Survivor, *, now: datetime) -> None:
    """Her case director sends her the first plan there is."""
    director = sign_in(session, her.director, at=now)
    case = session.get_one(Case, her.case_id)
    asked = Asked(without_interpreter=True)
    found = planning.plan(session, director, case, asked, now=now)
    if found.choices and found.choices[0].to_send:
        key = found.choices[0].key
        proposing.send(
            session,
            director,
            case,
            asked,
            key,
            lambda service, room: room.name if room else service.place,
            now=now,
        )
