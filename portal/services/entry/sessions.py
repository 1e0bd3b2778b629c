"""Who is signed in: a row found by the token's hash, with the unlocked key sealed under the token.

Token without database, or database without token: nothing. Deleting rows signs out, at once.
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, exists, select, update
from sqlalchemy.orm import Session

from portal.domain.cards import plain_digits
from portal.domain.refusals import NotFound
from portal.domain.roles import Permission, Role, allows
from portal.models import Account, Case, Draft, Membership, SignIn, StaffMember, plain_rows
from portal.services.house import at_once, key_file
from portal.settings import Settings
from portal.vault import (
    KeyPair,
    keyed_hash,
    new_token,
    open_under_token,
    seal_under_token,
    token_hash,
)

SLIDE_AFTER = timedelta(seconds=15)
"""A sign-in slides at most this often, so that reading on does not write each time."""


_OF_STAFF = (StaffMember.name, StaffMember.left_at, StaffMember.trained_until)
_BY_TOKEN = (
    select(
        *SignIn.__table__.c,
        Account.holder_id,
        *_OF_STAFF,
        Case.closed_at,
        exists().where(Draft.case_id == SignIn.case_id).label("has_unsent"),
    )
    .join(Account, Account.id == SignIn.account_id)
    .outerjoin(Case, Case.id == SignIn.case_id)
    .outerjoin(StaffMember, StaffMember.account_id == SignIn.account_id)
    .where(SignIn.token_hash == bindparam("token_hash"))
)
_ROLES = select(Membership.role, Membership.service_id).where(
    Membership.account_id == bindparam("account_id")
)
_SLIDE = (
    update(SignIn).where(SignIn.token_hash == bindparam("of")).values(last_seen_at=bindparam("to"))
)


@dataclass(frozen=True)
class SignedIn:
    """The person of this request: survivor (with a case) or staff (with roles)."""

    account_id: UUID
    holder_id: UUID
    session_id: bytes
    keys: KeyPair
    language: str
    case_id: UUID | None = None
    name: str = ""
    roles: frozenset[tuple[Role, UUID | None]] = frozenset()
    covered_at: datetime | None = None
    second_factor_at: datetime | None = None
    signed_in_before_at: datetime | None = None
    told_limits_at: datetime | None = None
    trained_until: date | None = None
    work_ended_at: datetime | None = None
    """A survivor's: since when the house no longer works on her file."""
    has_unsent: bool = True
    """A survivor's: whether she had kept anything for later when this request came. Most have not,
    and their pages need not ask what."""
    openings: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What this sign-in opened, as far as this request knows: see `services.keys.openings`."""

    @property
    def is_survivor(self) -> bool:
        """Whether this is a survivor; everybody else is staff."""
        return self.case_id is not None

    @property
    def her_case_id(self) -> UUID:
        """The survivor's own case. Raises NotFound for staff."""
        if self.case_id is None:
            raise NotFound
        return self.case_id

    def may(self, permission: Permission) -> bool:
        """Whether one of the person's roles opens the act."""
        return allows(frozenset(role for role, _ in self.roles), permission)

    def services(self, role: Role) -> frozenset[UUID]:
        """The services in which the person holds a role."""
        return frozenset(
            service_id for held, service_id in self.roles if held is role and service_id
        )


def start(
    session: Session,
    account_id: UUID,
    *,
    keys: KeyPair,
    language: str,
    now: datetime,
    pin: str | None = None,
    second_factor_at: datetime | None = None,
) -> str:
    """A new sign-in; gives the token. A survivor's other sign-ins end: one phone at a time.

    Whoever lets a survivor in holds her account, so that of two who come in one is out again.
    """
    account = session.get_one(Account, account_id)
    case_id = session.scalar(select(Case.id).where(Case.survivor_id == account_id))
    if case_id is not None:
        end_all(session, account_id)
    token = new_token()
    body = {
        "private": keys.private.hex(),
        "public": keys.public.hex(),
        "language": language,
        "pin": pin_mark(session, account_id, pin).hex() if pin else "",
    }
    session.add(
        SignIn(
            token_hash=token_hash(token),
            account_id=account_id,
            case_id=case_id,
            body=_seal_body(token, body),
            created_at=now,
            last_seen_at=now,
            second_factor_at=second_factor_at,
            signed_in_before_at=account.last_sign_in_at,
            told_limits_at=account.knows_limits_at,
            openings={},
        )
    )
    account.last_sign_in_at = now
    session.flush()
    return token


