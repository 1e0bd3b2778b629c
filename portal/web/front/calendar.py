"""The page at the one address: this month, its public holidays, useful numbers, languages.

It is the same for everybody of one language and day, whoever is signed in somewhere: the person who
takes the phone sees it too.
"""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays
from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from portal.i18n import LANGUAGES, current_language
from portal.i18n import lazy_gettext as _l
from portal.i18n.dates import here
from portal.services.entry import sessions
from portal.web import guards
from portal.web.front.card_form import CardForm
from portal.web.inside import PREFIX, get_inside
from portal.web.shared_pages import shared

blueprint = Blueprint("calendar", __name__)

# The library has these names in few languages; each stands here in the words it uses in English.
HOLIDAYS = {
    "New Year's Day": _l("New Year's Day"),
    "Easter Sunday": _l("Easter Sunday"),
    "Easter Monday": _l("Easter Monday"),
    "Labor Day": _l("Labour Day"),
    "Ascension Day": _l("Ascension Day"),
    "Pentecost": _l("Pentecost"),
    "Pentecost Monday": _l("Pentecost Monday"),
    "National Day": _l("National Day"),
    "Assumption Day": _l("Assumption Day"),
    "All Saints' Day": _l("All Saints' Day"),
    "Armistice Day": _l("Armistice Day"),
    "Christmas Day": _l("Christmas Day"),
}

NUMBERS = {
    "BE": (
        (_l("Ambulance and fire brigade"), "112"),
        (_l("Doctor on duty"), "1733"),
        (_l("Pharmacist on duty"), "0903 99 000"),
        (_l("Poison centre"), "070 245 245"),
    )
}
"""By country; a country that is not here has the number that every phone in Europe knows."""
ANYWHERE = ((_l("Ambulance and fire brigade"), "112"),)


@dataclass(frozen=True)
class Day:
    """One square of the calendar."""

    date: date
    is_today: bool
    in_month: bool
    holiday: str


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """This month, for a stranger: a page key that came along is not shown again."""
    get_inside().page_key = ""
    today, where = here(guards.utc_now()).date(), guards.whereabouts()

    def draw() -> str:
        return calendar_page(CardForm(formdata=None), is_open=False)

    return shared(draw, today, where.zone, where.country, where.languages)


@blueprint.post("/language")
def choose_language() -> ResponseReturnValue:
    """The same page in the language that was tapped, or the visit from here on."""
    if guards.find_survivor() is None:
        return show()
    mark = get_inside()
    sessions.speak(guards.db(), mark.page_key, mark.language)
    return redirect(f"{PREFIX}/today")


def calendar_page(form: CardForm, *, is_open: bool) -> str:
    """The page, with the way in opened after a card that did not open."""
    where = guards.whereabouts()
    today = here(guards.utc_now()).date()
    return render_template(
        "front/calendar.html",
        form=form,
        is_open=is_open,
        weeks=_weeks(today, where.country),
        today=today,
        feasts=_coming(today, where.country),
        numbers=NUMBERS.get(where.country, ANYWHERE),
        languages=[LANGUAGES[code] for code in guards.offered_languages()],
        here=current_language().code,
    )


def _weeks(today: date, country: str) -> list[list[Day]]:
    weeks = Calendar().monthdatescalendar(today.year, today.month)
    return [[_day(day, today, country) for day in week] for week in weeks]


def _day(day: date, today: date, country: str) -> Day:
    # Days of the months before and after stay empty: two fewer things to read.
    in_month = day.month == today.month
    return Day(day, day == today, in_month, _named(day, country) if in_month else "")


def _coming(today: date, country: str) -> list[tuple[date, str]]:
    """The public holidays of this month, and the next one after it."""
    ahead = [day for day in sorted(_of_years(country, today.year)) if _month(day) >= _month(today)]
    of_month = [day for day in ahead if _month(day) == _month(today)]
    return [(day, _named(day, country)) for day in ahead[: len(of_month) + 1]]


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _named(day: date, country: str) -> str:
    name = _of_years(country, day.year).get(day, "")
    return str(HOLIDAYS.get(name, name))


@lru_cache(maxsize=16)
def _of_years(country: str, year: int) -> dict[date, str]:
    """The public holidays of a year and its neighbours: a month's page shows days of both."""
    years = (year - 1, year, year + 1)
    return dict(holidays.country_holidays(country, years=years, language="en_US"))
