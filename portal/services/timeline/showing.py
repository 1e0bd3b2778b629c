"""What follows from a yes or a no to an entry: she gets its key, is shown it, or never is."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.folders import Why
from portal.domain.refusals import NotFound, WrongState
from portal.domain.timeline import EntryState
from portal.models import Decision, TimelineEntry
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.keys.halves import KeyNotHandedOver
from portal.services.timeline import keys_of_entry


def hand_over(session: Session, acting: SignedIn, decision: Decision, *, now: datetime) -> None:
    """With the yes she gets the key, though she may be shown the entry later: then nobody is there
    who could give it. Those who decided need theirs no more.

    Raises KeyNotHandedOver: who cannot read an entry cannot say that she may.
    """
    entry = _waiting(session, decision)
    try:
        keys_of_entry.give_her(session, acting, entry, now=now)
    except NotFound as refusal:
        raise KeyNotHandedOver from refusal
    keys_of_entry.end(session, entry, Why.DECISION)


def show(session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime) -> None:
    """The effect of a yes: she reads it from now on."""
    entry = _waiting(session, decision)
    entry.state, entry.shown_at, entry.shown_by_id = EntryState.SHOWN, now, decision.decided_by_id
    actor = acting.account_id if acting else None
    audit.record_in_case(session, actor, "entry_shown", entry.case_id, now=now, entry=entry.id)
    session.flush()


def never_show(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    """Declined or withdrawn: she is never shown it, and nobody but its case team can open it."""
    entry = _waiting(session, decision)
    entry.state = EntryState.NOT_SHOWN
    keys_of_entry.end(session, entry, Why.DECISION, Why.HER_OWN)
    session.flush()


def _waiting(session: Session, decision: Decision) -> TimelineEntry:
    entry = session.get(
        TimelineEntry, decision.subject_id, with_for_update=True, populate_existing=True
    )
    if entry is None or entry.case_id != decision.case_id:
        raise NotFound
    if entry.state is not EntryState.WAITING:
        raise WrongState
    return entry
