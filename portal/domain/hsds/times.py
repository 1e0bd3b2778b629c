"""The hours of a file, on the clock of the house: a week and single days."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.domain.hsds import DAYS
from portal.domain.hsds.faults import Faults

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::00)?(Z|[+-][0-9]{2}:?[0-9]{2})?")
LONGEST_CLOSED = 100
"""Days that one line may say are without hours."""
ENDS = ("24:00", "24:00:00")

Week = dict[str, list[list[str]]]


@dataclass(frozen=True)
class HouseClock:
    """The zone of the house, and how far its clock is ahead of UTC in the course of a year."""

    zone: str

    def offsets(self, year: int) -> set[float]:
        """Hours ahead of UTC in winter and in summer."""
        zone = ZoneInfo(self.zone)
        moments = (datetime(year, month, 1, tzinfo=UTC).astimezone(zone) for month in (1, 7))
        return {(moment.utcoffset() or timedelta()).total_seconds() / 3600 for moment in moments}

    def check_zone(self, value: object, field: str, faults: Faults) -> None:
        """A named zone must be that of the house."""
        try:
            if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_+/-]{1,60}", value):
                raise ValueError
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            faults.add(field, "there is no such time zone")
            return
        if value != self.zone:
            faults.add(field, f"this house keeps the clock of {self.zone}")

    def check_offset(self, hours: float, field: str, faults: Faults) -> None:
        """Hours ahead of UTC must be some that the clock of the house shows in a year."""
        if hours not in self.offsets(2026):
            faults.add(field, f"this is not the clock of the house ({self.zone})")


def hours_of_rows(
    rows: Iterable[tuple[int, dict[str, Any]]], clock: HouseClock, faults: Faults
) -> tuple[Week, Week]:
    """The week by day ("0" is Monday), and single days by their date."""
    week: Week = {}
    days: Week = {}
    for number, row in rows:
        path = f"schedules[{number}]."
        zone = row.get("timezone")
        if zone is not None:
            if isinstance(zone, bool) or not isinstance(zone, int | float):
                faults.add(path + "timezone", "expected hours ahead of UTC, such as 1")
            else:
                clock.check_offset(zone, path + "timezone", faults)
        hours = _hours(row, path, clock, faults)
        if row.get("freq") is None:
            for day in _days(row, path, faults, bool(hours)):
                days.setdefault(day, []).extend(hours)
        else:
            for weekday in _weekdays(row, path, faults):
                week.setdefault(weekday, []).extend(hours)
            if not hours and row.get("opens_at") is None and row.get("closes_at") is None:
                faults.add(path + "opens_at", "a week has hours")
    return week, days


def _hours(row: dict[str, Any], path: str, clock: HouseClock, faults: Faults) -> list[list[str]]:
    if row.get("opens_at") is None and row.get("closes_at") is None:
        return []
    names = ("opens_at", "closes_at")
    start, end = (_time(row.get(name), path + name, clock, faults) for name in names)
    if start and end and end != "00:00" and end <= start:
        faults.add(path + "closes_at", "the end comes after the beginning, on the same day")
    return [[start, end]] if start and end else []


def _time(value: object, field: str, clock: HouseClock, faults: Faults) -> str:
    if field.endswith("closes_at") and value in ENDS:
        return "00:00"
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        faults.add(field, "expected a time such as 09:00")
        return ""
    if match[3]:
        clock.check_offset(_ahead(match[3]), field, faults)
    return f"{match[1]}:{match[2]}"


def _ahead(offset: str) -> float:
    if offset == "Z":
        return 0.0
    digits = offset[1:].replace(":", "")
    hours = int(digits[:2]) + int(digits[2:]) / 60
    return -hours if offset[0] == "-" else hours


def _weekdays(row: dict[str, Any], path: str, faults: Faults) -> list[str]:
    if row["freq"] != "WEEKLY" or row.get("interval", 1) != 1:
        faults.add(path + "freq", "only hours that come back every week are kept")
        return []
    if any(row.get(name) is not None for name in ("valid_to", "until", "count")):
        faults.add(path + "valid_to", "a week that ends some day is not kept: give its days alone")
    byday = row.get("byday")
    named = byday.split(",") if isinstance(byday, str) else []
    if not named or not set(named) <= set(DAYS) or len(set(named)) != len(named):
        faults.add(path + "byday", f"expected days such as MO,TU; each once, of {','.join(DAYS)}")
        return []
    return [str(DAYS.index(day)) for day in named]


def _days(row: dict[str, Any], path: str, faults: Faults, is_open: bool) -> list[str]:
    found = [_date(row.get(name), path + name, faults) for name in ("valid_from", "valid_to")]
    first, last = found
    if first is None or last is None:
        return []
    if last < first:
        faults.add(path + "valid_to", "the last day comes before the first")
    elif (last - first).days > (0 if is_open else LONGEST_CLOSED):
        faults.add(path + "valid_to", "too many days in one line; hours without freq are of 1 day")
    else:
        return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    return []


def _date(value: object, field: str, faults: Faults) -> date | None:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    faults.add(field, "expected a day such as 2026-12-24")
    return None
