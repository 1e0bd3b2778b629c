"""The house itself: what is the same for every request."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy.orm import Session

from portal.domain.needs import Lane
from portal.domain.promises import OpeningHours, Promise, Span, answer_before
from portal.domain.refusals import Busy, Refusal
from portal.models import Centre
from portal.settings import Settings
from portal.vault import (
    Busy as VaultBusy,
)
from portal.vault import (
    Cost,
    KeyFile,
    Slot,
    SlowPasses,
    make_slot,
    open_slot,
)

T = TypeVar("T")
Transactions = Callable[..., AbstractContextManager[Session]]
"""Gives a session in a transaction of its own, for acts with a slow pass in between."""
WriteAtOnce = Callable[[Session], AbstractContextManager[Session]]


class HouseNotReady(Refusal):
    """A role that nobody fills keeps closed what depends on it."""


@dataclass(frozen=True)
class House:
    """What every process of the house carries: settings, the key file, places for slow passes."""

    settings: Settings
    key_file: KeyFile
    slow_passes: SlowPasses

    @property
    def cost(self) -> Cost:
        """What a new key slot costs to open."""
        return Cost(self.settings.slow_pass_ops, self.settings.slow_pass_mem)

    def new_slot(self, secret: bytes, private: bytes) -> Slot:
        """A slot for a private half: one slow pass. Raises Busy."""
        return self._slowly(make_slot, secret, self.key_file.pepper, private, self.cost)

    def try_slot(self, secret: bytes, slot: Slot) -> bytes:
        """The private half behind a slot: one slow pass. Raises WrongSecret or Busy."""
        return self._slowly(open_slot, secret, self.key_file.pepper, slot)

    def _slowly(self, function: Callable[..., T], *args: object) -> T:
        try:
            return self.slow_passes.run(function, *args)
        except VaultBusy as full:
            raise Busy from full


def key_file(session: Session) -> KeyFile:
    """The key file that belongs to this database."""
    found = session.info["key_file"]
    assert isinstance(found, KeyFile)
    return found


def at_once(session: Session) -> AbstractContextManager[Session]:
    """Where to write what must stay, whatever becomes of the page.

    SQLite has one write lock. A page that only shows something and held it until its end would
    keep everybody waiting: there it is a short transaction of its own, kept before the page reads
    on. Everywhere else it is part of the request's transaction.
    """
    write_at_once: WriteAtOnce | None = session.info.get("write_at_once")
    return write_at_once(session) if write_at_once else nullcontext(session)


def settings_of(session: Session) -> Settings:
    """What was set from outside, for this process."""
    found = session.info["settings"]
    assert isinstance(found, Settings)
    return found


def find_centre(session: Session) -> Centre | None:
    """The centre of this installation; None before `init` or `demo`."""
    centre = session.get(Centre, 1)
    # The session forgets rows that nobody holds, and a page comes back to this one again and again.
    session.info["centre"] = centre
    return centre


def get_centre(session: Session) -> Centre:
    """The centre of this installation. Raises HouseNotReady before `init` or `demo`."""
    centre = find_centre(session)
    if centre is None:
        raise HouseNotReady
    return centre


def zone_of(session: Session) -> ZoneInfo:
    """The clock of the centre."""
    return ZoneInfo(get_centre(session).zone)


def today_here(session: Session, *, now: datetime) -> date:
    """The day that it is in the centre."""
    return now.astimezone(ZoneInfo(get_centre(session).zone)).date()


def opening_hours(centre: Centre, *, now: datetime) -> OpeningHours:
    """When somebody reads in this centre; public holidays of its country are closed days."""
    return OpeningHours(
        zone=ZoneInfo(centre.zone),
        opens=centre.opens,
        closes=centre.closes,
        weekdays=frozenset(centre.weekdays),
        closed_days=_public_holidays(centre.country, now.year),
    )


def promised(session: Session, lane: Lane, *, now: datetime) -> datetime:
    """The clock time before which somebody answers what is sent now in this lane."""
    centre = get_centre(session)
    return answer_before(now, _promise(centre, lane), opening_hours(centre, now=now))


def promised_again(session: Session, lane: Lane, missed: datetime, *, now: datetime) -> datetime:
    """The new time after a promise was missed; the same until that one is missed too."""
    centre = get_centre(session)
    hours, promise = opening_hours(centre, now=now), _promise(centre, lane)
    while missed < now:
        # A promise may be minutes and the delay weeks: what is past is passed over by days.
        start = max(missed, now - timedelta(days=14))
        missed = answer_before(start, promise, hours)
    return missed


def promises(session: Session) -> dict[Lane, Promise]:
    """What this centre promises in each lane."""
    centre = get_centre(session)
    return {lane: _promise(centre, lane) for lane in Lane}


def _promise(centre: Centre, lane: Lane) -> Promise:
    amount, span = centre.promises[lane.value]
    return Promise(int(amount), Span(span))


@lru_cache(maxsize=8)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=range(year - 1, year + 3)))
