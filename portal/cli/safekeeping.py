"""`portal backup`, `portal restore` and `portal audit verify`."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from sqlalchemy import URL, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from portal.cli.saying import open_database, settings_or_stop, stop
from portal.database import Database
from portal.domain.holders import HolderKind
from portal.domain.refusals import Refusal
from portal.services import audit as account
from portal.services.keys import holders
from portal.settings import Settings
from portal.vault import BadKeyFile, Forged, KeyFile

_SEED_BYTES = 32
_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_APART = (
    "The key file is not in it, on purpose: together they open everything. Keep it, or its sheet "
    "of paper, in another place."
)


@click.command()
@_FILE
def backup(file: Path) -> None:
    """Copy the database to FILE while the house is open. Never the key file."""
    settings = settings_or_stop()
    with open_database(settings):
        pass
    parts = make_url(settings.database_url)
    with _new_private_file(file):
        if parts.get_backend_name() == "sqlite":
            _copy(Path(parts.database or ""), file)
        else:
            _run("pg_dump", parts, "--format=custom", f"--file={file}")
    click.echo(f"Copied to {file}. {_APART}")


@click.command()
@_FILE
def restore(file: Path) -> None:
    """Make the database from the backup FILE, where there is none yet."""
    settings = settings_or_stop()
    if not file.is_file():
        stop(f"There is no file {file}.")
    parts = make_url(settings.database_url)
    if parts.get_backend_name() == "sqlite":
        _restore_sqlite(file, Path(parts.database or ""))
    else:
        _refuse_taken(settings)
        _run("pg_restore", parts, "--no-owner", "--exit-on-error", str(file))
    click.echo(f"Restored. {_fits(settings)}")


@click.group()
def audit() -> None:
    """The account of every act."""


@audit.command()
def verify() -> None:
    """Check every chain; name each place that was altered, dropped or moved."""
    settings = settings_or_stop()
    count = 0
    with open_database(settings) as database, database.transaction("read") as session:
        for fault in account.verify(session):
            count += 1
            click.echo(f"{fault.chain}, number {fault.number}: {_WHAT.get(fault.what, fault.what)}")
    if count:
        stop(f"The account does not hold in {count} place(s).")
    click.echo("The account holds: nothing was altered, dropped or moved.")


_WHAT = {
    "altered": "altered: the event is not the one that was recorded",
    "dropped": "dropped: one or more events are missing here",
    "link": "moved or replaced: it does not follow from the event before",
    "rolled back": "rolled back: the digest of that night does not fit",
}


def _restore_sqlite(file: Path, place: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as copy:
            sound = copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            sound = sound and bool(copy.execute("SELECT count(*) FROM centre").fetchone()[0])
    except sqlite3.Error:
        sound = False
    if not sound:
        stop(f"{file} is no backup of a centre, or it is damaged.")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _new_private_file(place):
        _copy(file, place, immutable=True)


def _copy(source: Path, target: Path, *, immutable: bool = False) -> None:
    """SQLite's own way to copy a database that others are writing to."""
    how = "mode=ro&immutable=1" if immutable else "mode=ro"
    with (
        closing(sqlite3.connect(f"file:{source}?{how}", uri=True)) as here,
        closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)


@contextmanager
def _new_private_file(path: Path) -> Iterator[None]:
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


def _run(program: str, parts: URL, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        stop(f"{program} was not found; it comes with PostgreSQL's client programs.")
    # In the environment and not among the arguments, which everybody on the machine can read.
    named = {
        "PGHOST": parts.query.get("host", parts.host),
        "PGPORT": parts.port,
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.database,
    }
    known = {name: str(value) for name, value in named.items() if value}
    target = [f"--dbname={parts.database}"] if program == "pg_restore" else []
    done = subprocess.run(  # noqa: S603  a program of PostgreSQL, with our own arguments
        [found, *target, *arguments], env={**os.environ, **known}, check=False
    )
    if done.returncode:
        stop(f"{program} ended with {done.returncode}; what it wrote is above.")


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
