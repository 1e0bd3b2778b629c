"""What a yes means, in a sentence, where the name of a kind does not say it all."""

from collections.abc import Mapping

from portal.domain.decisions import DecisionKind
from portal.i18n import dates, ngettext
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.models import Decision
from portal.services.dates import exceptions
from portal.services.endings import closing, ends
from portal.web import guards

ALLOWS: Mapping[DecisionKind, str] = {
    DecisionKind.POLICE_SHARING: _l(
        "A colleague may tell police or prosecutor what the reason says. The portal sends nothing "
        "by itself."
    ),
}
"""A yes to these is a permission: somebody has to act on it."""
MEANS: Mapping[DecisionKind, str] = {
    **ALLOWS,
    DecisionKind.EXPORT: _l(
        "The case team may make one sealed copy of this file within seven days."
    ),
    DecisionKind.CONTACT_CHANGE: _l(
        "The machine may send neutral words there for 30 days. You can read it no more."
    ),
    DecisionKind.FEEDBACK: _l(
        "Every survivor who is signed in can read it, under “More”. A coordinator can take it down."
    ),
    DecisionKind.RELEASE: _l(
        "She reads it, with your name and the name of who wrote it. Nothing is sent to her phone."
    ),
}


def of(decision: Decision) -> str | None:
    """What a yes to this one does."""
    if decision.kind is DecisionKind.ERASURE:
        day = dates.date(ends.no_backup_from(guards.db(), now=guards.utc_now()))
        return _(
            "Everything about her is deleted at once and for good: file, keys, card, messages. "
            "Backups made until now can be opened until %(day)s.",
            day=day,
        )
    if decision.kind is DecisionKind.LEGAL_HOLD and decision.facts.get("act") == closing.LIFT:
        return _("The hold is lifted: the clocks of this file run again.")
    if decision.kind is DecisionKind.LEGAL_HOLD:
        return _("A hold is set: nothing of this file is deleted until it is lifted.")
    if decision.kind is DecisionKind.SEPARATION_OVERRIDE:
        return _one_date(decision)
    found = MEANS.get(decision.kind)
    return str(found) if found else None


def _one_date(decision: Decision) -> str:
    wanted = exceptions.time_of(decision)
    if wanted is None:
        return _("Nothing: no time was named.")
    service, colleague = exceptions.names_of(guards.db(), wanted)
    return _(
        "%(service)s may give her one date with %(name)s: %(time)s, %(length)s. Once.",
        service=service,
        name=colleague,
        time=dates.date_time(wanted.starts_at),
        length=ngettext("%(num)s minute", "%(num)s minutes", wanted.minutes),
    )
