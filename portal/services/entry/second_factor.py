"""The authenticator of a colleague: enrolled once, proved at sign-in and for decisions."""

import base64
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from pyotp import OTPVerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.passphrases import ClockIsOff, CodeDoesNotFit
from portal.domain.refusals import WrongState
from portal.models import RecoveryCode, SecondFactor
from portal.services import audit
from portal.services.entry import tries
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre, key_file
from portal.vault import keyed_hash, open_sealed, seal_to

STEP = timedelta(seconds=30)
WINDOW = 1
"""Steps on either side of now: a clock 25 seconds off is accepted, by RFC 6238's advice."""
HINT_WINDOW = 60
"""Half an hour on either side: a code from there tells that the clock of the phone is wrong."""
RECOVERY_CODES = 10
CODES_PER_SPAN = 8
SPAN = timedelta(minutes=10)


def has_second_factor(session: Session, account_id: UUID) -> bool:
    """Whether an authenticator was confirmed for this account."""
    return (
        session.scalar(
            select(SecondFactor.id)
            .where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None))
            .limit(1)
        )
        is not None
    )


def begin_enrolment(session: Session, acting: SignedIn, *, email: str, now: datetime) -> str:
    """The otpauth address to show as a QR code; the same until it is confirmed."""
    if has_second_factor(session, acting.account_id):
        raise WrongState
    waiting = _unconfirmed(session, acting.account_id)
    if waiting is None:
        secret = pyotp.random_base32()
        waiting = SecondFactor(
            account_id=acting.account_id,
            sealed=seal_to(acting.keys.public, secret.encode()),
            last_step=0,
            created_at=now,
        )
        session.add(waiting)
        session.flush()
    totp = _totp(waiting, acting)
    return totp.provisioning_uri(name=email, issuer_name=get_centre(session).name)


def confirm_enrolment(session: Session, acting: SignedIn, code: str, *, now: datetime) -> list[str]:
    """Confirm the authenticator with its first code; gives the recovery codes, shown once."""
    waiting = _unconfirmed(session, acting.account_id)
    if waiting is None or has_second_factor(session, acting.account_id):
        raise WrongState
    _limit(session, acting, now=now)
    _use(waiting, acting, code, now=now)
    waiting.confirmed_at = now
    codes = new_recovery_codes(session, acting, now=now)
    audit.record(session, acting.account_id, "second_factor_enrolled", now=now)
    return codes


def prove(session: Session, acting: SignedIn, code: str, *, now: datetime) -> None:
    """Check a code of the authenticator, or a recovery code.

    Raises SlowDown before anything is looked at, CodeDoesNotFit, or ClockIsOff when the code is of
    another moment. No code works twice: the last accepted step is stored.
    """
    _limit(session, acting, now=now)
    typed = "".join(code.split()).upper()
    if len(typed) > 8:
        _use_recovery_code(session, acting, typed, now=now)
    else:
        factors = session.scalars(
            select(SecondFactor)
            .where(
                SecondFactor.account_id == acting.account_id,
                SecondFactor.confirmed_at.is_not(None),
            )
            .with_for_update()
        ).all()
        if not factors:
            raise CodeDoesNotFit
        _use(factors[0], acting, typed, now=now)
    tries.forget(session, "code", acting.account_id.bytes)
    audit.record(session, acting.account_id, "second_factor_proved", now=now)


def new_recovery_codes(session: Session, acting: SignedIn, *, now: datetime) -> list[str]:
    """Ten fresh one-time codes of 80 bits; the old ones stop working."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == acting.account_id))
    codes = []
    for _ in range(RECOVERY_CODES):
        code = base64.b32encode(secrets.token_bytes(10)).decode()
        session.add(
            RecoveryCode(account_id=acting.account_id, code_hash=_code_hash(session, acting, code))
        )
        codes.append("-".join(code[i : i + 4] for i in range(0, len(code), 4)))
    session.flush()
    return codes


def codes_left(session: Session, account_id: UUID) -> int:
    """How many recovery codes still work."""
    asked = select(RecoveryCode.id).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    return len(session.scalars(asked).all())


def _limit(session: Session, acting: SignedIn, *, now: datetime) -> None:
    tries.limit(
        session, "code", acting.account_id.bytes, limit=CODES_PER_SPAN, within=SPAN, now=now
    )


def _unconfirmed(session: Session, account_id: UUID) -> SecondFactor | None:
    return session.scalar(
        select(SecondFactor).where(
            SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_(None)
        )
    )


def _totp(factor: SecondFactor, acting: SignedIn) -> pyotp.TOTP:
    return pyotp.TOTP(open_sealed(acting.keys, factor.sealed).decode())


def _use(factor: SecondFactor, acting: SignedIn, code: str, *, now: datetime) -> None:
    totp = _totp(factor, acting)
    step = _step_of(totp, code, WINDOW, now=now)
    if step is None:
        raise ClockIsOff if _step_of(totp, code, HINT_WINDOW, now=now) else CodeDoesNotFit
    if step <= factor.last_step:
        raise CodeDoesNotFit
    factor.last_step = step


def _step_of(totp: pyotp.TOTP, code: str, window: int, *, now: datetime) -> int | None:
    if not (code.isascii() and code.isdigit()):
        return None
    try:
        return int(totp.verify_and_get_timecode(code, for_time=now, valid_window=window))
    except OTPVerificationError:
        return None


def _use_recovery_code(session: Session, acting: SignedIn, typed: str, *, now: datetime) -> None:
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


def _code_hash(session: Session, acting: SignedIn, code: str) -> bytes:
    # 80 random bits need no slow hash; the pepper keeps a stolen database from checking guesses.
    return keyed_hash(
        key_file(session).pepper, "recovery-code", acting.account_id.bytes, code.encode()
    )
