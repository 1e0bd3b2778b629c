"""What follows from a decision, by its kind: each noun's own function, put together here.

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


class Effect(Protocol):
    """Does what was decided. A refusal undoes the decision with it."""

    def __call__(
        self, session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
    ) -> None:
        """Change, and flush."""


EFFECTS: Mapping[DecisionKind, Effect] = {
    DecisionKind.ROLE_CHANGE: roles.give_as_decided,
    DecisionKind.SIGN_IN_AGAIN: again.allow,
    DecisionKind.ERASURE: erasure.decided,
    DecisionKind.LEGAL_HOLD: closing.hold_decided,
    DecisionKind.BREAK_GLASS: emergency.open_case,
    DecisionKind.CARD_AGAIN: card_again.lend_half,
    DecisionKind.NOT_THIS_PERSON: not_this_person.granted,
    DecisionKind.SEPARATION_OVERRIDE: exceptions.allow,
}
ENDS: Mapping[DecisionKind, Effect] = {
    DecisionKind.BREAK_GLASS: emergency.end,
    DecisionKind.CARD_AGAIN: card_again.end,
}
