"""The sealed parts of a case, and why somebody may read one."""

from enum import StrEnum


class FolderKind(StrEnum):
    """Each is sealed apart, so that one can be opened without the others."""

    CONTACT_CARD = "contact_card"
    NEEDS = "needs"
    STORY = "story"
    CONVERSATION = "conversation"
    TIMELINE = "timeline"
    STAFF_NOTES = "staff_notes"
    REFERRAL = "referral"
    DECISIONS = "decisions"
    DRAFT = "draft"


HERS_ALONE = frozenset({FolderKind.DRAFT})
"""No case team, no recovery, no emergency halves: lost with her card, and gone after a day."""


class Why(StrEnum):
    """Why a grant was given, or a folder opened; she reads each as a plain sentence."""

    HER_OWN = "her_own"
    CASE_TEAM = "case_team"
    DESK_UNROUTED = "desk_unrouted"
    SHE_SAID_YES = "she_said_yes"
    DECISION = "decision"
    RECOVERY = "recovery"
    EMERGENCY = "emergency"
