"""Answers of forms, kept for a double tap, and answers that wait for the next page."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.models import FormOutcome, KeptAnswer, insert_into
from portal.vault import token_hash

WAITS = timedelta(seconds=30)


def begin_form(
    session: Session, session_id: bytes, form_key: str, *, now: datetime
) -> FormOutcome | None:
    """Claim a form's one-use key: None for the first tap, the kept outcome for every other.

    While the first tap is still at work the second waits here: on SQLite for the write lock, on
    PostgreSQL for the unfinished row.
    """
    key = _key(form_key)
    claim = (
        insert_into(session, FormOutcome)
        .values(session_id=session_id, form_key=key, at=now, sealed=None)
        .on_conflict_do_nothing()
        .returning(FormOutcome.form_key)
    )
    if session.execute(claim).first() is not None:
        return None
    return session.get_one(FormOutcome, (session_id, key), populate_existing=True)


def find_outcome(session: Session, session_id: bytes, form_key: str) -> bytes | None:
    """What came of a form that was claimed; None while nothing has."""
    return session.scalar(
        select(FormOutcome.sealed).where(
            FormOutcome.session_id == session_id, FormOutcome.form_key == _key(form_key)
        )
    )


def finish_form(session: Session, session_id: bytes, form_key: str, sealed: bytes) -> None:
    """Keep what came of a form with the session."""
    outcome = session.get(FormOutcome, (session_id, _key(form_key)))
    if outcome is not None:
        outcome.sealed = sealed
        session.flush()


def forget_form(session: Session, session_id: bytes, form_key: str) -> None:
    """Give back the key of a form that was refused: it may be sent again."""
    session.execute(
        delete(FormOutcome).where(
            FormOutcome.session_id == session_id, FormOutcome.form_key == _key(form_key)
        )
    )


def keep_answer(session: Session, key_hash: bytes, sealed: bytes, *, now: datetime) -> None:
    """Let an answer wait for the one browser that holds its key."""
    session.add(KeptAnswer(key_hash=key_hash, sealed=sealed, expires_at=now + WAITS))
    session.flush()


def take_answer(session: Session, key_hash: bytes, *, now: datetime) -> bytes | None:
    """The waiting answer, once: the row is gone before the answer is shown."""
    taken = session.execute(
        delete(KeptAnswer)
        .where(KeptAnswer.key_hash == key_hash)
        .returning(KeptAnswer.sealed, KeptAnswer.expires_at)
    ).first()
    if taken is None or taken.expires_at <= now:
        return None
    return bytes(taken.sealed)


def _key(form_key: str) -> str:
    # It comes from a form: NUL, a lone surrogate or ten thousand letters are a key like any other.
    return token_hash(form_key).hex()
