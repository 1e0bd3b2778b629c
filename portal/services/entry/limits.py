"""What the pages cannot hide: said once per sign-in, until the person says "I know"."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.models import Account, SignIn
from portal.services.entry.sessions import SignedIn


def have_read(session: Session, acting: SignedIn, *, now: datetime) -> None:
    """She goes on, and reads it again at her next sign-in."""
    session.get_one(SignIn, acting.session_id).told_limits_at = now
    session.flush()


def know(session: Session, acting: SignedIn, *, now: datetime) -> None:
    """She knows: it is not put before her pages any more, only a tap away."""
    have_read(session, acting, now=now)
    session.get_one(Account, acting.account_id).knows_limits_at = now
    session.flush()
