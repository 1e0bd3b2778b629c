"""The browsers a colleague signed in with, so that an unknown one is shown to her and her house.

A browser is known by a long random cookie on the staff's pages, of which only a keyed hash is kept:
nothing is asked of the browser itself. Survivors' pages have no such mark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from portal.domain.refusals import NotFound
from portal.models import KnownBrowser, StaffMember
from portal.services import audit
from portal.services.colleagues.listing import may_see
from portal.services.entry import sessions
from portal.services.entry.sessions import SignedIn
from portal.services.house import key_file
from portal.vault import keyed_hash

FORGOTTEN_AFTER = timedelta(days=400)
SHOWN_FOR = timedelta(days=14)
SHOWN = 20


@dataclass(frozen=True)
class Arrival:
    """How a sign-in stands to the browsers of this colleague."""

    is_unknown: bool
    unconfirmed: int
    """Browsers that are new to her account and that she has not called hers yet."""


def arrive(session: Session, acting: SignedIn, mark: str, *, now: datetime) -> Arrival:
    """Write down in which browser the second factor was just shown.

    The first browser of an account begins it and is nobody's news.
    """
    hashed = _hash(session, acting.account_id, mark)
    here = select(KnownBrowser).where(KnownBrowser.account_id == acting.account_id)
    found = session.scalar(here.where(KnownBrowser.mark == hashed))
    is_first = session.scalar(select(here.exists())) is not True
    if found is None:
        session.add(
            KnownBrowser(
                account_id=acting.account_id,
                mark=hashed,
                first_seen_at=now,
                last_seen_at=now,
                confirmed_at=now if is_first else None,
            )
        )
        session.flush()
        if not is_first:
            audit.record(session, acting.account_id, "unknown_browser", now=now)
    else:
        found.last_seen_at = now
    waiting = session.scalars(here.where(KnownBrowser.confirmed_at.is_(None))).all()
    return Arrival(found is None and not is_first, len(waiting))


def mine(session: Session, acting: SignedIn) -> Sequence[KnownBrowser]:
    """The own browsers, the latest first."""
    return session.scalars(
        select(KnownBrowser)
        .where(KnownBrowser.account_id == acting.account_id)
        .order_by(KnownBrowser.last_seen_at.desc(), KnownBrowser.id)
        .limit(SHOWN)
    ).all()


def is_this(session: Session, acting: SignedIn, browser: KnownBrowser, mark: str) -> bool:
    """Whether this is the browser that asks."""
    return bool(mark) and browser.mark == _hash(session, acting.account_id, mark)


def confirm(session: Session, acting: SignedIn, browser_id: UUID, *, now: datetime) -> None:
    """She says that it was she. Raises NotFound."""
    browser = _get(session, acting, browser_id)
    browser.confirmed_at = browser.confirmed_at or now
    session.flush()
    audit.record(session, acting.account_id, "browser_confirmed", now=now)


def disown(session: Session, acting: SignedIn, browser_id: UUID, *, now: datetime) -> None:
    """She says that it was somebody else: every other sign-in of hers ends. Raises NotFound."""
    browser = _get(session, acting, browser_id)
    session.delete(browser)
    session.flush()
    sessions.end_all(session, acting.account_id, but=acting.session_id)
    audit.record(session, acting.account_id, "browser_disowned", now=now)


def sign_out_everywhere(session: Session, acting: SignedIn, *, now: datetime) -> None:
    """She ends every sign-in of hers, in whatever browser, this one too."""
    sessions.end_all(session, acting.account_id)
    audit.record(session, acting.account_id, "signed_out_everywhere", now=now)


def unknown_lately(
    session: Session, acting: SignedIn, *, now: datetime
) -> list[tuple[KnownBrowser, StaffMember]]:
    """New browsers of the last fortnight, for whoever sees the colleagues. Raises NotYours."""
    may_see(acting)
    before = KnownBrowser.__table__.alias()
    had_one = exists().where(
        before.c.account_id == KnownBrowser.account_id,
        before.c.first_seen_at < KnownBrowser.first_seen_at,
    )
    rows = session.execute(
        select(KnownBrowser, StaffMember)
        .join(StaffMember, StaffMember.account_id == KnownBrowser.account_id)
        .where(KnownBrowser.first_seen_at > now - SHOWN_FOR, had_one)
        .order_by(KnownBrowser.first_seen_at.desc(), KnownBrowser.id)
        .limit(SHOWN)
    )
    return [(browser, member) for browser, member in rows]


def forget_old(session: Session, *, now: datetime) -> int:
    """A browser that did not come for more than a year is a stranger again; gives how many."""
    old = delete(KnownBrowser).where(KnownBrowser.last_seen_at <= now - FORGOTTEN_AFTER)
    gone = session.scalars(
        old.returning(KnownBrowser.id).execution_options(synchronize_session="fetch")
    )
    return len(gone.all())


def _get(session: Session, acting: SignedIn, browser_id: UUID) -> KnownBrowser:
    found = session.get(KnownBrowser, browser_id)
    if found is None or found.account_id != acting.account_id:
        raise NotFound
    return found


def _hash(session: Session, account_id: UUID, mark: str) -> bytes:
    # Of each account its own: two people at one computer cannot be told from the table.
    return keyed_hash(key_file(session).pepper, "browser", account_id.bytes, mark.encode())
