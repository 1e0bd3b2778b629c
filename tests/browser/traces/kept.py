"""What a browser keeps: every file of a closed profile, read in every way it may be written."""

import fnmatch
import shutil
import sqlite3
from abc import ABC, abstractmethod
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

from tests.browser.traces.unpacked import unpacked

_SQLITE = b"SQLite format 3\0"


class Kept(ABC):
    """A copy of all that a browser has under its home directory, taken when it was closed."""

    may_name_a_host: ClassVar[tuple[str, ...]]
    """Patterns of the files that no page can keep the name of its host out of (A10)."""

    def __init__(self, home: Path, copy: Path) -> None:
        # Reading a database changes the files beside it; and the browser is started again later.
        shutil.copytree(home, copy, symlinks=True, ignore=_not_a_file)
        self.directory = copy

    # What its makers say is in there.

    @abstractmethod
    def cookies(self, host: str) -> list[dict[str, Any]]:
        """Of a host."""

    @abstractmethod
    def history(self, host: str) -> list[tuple[str, str]]:
        """Addresses of a host that were visited, with their titles."""

    @abstractmethod
    def often_visited(self, host: str) -> list[tuple[str, str]]:
        """Addresses of a host that a new tab would offer, with their titles."""

    @abstractmethod
    def offered_again(self) -> dict[str, list[Any]]:
        """What it would offer of its own: typed words, sign-ins, downloads, icons.

        Nothing but the portal was visited that could be in there.
        """

    # What is in there.

    def where(self, *words: str) -> dict[str, set[str]]:
        """In which files each of these words stands, of those that stand somewhere."""
        ways = {word: list(written(word)) for word in words}
        found = defaultdict(set)
        for name, path in self._files():
            for reading in self._readings(path):
                for word in words:
                    if any(way in reading for way in ways[word]):
                        found[word].add(name)
        return dict(found)

    def of_no_leave(self, names: set[str]) -> set[str]:
        """Those of these files that may not name a host."""
        return {
            name
            for name in names
            if not any(fnmatch.fnmatch(name, pattern) for pattern in self.may_name_a_host)
        }

    def rows(self, database: str, table: str, mentions: str = "") -> list[dict[str, Any]]:
        """Rows that say a word somewhere. A killed browser may not have made the table yet."""
        path = self.directory / database
        if not path.exists() or not path.stat().st_size:
            return []
        with _opened(path) as connection:
            connection.row_factory = sqlite3.Row
            try:
                rows = [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]
            except sqlite3.OperationalError as error:
                assert "no such table" in str(error), error
                return []
        return [row for row in rows if not mentions or mentions in repr(row)]

    def _files(self) -> Iterator[tuple[str, Path]]:
        for path in sorted(self.directory.rglob("*")):
            if _is_file(path):
                yield str(path.relative_to(self.directory)), path

    def _readings(self, path: Path) -> Iterator[bytes]:
        content = path.read_bytes()
        yield content
        yield from unpacked(content)
        if content.startswith(_SQLITE):
            for values in _tables(path):
                yield values
                yield from unpacked(values)


def written(word: str) -> Iterator[bytes]:
    """The ways in which a browser may write a word down."""
    for plain in (word.encode(), word.encode("utf-16-le")):
        yield plain
        for before in range(3):
            # Base64 takes three bytes at a time: what does not hang on the neighbours.
            packed = b64encode(b"\0" * before + plain)
            ends = len(packed) - 4 if (len(plain) + before) % 3 else len(packed)
            yield packed[4 if before else 0 : ends]


def _tables(database: Path) -> Iterator[bytes]:
    """All that stands in it, a table a piece: in the file, its pages may cut a row in two."""
    with _opened(database) as connection:
        listed = "SELECT name FROM sqlite_master WHERE type = 'table'"
        for (table,) in connection.execute(listed).fetchall():
            try:
                rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
            except sqlite3.OperationalError:
                continue  # A virtual table of a module that only the browser has.
            yield b"\n".join(_bytes(value) for row in rows for value in row)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _opened(path: Path) -> "closing[sqlite3.Connection]":
    connection = sqlite3.connect(path)
    connection.text_factory = lambda text: text.decode(errors="replace")
    return closing(connection)


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _not_a_file(directory: str, names: list[str]) -> list[str]:
    """Locks and sockets of a browser that was killed."""
    paths = [Path(directory, name) for name in names]
    return [path.name for path in paths if not path.is_dir() and not _is_file(path)]
