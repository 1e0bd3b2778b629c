"""The agenda: a day, a week or a list of the dates of my services, a colleague or a survivor.

Everything is a link or an ordinary form: nothing is dragged, and every filter is an address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.appointments import NotOverYet
from portal.domain.refusals import Refusal, WrongState
from portal.domain.roles import Permission, Role
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.calendars import links
from portal.services.dates import agenda, attendance
from portal.services.dates.agenda import Show, Whose
from portal.services.dates.shown_dates import Shown
from portal.web import guards

blueprint = Blueprint("agenda", __name__, url_prefix="/dates")

Choice = TypeVar("Choice", bound=StrEnum)

FURTHEST = timedelta(days=3660)
"""No calendar of the house reaches further, and the last year that can be named is never near."""


class View(StrEnum):
    """How dates are laid out."""

    DAY = "day"
    WEEK = "week"
    LIST = "list"

    @property
    def days(self) -> int:
        """How many days forward and back go at once."""
        return {View.DAY: 1, View.WEEK: 7, View.LIST: 7}[self]


VIEWS: Mapping[View, str] = {
    View.DAY: _l("By day"),
    View.WEEK: _l("By week"),
    View.LIST: _l("As a list"),
}
SHOWS: Mapping[Show, str] = {
    Show.COMING: _l("From this day on"),
    Show.ASKED: _l("She asked something"),
    Show.TO_NOTE: _l("To note: did she come?"),
    Show.CAME: _l("Took place"),
    Show.NOT_COME: _l("Did not come"),
}


WORDS: Mapping[type[Refusal], str] = {
    NotOverYet: _l("This talk is not over yet. Note it afterwards."),
    WrongState: _l("This has changed meanwhile. Here is how it stands now."),
}


@dataclass(frozen=True)
class Day:
    """One day, with its dates in order."""

    date: date
    dates: tuple[Shown, ...]


@dataclass(frozen=True)
class Asked:
    """What an address asks for; a word or a day that is none means the usual one."""

    view: View
    on: date
    today: date
    show: Show
    with_id: UUID | None
    case_id: UUID | None

    @property
    def first(self) -> date:
        """The first day that is shown."""
        return self.on - timedelta(self.on.weekday()) if self.view is View.WEEK else self.on

    @property
    def is_now(self) -> bool:
        """Whether today is among the days shown, or where the list begins."""
        days = 1 if self.view is View.LIST else self.view.days
        return self.first <= self.today < self.first + timedelta(days)

    @property
    def back(self) -> date:
        """The day or week before."""
        return _near(str(self.on - timedelta(self.view.days)), self.today)

    @property
    def forward(self) -> date:
        """The day or week after."""
        return _near(str(self.on + timedelta(self.view.days)), self.today)

    def note_address(self, date_id: UUID) -> str:
        """Where to note whether she came, and come back to this page."""
        return url_for(".note", date_id=date_id, of=self.case_id, **self._chosen)

    def address(self, **changed: Any) -> str:
        """This page with something else chosen."""
        chosen = self._chosen | changed
        if self.case_id:
            return url_for(".of_survivor", case_id=self.case_id, **chosen)
        return url_for(".mine", **chosen)

    @property
    def _chosen(self) -> dict[str, Any]:
        return {
            "view": self.view.value,
            "on": self.on.isoformat(),
            "show": self.show.value if self.view is View.LIST else None,
            "with": self.with_id,
        }


@blueprint.get("")
def mine() -> ResponseReturnValue:
    """The dates of my services."""
    acting = guards.signed_in()
    if not acting.may(Permission.ANSWER_REFERRAL):
        return render_template("staff/dates/elsewhere.html")
    asked = _asked(None)
    whose = agenda.of_services(guards.db(), acting, with_id=asked.with_id)
    return _page(asked, whose, conflicts=links.count_conflicts(guards.db(), acting, now=_now()))


@blueprint.get("/of/<uuid:case_id>")
def of_survivor(case_id: UUID) -> ResponseReturnValue:
    """The dates of one survivor, as far as she agreed to show them to the reader."""
    asked = _asked(case_id)
    acting = guards.signed_in()
    whose = agenda.of_survivor(guards.db(), acting, case_id, now=_now(), with_id=asked.with_id)
    return _page(asked, whose, conflicts=0)


@blueprint.post("/<uuid:date_id>/note")
def note(date_id: UUID) -> ResponseReturnValue:
    """Whether she came; a mistake is put right in the same way."""
    act = attendance.came if request.form.get("came") == "yes" else attendance.did_not_come
    try:
        with guards.transaction() as session:
            act(session, guards.signed_in(), date_id, now=_now())
    except tuple(WORDS) as refusal:
        flash(WORDS[type(refusal)], "info")
    else:
        flash(_("Noted. She does not read it."), "done")
    referral_id = request.form.get("referral", type=UUID)
    if referral_id:
        return redirect(url_for("staff.inside.referrals.referral", referral_id=referral_id))
    return redirect(_asked(request.args.get("of", type=UUID)).address())


def _page(asked: Asked, whose: Whose, *, conflicts: int) -> ResponseReturnValue:
    session, acting, zone, now = guards.db(), guards.signed_in(), guards.whereabouts().zone, _now()
    if asked.view is View.LIST:
        after = request.args.get("after", type=UUID)
        shown = agenda.listed(
            session, acting, whose, asked.show, asked.on, zone, now=now, after=after
        )
        days = _in_turn(shown, zone)
    else:
        number = asked.view.days
        shown = agenda.between(session, acting, whose, asked.first, number, zone, now=now)
        days = [_day(asked.first + timedelta(ahead), shown, zone) for ahead in range(number)]
    return render_template(
        "staff/dates/agenda.html",
        asked=asked,
        whose=whose,
        days=days,
        counts=agenda.counts(session, whose, asked.on, zone, now=now),
        views=VIEWS,
        shows=SHOWS,
        conflicts=conflicts,
        last=shown[-1].appointment.id if len(shown) == agenda.PAGE else None,
        mine=acting.services(Role.SERVICE_STAFF),
    )


def _asked(case_id: UUID | None) -> Asked:
    today = _now().astimezone(guards.whereabouts().zone).date()
    return Asked(
        view=_one_of(View, "view", View.WEEK),
        on=_near(request.args.get("on", ""), today),
        today=today,
        show=_one_of(Show, "show", Show.COMING),
        with_id=request.args.get("with", type=UUID),
        case_id=case_id,
    )


def _near(named: str, today: date) -> date:
    try:
        found = date.fromisoformat(named)
    except ValueError:
        return today
    return found if abs(found - today) < FURTHEST else today


def _one_of(kind: type[Choice], name: str, usual: Choice) -> Choice:
    named = request.args.get(name, "")
    return kind(named) if named in set(kind) else usual


def _day(day: date, shown: list[Shown], zone: ZoneInfo) -> Day:
    return Day(day, tuple(one for one in shown if _local(one, zone) == day))


def _in_turn(shown: list[Shown], zone: ZoneInfo) -> list[Day]:
    """Only the days on which there is something, in the order in which they come."""
    return [_day(day, shown, zone) for day in dict.fromkeys(_local(one, zone) for one in shown)]


def _local(one: Shown, zone: ZoneInfo) -> date:
    return one.appointment.starts_at.astimezone(zone).date()


def _now() -> datetime:
    return guards.utc_now()
