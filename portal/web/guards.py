"""What every view may ask of its request: the house, the database, the time, and who acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import cast

from flask import Flask, Response, abort, current_app, flash, g, redirect, request
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from portal import i18n
from portal.database import Database
from portal.domain.refusals import Refusal
from portal.domain.training import check_training, is_read_only
from portal.i18n import dates
from portal.services.colleagues import staff
from portal.services.entry import sessions
from portal.services.entry.sessions import SignedIn
from portal.services.house import House
from portal.web.inside import PREFIX, find_inside
from portal.web.whereabouts import Whereabouts

CHOOSING_A_PASSPHRASE = ("/staff/me", "/staff/me/pass-phrase")
"""All that is open to a colleague until the pass phrase is her own."""
OPEN_WITHOUT_TRAINING = frozenset(
    {
        "staff.inside.proof.go_on",
        "staff.inside.account.change_passphrase",
        "staff.inside.account.sign_out_everywhere",
        "staff.inside.what_stays.go_on",
    }
)
"""What a colleague may still send once her training date has passed."""
LIMITS = "/staff/what-stays"
"""Where staff read what their pages do not hide, before all others."""


def house() -> House:
    """The house this request came to: settings, key file, places for slow passes."""
    return cast(House, current_app.extensions["house"])


def database() -> Database:
    """The house's database, for acts that need transactions of their own."""
    return cast(Database, current_app.extensions["database"])


def whereabouts() -> Whereabouts:
    """The centre's zone and country, also without a database."""
    return cast(Whereabouts, current_app.extensions["centre"].find())


def offered_languages() -> tuple[str, ...]:
    """The languages of the pages, the first one for whoever reads none of them."""
    return whereabouts().languages


def look_at_the_house_again() -> None:
    """The house was changed in this request: the next page of this process says so."""
    current_app.extensions["centre"].look_again()


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
    for known in ("signed_in", "_login_user", "staff_token", "claimed_form", "works_outside"):
        g.pop(known, None)
    g.must_write = True


@contextmanager
def transaction() -> Iterator[Session]:
    """Whatever a service changes in here is undone when it refuses; what came before is kept.

    What came before is who acts and what was read: an audit event must outlive a refusal. So must
    what a refusal counts: a wrong code that could be undone could be tried for ever.
    """
    # Found first: being there is kept at once, which would end a savepoint of a page only shown.
    person = _find_signed_in()
    savepoint = db().begin_nested()
    opened_before = dict(person.openings) if person else {}
    try:
        yield db()
        savepoint.commit()
    except BaseException as reason:
        if isinstance(reason, Refusal) and reason.counts:
            savepoint.commit()
        else:
            savepoint.rollback()
            if person:
                # Their acts are undone as well: the page that shows these words opens them anew,
                # and would else believe that it is written down.
                person.openings.clear()
                person.openings.update(opened_before)
        raise


def end_transaction() -> None:
    """Commit and close the request's transaction, before an act with transactions of its own.

    A slow pass must not hold SQLite's write lock, and two transactions of one request would wait
    for each other.
    """
    g.works_outside = True
    session = g.pop("db", None)
    if session is not None:
        session.commit()
        session.close()


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


def set_the_scene() -> None:
    """The language and the clock of this page, before anybody is known."""
    mark = find_inside()
    offered = offered_languages()
    asked = request.headers.get("Accept-Language", "")
    i18n.use_language(mark.language if mark else i18n.negotiate(asked, offered))
    i18n.use_zone(whereabouts().zone)


def refuse_outsiders() -> None:
    """An inner path that did not come through the one address is no path at all."""
    if request.path.startswith(PREFIX) and find_inside() is None:
        abort(404)


def signed_in() -> SignedIn:
    """Who acts, on either surface; only behind a guard."""
    found = _find_signed_in()
    if found is None:
        raise RuntimeError("no guard stands before this view")
    return found


def _find_signed_in() -> SignedIn | None:
    if "signed_in" in g:
        return cast(SignedIn, g.signed_in)
    if current_user and current_user.is_authenticated:
        return cast(SignedIn, current_user.signed_in)
    return None


def find_survivor() -> SignedIn | None:
    """The survivor whose live page key came with this request."""
    mark = find_inside()
    if mark is None or not mark.page_key:
        return None
    found = sessions.find(db(), mark.page_key, now=utc_now())
    return found if found is not None and found.is_survivor else None


def require_survivor() -> AnyResponse | None:
    """Let nobody past who does not hold the page key of a live session."""
    found = find_survivor()
    if found is None:
        return redirect("/")
    if found.covered_at is not None:
        return redirect(f"{PREFIX}/front/uncover")
    if found.told_limits_at is None:
        return redirect(f"{PREFIX}/front/what-this-hides")
    g.signed_in = found
    i18n.use_language(found.language)
    return None


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
    if request.path.startswith(LIMITS):
        return None
    if request.method == "GET" and current_user.signed_in.told_limits_at is None:
        return redirect(f"{LIMITS}?next={request.path}")
    if request.path not in CHOOSING_A_PASSPHRASE and staff.must_choose_passphrase(
        db(), current_user.signed_in
    ):
        flash(i18n.gettext("Choose your own pass phrase first: somebody made this one."), "info")
        return redirect(CHOOSING_A_PASSPHRASE[0])
    return None


def refuse_untrained() -> None:
    """The one place where an account whose training has passed is read-only.

    Raises TrainingHasPassed for whatever would change something. Left open is what she needs to
    keep her own sign-in hers.
    """
    if request.method in ("GET", "HEAD") or request.endpoint in OPEN_WITHOUT_TRAINING:
        return
    check_training(signed_in().trained_until, today=dates.here(utc_now()).date())


def only_reads() -> bool:
    """Whether this colleague's training has passed, for the page to say so beforehand."""
    person = find_staff()
    today = dates.here(utc_now()).date()
    return person is not None and is_read_only(person.trained_until, today=today)
