"""A need on its way to a service."""

from enum import StrEnum

from portal.domain.services import ServiceState


class ReferralState(StrEnum):
    """What she and the service see of a referral."""

    WAITS_FOR_YES = "waits_for_yes"
    SENT = "sent"
    SEEN = "seen"
    ACCEPTED = "accepted"
    DATE_SET = "date_set"
    DONE = "done"
    NOT_POSSIBLE = "not_possible"
    SAID_NO = "said_no"
    STOPPED = "stopped"


# Back to WAITS_FOR_YES when her yes has ended by the clock: then she is asked again.
MOVES: dict[ReferralState, frozenset[ReferralState]] = {
    ReferralState.WAITS_FOR_YES: frozenset(
        {
            ReferralState.SENT,
            ReferralState.SAID_NO,
            ReferralState.STOPPED,
            # The service works here no more.
            ReferralState.NOT_POSSIBLE,
        }
    ),
    ReferralState.SENT: frozenset(
        {
            ReferralState.SEEN,
            ReferralState.ACCEPTED,
            ReferralState.NOT_POSSIBLE,
            ReferralState.STOPPED,
            ReferralState.WAITS_FOR_YES,
        }
    ),
    ReferralState.SEEN: frozenset(
        {
            ReferralState.ACCEPTED,
            ReferralState.NOT_POSSIBLE,
            ReferralState.STOPPED,
            ReferralState.WAITS_FOR_YES,
        }
    ),
    ReferralState.ACCEPTED: frozenset(
        {
            ReferralState.DATE_SET,
            ReferralState.DONE,
            ReferralState.NOT_POSSIBLE,
            ReferralState.STOPPED,
            ReferralState.WAITS_FOR_YES,
        }
    ),
    ReferralState.DATE_SET: frozenset(
        {
            ReferralState.ACCEPTED,
            ReferralState.DATE_SET,
            ReferralState.DONE,
            ReferralState.NOT_POSSIBLE,
            ReferralState.STOPPED,
            ReferralState.WAITS_FOR_YES,
        }
    ),
    ReferralState.SAID_NO: frozenset({ReferralState.SENT, ReferralState.STOPPED}),
    ReferralState.DONE: frozenset(),
    ReferralState.NOT_POSSIBLE: frozenset(),
    ReferralState.STOPPED: frozenset(),
}

WITH_THE_SERVICE = frozenset(
    {
        ReferralState.SENT,
        ReferralState.SEEN,
        ReferralState.ACCEPTED,
        ReferralState.DATE_SET,
        ReferralState.DONE,
    }
)
"""States in which the service reads what she allowed it to read."""

OPEN = WITH_THE_SERVICE - {ReferralState.DONE} | {ReferralState.WAITS_FOR_YES}

UNANSWERED = frozenset({ReferralState.SENT, ReferralState.SEEN})
"""The service has it and has not said yes or no: it owes an answer."""

NOT_STARTED = UNANSWERED | {ReferralState.WAITS_FOR_YES}
"""Nothing has come of it yet: a service that takes nobody new begins nothing with it either."""

OVER = frozenset(
    {
        ReferralState.DONE,
        ReferralState.NOT_POSSIBLE,
        ReferralState.SAID_NO,
        ReferralState.STOPPED,
    }
)
"""States in which nothing more comes of a referral."""


def goes_on(referral: ReferralState, service: ServiceState) -> bool:
    """Whether something may yet come of it: the service works on it, or waits for her yes."""
    if service is ServiceState.CLOSED:
        return False
    return referral in OPEN and (service is ServiceState.OPEN or referral not in NOT_STARTED)
