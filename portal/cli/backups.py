"""`portal backup` and `portal restore`: each backup is sealed under the key of its day.

The key lies in a directory of its own and is destroyed after the days that the centre sets, 35 at
most: from then on nobody opens the backup, and what was erased is erased there too.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import click
from sqlalchemy import URL, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from portal.cli.open_copies import place_for_copy
from portal.cli.saying import open_database, settings_or_stop, stop
from portal.cli.sealed_copies import check, head_of, new_private_file, opened_copy, pieces_of
from portal.database import Database
from portal.domain.holders import HolderKind
from portal.domain.refusals import Refusal
from portal.domain.retention import Kept, days_of
from portal.services.house import find_centre
from portal.services.keys import holders
from portal.settings import Settings
from portal.vault import BadKeyFile, DailyKeys, Forged, KeyFile, seal_stream

_SEED_BYTES = 32
_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_APART = (
    "Neither the key file nor the key of the day is in it, on purpose. Keep both in other places "
    "than the backup."
)

_AS_IT_WAS = (
    "The house is as it was when this backup was made: who left since then comes in again, a card "
    "that was stopped or lost opens again, and files that were erased are back. Do each of these "
    "once more before others reach the portal."
)


@click.command()
@_FILE
def backup(file: Path) -> None:
    """Copy the database to FILE while the house is open, sealed under the key of today."""
    settings, today = settings_or_stop(), datetime.now(UTC).date()
    with open_database(settings) as database, database.transaction("read") as session:
        centre = find_centre(session)
        days = days_of(centre.retention if centre else {})[Kept.BACKUPS]
    if file.resolve().parent == settings.backup_keys:
        stop(f"{settings.backup_keys} holds the keys: write the backup somewhere else.")
    try:
        key = DailyKeys(settings.backup_keys).of(today)
    except BadKeyFile as sentence:
        stop(str(sentence))
    head = head_of(today)
    with new_private_file(file), file.open("r+b") as target, _dumped(settings) as source:
        target.write(head)
        for piece in seal_stream(key, source, head):
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    click.echo(
        f"Copied to {file}. It opens until {today + timedelta(days=days)}, with the key "
        f"{settings.backup_keys / today.isoformat()}; then that key is destroyed. {_APART}"
    )


@click.command()
@_FILE
def restore(file: Path) -> None:
    """Make the database from the backup FILE, where there is none yet, while its key lives."""
    settings = settings_or_stop()
    parts = make_url(settings.database_url)
    if parts.get_backend_name() == "sqlite":
        _restore_sqlite(file, settings, Path(parts.database or ""))
    else:
        _refuse_taken(settings)
        check(file, settings)
        _restore_postgresql(file, settings, parts)
    click.echo(f"Restored. {_fits(settings)}\n{_AS_IT_WAS}")


@contextmanager
def _dumped(settings: Settings) -> Iterator[BinaryIO]:
    """The database as one long file, as it is at this moment."""
    parts = make_url(settings.database_url)
    if parts.get_backend_name() == "sqlite":
        place = Path(parts.database or "")
        # Beside the database, so that the copy lies on no other disk for the time of its sealing.
        with place_for_copy(place.parent) as directory:
            copy = directory / "portal.db"
            with new_private_file(copy):
                _copy(place, copy)
            with copy.open("rb") as source:
                yield source
        return
    command, environment = _program("pg_dump", parts)
    with subprocess.Popen(  # noqa: S603  a program of PostgreSQL, with our own arguments
        [*command, "--format=custom"], env=environment, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        yield running.stdout  # type: ignore[misc]
        code = running.wait()
    if code:
        stop(f"pg_dump ended with {code}; what it wrote is above.")


def _restore_sqlite(file: Path, settings: Settings, place: Path) -> None:
    if place.exists():
        stop(f"{place} is there already; nothing is ever written over.")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with opened_copy(file, settings) as copy, new_private_file(place):
        _copy(copy, place)


def _restore_postgresql(file: Path, settings: Settings, parts: URL) -> None:
    command, environment = _program("pg_restore", parts)
    with subprocess.Popen(  # noqa: S603  a program of PostgreSQL, with our own arguments
        [*command, f"--dbname={parts.database}", "--no-owner", "--exit-on-error"],
        env=environment,
        stdin=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        try:
            for piece in pieces_of(file, settings):
                running.stdin.write(piece)
            running.stdin.close()
        except BrokenPipeError:
            pass  # It says itself why it stopped.
        code = running.wait()
    if code:
        stop(f"pg_restore ended with {code}; what it wrote is above.")


def _copy(source: Path, target: Path) -> None:
    """SQLite's own way to copy a database that others are writing to."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as here,
        closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)


def _program(name: str, parts: URL) -> tuple[list[str], dict[str, str]]:
    """A program of PostgreSQL, and the environment that tells it where the database is."""
    found = shutil.which(name)
    if found is None:
        stop(f"{name} was not found; it comes with PostgreSQL's client programs.")
    # In the environment and not among the arguments, which everybody on the machine can read.
    named = {
        "PGHOST": parts.query.get("host", parts.host),
        "PGPORT": parts.port,
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.database,
    }
    known = {variable: str(value) for variable, value in named.items() if value}
    return [found], {**os.environ, **known}


def _refuse_taken(settings: Settings) -> None:
    database = Database(settings.database_url, KeyFile(bytes(_SEED_BYTES)), settings)
    try:
        with database.engine.connect() as connection:
            if inspect(connection).get_table_names():
                stop("The database holds tables already; restore into an empty one.")
    finally:
        database.close()


def _fits(settings: Settings) -> str:
    """Whether the key file that is here belongs to what was restored, in a sentence."""
    try:
        key_file = KeyFile.load(settings.key_file)
    except BadKeyFile as sentence:
        return (
            f"{sentence} Put the key file of this centre there, mode 0600, before `portal serve`."
        )
    database = Database(settings.database_url, key_file, settings)
    try:
        with database.transaction("read") as session:
            known = holders.get_one(session, HolderKind.RECOVERY).id
            holders.public_halves(session, [known])
    except Forged:
        return f"The key file {settings.key_file} is that of another house: no card will work."
    except (Refusal, SQLAlchemyError):
        return "Run `portal migrate` and `portal check` before `portal serve`."
    finally:
        database.close()
    return "The key file fits. `portal check` says whether all is well."
