"""What follows from a decision, by its kind: each noun's own function, put together here.

`AT_YES` runs as somebody says yes, with her keys, also where the effect waits for its moment.
`EFFECTS` runs when something accepted takes effect: at once, or at the chosen moment, then by the
worker and without anybody's keys (`acting` is None). `ENDS` runs when a question ends without
effect: declined, withdrawn, vanished. A kind without a row is a permission: the yes is the effect.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from portal.domain.decisions import DecisionKind
from portal.models import Decision
from portal.services.case_work import card_again, emergency, not_this_person
from portal.services.colleagues import again, roles
from portal.services.dates import exceptions
from portal.services.endings import closing, erasure
from portal.services.entry.sessions import SignedIn
from portal.services.feedback import publishing
from portal.services.moderation.decisions import account
from portal.services.telling import confirming
from portal.services.timeline import showing


class Effect(Protocol):
    """Does what was decided. A refusal undoes the decision with it."""

    def __call__(
        self, session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
    ) -> None:
        """Change, and flush."""


class WithHerKeys(Protocol):
    """What only somebody who is there can do. A refusal undoes the decision with it."""

    def __call__(
        self, session: Session, acting: SignedIn, decision: Decision, *, now: datetime
    ) -> None:
        """Change, and flush."""


AT_YES: Mapping[DecisionKind, WithHerKeys] = {
    DecisionKind.CONTACT_CHANGE: confirming.hand_to_machine,
    DecisionKind.RELEASE: showing.hand_over,
    DecisionKind.FEEDBACK: publishing.lay_open,
}
EFFECTS: Mapping[DecisionKind, Effect] = {
    DecisionKind.ROLE_CHANGE: roles.give_as_decided,
    DecisionKind.SIGN_IN_AGAIN: again.allow,
    DecisionKind.ERASURE: erasure.decided,
    DecisionKind.LEGAL_HOLD: closing.hold_decided,
    DecisionKind.BREAK_GLASS: emergency.open_case,
    DecisionKind.CARD_AGAIN: card_again.lend_half,
    DecisionKind.NOT_THIS_PERSON: not_this_person.granted,
    DecisionKind.SEPARATION_OVERRIDE: exceptions.allow,
    DecisionKind.RELEASE: showing.show,
    DecisionKind.FEEDBACK: publishing.publish,
}
ENDS: Mapping[DecisionKind, Effect] = {
    DecisionKind.BREAK_GLASS: emergency.end,
    DecisionKind.CARD_AGAIN: card_again.end,
    DecisionKind.CONTACT_CHANGE: confirming.erase,
    DecisionKind.RELEASE: showing.never_show,
    DecisionKind.FEEDBACK: publishing.never_publish,
}


def at_yes(session: Session, acting: SignedIn, decision: Decision, *, now: datetime) -> None:
    """Do what needs the keys of who says yes, whenever the rest follows."""
    if decision.kind in AT_YES:
        AT_YES[decision.kind](session, acting, decision, now=now)


def take_effect(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    """Do what was decided; `acting` is None where its moment came by the clock."""
    decision.took_effect_at = now
    if decision.kind in EFFECTS:
        EFFECTS[decision.kind](session, acting, decision, now=now)
    if acting is None:
        account(session, None, "decision_took_effect", decision, now=now)


def end(session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime) -> None:
    """Do what follows where it ends without effect."""
    if decision.kind in ENDS:
        ENDS[decision.kind](session, acting, decision, now=now)
