"""Numbers that answer when this house does not. Digits stand here and never in a catalogue."""

from dataclasses import dataclass

from portal.i18n import current_language
from portal.i18n import lazy_gettext as _l


@dataclass(frozen=True)
class HelpLine:
    """A number, what it is for, and when somebody picks up."""

    number: str
    purpose: str
    hours: str = ""
    """Left out where nobody has checked them: a wrong hour is worse than none."""


_ALWAYS = _l("Day and night.")

EMERGENCY = HelpLine("112", _l("Danger now. Ambulance, fire and police."), _ALWAYS)
POLICE = HelpLine("101", _l("Danger now. Police."), _ALWAYS)
VIOLENCE_NL = HelpLine(
    "1712",
    _l("Questions about violence. In Dutch. Free. You do not say your name."),
    _l("Monday to Friday, %(start)s to %(end)s.", start="9:00", end="17:00"),
)
PARTNER_FR = HelpLine(
    "0800 30 030",
    _l("Violence by a partner. In French. Free."),
    _l(
        "Monday to Friday, %(start)s to %(end)s. At other times %(other)s answers.",
        start="9:00",
        end="19:00",
        other="107",
    ),
)
TALK_NL = HelpLine("106", _l("Somebody who listens. In Dutch."), _ALWAYS)
TALK_FR = HelpLine("107", _l("Somebody who listens. In French."), _ALWAYS)
SUICIDE_NL = HelpLine("1813", _l("You think of ending your life. In Dutch."), _ALWAYS)
SUICIDE_FR = HelpLine("0800 32 123", _l("You think of ending your life. In French."))

AT_ONCE = (EMERGENCY, POLICE)
ALL = (*AT_ONCE, VIOLENCE_NL, PARTNER_FR, TALK_NL, TALK_FR, SUICIDE_NL, SUICIDE_FR)


def to_talk() -> tuple[HelpLine, ...]:
    """Who answers somebody who is not safe or not sure, in a language that the reader may speak."""
    return {
        "nl": (VIOLENCE_NL, TALK_NL, TALK_FR),
        "fr": (PARTNER_FR, TALK_FR),
    }.get(current_language().code, (VIOLENCE_NL, PARTNER_FR, TALK_NL, TALK_FR))


def who_listens() -> tuple[HelpLine, ...]:
    """Who answers somebody who feels very bad, at any hour."""
    return {
        "nl": (TALK_NL, TALK_FR, SUICIDE_NL),
        "fr": (TALK_FR, PARTNER_FR, SUICIDE_FR),
    }.get(current_language().code, (TALK_NL, TALK_FR, SUICIDE_NL, SUICIDE_FR))
