"""Words that she has not sent: kept for later, found again, forgotten when they are sent."""

from typing import Any
from uuid import UUID

from portal.domain.words import clean
from portal.i18n import lazy_gettext as _l
from portal.services import drafts
from portal.web import guards

MESSAGE = "message"
FEEDBACK = "feedback"
_ADDITION, _QUESTION, _WAY, _INTERPRETER = "addition ", "question ", "way ", "interpreter "
_ANSWER = "answer about way "
WHEN, PARTS = "when she can come", "parts of a visit"

SAID = {
    "kept": _l("Your words are kept for 24 hours. Only you can read them."),
    "gone": _l("Your words are gone."),
}
"""What a page says after `keep` and `forget`."""


def addition_to(need_id: UUID) -> str:
    """The kind of a draft that adds to a need, or answers about it."""
    return f"{_ADDITION}{need_id}"


def question_about(event_id: UUID) -> str:
    """The kind of a draft that asks about a look."""
    return f"{_QUESTION}{event_id}"


def way_by(channel: str) -> str:
    """The kind of a draft of a way by which she may be told something."""
    return f"{_WAY}{channel}"


def answer_about(channel: str) -> str:
    """The kind of a draft that answers a question about a new number or address."""
    return f"{_ANSWER}{channel}"


def interpreter_for(date_id: UUID) -> str:
    """The kind of a draft of what she asks about an interpreter for a date."""
    return f"{_INTERPRETER}{date_id}"


def date_of(kind: str) -> UUID | None:
    """The date for which an interpreter is asked; None for drafts of another kind."""
    return UUID(kind.removeprefix(_INTERPRETER)) if kind.startswith(_INTERPRETER) else None


def channel_of(kind: str) -> str | None:
    """The way that a draft is about; None for drafts of another kind."""
    return kind.removeprefix(_WAY) if kind.startswith(_WAY) else None


def answered_channel_of(kind: str) -> str | None:
    """The way about which she answers; None for drafts of another kind."""
    return kind.removeprefix(_ANSWER) if kind.startswith(_ANSWER) else None


def need_of(kind: str) -> UUID | None:
    """The need that a draft adds to; None for drafts of another kind."""
    return UUID(kind.removeprefix(_ADDITION)) if kind.startswith(_ADDITION) else None


def look_of(kind: str) -> UUID | None:
    """The look that a draft asks about; None for drafts of another kind."""
    return UUID(kind.removeprefix(_QUESTION)) if kind.startswith(_QUESTION) else None


def find(kind: str) -> str | None:
    """The words she kept, if they are not a day old."""
    kept = answers(kind)
    return kept["words"] if kept else None


def answers(kind: str) -> dict[str, Any] | None:
    """The answers she kept, if they are not a day old."""
    her = guards.signed_in()
    return drafts.find(guards.db(), her, kind, now=guards.utc_now()) if her.has_unsent else None


def kinds() -> list[str]:
    """Of what she keeps something that she has not sent; nothing is opened for it."""
    her = guards.signed_in()
    return drafts.unsent(guards.db(), her, now=guards.utc_now()) if her.has_unsent else []


def keep(kind: str, typed: str | None) -> str:
    """Keep words instead of those before; nothing typed forgets them. Gives a key of SAID."""
    words = clean(typed or "")
    if not words:
        return forget(kind)
    with guards.transaction() as session:
        drafts.keep(session, guards.signed_in(), kind, {"words": words}, now=guards.utc_now())
    return "kept"


def forget(kind: str) -> str:
    """Forget what was kept. Gives a key of SAID."""
    with guards.transaction() as session:
        drafts.forget(session, guards.signed_in(), kind)
    return "gone"
