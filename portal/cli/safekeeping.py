"""`portal audit verify`: whether the account of every act holds, here or in a backup."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import make_url

from portal.cli.saying import open_database, settings_or_stop, stop
from portal.cli.sealed_copies import opened_copy
from portal.database import Database
from portal.services.running import chains
from portal.settings import Settings


@click.group()
def audit() -> None:
    """The account of every act."""


@audit.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def verify(file: Path | None) -> None:
    """Check every chain, of this house or in the backup FILE; name each place that does not hold.

    A place was altered, dropped or moved. Nothing is changed in either.
    """
    settings, count = settings_or_stop(), 0
    with _looked_at(file, settings) as database, database.transaction("read") as session:
        for fault in chains.verify(session):
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


@contextmanager
def _looked_at(file: Path | None, settings: Settings) -> Iterator[Database]:
    if file is None:
        with open_database(settings) as database:
            yield database
        return
    if make_url(settings.database_url).get_backend_name() != "sqlite":
        stop("Restore the backup into an empty database, and name that in PORTAL_DATABASE_URL.")
    with opened_copy(file, settings) as copy:
        there = replace(settings, database_url=f"sqlite:///{copy}")
        with open_database(there) as database:
            yield database
