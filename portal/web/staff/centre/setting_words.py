"""What staff call the settings of the house, and what they are counted in."""

from collections.abc import Mapping

from portal.domain.centre import LegalText, Moment, Topic
from portal.domain.promises import Span
from portal.domain.retention import Kept
from portal.i18n import lazy_gettext as _l

TOPIC: Mapping[Topic, str] = {
    Topic.HOURS: _l("When somebody reads"),
    Topic.PROMISES: _l("Promised times"),
    Topic.LANGUAGES: _l("Languages of the pages"),
    Topic.SERVICE: _l("Services"),
    Topic.HELP_LINE: _l("Help lines"),
    Topic.LEGAL_TEXT: _l("Legal texts"),
    Topic.EXIT_PAGES: _l("Where leaving leads"),
    Topic.RETENTION: _l("How long things are kept"),
    Topic.CHILDCARE: _l("Who looks after children"),
    Topic.SEPARATION: _l("Time between two who must not meet"),
}
LEGAL: Mapping[LegalText, str] = {
    LegalText.PRIVACY: _l("What we do with personal data"),
    LegalText.RIGHTS: _l("Her rights, and where to complain"),
    LegalText.SECRECY: _l("Professional secrecy, on everything that leaves on paper"),
}
MOMENT: Mapping[Moment, str] = {
    Moment.NOT_SAFE: _l("when she is not safe or not sure"),
    Moment.FEELS_BAD: _l("when she feels very bad"),
}
KEPT: Mapping[Kept, str] = {
    Kept.QUIET_CARD: _l("Days without a visit until a card is frozen"),
    Kept.HER_PAGES: _l("Days from closing until her card opens nothing"),
    Kept.MESSAGES: _l("Days from closing until the messages are gone"),
    Kept.FILE: _l("Days from closing until the whole file is gone"),
    Kept.ACCOUNT_OF_ACTS: _l("Days until the facts of an act are gone"),
    Kept.FEEDBACK: _l("Days until feedback without a name is gone"),
    Kept.BACKUPS: _l("Days until the key of a backup is destroyed"),
}
SPAN: Mapping[Span, str] = {
    Span.MINUTES: _l("minutes of opening time"),
    Span.WORKING_DAYS: _l("working days"),
}
HINTS: Mapping[Topic, Mapping[str, str]] = {
    Topic.RETENTION: {
        "quiet_card": _l("The case director is told, and can lift it. Nothing is deleted."),
        "backups": _l("At most 35. After that nothing opens the backup any more, also not for us."),
    },
    Topic.HELP_LINE: {
        "verified_on": _l("Call it yourself: is it still this number, these hours, this language?"),
    },
}
PAGE_HINTS: Mapping[Topic, str] = {
    Topic.HOURS: _l("On the clock of the centre. On public holidays nobody reads."),
    Topic.PROMISES: _l("She reads these times as a clock time. Promises already made stand."),
    Topic.LANGUAGES: _l("She and staff choose among these on every page."),
    Topic.SERVICE: _l(
        "She reads this under “Who can help me here”. Open requests stay where they are."
    ),
    Topic.HELP_LINE: _l(
        "Empty words: the portal's own. A line nobody checked for a year is marked."
    ),
    Topic.LEGAL_TEXT: _l("Have it translated by a person. She reads it under “More”."),
    Topic.EXIT_PAGES: _l(
        "Every visit that is left ends on this page: weather or news, in her language. Try it on a "
        "phone after you save."
    ),
    Topic.CHILDCARE: _l(
        "Hours such as 09:00-12:00, 13:00-16:30. A visit is planned within them for whoever brings "
        "children. Empty: nobody looks after children, and staff arrange it each time."
    ),
    Topic.SEPARATION: _l(
        "The same for everybody, for every date that is set or moved from now on. Dates that stand "
        "stay: whoever may see the two files sees which of them are too close."
    ),
    Topic.RETENTION: _l(
        "The worker deletes when the time has come. A legal hold stops every clock."
    ),
}
