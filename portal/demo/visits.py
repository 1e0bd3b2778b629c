"""Visits of the demo: one survivor reads a plan for talks that have no date yet."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.demo.people import Survivor, sign_in
from portal.models import Case
from portal.services.visits import planning, proposing
from portal.services.visits.talks import Asked

READS_A_PLAN = 1


def propose(session: Session, her: Survivor, *, now: datetime) -> None:
    """Her case director sends her the first plan there is, with an interpreter if one has time."""
    director = sign_in(session, her.director, at=now)
    case = session.get_one(Case, her.case_id)
    for asked in (Asked(), Asked(without_interpreter=True)):
        found = planning.plan(session, director, case, asked, now=now)
        if not found.choices or not found.choices[0].to_send:
            continue
        key = found.choices[0].key
        proposing.send(session, director, case, asked, key, now=now)
        return
