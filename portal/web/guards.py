"""What every view may ask of its request: the house, the database, the time, and who acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import cast

from flask import Flask, Response, abort, current_app, g, redirect, request
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from portal import i18n
from portal.database import Database
from portal.domain.refusals import Refusal
from portal.services import answers, sessions
from portal.services.house import House
from portal.services.sessions import SignedIn
from portal.vault import open_under_token, seal_under_token
from portal.web.inside import PREFIX, find_inside, get_inside
from portal.web.whereabouts import Whereabouts

_OUTCOME = "form outcome"


def house() -> House:
    """The house this request came to: settings, key file, places for slow passes."""
    return cast(House, current_app.extensions["house"])


def database() -> Database:
    """The house's database, for acts that need transactions of their own."""
    return cast(Database, current_app.extensions["database"])


def whereabouts() -> Whereabouts:
    """The centre's zone and country, also without a database."""
    return cast(Whereabouts, current_app.extensions["centre"].find())


def clock_of(app: Flask) -> datetime:
    """The time; tests set the clock with app.config["NOW"]."""
    clock = app.config.get("NOW")
    return cast(datetime, clock()) if clock else datetime.now(UTC)


def utc_now() -> datetime:
    """The time of this request."""
    return clock_of(current_app)


def db() -> Session:
    """The request's one transaction, opened when first asked for and committed at the end.

    A page that is only shown takes SQLite's write lock when it first writes something down, which
    most do not: see `begin_again`.
    """
    if "db" not in g:
        only_shown = request.method in ("GET", "HEAD") and "must_write" not in g
        g.db = database().session("read" if only_shown else "write")
    return cast(Session, g.db)


def begin_again() -> None:
    """Forget this try: it wrote after somebody else had. The next one takes the lock at once."""
    drop_changes()
    for known in ("signed_in", "_login_user", "staff_token", "claimed_form"):
        g.pop(known, None)
    g.must_write = True


@contextmanager
def transaction() -> Iterator[Session]:
    """Whatever a service changes in here is undone when it refuses; what came before is kept.

    What came before is who acts and what was read: an audit event must outlive a refusal. So must
    what a refusal counts: a wrong code that could be undone could be tried for ever.
    """
    savepoint = db().begin_nested()
    try:
        yield db()
        savepoint.commit()
    except Refusal as refusal:
        if refusal.counts:
            savepoint.commit()
        else:
            savepoint.rollback()
        raise
    except BaseException:
        savepoint.rollback()
        raise


def end_transaction() -> None:
    """Commit and close the request's transaction, before an act with transactions of its own.

    A slow pass must not hold SQLite's write lock, and two transactions of one request would wait
    for each other.
    """
    session = g.pop("db", None)
    if session is not None:
        session.commit()
        session.close()


def keep_changes(response: Response) -> Response:
    """Commit the request's transaction: nobody else does."""
    if "db" in g and response.status_code < 500:
        _keep_outcome(response)
        g.db.commit()
    return response


def drop_changes(_error: BaseException | None = None) -> None:
    """Close the request's transaction; what was not committed never happened."""
    session = g.pop("db", None)
    if session is not None:
        session.close()


def set_the_scene() -> None:
    """The language and the clock of this page, before anybody is known."""
    mark = find_inside()
    offered = house().settings.languages
    asked = request.headers.get("Accept-Language", "")
    i18n.use_language(mark.language if mark else i18n.negotiate(asked, offered))
    i18n.use_zone(whereabouts().zone)


def refuse_outsiders() -> None:
    """An inner path that did not come through the one address is no path at all."""
    if request.path.startswith(PREFIX) and find_inside() is None:
        abort(404)


def signed_in() -> SignedIn:
    """Who acts, on either surface; only behind a guard."""
    if "signed_in" in g:
        return cast(SignedIn, g.signed_in)
    if current_user and current_user.is_authenticated:
        return cast(SignedIn, current_user.signed_in)
    raise RuntimeError("no guard stands before this view")


def find_survivor() -> SignedIn | None:
    """The survivor whose live page key came with this request."""
    mark = find_inside()
    if mark is None or not mark.page_key:
        return None
    found = sessions.find(db(), mark.page_key, now=utc_now())
    return found if found is not None and found.is_survivor else None


def require_survivor() -> AnyResponse | None:
    """Let nobody past who does not hold the page key of a live session, and no form past twice."""
    found = find_survivor()
    if found is None:
        return redirect("/")
    if found.covered_at is not None:
        return redirect(f"{PREFIX}/front/uncover")
    g.signed_in = found
    i18n.use_language(found.language)
    return _earlier_outcome(found)


def find_staff() -> SignedIn | None:
    """The colleague of this request, once she proved her second factor."""
    if not request.path.startswith("/staff") or not current_user.is_authenticated:
        return None
    found = cast(SignedIn, current_user.signed_in)
    return found if found.second_factor_at is not None else None


def require_staff() -> AnyResponse | None:
    """Let nobody past who is not signed in as staff with a second factor in this session."""
    if not current_user.is_authenticated:
        return redirect("/staff/sign-in")
    if current_user.signed_in.second_factor_at is None:
        return redirect("/staff/second-factor")
    i18n.use_language(current_user.signed_in.language)
    return None


def _earlier_outcome(found: SignedIn) -> AnyResponse | None:
    """Where the same form led when it was sent before; the claim waits while that still runs."""
    mark = get_inside()
    if request.method != "POST" or not mark.form_key:
        return None
    earlier = answers.begin_form(db(), found.session_id, mark.form_key, now=utc_now())
    # A form that was refused has no outcome: it may be tried again.
    if earlier is None or earlier.sealed is None:
        g.claimed_form = found.session_id, mark.page_key, mark.form_key
        return None
    target = open_under_token(mark.page_key, _OUTCOME + mark.form_key, earlier.sealed)
    return redirect(target.decode())


def _keep_outcome(response: Response) -> None:
    claimed = g.pop("claimed_form", None)
    if claimed is None or "Location" not in response.headers:
        return
    session_id, page_key, form_key = claimed
    target = response.headers["Location"].encode()
    sealed = seal_under_token(page_key, _OUTCOME + form_key, target)
    answers.finish_form(g.db, session_id, form_key, sealed)
