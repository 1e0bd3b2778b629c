"""Ten one-time codes on paper that stand in for a lost second factor; only hashes are kept."""

import base64
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.passphrases import CodeDoesNotFit
from portal.models import RecoveryCode
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.house import key_file
from portal.vault import keyed_hash

NUMBER = 10


def renew(session: Session, acting: SignedIn, *, now: datetime) -> list[str]:
    """Ten fresh one-time codes of 80 bits; the old ones stop working."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == acting.account_id))
    codes = []
    for _ in range(NUMBER):
        code = base64.b32encode(secrets.token_bytes(10)).decode()
        session.add(
            RecoveryCode(account_id=acting.account_id, code_hash=_code_hash(session, acting, code))
        )
        codes.append("-".join(code[i : i + 4] for i in range(0, len(code), 4)))
    session.flush()
    audit.record(session, acting.account_id, "recovery_codes_made", now=now)
    return codes


def left(session: Session, account_id: UUID) -> int:
    """How many recovery codes still work."""
    asked = select(RecoveryCode.id).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    return len(session.scalars(asked).all())


def use(session: Session, acting: SignedIn, typed: str, *, now: datetime) -> None:
    """Use one up. Raises CodeDoesNotFit."""
    kept = "".join(c for c in typed if c.isascii() and c.isalnum())
    code_hash = _code_hash(session, acting, kept)
    found = session.scalar(
        select(RecoveryCode)
        .where(
            RecoveryCode.account_id == acting.account_id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.used_at.is_(None),
        )
        .with_for_update()
    )
    if found is None:
        raise CodeDoesNotFit
    found.used_at = now
    # Said apart from the proof that follows: whoever found her paper comes in like this.
    audit.record(session, acting.account_id, "recovery_code_used", now=now)


def _code_hash(session: Session, acting: SignedIn, code: str) -> bytes:
    # 80 random bits need no slow hash; the pepper keeps a stolen database from checking guesses.
    return keyed_hash(
        key_file(session).pepper, "recovery-code", acting.account_id.bytes, code.encode()
    )
