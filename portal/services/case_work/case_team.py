"""Who answers her, and who stands in while the case director is away."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from portal.domain.leave import Days
from portal.models import Case, Centre, Leave, StaffMember, plain_rows


@dataclass(frozen=True)
class Team:
    """Who answers her, and who stands in."""

    case_director: str
    case_director_id: UUID
    stand_in: str
    stand_in_id: UUID
    director_is_away: bool
    away_until: date | None

    @property
    def answers_now(self) -> str:
        """The name of the one who answers at this moment."""
        return self.stand_in if self.director_is_away else self.case_director


def of_case(session: Session, case_id: UUID, *, now: datetime) -> Team:
    """Who answers in this thread, and who stands in while the case director is away."""
    rows = plain_rows(session, _TEAM, {"case_id": case_id}).all()
    director, director_id, stand_in, stand_in_id, _first, _last, zone = rows[0]
    here = now.astimezone(ZoneInfo(zone)).date()
    away = [row for row in rows if row[4] and Days(row[4], row[5]).includes(here)]
    return Team(
        case_director=director,
        case_director_id=director_id,
        stand_in=stand_in,
        stand_in_id=stand_in_id,
        director_is_away=bool(away),
        # An illness has no last day that anybody knows.
        away_until=None if any(row[5] is None for row in away) else _last_day(away),
    )


def _last_day(away: list[Any]) -> date | None:
    return max((row[5] for row in away), default=None)


_director, _stand_in = aliased(StaffMember), aliased(StaffMember)
_TEAM = (
    select(
        _director.name,
        Case.case_director_id,
        _stand_in.name,
        Case.stand_in_id,
        Leave.from_day,
        Leave.until_day,
        Centre.zone,
    )
    .select_from(Case)
    .join(Centre, Centre.id == 1)
    .join(_director, _director.account_id == Case.case_director_id)
    .join(_stand_in, _stand_in.account_id == Case.stand_in_id)
    .outerjoin(Leave, Leave.account_id == Case.case_director_id)
    .where(Case.id == bindparam("case_id"))
)
