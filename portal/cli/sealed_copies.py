"""Backups as files: sealed under the key of their day, and read again while that key lives."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import NoReturn

from portal.cli.open_copies import place_for_copy
from portal.cli.saying import stop
from portal.settings import Settings
from portal.vault import BadKeyFile, CannotOpen, DailyKeys, open_stream

_TITLE = b"one-roof backup 1\n"
_DAY_BYTES = len("2026-11-21\n")


@contextmanager
def opened_copy(file: Path, settings: Settings) -> Iterator[Path]:
    """The SQLite database of a backup, for as long as it is looked at. Stops with a sentence."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place_for_copy(settings.data_dir) as directory:
        copy = directory / "portal.db"
        with copy.open("wb") as target:
            for piece in pieces_of(file, settings):
                target.write(piece)
        try:
            with closing(sqlite3.connect(copy)) as connection:
                sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                sound = sound and bool(
                    connection.execute("SELECT count(*) FROM centre").fetchone()[0]
                )
        except sqlite3.Error:
            sound = False
        if not sound:
            _no_backup(file)
        yield copy


@contextmanager
def new_private_file(path: Path) -> Iterator[None]:
    """An empty file, mode 0600, that was not there before; gone again when its making fails."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    except FileExistsError:
        stop(f"{path} is there already; nothing is ever written over.")
    except OSError as error:
        stop(f"{path} cannot be written: {error.strerror}.")
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def head_of(day: date) -> bytes:
    """What stands in clear before the sealed database: that it is a backup, and of which day."""
    return _TITLE + f"{day}\n".encode("ascii")


def pieces_of(file: Path, settings: Settings) -> Iterator[bytes]:
    """The database that a backup holds. Stops when it is none, or its key is gone."""
    if not file.is_file():
        stop(f"There is no file {file}.")
    with file.open("rb") as source:
        title, written = source.read(len(_TITLE)), source.read(_DAY_BYTES)
        try:
            day = date.fromisoformat(written.decode("ascii").strip())
        except ValueError:
            _no_backup(file)
        if title != _TITLE:
            _no_backup(file)
        try:
            key = DailyKeys(settings.backup_keys).find(day)
        except BadKeyFile as sentence:
            stop(str(sentence))
        if key is None:
            stop(
                f"The key of {day} is not in {settings.backup_keys}: it was destroyed when its "
                "time was over, or lies elsewhere. Without it nobody opens this backup."
            )
        try:
            yield from open_stream(key, source, head_of(day))
        except CannotOpen:
            _no_backup(file)


def check(file: Path, settings: Settings) -> None:
    """Read it to its end first: half a database must never be restored."""
    for _ in pieces_of(file, settings):
        pass


def _no_backup(file: Path) -> NoReturn:
    stop(f"{file} is no backup of a centre, or it is damaged.")
