"""Who answers her, and who stands in while the case director is away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from portal.domain.leave import Days, joined
from portal.domain.training import is_read_only
from portal.models import Case, Centre, Leave, StaffMember, plain_rows
from portal.services.house import get_centre, opening_hours


@dataclass(frozen=True)
class Team:
    """Who answers her, and who stands in; whoever has left the house does neither."""

    case_director: str
    case_director_id: UUID
    stand_in: str
    stand_in_id: UUID
    director_is_away: bool
    away_until: date | None
    """After this day the case director answers again; None where that is not known."""
    director_is_here: bool
    stand_in_is_here: bool
    """Whether there is somebody else than the case director."""
    director_answers: bool
    """Neither gone nor away, and no training has passed."""
    stand_in_answers: bool

    @property
    def is_replaced(self) -> bool:
        """Whether the stand-in answers in place of the case director at this moment."""
        return self.stand_in_answers and not self.director_answers

    @property
    def answers_now(self) -> str | None:
        """The name of the one who answers at this moment; None where somebody is looked for."""
        if self.is_replaced:
            return self.stand_in
        return self.case_director if self.director_answers else None

    @property
    def reads_next(self) -> str | None:
        """Who reads what she writes now, if only when she is back, or without answering."""
        here = (self.director_is_here, self.case_director), (self.stand_in_is_here, self.stand_in)
        return self.answers_now or next((name for is_here, name in here if is_here), None)


def of_case(session: Session, case_id: UUID, *, now: datetime) -> Team:
    """Who answers in this thread, and who stands in while the case director is away."""
    rows = plain_rows(session, _TEAM, {"case_id": case_id}).all()
    director, director_id, director_left, stand_in, stand_in_id, stand_in_left = rows[0][:6]
    today = now.astimezone(ZoneInfo(rows[0].zone)).date()
    away = _away(session, _days_of(rows, director_id), today, now=now)
    back_on = away.last + timedelta(days=1) if away and away.last else None
    until, stand_in_until = rows[0].director_until, rows[0].stand_in_until
    director_is_here = director_left is None
    stand_in_is_here = stand_in_left is None and stand_in_id != director_id
    return Team(
        case_director=director,
        case_director_id=director_id,
        stand_in=stand_in,
        stand_in_id=stand_in_id,
        director_is_away=away is not None,
        away_until=away.last
        if away and back_on and not is_read_only(until, today=back_on)
        else None,
        director_is_here=director_is_here,
        stand_in_is_here=stand_in_is_here,
        director_answers=director_is_here and not away and not is_read_only(until, today=today),
        stand_in_answers=stand_in_is_here
        and not any(one.includes(today) for one in _days_of(rows, stand_in_id))
        and not is_read_only(stand_in_until, today=today),
    )


def _days_of(rows: Sequence[Any], account_id: UUID) -> list[Days]:
    return [Days(row.from_day, row.until_day) for row in rows if row.away_id == account_id]


def _away(session: Session, days: Sequence[Days], today: date, *, now: datetime) -> Days | None:
    """The days away of which today is one, with all that follow before she is back at work."""
    if not any(one.first <= today for one in days) or all(one.is_over(today) for one in days):
        return None
    hours = opening_hours(get_centre(session), now=now)
    together = joined(days, hours.open_day_after)
    return next((one for one in together if one.includes(today)), None)


_director, _stand_in = aliased(StaffMember), aliased(StaffMember)
_TEAM = (
    select(
        _director.name,
        Case.case_director_id,
        _director.left_at,
        _stand_in.name,
        Case.stand_in_id,
        _stand_in.left_at,
        Leave.account_id.label("away_id"),
        Leave.from_day,
        Leave.until_day,
        Centre.zone,
        _director.trained_until.label("director_until"),
        _stand_in.trained_until.label("stand_in_until"),
    )
    .select_from(Case)
    .join(Centre, Centre.id == 1)
    .join(_director, _director.account_id == Case.case_director_id)
    .join(_stand_in, _stand_in.account_id == Case.stand_in_id)
    .outerjoin(Leave, Leave.account_id.in_((Case.case_director_id, Case.stand_in_id)))
    .where(Case.id == bindparam("case_id"))
)