def find(session: Session, token: str, *, now: datetime, slide: bool = True) -> SignedIn | None:
    """The person behind a token, if the sign-in is alive; being there keeps it alive."""
    row = plain_rows(session, _BY_TOKEN, {"token_hash": token_hash(token)}).one_or_none()
    if row is None:
        return None
    if _is_over(session, row, now=now) or row.left_at:
        with at_once(session) as writing:
            end(writing, token)
        return None
    # What a covered page still says by itself is no sign that anybody is there.
    if slide and row.covered_at is None and now - row.last_seen_at > SLIDE_AFTER:
        with at_once(session) as writing:
            writing.connection().execute(_SLIDE, {"of": row.token_hash, "to": now})
    body = json.loads(open_under_token(token, "sign-in", row.body))
    return SignedIn(
        account_id=row.account_id,
        holder_id=row.holder_id,
        session_id=row.token_hash,
        keys=KeyPair(private=bytes.fromhex(body["private"]), public=bytes.fromhex(body["public"])),
        language=body["language"],
        case_id=row.case_id,
        name=row.name or "",
        roles=_roles(session, row.account_id) if row.name is not None else frozenset(),
        covered_at=row.covered_at,
        second_factor_at=row.second_factor_at,
        signed_in_before_at=row.signed_in_before_at,
        told_limits_at=row.told_limits_at,
        trained_until=row.trained_until,
        work_ended_at=row.closed_at,
        has_unsent=row.has_unsent,
        openings=row.openings,
    )


def renew(
    session: Session, token: str, *, now: datetime, second_factor_at: datetime | None = None
) -> str:
    """Swap the token when privilege rises, so that an older copy of it opens nothing.

    Raises NotFound when this sign-in was ended meanwhile.
    """
    old = session.get(SignIn, token_hash(token), with_for_update=True, populate_existing=True)
    if old is None:
        raise NotFound
    body = json.loads(open_under_token(token, "sign-in", old.body))
    fresh = new_token()
    session.add(
        SignIn(
            token_hash=token_hash(fresh),
            account_id=old.account_id,
            case_id=old.case_id,
            body=_seal_body(fresh, body),
            created_at=old.created_at,
            last_seen_at=now,
            covered_at=old.covered_at,
            second_factor_at=second_factor_at or old.second_factor_at,
            signed_in_before_at=old.signed_in_before_at,
            told_limits_at=old.told_limits_at,
            openings=old.openings,
        )
    )
    session.delete(old)
    session.flush()
    return fresh


def speak(session: Session, token: str, language: str) -> None:
    """Change the language of a sign-in."""
    sign_in = session.get_one(SignIn, token_hash(token))
    body = json.loads(open_under_token(token, "sign-in", sign_in.body))
    sign_in.body = _seal_body(token, {**body, "language": language})
    session.flush()


def learn_pin(session: Session, acting: SignedIn, token: str, pin: str) -> None:
    """After a change of PIN it is the new one that uncovers the page."""
    sign_in = session.get_one(SignIn, token_hash(token))
    body = json.loads(open_under_token(token, "sign-in", sign_in.body))
    mark = pin_mark(session, acting.account_id, plain_digits(pin) or "")
    sign_in.body = _seal_body(token, {**body, "pin": mark.hex()})
    session.flush()


def end(session: Session, token: str) -> None:
    """End one sign-in; an unknown token is no matter."""
    session.execute(delete(SignIn).where(SignIn.token_hash == token_hash(token)))


def end_all(session: Session, account_id: UUID, *, but: bytes | None = None) -> None:
    """End every sign-in of an account, or all but one."""
    which = SignIn.account_id == account_id
    if but is not None:
        which &= SignIn.token_hash != but
    alive = select(SignIn.token_hash).where(which).limit(1)
    # One that gets another token at this moment is waited for, and found again under that one.
    while session.scalar(alive) is not None:
        ended = delete(SignIn).where(which)
        session.execute(ended.execution_options(synchronize_session="fetch"))


def _is_over(session: Session, sign_in: Row[Any], *, now: datetime) -> bool:
    settings: Settings = session.info["settings"]
    idle = (
        settings.staff_idle_minutes if sign_in.case_id is None else settings.survivor_idle_minutes
    )
    quiet: timedelta = now - sign_in.last_seen_at
    lasted: timedelta = now - sign_in.created_at
    return quiet > timedelta(minutes=idle) or lasted > timedelta(hours=settings.session_hours)


def _roles(session: Session, account_id: UUID) -> frozenset[tuple[Role, UUID | None]]:
    rows = plain_rows(session, _ROLES, {"account_id": account_id})
    return frozenset((role, service_id) for role, service_id in rows)


def pin_mark(session: Session, account_id: UUID, pin: str) -> bytes:
    """By what a sign-in knows its PIN again."""
    # Keyed with the pepper and sealed with the session body: a stolen database cannot try PINs.
    return keyed_hash(key_file(session).pepper, "pin", account_id.bytes, pin.encode())


def _seal_body(token: str, body: dict[str, str]) -> bytes:
    return seal_under_token(token, "sign-in", json.dumps(body).encode())
