"""Two survivors of the demo who must not meet in the house, said by who may say it."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.demo.people import StaffPerson, Survivor, sign_in
from portal.models import Case
from portal.services.dates import kept_apart

TWO = (9, 23)
"""Neither is shown to whoever tries the demo as a survivor."""
_WHY = "Familie van de man die zij aangaf. Zij vroeg het zelf, op het eerste gesprek."


def keep(
    session: Session, coordinator: StaffPerson, survivors: list[Survivor], *, now: datetime
) -> list[str]:
    """One link between two files, which coordinators and moderators read; gives their numbers."""
    one, other = (session.get_one(Case, survivors[number].case_id).number for number in TWO)
    acting = sign_in(session, coordinator, at=now)
    kept_apart.lay(session, acting, one, other, reason=_WHY, now=now)
    return [one, other]
