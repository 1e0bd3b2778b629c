"""A colleague's browser: it follows forms as they stand in the page, CSRF token and all."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.test import TestResponse

from portal.database import Database
from portal.models import Account
from tests.people import Person, a_sign_in
from tests.web.tree import tree_of


class Browser:
    """One window with its cookies, showing one page."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        self.path = ""
        self._shown: TestResponse | None = None

    @property
    def shown(self) -> TestResponse:
        """The last answer; who comes back and asks for nothing stands at her first page."""
        if self._shown is None:
            self.get("/staff/")
        assert self._shown is not None
        return self._shown

    @property
    def page(self) -> BeautifulSoup:
        """The page as a tree."""
        return tree_of(self.shown.text)

    @property
    def words(self) -> str:
        """What a reader of the page reads."""
        work = self.page.find("main")
        return " ".join(work.get_text(" ").split()) if work else ""

    @property
    def heading(self) -> str:
        """The one h1."""
        found = self.page.find("h1")
        return " ".join(found.get_text(" ").split()) if found else ""

    @property
    def status(self) -> int:
        """The status of the last answer."""
        return self.shown.status_code

    def get(self, path: str) -> Browser:
        """Go somewhere, through redirects."""
        return self._take(self.client.get(path, follow_redirects=True))

    def post(self, path: str, **fields: Any) -> Browser:
        """Send fields with this page's CSRF token, whatever form it was made for."""
        token = self.page.find("input", {"name": "csrf_token"})
        fields = {"csrf_token": str(token["value"]) if isinstance(token, Tag) else "", **fields}
        return self._take(self.client.post(path, data=fields, follow_redirects=True))

    def submit(self, button: str, **typed: Any) -> Browser:
        """Press the button with these words; hidden fields and what stands there go along."""
        form, pressed = self.form_of(button)
        fields = fields_of(form) | typed
        if pressed.get("name"):
            fields[str(pressed["name"])] = str(pressed.get("value") or "")
        return self._take(
            self.client.post(
                str(form.get("action") or self.path), data=fields, follow_redirects=True
            )
        )

    def follow(self, words: str) -> Browser:
        """Follow the link with these words."""
        for link in self.page.find_all("a"):
            if words in " ".join(link.get_text(" ").split()):
                return self.get(str(link["href"]))
        raise AssertionError(f"no link {words!r} in: {self.words[:600]}")

    def has_button(self, words: str) -> bool:
        """Whether the page offers this."""
        return any(words in " ".join(b.get_text(" ").split()) for b in self.page.find_all("button"))

    def sign_in(self, person: Person, **code: str) -> Browser:
        """Address, pass phrase and the code of now."""
        now = self.app.config["NOW"]()
        self.get("/staff/sign-in")
        self.submit("Go on", email=person.email, passphrase=person.passphrase)
        self.submit("Sign in", code=code.get("code") or person.code(now))
        return self.submit("Go on") if self.path.startswith("/staff/what-stays") else self

    def come_back(self, person: Person) -> Browser:
        """Be signed in, past the second factor and all that stands on the way."""
        now = self.app.config["NOW"]()
        database: Database = self.app.extensions["database"]
        with database.transaction() as session:
            session.get_one(Account, person.account_id).knows_limits_at = now
            token = a_sign_in(session, person, now=now, second_factor_at=now)
        self.client.set_cookie("s", token)
        return self

    def form_of(self, words: str) -> tuple[Tag, Tag]:
        """The form of a button, and the button."""
        for button in self.page.find_all("button"):
            if words in " ".join(button.get_text(" ").split()):
                form = button.find_parent("form")
                assert isinstance(form, Tag)
                return form, button
        raise AssertionError(f"no button {words!r} in: {self.words[:600]}")

    def _take(self, response: TestResponse) -> Browser:
        self._shown = response
        request = response.request
        query = urlsplit(request.url).query
        self.path = request.path + (f"?{query}" if query else "")
        return self


def fields_of(form: Tag) -> dict[str, Any]:
    """What a browser would send of a form as it stands."""
    fields: dict[str, Any] = {}
    for one in form.find_all(["input", "textarea", "select"]):
        name, kind = one.get("name"), one.get("type")
        if not name or (kind in ("checkbox", "radio") and not one.has_attr("checked")):
            continue
        if one.name == "select":
            chosen = one.find("option", selected=True) or one.find("option")
            fields[str(name)] = str(chosen["value"]) if isinstance(chosen, Tag) else ""
        elif one.name == "textarea":
            fields[str(name)] = one.get_text().removeprefix("\n")
        else:
            fields[str(name)] = str(one.get("value") or "")
    return fields
