"""What commands say when they stop: one plain sentence, no trace of the program."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from portal.settings import Settings, SettingsError

if TYPE_CHECKING:  # importing the database layer takes a second; not every command needs it
    from portal.database import Database


def stop(sentence: str) -> NoReturn:
    """End with this sentence and exit code 1."""
    raise click.ClickException(sentence)


def settings_or_stop() -> Settings:
    """The settings from the environment; a wrong one stops with its sentence."""
    try:
        return Settings.from_environment()
    except SettingsError as wrong:
        stop(str(wrong))


@contextmanager
def open_database(settings: Settings, *, migrated: bool = True) -> Iterator["Database"]:
    """The centre's database with its key file, or a sentence that says what is missing."""
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    from portal.database import Database, is_migrated  # noqa: PLC0415
    from portal.vault import BadKeyFile, KeyFile  # noqa: PLC0415

    refuse_missing_file(settings)
    try:
        database = Database(settings.database_url, KeyFile.load(settings.key_file), settings)
    except BadKeyFile as sentence:
        stop(f"{sentence} PORTAL_KEY_FILE says where it is; `portal init` makes a new house.")
    try:
        if migrated and not is_migrated(database):
            stop("The database is not that of this version: run `portal migrate` first.")
        yield database
    except OperationalError as error:
        stop(f"The database does not answer ({type(error.orig).__name__}).")
    finally:
        database.close()


def refuse_missing_file(settings: Settings) -> None:
    """Stop when SQLite would make an empty database where a centre's should be."""
    from sqlalchemy import make_url  # noqa: PLC0415

    parts = make_url(settings.database_url)
    if parts.get_backend_name() == "sqlite" and not Path(parts.database or "").is_file():
        stop(f"There is no database at {parts.database}: `portal init` makes one.")


def log_to_terminal(settings: Settings) -> None:
    """Log lines on standard error, without content."""
    logging.basicConfig(
        stream=sys.stderr,
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
