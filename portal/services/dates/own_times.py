"""When she cannot come, sealed to the machine: whoever sets a date reads only "not possible".

Her wishes lie in her contact card, which services do not open. Without these times only another
person could make a time impossible, and the refusal would say that there is one.
"""

import json
from collections.abc import Collection
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.opening import Hours, days_between
from portal.domain.separation import closed_by_wishes
from portal.domain.spans import Span, Spans
from portal.domain.visits.house import Wishes
from portal.models import OwnTimes
from portal.services.house import key_file, zone_of
from portal.vault import CannotOpen, KeyFile, Place, open_value, seal_value

PLAIN_BYTES = 2048
"""Filled up to this, so that the length of a seal says nothing."""


def keep(session: Session, case_id: UUID, wishes: Wishes) -> None:
    """Remember for the machine when she cannot come, instead of what it knew before."""
    row = session.get(OwnTimes, case_id) or OwnTimes(case_id=case_id)
    row.sealed = _sealed(key_file(session), case_id, wishes)
    session.add(row)
    session.flush()


def of(session: Session, case_ids: Collection[UUID], within: Span) -> dict[UUID, Spans]:
    """When each of these cannot come. One seal is opened for each, a made-up one if need be."""
    keys, zone = key_file(session), zone_of(session)
    asked = select(OwnTimes.case_id, OwnTimes.sealed).where(OwnTimes.case_id.in_(case_ids))
    known: dict[UUID, bytes] = dict(session.execute(asked).all())
    first, last = (moment.astimezone(zone).date() for moment in within)
    days = days_between(first - timedelta(days=1), last + timedelta(days=1))
    return {one: _closed(keys, one, known.get(one), days, zone) for one in case_ids}


def _closed(
    keys: KeyFile, case_id: UUID, sealed: bytes | None, days: list[date], zone: ZoneInfo
) -> Spans:
    if sealed is None:
        case_id, sealed = _of_nobody(keys)
    try:
        plain = json.loads(open_value(keys.machine_key, _place(case_id), sealed))
    except CannotOpen:
        # The key file was replaced since: what she said counts again when it is said again.
        return ()
    hours: dict[str, list[list[str]]] | None = plain["hours"]
    known = None if hours is None else {int(day): _hours(of) for day, of in hours.items()}
    not_on = frozenset(date.fromisoformat(day) for day in plain["not_on"])
    return closed_by_wishes(known, not_on, days, zone)


def _hours(plain: list[list[str]]) -> Hours:
    return tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in plain)


def _sealed(keys: KeyFile, case_id: UUID, wishes: Wishes) -> bytes:
    plain = json.dumps(_plain(wishes)).encode().ljust(PLAIN_BYTES)
    return seal_value(keys.machine_key, _place(case_id), plain)


def _plain(wishes: Wishes) -> dict[str, Any]:
    hours = {
        str(day): [[start.isoformat("minutes"), end.isoformat("minutes")] for start, end in of]
        for day, of in (wishes.hours or {}).items()
    }
    always = wishes.hours is None
    return {
        "hours": None if always else hours,
        "not_on": sorted(day.isoformat() for day in wishes.not_on),
    }


@lru_cache(maxsize=4)
def _of_nobody(keys: KeyFile) -> tuple[UUID, bytes]:
    nobody = uuid4()
    return nobody, _sealed(keys, nobody, Wishes())


def _place(case_id: UUID) -> Place:
    return Place("own_times", case_id, "sealed", case_id, 0)
