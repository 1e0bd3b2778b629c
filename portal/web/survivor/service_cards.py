"""What she reads of a service: for whom, where, when; in her language or honestly in another."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from portal.domain.opening import Hours, Opening, hours_on, next_open
from portal.domain.profiles import Text, spoken
from portal.domain.services import Cost, PlaceKind, ServiceState
from portal.i18n import current_language
from portal.i18n import lazy_gettext as _l
from portal.i18n.dates import here, weekdays
from portal.models import Centre, Service
from portal.web.survivor.need_lines import service_notice
from portal.web.survivor.vocabulary import SERVICE_KIND_WORDS

AHEAD = 60
"""How many days of other hours she reads about."""
TEXT: Mapping[Text, tuple[str, str]] = {
    Text.FOR_WHOM: ("person", _l("Who can come?")),
    Text.BRING: ("bag", _l("Bring:")),
}
COST: Mapping[Cost, str] = {
    Cost.FREE: _l("You pay nothing."),
    Cost.MAY_COST: _l("This can cost money. Ask it first."),
}
PLACE: Mapping[PlaceKind, str] = {
    PlaceKind.COMES_TO_HER: _l("We come to you. You choose the place with us."),
    PlaceKind.TOLD_WITH_DATE: _l("You read the place with your date, once you have one."),
}


@dataclass(frozen=True)
class Said:
    """Something that the service says, and in which language."""

    icon: str
    heading: str
    words: str
    code: str

    @property
    def is_hers(self) -> bool:
        """Whether it stands in the language of the page."""
        return self.code == current_language().code


@dataclass(frozen=True)
class Day:
    """A day with its hours; without any nobody is there."""

    name: str
    hours: Hours


@dataclass(frozen=True)
class ServiceCard:
    """A service as she reads it."""

    service: Service
    does: str
    notice: str | None
    place: str | None
    """Words in place of floor and desk, where the place is not told before."""
    today: Hours
    """What is left of today."""
    is_holiday: bool
    next_day: date | None
    next_hours: Hours
    week: tuple[Day, ...]
    other_days: tuple[tuple[date, Hours], ...]
    said: tuple[Said, ...]
    cost: str | None
    cost_said: Said | None


def card_of(service: Service, opening: Opening, centre: Centre, *, now: datetime) -> ServiceCard:
    """The card of a service at this moment."""
    local = here(now)
    following = next_open(opening, local.date(), within=AHEAD)
    other = ((text, *shown) for text, shown in TEXT.items())
    said = [_said(service, centre, text, icon, str(words)) for text, icon, words in other]
    return ServiceCard(
        service=service,
        does=SERVICE_KIND_WORDS[service.kind],
        notice=None if service.state is ServiceState.OPEN else service_notice(service),
        place=PLACE.get(service.place_kind),
        today=_left(opening, local),
        is_holiday=local.date() in opening.holidays and local.date() not in opening.exceptions,
        next_day=following,
        next_hours=hours_on(following, opening) if following else (),
        week=_week(opening, local.date()),
        other_days=_other_days(opening, local.date()),
        said=tuple(one for one in said if one),
        cost=COST.get(service.cost),
        cost_said=_said(service, centre, Text.COST, "money", ""),
    )


def _said(service: Service, centre: Centre, text: Text, icon: str, heading: str) -> Said | None:
    found = spoken(service.texts.get(text, {}), current_language().code, centre.languages)
    return Said(icon, heading, found[1], found[0]) if found else None


def _left(opening: Opening, local: datetime) -> Hours:
    now = local.time().replace(tzinfo=None)
    hours = hours_on(local.date(), opening)
    return tuple((start, end) for start, end in hours if end > now or end == time.min)


def _week(opening: Opening, today: date) -> tuple[Day, ...]:
    """The coming week, as its patterns say."""
    plain = replace(opening, exceptions={}, holidays=frozenset())
    ahead = (today + timedelta(days=days) for days in range(7))
    hours = {day.weekday(): hours_on(day, plain) for day in ahead}
    return tuple(Day(name, hours[day]) for day, name in enumerate(weekdays("wide")))


def _other_days(opening: Opening, today: date) -> tuple[tuple[date, Hours], ...]:
    last = today + timedelta(days=AHEAD)
    days = sorted(day for day in opening.exceptions if today <= day <= last)
    return tuple((day, hours_on(day, opening)) for day in days)
