"""The second factors of a colleague: authenticators and passkeys, several each, and ten codes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from pyotp import OTPVerificationError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.decisions import check_proof
from portal.domain.passphrases import (
    ClockIsOff,
    CodeDoesNotFit,
    LastSecondFactor,
    SecondFactorNameMissing,
    TooManyWrongCodes,
)
from portal.domain.refusals import NotFound, SlowDown, WrongState
from portal.domain.words import written_or_none
from portal.models import Account, Passkey, SecondFactor
from portal.services import audit
from portal.services.entry import recovery_codes, tries
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre
from portal.vault import open_sealed, seal_to

SHOWN_FOR = timedelta(minutes=30)
"""How long a secret that nobody confirmed is shown again: somebody else may have seen it before."""
STEP = timedelta(seconds=30)
WINDOW = 1
"""Steps on either side of now: a clock 25 seconds off is accepted, by RFC 6238's advice."""
HINT_WINDOW = 60
"""Half an hour on either side: a code from there tells that the clock of the phone is wrong."""
CODES_PER_SPAN = 8
SPAN = timedelta(minutes=10)
WRONG_CODES, A_DAY = 40, timedelta(days=1)
"""Whoever knows the pass phrase could else try a thousand a day, and begin anew with each right one
of hers: a year of that would open."""
_WRONG = "wrong code"
LONGEST_NAME = 40


@dataclass(frozen=True)
class Factor:
    """A second factor as its owner sees it."""

    id: UUID
    name: str
    is_passkey: bool
    created_at: datetime
    used_at: datetime | None
    was_copied: bool = False


def factors(session: Session, account_id: UUID) -> list[Factor]:
    """Every second factor of an account, the oldest first."""
    codes = session.scalars(
        select(SecondFactor).where(
            SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None)
        )
    )
    keys = session.scalars(select(Passkey).where(Passkey.account_id == account_id))
    found = [Factor(one.id, one.name, False, one.created_at, one.used_at) for one in codes]
    found += [
        Factor(one.id, one.name, True, one.created_at, one.used_at, one.copied_at is not None)
        for one in keys
    ]
    return sorted(found, key=lambda one: (one.created_at, one.id))


def has_second_factor(session: Session, account_id: UUID) -> bool:
    """Whether an authenticator was confirmed or a passkey made for this account, ever so useless.

    A passkey that was copied still counts: else whoever copied it could set up one of her own.
    """
    code = select(SecondFactor.id).where(
        SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None)
    )
    key = select(Passkey.id).where(Passkey.account_id == account_id)
    return session.scalar(select(or_(code.exists(), key.exists()))) is True


def check_may_add(session: Session, acting: SignedIn, *, now: datetime) -> None:
    """The first second factor follows the pass phrase; each further one needs a fresh proof.

    Raises ProofTooOld.
    """
    if has_second_factor(session, acting.account_id):
        check_proof(acting.second_factor_at, now=now)


def begin_enrolment(session: Session, acting: SignedIn, *, email: str, now: datetime) -> str:
    """The otpauth address to show as a QR code; the same for a while, until it is confirmed.

    Not for longer: whoever looked at it once, with a pass phrase that was made for her or at her
    unattended screen, would have the codes of what she sets up later.

    Raises ProofTooOld when she has a second factor already and has not shown it lately.
    """
    check_may_add(session, acting, now=now)
    waiting = _unconfirmed(session, acting.account_id)
    if waiting is not None and now - waiting.created_at > SHOWN_FOR:
        session.delete(waiting)
        session.flush()
        waiting = None
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


def confirm_enrolment(
    session: Session, acting: SignedIn, code: str, *, now: datetime, name: str = ""
) -> list[str]:
    """Confirm the authenticator with its first code; gives recovery codes when it is the first.

    Raises ProofTooOld, SlowDown, CodeDoesNotFit, SecondFactorNameMissing, TooLong, or WrongState
    when none waits.
    """
    check_may_add(session, acting, now=now)
    is_first = not has_second_factor(session, acting.account_id)
    waiting = _unconfirmed(session, acting.account_id)
    if waiting is None:
        raise WrongState
    called = named(name, is_first=is_first)
    limit(session, acting, now=now)
    _use(waiting, acting, code, now=now)
    waiting.confirmed_at, waiting.name = now, called
    return added(session, acting, is_first=is_first, now=now)


