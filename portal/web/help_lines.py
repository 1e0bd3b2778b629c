"""Numbers that answer when this house does not. Digits stand here and never in a catalogue.

The portal knows some; the centre hides them, corrects them, says when somebody checked them, and
adds its own. The two emergency numbers stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from portal.domain.centre import Moment
from portal.i18n import current_language
from portal.i18n import lazy_gettext as _l
from portal.web import guards


@dataclass(frozen=True)
class HelpLine:
    """A number, what it is for, and when somebody picks up."""

    number: str
    purpose: str
    hours: str = ""
    """Left out where nobody has checked them: a wrong hour is worse than none."""
    moments: frozenset[Moment] = frozenset()
    verified_on: date | None = None
    is_hidden: bool = False
    key: str = ""


_ALWAYS = _l("Day and night.")
_NOT_SAFE = frozenset({Moment.NOT_SAFE})
_BOTH = frozenset(Moment)

KNOWN: Mapping[str, HelpLine] = {
    line.number.replace(" ", ""): replace(line, key=line.number.replace(" ", ""))
    for line in (
        HelpLine("112", _l("Danger now. Ambulance, fire and police."), _ALWAYS),
        HelpLine("101", _l("Danger now. Police."), _ALWAYS),
        HelpLine(
            "1712",
            _l("Questions about violence. In Dutch. Free. You do not say your name."),
            _l("Monday to Friday, %(start)s to %(end)s.", start="9:00", end="17:00"),
            _NOT_SAFE,
        ),
        HelpLine(
            "0800 30 030",
            _l("Violence by a partner. In French. Free."),
            _l(
                "Monday to Friday, %(start)s to %(end)s. At other times %(other)s answers.",
                start="9:00",
                end="19:00",
                other="107",
            ),
            _BOTH,
        ),
        HelpLine("106", _l("Somebody who listens. In Dutch."), _ALWAYS, _BOTH),
        HelpLine("107", _l("Somebody who listens. In French."), _ALWAYS, _BOTH),
        HelpLine(
            "1813",
            _l("You think of ending your life. In Dutch."),
            _ALWAYS,
            frozenset({Moment.FEELS_BAD}),
        ),
        HelpLine(
            "0800 32 123",
            _l("You think of ending your life. In French."),
            moments=frozenset({Moment.FEELS_BAD}),
        ),
    )
}
"""What the portal knows by itself, by its digits, in the order of the list of all."""

_FIRST: Mapping[Moment, Mapping[str, tuple[str, ...]]] = {
    Moment.NOT_SAFE: {
        "nl": ("1712", "106", "107"),
        "fr": ("080030030", "107"),
        "": ("1712", "080030030", "106", "107"),
    },
    Moment.FEELS_BAD: {
        "nl": ("106", "107", "1813"),
        "fr": ("107", "080030030", "080032123"),
        "": ("106", "107", "1813", "080032123"),
    },
}
"""Of the known ones, those that speak a language that the reader may speak."""


def all_lines() -> list[HelpLine]:
    """Every line of the house, in the language of the page."""
    return [line for line in of_centre(_own()) if not line.is_hidden]


def to_talk() -> list[HelpLine]:
    """Who answers somebody who is not safe or not sure."""
    return _at(Moment.NOT_SAFE)


def who_listens() -> list[HelpLine]:
    """Who answers somebody who feels very bad, at any hour."""
    return _at(Moment.FEELS_BAD)


def of_centre(own: Mapping[str, Mapping[str, Any]]) -> list[HelpLine]:
    """The known lines as the centre changed them, then its own; hidden ones too."""
    known = [_changed(line, own.get(key, {})) for key, line in KNOWN.items()]
    added = [_changed(HelpLine("", "", key=key), own[key]) for key in own if key not in KNOWN]
    return known + added


def _at(moment: Moment) -> list[HelpLine]:
    shown = {line.key: line for line in all_lines() if moment in line.moments}
    first = _FIRST[moment].get(current_language().code, _FIRST[moment][""])
    ours = [shown[key] for key in first if key in shown]
    return ours + [line for key, line in shown.items() if key not in KNOWN]


def _changed(line: HelpLine, own: Mapping[str, Any]) -> HelpLine:
    if not own:
        return line
    checked = own.get("verified_on")
    return replace(
        line,
        number=own["number"],
        purpose=_in_her_language(own["purpose"]) or line.purpose,
        hours=_in_her_language(own["hours"]) or line.hours,
        moments=frozenset(Moment(one) for one in own["moments"]),
        verified_on=date.fromisoformat(checked) if checked else None,
        is_hidden=own["hidden"],
    )


def _in_her_language(texts: Mapping[str, str]) -> str:
    return texts.get(current_language().code, "") or next(iter(texts.values()), "")


def _own() -> Mapping[str, Mapping[str, Any]]:
    centre = guards.whereabouts().centre
    return centre.help_lines if centre is not None else {}
