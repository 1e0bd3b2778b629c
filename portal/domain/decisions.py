"""The acts that need a person's decision, and how one may end."""

from datetime import datetime, timedelta
from enum import StrEnum

from portal.domain.refusals import ProofTooOld

PROOF_LASTS = timedelta(minutes=15)


class DecisionKind(StrEnum):
    """What is asked."""

    NEED = "need"


class DecisionState(StrEnum):
    """What became of the question."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    GIVEN_BACK = "given_back"
    WITHDRAWN = "withdrawn"


def check_proof(second_factor_at: datetime | None, *, now: datetime) -> None:
    """Refuse a decision on a second-factor proof older than fifteen minutes."""
    if second_factor_at is None or now - second_factor_at > PROOF_LASTS:
        raise ProofTooOld
