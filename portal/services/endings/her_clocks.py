"""How long what is hers stays, as she reads it: by the clocks that run for her at this moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.retention import Kept, days_of
from portal.models import Case
from portal.services.endings import closing
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre


@dataclass(frozen=True)
class HerClocks:
    """The days that the house sets, and when each clock strikes once the work has ended."""

    days: Mapping[Kept, int]
    ended_at: datetime | None
    ends: Mapping[Kept, datetime]
    is_held: bool
    """A legal hold stops every clock that deletes; her card stops all the same."""


def of_hers(session: Session, acting: SignedIn) -> HerClocks:
    """The clocks of her own file."""
    case = session.get_one(Case, acting.her_case_id)
    days, ends = days_of(get_centre(session).retention), closing.strikes_of(session, case)
    return HerClocks(days, case.closed_at, ends, case.held_at is not None)
