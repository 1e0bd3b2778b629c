"""The acts that need a person's decision: one table of who asks, who decides, and by when.

The asker never decides, whatever the kind; where nobody else holds the deciding role the act stays
closed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.domain.needs import Lane
from portal.domain.refusals import NotYours, ProofTooOld, Refusal, WrongState
from portal.domain.roles import PERMISSIONS, Permission, Role

PROOF_LASTS = timedelta(minutes=15)
CLAIM_LASTS = timedelta(minutes=15)
BREAK_GLASS_WAITS = timedelta(hours=4)


class DecisionKind(StrEnum):
    """What is asked."""

    NEED = "need"
    CARD_AGAIN = "card_again"
    BREAK_GLASS = "break_glass"
    BREAK_GLASS_REVIEW = "break_glass_review"
    EXPORT = "export"
    ERASURE = "erasure"
    LEGAL_HOLD = "legal_hold"
    ROLE_CHANGE = "role_change"
    SIGN_IN_AGAIN = "sign_in_again"
    CONTACT_CHANGE = "contact_change"
    RELEASE = "release"
    POLICE_SHARING = "police_sharing"
    SEPARATION_OVERRIDE = "separation_override"
    FEEDBACK = "feedback"
    NOT_THIS_PERSON = "not_this_person"


class DecisionState(StrEnum):
    """What became of the question."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    GIVEN_BACK = "given_back"
    ASKED_AGAIN = "asked_again"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    NOT_POSSIBLE = "not_possible"


class Step(StrEnum):
    """Whom a late item climbs to, one after the other."""

    CASE_DIRECTOR = "case_director"
    STAND_IN = "stand_in"
    COORDINATOR = "coordinator"


def next_step(told: Iterable[Step], reachable: Iterable[Step]) -> Step | None:
    """Whom a late item climbs to now: the first one further up who is there; None at the top."""
    up = tuple(Step)
    reached = max((up.index(step) for step in told), default=-1)
    return next((step for step in up[reached + 1 :] if step in set(reachable)), None)


class NobodyToDecide(Refusal):
    """No active colleague but the asker holds a role that decides about this: it stays closed."""


class WaitsAlready(Refusal):
    """The same was asked before and still waits."""


class AskedByYourself(NotYours):
    """Somebody else decides about what one asked for oneself."""


class DecidedMeanwhile(WrongState):
    """A colleague decided, or the asker withdrew, since the page was shown."""


class ClaimedByColleague(Refusal):
    """A colleague took this on and answers it now."""


class TooLateToDecide(DecidedMeanwhile):
    """The question vanished unanswered: its time was over."""


class EffectTimeGone(Refusal):
    """The chosen moment of taking effect has passed already."""


@dataclass(frozen=True)
class Rule:
    """How one kind of act is asked for and decided."""

    ask: Permission | None
    """Who of the staff may ask, besides the survivor herself where `she_may_ask`."""
    decide: Permission
    lane: Lane
    """The lane at the desk, and with it the promise of the centre."""
    about_case: bool = True
    she_may_ask: bool = False
    vanishes_after: timedelta | None = None
    """Unanswered for so long, the question is gone; None: it waits and climbs."""
    team_reads: bool = True
    """Whether the case team reads why, and is told when it is late: not where it is about them."""
    can_wait: bool = False
    """Whether who decides may choose a later, safe moment for it to take effect."""
    has_subject: bool = False
    """Asked together with what it is about, never by itself."""
    about_any: Permission = Permission.ASK_ABOUT_ANY_CASE
    """Who may ask about a case that is not one's own."""
    can_give_back: bool = True
    """Whether it can go back with a note to who asked, who answers and asks again."""
    can_withdraw: bool = True
    """Whether who asked can take it back."""


