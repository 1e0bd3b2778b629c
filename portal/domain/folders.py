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
    SAFE_EMAIL = "safe_email"
    SAFE_SMS = "safe_sms"


HERS_ALONE = frozenset({FolderKind.DRAFT, FolderKind.SAFE_EMAIL, FolderKind.SAFE_SMS})
"""No case team, no recovery, no emergency halves. The safe ways are granted to the machine too, as
long as her yes counts.
"""


class Why(StrEnum):
    """Why a grant was given, or a folder opened; she reads each as a plain sentence."""

    HER_OWN = "her_own"
    CASE_TEAM = "case_team"
    DESK_UNROUTED = "desk_unrouted"
    SHE_SAID_YES = "she_said_yes"
    DECISION = "decision"
    RECOVERY = "recovery"
    EMERGENCY = "emergency"
    TO_TELL_HER = "to_tell_her"
