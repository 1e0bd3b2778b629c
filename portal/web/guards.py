"""What every view may ask of its request: the house, the database, the time, and who acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from flask import Response, abort, current_app, g, redirect
from flask_login import current_user

from portal import i18n
from portal.database import Database
from portal.services import sessions
from portal.services.sessions import SignedIn
from portal.settings import Settings
from portal.vault import KeyFile, SlowPasses
from portal.web.inside import find_inside

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response as AnyResponse


@dataclass(frozen=True)
class House:
    """What one running installation has: one of each."""

    settings: Settings
    key_file: KeyFile
    database: Database
    slow_passes: SlowPasses


def house() -> House:
    """The house this request came to."""
    return cast(House, current_app.extensions["house"])


def utc_now() -> datetime:
    """The time, asked in one place; tests set the clock with app.config["NOW"]."""
    clock = current_app.config.get("NOW")
    return cast(datetime, clock()) if clock else datetime.now(UTC)


def db() -> "Session":
    """The request's one transaction, opened when first asked for and committed at the end."""
    if "db" not in g:
        g.db = house().database.session()
    return cast("Session", g.db)


@contextmanager
def transaction() -> Iterator["Session"]:
    """Whatever a service changes in here is undone when it refuses; what came before is kept.

    What came before is who acts and what was read: an audit event must outlive a refusal.
    """
    with db().begin_nested():
        yield db()


def keep_changes(response: Response) -> Response:
    """Commit the request's transaction: nobody else does."""
    if "db" in g and response.status_code < 500:
        g.db.commit()
    return response


def drop_changes(_error: BaseException | None = None) -> None:
    """Close the request's transaction; what was not committed never happened."""
    session = g.pop("db", None)
    if session is not None:
        session.close()


def signed_in() -> SignedIn:
    """Who acts, on either surface; only behind a guard."""
    if "signed_in" in g:
        return cast(SignedIn, g.signed_in)
    if current_user and current_user.is_authenticated:
        return cast(SignedIn, current_user.signed_in)
    raise RuntimeError("no guard stands before this view")


def require_survivor() -> "AnyResponse | None":
    """Let nobody past who does not hold the page key of a survivor's live session."""
    mark = find_inside()
    found = sessions.find(db(), mark.page_key, now=utc_now()) if mark and mark.page_key else None
    if found is None or found.kind != "survivor":
        return redirect("/")
    g.signed_in = found
    i18n.use_language(found.language)
    return None


def require_staff() -> "AnyResponse | None":
    """Let nobody past who is not signed in as staff with a second factor in this session."""
    if not current_user.is_authenticated:
        return redirect("/staff/sign-in")
    if current_user.signed_in.second_factor_at is None:
        return redirect("/staff/second-factor")
    i18n.use_language(current_user.signed_in.language)
    return None


def refuse_outsiders() -> None:
    """An inner path that did not come through the one address is no path at all."""
    from flask import request

    if request.path.startswith("/-") and find_inside() is None:
        abort(404)
