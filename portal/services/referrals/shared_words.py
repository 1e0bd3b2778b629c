"""What a service reads of a need after her yes: the same for her preview and for its folder."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.models import Need
from portal.services.entry.sessions import SignedIn
from portal.services.needs import statements, stories


@dataclass(frozen=True)
class SharedWords:
    """Her name to use, all her words for one need, and what staff wrote beside them."""

    name: str
    words: str
    readings: str


def of_need(
    session: Session, acting: SignedIn, need: Need, *, purpose: str, now: datetime
) -> SharedWords:
    """What her yes would share at this moment, read by somebody who may read the need."""
    story = stories.story(session, acting, need, purpose=purpose, now=now)
    closing = statements.closing_answers(session, acting, need, purpose=purpose, now=now)
    texts = (story.own_words, *(added for _, added in story.additions))
    return SharedWords(
        name=str(closing.get("name") or ""),
        words="\n\n".join(text for text in texts if text),
        readings="\n\n".join(text for _, text in story.readings),
    )
