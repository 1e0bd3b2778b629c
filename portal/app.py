"""The application, put together."""

import gc
import sys
from collections.abc import Callable
from typing import Any

from babel.support import LazyProxy
from flask import Blueprint, Flask, Response, g, request
from flask.json.provider import DefaultJSONProvider
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import i18n, resources
from portal.database import Database
from portal.embedded import lost_a_race
from portal.services.house import House
from portal.settings import Settings
from portal.vault import KeyFile, SlowPasses
from portal.web import (
    errors,
    front,
    guards,
    sent_once,
    staff,
    staff_sessions,
    survivor,
    templating,
)
from portal.web.headers import Headers
from portal.web.inside import PREFIX, find_inside
from portal.web.kept_answers import KeptAnswers
from portal.web.kept_pieces import KeptPieces
from portal.web.one_address import OneAddress
from portal.web.templates import Templates
from portal.web.whereabouts import CentreOnTheMap

TAKES_TURNS_SECONDS = 0.0005
"""After this, threads of a process that wait for the interpreter get it. Python's own 5 ms is what
whoever holds SQLite's write lock would wait after each statement, and everybody else with her: a
first reading with its audit event is a sixth faster among eight (measured)."""


LOOKS_FOR_CIRCLES_EVERY = 20_000
"""New objects after which Python looks for circles that nobody holds. A page makes more than its
own 700: looking each time through all that a page is made of costs 3 % (measured)."""


class SaidNow(DefaultJSONProvider):
    """A sentence of a WORDS table is looked up late; a notice that a session keeps is said now."""

    @staticmethod
    def default(o: Any) -> Any:
        """What JSON has no form for."""
        return str(o) if isinstance(o, LazyProxy) else DefaultJSONProvider.default(o)


class Portal(Flask):
    """Flask, but that a page which lost a race for the database is made once more."""

    json_provider_class = SaidNow
    jinja_environment = Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """What is called for a request: Flask would look each time whether it is asynchronous."""
        return func

    def full_dispatch_request(self) -> Response:
        """The answer to a request. What the first try had begun never happened."""
        try:
            return super().full_dispatch_request()
        except OperationalError as error:
            if not lost_a_race(error) or "must_write" in g:
                raise
            guards.begin_again()
            return super().full_dispatch_request()

    def log_exception(self, exc_info: Any) -> None:
        """What fails after the view, such as its commit: Flask would log the whole message."""
        errors.write_down(exc_info[1])


def create_app(settings: Settings | None = None) -> Flask:
    """The whole portal as one WSGI application."""
    settings = settings or Settings.from_environment()
    sys.setswitchinterval(TAKES_TURNS_SECONDS)
    gc.set_threshold(LOOKS_FOR_CIRCLES_EVERY)
    i18n.load(settings.languages)
    app = Portal(
        "portal",
        template_folder=str(resources.templates()),
        static_folder=str(resources.static() / "staff"),
        static_url_path="/staff/static",
    )
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    _open_house(app, settings)
    _guard(app, settings)
    templating.furnish(app, settings)
    errors.register(app)
    _add_pages(app)
    _put_behind_one_address(app, settings)
    return app


def _open_house(app: Flask, settings: Settings) -> None:
    key_file = KeyFile.load(settings.key_file)
    database = Database(settings.database_url, key_file, settings)
    passes = SlowPasses(settings.data_dir / "slow-passes", settings.slow_pass_slots)
    app.extensions["database"] = database
    app.extensions["house"] = House(settings, key_file, passes)
    app.extensions["centre"] = CentreOnTheMap(database, settings)
    app.extensions["kept_pieces"] = KeptPieces()
    staff_sessions.furnish(app, key_file)


def _guard(app: Flask, settings: Settings) -> None:
    headers = Headers(lambda: app.extensions["centre"].find().exit_pages)

    def finish(response: Response) -> Response:
        sent_once.keep_outcome(response)
        guards.keep_changes(response)
        if find_inside() is None:
            is_file = request.endpoint == "static" and response.status_code in (200, 304)
            headers.for_staff(response, keep=is_file)
        return response

    app.before_request(guards.refuse_outsiders)
    app.before_request(guards.set_the_scene)
    app.after_request(finish)
    app.teardown_request(guards.drop_changes)


def _add_pages(app: Flask) -> None:
    app.register_blueprint(front.make_blueprint(), url_prefix=f"{PREFIX}/front")
    for prefix, pages in _surfaces().items():
        app.register_blueprint(pages, url_prefix=prefix)


def _surfaces() -> dict[str, Blueprint]:
    return {
        PREFIX: survivor.make_blueprint(),
        staff_sessions.PATH: staff.make_blueprint(),
    }


def _put_behind_one_address(app: Flask, settings: Settings) -> None:
    kept = KeptAnswers(app.extensions["database"], lambda: guards.clock_of(app))
    outside = OneAddress(app, settings, kept, app.extensions["centre"])
    depth = settings.proxy_depth
    app.wsgi_app = ProxyFix(outside, x_for=depth, x_proto=depth, x_host=depth)  # type: ignore[method-assign]
