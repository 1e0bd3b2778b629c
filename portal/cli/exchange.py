"""`portal services import` and `export`: the directory of the house, in the shape of HSDS 3."""

from datetime import UTC, datetime
from pathlib import Path

import click

from portal.cli.saying import open_database, settings_or_stop, stop
from portal.domain.hsds.faults import Fault, FaultyFile
from portal.domain.hsds.reading import LARGEST
from portal.services.centre import exchange
from portal.services.house import HouseNotReady

_NO_CENTRE = "There is no centre in this database: run `portal init` first."


@click.group()
def services() -> None:
    """The directory of the house: to and from files of Open Referral HSDS 3."""


@services.command("export")
def export() -> None:
    """Print all services as JSON. A confidential place is not in it."""
    settings = settings_or_stop()
    with open_database(settings) as database, database.transaction("read") as session:
        try:
            click.echo(exchange.written(session), nl=False)
        except HouseNotReady:
            stop(_NO_CENTRE)


@services.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def take(file: Path) -> None:
    """Add and change services as FILE says: all of it, or nothing when one is wrong."""
    settings = settings_or_stop()
    try:
        with file.open("rb") as opened:
            # One byte more tells that it is too large; a file without end is not read to it.
            raw = opened.read(LARGEST + 1)
    except OSError as error:
        stop(f"{file} cannot be read: {error.strerror}.")
    with open_database(settings) as database:
        try:
            with database.transaction() as session:
                taken = exchange.take(session, raw, now=datetime.now(UTC))
        except FaultyFile as faulty:
            for fault in faulty.faults:
                click.echo(_said(fault))
            stop(f"{len(faulty.faults)} fault(s); nothing was imported.")
        except HouseNotReady:
            stop(_NO_CENTRE)
    _tell(taken)


def _tell(taken: exchange.Taken) -> None:
    for what, names in (("added", taken.added), ("changed", taken.changed)):
        for name in names:
            click.echo(f"“{name}” is {what}.")
    click.echo(
        f"{len(taken.added)} added, {len(taken.changed)} changed, {taken.same} as they were."
    )
    if taken.not_kept:
        click.echo(f"The house has no place for: {', '.join(taken.not_kept)}.")
    if taken.added:
        click.echo("A new service takes requests once somebody sits in it: `portal staff add`.")


def _said(fault: Fault) -> str:
    where = [f"service {fault.row}"] if fault.row else ["the file"]
    return f"{', '.join([*where, *filter(None, [fault.field])])}: {fault.what}"
