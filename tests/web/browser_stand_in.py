"""What a browser does with our answers, as far as no browser is needed for it."""

import re
from dataclasses import dataclass, field

from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.tree import tree_of

OWN_STEP = {
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}
READ = "/front/what-this-hides/go-on"
Typed = dict[str, str | list[str]]


@dataclass
class Phone:
    """A phone that keeps the page it last saw, its cookies, and nothing else."""

    app: Flask
    language: str = "en"
    scripting: bool = True
    page: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def open(self, path: str = "/", **headers: str) -> TestResponse:
        """Type an address."""
        said = {"Accept-Language": self.language, "Sec-Fetch-Site": "none", **headers}
        answer = self.client.get(path, headers=said)
        if "Content-Encoding" not in answer.headers:
            self.page = answer.text
        return answer

    def go(self, to: str) -> TestResponse:
        """Tap a link."""
        return self.send({"to": to})

    def do(self, act: str, **typed: str) -> TestResponse:
        """Send a form."""
        return self.send({"do": act, **typed})

    def send(self, typed: Typed, **headers: str) -> TestResponse:
        """POST to the one address with the page key at hand, and show what comes of it."""
        answer = self.post({"k": self.page_key, **typed}, **headers)
        if not self.scripting and answer.status_code == 303 and answer.location == "/":
            answer = self.client.get("/", headers={**self._wish(), **OWN_STEP})
        if answer.status_code != 204:
            self.page = answer.text
        return answer

    def post(self, typed: Typed, **headers: str) -> TestResponse:
        """POST to the one address, and nothing after it."""
        said = {**self._wish(), "Sec-Fetch-Site": "same-origin", **headers}
        if self.scripting:
            said["X-Part"] = "1"
        return self.client.post("/", data=typed, headers=said)

    def sign_in(
        self, card: str, pin: str, *, new: bool = False, reads: bool = True
    ) -> TestResponse:
        """Type card and PIN; who `reads` what is not hidden goes on to her pages."""
        typed: Typed = {"a": card, "b": pin, "l": self.language}
        if new:
            typed |= {"c": "y", "d": pin}
        answer = self.send({"do": "/front/sign-in", **typed})
        if reads and f'value="{READ}"' in self.page:
            answer = self.do(READ)
        return answer

    def come_back(self, token: str) -> None:
        """Stand on the first page of a sign-in without the way there, which has its own tests."""
        self.send({"k": token, "to": "/today"})
        if f'value="{READ}"' in self.page:
            self.do(READ)
        assert self.page_key == token, "she is in"

    @property
    def page_key(self) -> str:
        """What the page holds in its hidden field."""
        found = re.search(r'name="k" value="([^"]*)"', self.page)
        return found[1] if found else ""

    @property
    def soup(self) -> BeautifulSoup:
        """The page that is shown."""
        return tree_of(self.page)

    @property
    def heading(self) -> str:
        """Its one heading."""
        found = self.soup.find_all("h1")
        assert len(found) == 1, "a page has one heading"
        return str(found[0].get_text(strip=True))

    def _wish(self) -> dict[str, str]:
        return {"Accept-Language": self.language}
