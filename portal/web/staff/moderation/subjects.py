"""What a decision is about, as who decides reads it; None where it is about something else."""

from portal.domain.decisions import DecisionKind
from portal.models import Decision
from portal.services.feedback import answers
from portal.services.feedback.answers import ShownAnswer
from portal.services.telling import confirming
from portal.services.telling.confirming import Proposed
from portal.services.timeline import reading
from portal.services.timeline.reading import ShownEntry
from portal.web import guards


def entry(decision: Decision) -> ShownEntry | None:
    """What she would read, where that is what is asked."""
    if decision.kind is not DecisionKind.RELEASE:
        return None
    return reading.to_decide(guards.db(), guards.signed_in(), decision, now=guards.utc_now())


def proposed(decision: Decision) -> Proposed | None:
    """Where she wants to be told something, where that is what is asked."""
    if decision.kind is not DecisionKind.CONTACT_CHANGE:
        return None
    return confirming.to_decide(guards.db(), guards.signed_in(), decision, now=guards.utc_now())


def answer(decision: Decision) -> ShownAnswer | None:
    """The answer to what came in without a name, where publishing it is what is asked."""
    if decision.kind is not DecisionKind.FEEDBACK or decision.subject_id is None:
        return None
    acting, now = guards.signed_in(), guards.utc_now()
    return answers.get_one(guards.db(), acting, decision.subject_id, now=now)
