"""An answer to what came in without a name, as it is shown to who decides about it."""

from portal.domain.decisions import DecisionKind
from portal.models import Decision
from portal.services.feedback import answers
from portal.services.feedback.answers import ShownAnswer
from portal.web import guards


def find(decision: Decision) -> ShownAnswer | None:
    """The answer that a decision is about; None where it is about anything else."""
    if decision.kind is not DecisionKind.FEEDBACK or decision.subject_id is None:
        return None
    acting, now = guards.signed_in(), guards.utc_now()
    return answers.get_one(guards.db(), acting, decision.subject_id, now=now)