RULES: Mapping[DecisionKind, Rule] = {
    # Hers alone to send: nobody asks for it as an act. Its lane is its own; so is its way back.
    DecisionKind.NEED: Rule(None, Permission.DECIDE_AT_DESK, Lane.GREEN, can_give_back=False),
    DecisionKind.CARD_AGAIN: Rule(
        Permission.ASK_CARD_AGAIN, Permission.DECIDE_CARD_AGAIN, Lane.RED
    ),
    DecisionKind.BREAK_GLASS: Rule(
        Permission.ASK_BREAK_GLASS,
        Permission.DECIDE_BREAK_GLASS,
        Lane.RED,
        vanishes_after=BREAK_GLASS_WAITS,
        # What was lent is lent for this question: another one would find nothing to join.
        can_give_back=False,
    ),
    DecisionKind.BREAK_GLASS_REVIEW: Rule(
        # Asked for with the yes itself, so that nothing opened in an emergency goes unread: who
        # opened it cannot take the second look away, nor leave it lying with herself.
        Permission.DECIDE_BREAK_GLASS,
        Permission.REVIEW_BREAK_GLASS,
        Lane.ORANGE,
        can_give_back=False,
        can_withdraw=False,
    ),
    DecisionKind.EXPORT: Rule(Permission.ASK_EXPORT, Permission.DECIDE_EXPORT, Lane.ORANGE),
    DecisionKind.ERASURE: Rule(Permission.ASK_ERASURE, Permission.DECIDE_ERASURE, Lane.GREEN),
    DecisionKind.LEGAL_HOLD: Rule(
        Permission.ASK_LEGAL_HOLD, Permission.DECIDE_LEGAL_HOLD, Lane.ORANGE
    ),
    DecisionKind.ROLE_CHANGE: Rule(
        Permission.ASK_ROLE_CHANGE, Permission.DECIDE_ROLE_CHANGE, Lane.ORANGE, about_case=False
    ),
    DecisionKind.SIGN_IN_AGAIN: Rule(
        Permission.ASK_SIGN_IN_AGAIN,
        Permission.DECIDE_SIGN_IN_AGAIN,
        Lane.ORANGE,
        about_case=False,
    ),
    # Hers alone to ask, with the new address: nobody puts one there for her.
    DecisionKind.CONTACT_CHANGE: Rule(
        None, Permission.DECIDE_CONTACT_CHANGE, Lane.ORANGE, she_may_ask=True, has_subject=True
    ),
    DecisionKind.RELEASE: Rule(
        Permission.ASK_RELEASE,
        Permission.DECIDE_RELEASE,
        Lane.ORANGE,
        can_wait=True,
        has_subject=True,
        about_any=Permission.WRITE_PROGRAMME,
    ),
    DecisionKind.POLICE_SHARING: Rule(
        Permission.ASK_POLICE_SHARING, Permission.DECIDE_POLICE_SHARING, Lane.RED
    ),
    DecisionKind.SEPARATION_OVERRIDE: Rule(
        Permission.ASK_SEPARATION_OVERRIDE, Permission.DECIDE_SEPARATION_OVERRIDE, Lane.ORANGE
    ),
    DecisionKind.FEEDBACK: Rule(
        Permission.ASK_FEEDBACK,
        Permission.DECIDE_FEEDBACK,
        Lane.INFORMATION,
        about_case=False,
        can_wait=True,
        has_subject=True,
    ),
    # Hers alone to ask: somebody else than this colleague on her file. She says it without words,
    # so there is nothing to ask her back.
    DecisionKind.NOT_THIS_PERSON: Rule(
        None,
        Permission.ANSWER_NOT_THIS_PERSON,
        Lane.ORANGE,
        she_may_ask=True,
        team_reads=False,
        can_give_back=False,
    ),
}

UNDECIDED = frozenset({DecisionState.WAITING, DecisionState.GIVEN_BACK})
"""States in which the asker still waits, or is waited for."""


def deciding_roles(kind: DecisionKind) -> frozenset[Role]:
    """The roles that decide about a kind."""
    return PERMISSIONS[RULES[kind].decide]


def asked_only_by(role: Role) -> frozenset[DecisionKind]:
    """The kinds that nobody without this role may ask for."""
    return frozenset(
        kind for kind, rule in RULES.items() if rule.ask and PERMISSIONS[rule.ask] == {role}
    )


def claim_lives(claimed_at: datetime | None, *, now: datetime) -> bool:
    """Whether who took an item on is still expected to answer it."""
    return claimed_at is not None and now - claimed_at < CLAIM_LASTS


def check_proof(second_factor_at: datetime | None, *, now: datetime) -> None:
    """Refuse a decision on a second-factor proof older than fifteen minutes."""
    if second_factor_at is None or now - second_factor_at > PROOF_LASTS:
        raise ProofTooOld