def named(name: str, *, is_first: bool) -> str:
    """What it is called; the first needs no name. Raises SecondFactorNameMissing, TooLong."""
    called = written_or_none(name, limit=LONGEST_NAME)
    if called is None and not is_first:
        raise SecondFactorNameMissing
    return called or ""


def added(session: Session, acting: SignedIn, *, is_first: bool, now: datetime) -> list[str]:
    """What follows a new second factor: the account says so, and the first brings its codes."""
    audit.record(session, acting.account_id, "second_factor_enrolled", now=now)
    return recovery_codes.renew(session, acting, now=now) if is_first else []


def remove(session: Session, acting: SignedIn, factor_id: UUID, *, now: datetime) -> None:
    """Take a second factor away. Raises ProofTooOld, NotFound or LastSecondFactor."""
    check_proof(acting.second_factor_at, now=now)
    # Two taken away at one moment must not both think that the other stays.
    session.get_one(Account, acting.account_id, with_for_update=True)
    here = factors(session, acting.account_id)
    going = next((one for one in here if one.id == factor_id), None)
    if going is None:
        raise NotFound
    if not [one for one in here if one.id != factor_id and not one.was_copied]:
        raise LastSecondFactor
    row = session.get_one(Passkey if going.is_passkey else SecondFactor, factor_id)
    session.delete(row)
    session.flush()
    audit.record(session, acting.account_id, "second_factor_removed", now=now)


def prove(session: Session, acting: SignedIn, code: str, *, now: datetime) -> None:
    """Check a code of an authenticator, or a recovery code.

    Raises SlowDown before anything is looked at, CodeDoesNotFit, or ClockIsOff when the code is of
    another moment, and TooManyWrongCodes where only a recovery code or a passkey still helps. No
    code works twice: the last accepted step is stored.
    """
    limit(session, acting, now=now)
    typed = "".join(code.split()).upper()
    if len(typed) > 8:
        recovery_codes.use(session, acting, typed, now=now)
    else:
        _check_wrong_codes(session, acting, now=now)
        _use_any(session, acting, typed, now=now)
    proved(session, acting, now=now)


def proved(session: Session, acting: SignedIn, *, now: datetime) -> None:
    """What follows every proof, of whichever kind."""
    tries.forget(session, "code", acting.account_id.bytes)
    audit.record(session, acting.account_id, "second_factor_proved", now=now)


def forget_wrong_codes(session: Session, account_id: UUID) -> None:
    """Her codes open again: the pass phrase is another one, or the authenticator is."""
    tries.forget(session, _WRONG, account_id.bytes)


def limit(session: Session, acting: SignedIn, *, now: datetime) -> None:
    """Count a try, of whichever kind, before anything is looked at. Raises SlowDown."""
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


def _use_any(session: Session, acting: SignedIn, code: str, *, now: datetime) -> None:
    asked = select(SecondFactor).where(
        SecondFactor.account_id == acting.account_id, SecondFactor.confirmed_at.is_not(None)
    )
    refusal = CodeDoesNotFit()
    for factor in session.scalars(asked.order_by(SecondFactor.id).with_for_update()):
        try:
            _use(factor, acting, code, now=now)
        except CodeDoesNotFit as refused:
            # Of two authenticators the better advice counts: that a clock is wrong.
            refusal = refused if isinstance(refused, ClockIsOff) else refusal
        else:
            factor.used_at = now
            return
    tries.count(session, _WRONG, acting.account_id.bytes, within=A_DAY, now=now)
    raise refusal


def _check_wrong_codes(session: Session, acting: SignedIn, *, now: datetime) -> None:
    who = acting.account_id.bytes
    try:
        tries.check(session, _WRONG, who, limit=WRONG_CODES, within=A_DAY, now=now)
    except SlowDown:
        raise TooManyWrongCodes from None


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
