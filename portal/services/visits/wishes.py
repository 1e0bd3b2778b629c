"""What she wishes for when she comes to the house: asked of her, all of it may stay empty."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind
from portal.domain.opening import Hours, check_hours
from portal.domain.proposals import LAST_DAY
from portal.domain.refusals import Refusal
from portal.domain.visits.house import Wishes
from portal.models import VisitWishes
from portal.services import audit
from portal.services.dates import own_times
from portal.services.entry.sessions import SignedIn
from portal.services.holding import hold_case
from portal.services.house import get_centre, today_here
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder

MOST_CHILDREN = 12
MOST_DAYS = 40


class TooManyChildren(Refusal):
    """Nobody comes with more children than that."""


@dataclass(frozen=True)
class HerWishes:
    """Everything may be empty. None of it is a reason for anything: she gives none."""

    hours: Mapping[int, Hours] = field(default_factory=dict)
    """By weekday, where she said it; a weekday with no hours at all: she cannot come."""
    not_on: tuple[date, ...] = ()
    longest_visit: int | None = None
    children: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether she wishes for nothing at all."""
        return self == HerWishes()

    def to_plan(self, *, with_children: bool = False) -> Wishes:
        """The same for the planner: a weekday of which she said nothing is open from end to end.

        Her children count where the house looks after them; elsewhere staff arrange it.
        """
        always = dict.fromkeys(range(7), ((time.min, time.min),))
        return Wishes(
            hours={**always, **self.hours} if self.hours else None,
            not_on=frozenset(self.not_on),
            longest_visit=self.longest_visit,
            children=self.children if with_children else 0,
        )


def days_to_choose(session: Session, *, now: datetime) -> list[date]:
    """The days for which visits are planned at this time, and on which the house is open."""
    today, weekdays = today_here(session, now=now), get_centre(session).weekdays
    days = (today + timedelta(days=ahead) for ahead in range(1, LAST_DAY + 1))
    return [day for day in days if day.weekday() in weekdays]


def read(session: Session, acting: SignedIn, case_id: UUID, *, now: datetime) -> HerWishes:
    """Her wishes, for herself or her case team. Raises NotFound without the case's keys."""
    row = session.get(VisitWishes, case_id)
    if row is None:
        return HerWishes()
    opened = _open(session, acting, case_id, now=now)
    return _from(json.loads(opened.read(row, "wishes") or "{}"))


def write(
    session: Session, acting: SignedIn, case_id: UUID, wishes: HerWishes, *, now: datetime
) -> None:
    """Keep what she said, typed by herself or by her case team beside her.

    Raises HoursUpsideDown, TooManyChildren, and NotFound without the case's keys.
    """
    for hours in wishes.hours.values():
        check_hours(hours)
    if not 0 <= wishes.children <= MOST_CHILDREN:
        raise TooManyChildren
    hold_case(session, case_id)
    opened = _open(session, acting, case_id, now=now)
    row = session.get(VisitWishes, case_id)
    if row is None:
        row = VisitWishes(case_id=case_id, changed_by_id=acting.account_id, changed_at=now)
    opened.write(row, "wishes", json.dumps(_plain(wishes)))
    row.changed_by_id, row.changed_at = acting.account_id, now
    session.add(row)
    own_times.keep(session, case_id, wishes.to_plan())
    audit.record(session, acting.account_id, "visit_wishes_set", now=now, case_id=case_id)
    session.flush()


def _open(session: Session, acting: SignedIn, case_id: UUID, *, now: datetime) -> OpenFolder:
    kind = FolderKind.CONTACT_CARD
    return open_folder(session, acting, case_id, kind, purpose="visit", now=now)


def _plain(wishes: HerWishes) -> dict[str, Any]:
    return {
        "hours": {
            str(day): [[start.isoformat("minutes"), end.isoformat("minutes")] for start, end in of]
            for day, of in wishes.hours.items()
        },
        "not_on": [day.isoformat() for day in wishes.not_on[:MOST_DAYS]],
        "longest_visit": wishes.longest_visit,
        "children": wishes.children,
    }


def _from(kept: dict[str, Any]) -> HerWishes:
    return HerWishes(
        hours={
            int(day): tuple(
                (time.fromisoformat(start), time.fromisoformat(end)) for start, end in of
            )
            for day, of in kept["hours"].items()
        },
        not_on=tuple(date.fromisoformat(day) for day in kept["not_on"]),
        longest_visit=kept["longest_visit"],
        children=kept["children"],
    )
