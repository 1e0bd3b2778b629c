"""Somebody else may be using her card: a colleague's doubt, or what she said on the telephone."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.notes import NoteKind
from portal.domain.refusals import WrongState
from portal.domain.words import written_or_none
from portal.models import Case
from portal.services.case_work import notes
from portal.services.entry import cards, stopped_cards
from portal.services.entry.sessions import SignedIn
from portal.services.holding import hold_case


def doubt(
    session: Session, acting: SignedIn, case: Case, words: str | None, *, now: datetime
) -> None:
    """Her view drops to the calendar and nothing is written to her until staff lift it.

    What was seen or what she said (`words`) is kept in the notes of the case team. Raises
    WrongState without a card that opens anything, TooLong.
    """
    card = cards.newest(session, case.survivor_id)
    if card is None:
        raise WrongState
    said = written_or_none(words)
    hold_case(session, case.id)
    stopped_cards.freeze_for_doubt(session, card, actor_id=acting.account_id, now=now)
    if said is not None:
        notes.write(session, acting, case, NoteKind.DOUBT, said, now=now)
