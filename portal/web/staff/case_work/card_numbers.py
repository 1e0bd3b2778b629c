"""The number of a fresh card on its way to the one page that shows it.

It waits half a minute, sealed under the token of whoever issued the card, and is gone when shown.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.domain.cards import printed
from portal.models import Card, Case
from portal.services.entry import answers
from portal.vault import CannotOpen, open_under_token, seal_under_token, token_hash
from portal.web import guards, staff_sessions

_PURPOSE = "card number"


@dataclass(frozen=True)
class FreshCard:
    """What the page of a fresh card shows."""

    number: str
    case_number: str
    expires_at: datetime


def keep_number(case: Case, card: Card, number: str) -> None:
    """Let the number wait for the page that shows it."""
    body = json.dumps([number, case.number, card.expires_at.isoformat()]).encode()
    token = staff_sessions.current_token()
    sealed = seal_under_token(token, _PURPOSE, body)
    answers.keep_answer(guards.db(), _key(token, case.id), sealed, now=guards.utc_now())


def take_number(case_id: UUID) -> FreshCard | None:
    """The number, once; None when it was shown before or is somebody else's."""
    token = staff_sessions.current_token()
    sealed = answers.take_answer(guards.db(), _key(token, case_id), now=guards.utc_now())
    if sealed is None:
        return None
    try:
        number, case_number, until = json.loads(open_under_token(token, _PURPOSE, sealed))
    except CannotOpen:
        return None
    return FreshCard(printed(number), case_number, datetime.fromisoformat(until))


def _key(token: str, case_id: UUID) -> bytes:
    return token_hash(f"{token}:{_PURPOSE}:{case_id}")
