"""Passkeys of a colleague, side by side with her authenticators: made, proved, one challenge each.

The challenge lies on the row of her sign-in and is taken away by the answer, right or wrong: no
answer is heard twice, and none of another sign-in is heard at all.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.passphrases import PasskeyDoesNotFit, PasskeyWasCopied
from portal.models import Passkey, SignIn, StaffMember
from portal.services import audit
from portal.services.entry import second_factor
from portal.services.entry.sessions import SignedIn
from portal.vault import passkeys as checking
from portal.vault.errors import PasskeyRefused
from portal.vault.passkeys import Site

ASKED_FOR = timedelta(minutes=5)


def available() -> bool:
    """Whether this installation can check passkeys; else only codes are offered."""
    return checking.available()


def options_to_make(session: Session, acting: SignedIn, site: Site, *, now: datetime) -> str:
    """What her browser needs to make a passkey, as JSON.

    Raises ProofTooOld when she has a second factor already and has not shown it lately.
    """
    second_factor.check_may_add(session, acting, now=now)
    member = session.get_one(StaffMember, acting.account_id)
    known = [one.credential_id for one in _mine(session, acting.account_id)]
    return checking.options_to_make(
        site,
        _ask(session, acting, now=now),
        user_id=acting.account_id.bytes,
        name=member.email,
        known=known,
    )


def add(
    session: Session, acting: SignedIn, site: Site, answer: str, name: str, *, now: datetime
) -> list[str]:
    """A passkey that was just made; gives recovery codes when it is her first second factor.

    Raises ProofTooOld, PasskeyDoesNotFit, SecondFactorNameMissing, TooLong.
    """
    second_factor.check_may_add(session, acting, now=now)
    is_first = not second_factor.has_second_factor(session, acting.account_id)
    called = second_factor.named(name, is_first=is_first)
    challenge = _answered(session, acting, now=now)
    try:
        made = checking.check_made(site, challenge, answer)
    except PasskeyRefused:
        raise PasskeyDoesNotFit from None
    taken = select(Passkey.id).where(Passkey.credential_id == made.credential_id)
    if session.scalar(taken) is not None:
        raise PasskeyDoesNotFit
    session.add(
        Passkey(
            account_id=acting.account_id,
            name=called,
            credential_id=made.credential_id,
            public_key=made.public_key,
            count=made.count,
            created_at=now,
        )
    )
    session.flush()
    return second_factor.added(session, acting, is_first=is_first, now=now)


def options_to_prove(session: Session, acting: SignedIn, site: Site, *, now: datetime) -> str:
    """What her browser needs to show one of her passkeys, as JSON."""
    known = [one.credential_id for one in _mine(session, acting.account_id) if not one.copied_at]
    return checking.options_to_prove(site, _ask(session, acting, now=now), known=known)


def prove(session: Session, acting: SignedIn, site: Site, answer: str, *, now: datetime) -> None:
    """Check what a passkey signed. Raises SlowDown, PasskeyDoesNotFit or PasskeyWasCopied."""
    second_factor.limit(session, acting, now=now)
    challenge = _answered(session, acting, now=now)
    passkey = _named_in(session, acting, answer)
    kept = checking.Passkey(passkey.credential_id, passkey.public_key, passkey.count)
    try:
        count = checking.check_proof(site, challenge, answer, kept)
    except PasskeyRefused:
        raise PasskeyDoesNotFit from None
    # Two copies of a key count apart: the one that is behind gives both away. Zero is no count.
    if (count or passkey.count) and count <= passkey.count:
        passkey.copied_at = now
        facts: audit.Facts = {"passkey": str(passkey.id)}
        audit.record(session, acting.account_id, "passkey_copied", now=now, facts=facts)
        session.flush()
        raise PasskeyWasCopied
    passkey.count, passkey.used_at = count, now
    second_factor.proved(session, acting, now=now)


def _named_in(session: Session, acting: SignedIn, answer: str) -> Passkey:
    try:
        credential_id = checking.credential_of(answer)
    except PasskeyRefused:
        raise PasskeyDoesNotFit from None
    asked = select(Passkey).where(
        Passkey.account_id == acting.account_id, Passkey.credential_id == credential_id
    )
    found = session.scalar(asked.with_for_update())
    if found is None:
        raise PasskeyDoesNotFit
    if found.copied_at is not None:
        raise PasskeyWasCopied
    return found


def _mine(session: Session, account_id: UUID) -> list[Passkey]:
    return list(session.scalars(select(Passkey).where(Passkey.account_id == account_id)))


def _ask(session: Session, acting: SignedIn, *, now: datetime) -> bytes:
    challenge = checking.new_challenge()
    asked = update(SignIn).where(SignIn.token_hash == acting.session_id)
    values = asked.values(challenge=challenge, challenge_at=now)
    session.execute(values.execution_options(synchronize_session="fetch"))
    return challenge


def _answered(session: Session, acting: SignedIn, *, now: datetime) -> bytes:
    """The challenge that is out, taken away: whatever comes of it, the next answer finds none."""
    asked = select(SignIn).where(SignIn.token_hash == acting.session_id).with_for_update()
    row = session.scalars(asked).one_or_none()
    if row is None or row.challenge is None or row.challenge_at is None:
        raise PasskeyDoesNotFit
    challenge, is_old = row.challenge, now - row.challenge_at > ASKED_FOR
    row.challenge = row.challenge_at = None
    session.flush()
    if is_old:
        raise PasskeyDoesNotFit
    return challenge
