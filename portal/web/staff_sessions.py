"""The browser sessions of staff: a token in a cookie, and a small sealed cookie for the page.

Survivors have neither: what a browser sends by itself, a person who finds the phone has too.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from flask import Flask, Request, Response, g, request
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin
from flask_login import LoginManager
from flask_wtf import CSRFProtect

from portal.services.entry import sessions
from portal.services.entry.sessions import SignedIn
from portal.vault import CannotOpen, KeyFile, keyed_hash, open_under_token, seal_under_token
from portal.web import guards

PATH = "/staff"
_TOKEN, _PAGE = "s", "p"
_PURPOSE = "staff page"
_LARGEST_COOKIE = 3800

csrf = CSRFProtect()


class StaffPerson:
    """What Flask-Login asks of somebody who is signed in."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, signed_in: SignedIn) -> None:
        self.signed_in = signed_in

    def get_id(self) -> str:
        """The account, as text."""
        return str(self.signed_in.account_id)


class PageSessions(SessionInterface):
    """The CSRF token and the words to flash, sealed: words may say what a case is about."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._serializer = TaggedJSONSerializer()

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """What the cookie holds, or nothing; a survivor's request has no session at all."""
        if not request.path.startswith(PATH):
            return None
        try:
            sealed = urlsafe_b64decode(request.cookies.get(_name(request, _PAGE), ""))
            text = open_under_token(self._key, _PURPOSE, sealed).decode()
            return SecureCookieSession(self._serializer.loads(text))
        except (CannotOpen, ValueError, json.JSONDecodeError):
            return SecureCookieSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Seal what changed into the cookie."""
        if not session.modified:
            return
        text = self._serializer.dumps(dict(session))
        value = urlsafe_b64encode(seal_under_token(self._key, _PURPOSE, text.encode())).decode()
        if len(value) > _LARGEST_COOKIE:
            raise ValueError("too much to flash: a browser drops a cookie of this size")
        _set(response, _PAGE, value)


def admit(token: str) -> None:
    """Give this browser the token of a sign-in that was just made or renewed."""
    g.staff_token = token


def rise(token: str) -> None:
    """Swap the token of this browser when privilege rises, and let the same person go on."""
    admit(token)
    found = sessions.find(guards.db(), token, now=guards.utc_now())
    assert found is not None
    # Where Flask-Login keeps who it found: the rest of this request acts with the new sign-in.
    g._login_user = StaffPerson(found)  # noqa: SLF001


def dismiss() -> None:
    """Take the token from this browser."""
    g.staff_token = ""


def staff_token() -> str:
    """The token of this request's sign-in, to end or renew it."""
    return request.cookies.get(_name(request, _TOKEN), "")


def current_token() -> str:
    """The token this browser will hold after this request: the new one when it just rose."""
    token: str = g.get("staff_token") or staff_token()
    return token


def furnish(app: Flask, key_file: KeyFile) -> None:
    """Give the application its staff sessions, its CSRF tokens and its signed-in people."""
    key = keyed_hash(key_file.mac_key, "staff pages").hex()
    app.secret_key = key
    app.session_interface = PageSessions(key)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    csrf.init_app(app)
    # Templates ask `signed_in()` who somebody is: without Flask-Login's own `current_user`.
    people = LoginManager(app, add_context_processor=False)
    people.session_protection = None
    people.request_loader(_find_person)
    app.after_request(_hand_over_token)


def check_csrf() -> None:
    """Refuse a staff form that another site made."""
    csrf.protect()


def _find_person(request: Request) -> StaffPerson | None:
    token = request.cookies.get(_name(request, _TOKEN), "")
    # The page that says that something failed must not ask a database that has just failed.
    if not token or not request.path.startswith(PATH) or "has_failed" in g:
        return None
    found = sessions.find(guards.db(), token, now=guards.utc_now())
    return None if found is None or found.is_survivor else StaffPerson(found)


def _hand_over_token(response: Response) -> Response:
    # A failed request is undone, and the new token with it: the browser keeps the old one.
    if "staff_token" in g and response.status_code < 500:
        _set(response, _TOKEN, g.staff_token)
    return response


def _name(request: Any, name: str) -> str:
    return f"__Host-{name}" if request.is_secure else name


def _set(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        _name(request, name),
        value,
        max_age=None if value else 0,
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
