"""One tab of a browser, and the hand that uses it: the same for every browser."""

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

PATIENCE = 30.0
"""Seconds that a page may take: a loaded machine is slow, not wrong."""


class NotYet(Exception):
    """The page is on its way, or the browser would not say."""


@dataclass(frozen=True)
class Shown:
    """What stands in a tab at a moment, for whoever looks over her shoulder."""

    address: str
    title: str
    text: str


_SHOWN = """({address: document.documentURI, title: document.title, text:
    document.documentElement.textContent + [...document.querySelectorAll("input, textarea")]
        .map(field => field.value).join(" ")})"""

_MIDDLE = """(() => {
    const found = [...document.querySelectorAll(`%s`)].find(one => one.getClientRects().length);
    found.scrollIntoView({block: "center", behavior: "instant"});
    const box = found.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
})()"""


class Tab(ABC):
    """Eyes, a mouse and a keyboard. What the hand does, the browser takes for a person's act."""

    marks = 0

    @abstractmethod
    def evaluate(self, expression: str) -> Any:
        """What a script of ours reads from the page; pages need not run any. Raises NotYet."""

    @abstractmethod
    def opens(self, address: str) -> None:
        """Go to an address."""

    @abstractmethod
    def clicks(self, css: str) -> None:
        """Press what is there, in its middle."""

    @abstractmethod
    def types(self, css: str, words: str) -> None:
        """Press into a field, then one key after the other."""

    @abstractmethod
    def goes(self, steps: int) -> None:
        """Press Back (-1) or Forward (1). The page may take a while."""

    @abstractmethod
    def reloads(self) -> None:
        """Press reload."""

    @property
    def shown(self) -> Shown:
        """What stands there, hidden or not, and what is in fields."""
        return Shown(**self.waits_for(f"document.readyState != 'loading' && {_SHOWN}"))

    def steps(self, by: int) -> Shown:
        """Press Back or Forward, and see what comes."""
        self.marks += 1
        self.waits_for(f"(document.documentElement.dataset.mark = '{self.marks}')")
        self.goes(by)
        self.waits_for(f"document.documentElement.dataset.mark != '{self.marks}'")
        return self.shown

    def has(self, css: str) -> bool:
        """Whether this is on the page now."""
        return bool(self.waits_for(f"[document.querySelector(`{css}`) != null]")[0])

    def waits_for(self, condition: str, seconds: float = PATIENCE) -> Any:
        """Until an expression is true; gives what it says."""
        ends = time.monotonic() + seconds
        while True:
            try:
                found = self.evaluate(condition)
            except NotYet:
                found = None
            if found:
                return found
            assert time.monotonic() < ends, f"never true: {condition}\nof {self._text()}"
            time.sleep(0.02)

    def _text(self) -> Any:
        try:
            return self.evaluate("document.body.innerText")
        except NotYet as error:
            return error

    def waits_to_see(self, css: str) -> None:
        """Until this can be seen."""
        self.waits_for(f"document.querySelector(`{css}`)?.getClientRects().length")

    def scrolls_to(self, css: str) -> tuple[float, float]:
        """Until it stands in the middle of the window, free of bars; gives its own middle."""
        x, y = self.waits_for(_MIDDLE % css)
        return x, y
