"""Words that stand nowhere else: sung into every form, and never to be found in what is kept."""

import sqlite3
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.web.browsers import Control, Form, Page

STEM = "kanarienvogel"
FITTING = {"date": "2026-12-01", "time": "10:15", "number": "45"}
"""What is typed where no words fit."""


@dataclass
class Canaries:
    """Which word was typed where, and which of them were seen again."""

    words: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    def sing(self, place: str) -> str:
        """A new word, named after its place."""
        word = f"{STEM}{len(self.words):03d}zwq"
        self.words[word] = place
        return word

    def fill(self, form: Form, *, button: int = 0) -> list[tuple[str, str]]:
        """A form in which a canary sings wherever words can be typed."""

        def say(control: Control) -> str:
            if control.is_words:
                return self.sing(f"{form.place} {control.name} [{_button(form, button)}]")
            return FITTING.get(control.kind, "")

        return form.filled(say, button=button)

    def listen(self, page: Page) -> None:
        """Remember which words a page shows."""
        text = page.text
        for word in self.words.keys() - self.seen.keys():
            if word in text:
                self.seen[word] = page.path

    def places(self, words: Iterable[str]) -> list[str]:
        """Where these words were typed."""
        return sorted({self.words[word] for word in words})


def shapes(word: str) -> Iterator[bytes]:
    """How a word, or its beginning, may lie in bytes without being in clear at first sight."""
    for plain in (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")):
        yield plain
        yield plain.hex().encode()
        yield plain.hex().upper().encode()
        for shift in range(3):
            # What is left of its Base64 wherever it begins; the ends depend on the neighbours.
            yield b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4].strip(b"=")
    yield word.upper().encode()
    yield word[::-1].encode()
    yield "".join(f"\\u{ord(sign):04x}" for sign in word).encode()


def found_in(data: bytes, words: Iterable[str]) -> set[str]:
    """The words that lie in these bytes, in whatever shape."""
    words = set(words)
    # One look for what all begin with spares thousands: there should be nothing to be found.
    if all(word.startswith(STEM) for word in words) and not _has(data, STEM):
        return set()
    return {word for word in words if _has(data, word)}


def _has(data: bytes, word: str) -> bool:
    return any(shape in data for shape in shapes(word))


def everything_kept(directory: Path) -> bytes:
    """The bytes of every file of the house, and every value of every row as it reads."""
    files = (one for one in directory.rglob("*") if one.is_file() and one.name != "everybody")
    return b"\n".join([*(one.read_bytes() for one in files), *_values(directory / "portal.db")])


def _values(path: Path) -> Iterator[bytes]:
    connection = sqlite3.connect(path, timeout=5)
    try:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                yield from (
                    one if isinstance(one, bytes) else str(one).encode() for one in row if one
                )
    finally:
        connection.close()


def _button(form: Form, place: int) -> str:
    return form.buttons[place][1] if form.buttons else ""
