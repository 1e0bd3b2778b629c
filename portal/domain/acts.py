"""Acts as the account names them, and what an auditor finds of one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.domain.refusals import Refusal

OPENED = "folder_opened"
"""Somebody opened a folder of one case."""
LISTED = "folders_opened"
"""A list of names was opened: one act with the ids of all."""
LOOKS = (OPENED, LISTED)
EMERGENCY = "emergency"
"""A fact of a look that an emergency access made possible."""
SAMPLE_SIZES = range(1, 201)


class Found(StrEnum):
    """What an auditor found of a look that was drawn."""

    IN_ORDER = "in_order"
    TO_TALK = "to_talk"
    """Somebody has to be asked: that talk, and its words, are not kept here."""


class WeekIsNotOver(Refusal):
    """A sample is drawn of a week that has ended: else later looks could never be drawn."""


class NothingToDraw(Refusal):
    """Nobody looked at anything in this week."""


class NoSuchWeek(Refusal):
    """No week of the calendar is called this."""


class AskedAlready(Refusal):
    """She asked about this look before; the answer comes on the same page."""


class AboutYourself(Refusal):
    """A colleague cannot answer for a look of her own."""


def week_of(named: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when until when a week such as 2026-W47 lasts. Raises NoSuchWeek.

    On the clock of the centre: the week in which the clock changes has an hour more or less.
    """
    try:
        monday = date.fromisoformat(f"{named}-1") if len(named) == len("2026-W47") else None
    except ValueError:
        monday = None
    if monday is None or not date(2000, 1, 1) < monday < date(2200, 1, 1):
        raise NoSuchWeek
    ends = [datetime.combine(monday + timedelta(days=days), time(), zone) for days in (0, 7)]
    return ends[0].astimezone(UTC), ends[1].astimezone(UTC)


def name_of_week(day: date) -> str:
    """The name of the week of a day, such as 2026-W47."""
    return f"{day:%G-W%V}"


def drawn(seed: bytes, ids: Sequence[UUID], size: int) -> list[UUID]:
    """Some of these, chosen by nothing but the seed: the same seed always draws the same.

    Each is ranked by the hash of seed and id. Whoever knows the seed only afterwards can place no
    look so that it is missed.
    """
    return sorted(ids, key=lambda one: sha256(seed + one.bytes).digest())[:size]
