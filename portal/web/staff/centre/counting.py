"""How often people come: months as a chart and as the same numbers in a table."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.domain.counting import FEWEST, total
from portal.i18n import current_language
from portal.services import bundling, counting
from portal.services.bundling import Twice
from portal.services.counting import MonthLine
from portal.services.house import get_centre
from portal.web import guards

blueprint = Blueprint("counting", __name__, url_prefix="/house/counting")

STEP, BAR, HIGH, TOP = 60, 18, 140, 20
"""Of the chart: from month to month, the width of a bar, the height of the tallest, room above."""


@dataclass(frozen=True)
class Bars:
    """One month of the chart, in the units of its picture."""

    middle: int
    month: date
    talks: int | None
    visits: int | None
    talks_high: int = 0
    visits_high: int = 0


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Twelve months, of which the last can be chosen."""
    session, now = guards.db(), guards.utc_now()
    lines = counting.months(session, guards.signed_in(), now=now, last=_month())
    return render_template(
        "staff/house/counting.html",
        lines=lines,
        choices=counting.to_choose(guards.whereabouts().zone, now=now)[::-1],
        fewest=FEWEST,
        bars=_bars(lines),
        total=total(line.told for line in lines),
        size=(STEP * len(lines), HIGH + TOP, BAR),
        is_demo=get_centre(session).is_demo,
        twice=_twice(),
    )


def _twice() -> Twice | None:
    """The made-up centre's month, planned without and with bundling, for whoever asks for it."""
    session = guards.db()
    if request.args.get("twice") != "yes" or not get_centre(session).is_demo:
        return None
    return bundling.of_made_up_centre(session, guards.signed_in(), now=guards.utc_now())


def _month() -> date | None:
    """The month that was asked for, if there is such a month."""
    try:
        return datetime.strptime(request.args.get("last", ""), "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _bars(lines: list[MonthLine]) -> list[Bars]:
    told = [line.told.figures for line in lines]
    most = max((one.talks for one in told if one), default=0) or 1
    places = range(len(lines))
    # Time goes on in the direction in which people read.
    if current_language().direction == "rtl":
        places = places[::-1]
    return [
        Bars(
            STEP * place + STEP // 2,
            line.first,
            one.talks if one else None,
            one.visits if one else None,
            round(HIGH * one.talks / most) if one else 0,
            round(HIGH * one.visits / most) if one else 0,
        )
        for place, line, one in zip(places, lines, told, strict=True)
    ]
