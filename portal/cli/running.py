"""`portal serve`, `portal worker` and `portal migrate`: what a service manager starts."""

import click

from portal.cli.saying import log_to_terminal, open_database, settings_or_stop, stop
from portal.database import Database
from portal.database import migrate as bring_up_to_date
from portal.models import Centre
from portal.setting_values import is_loopback
from portal.settings import Settings


@click.command()
def serve() -> None:
    """Answer browsers, on this machine only unless PORTAL_HOST says otherwise."""
    settings = settings_or_stop()
    with open_database(settings) as database:
        _refuse_unfit(settings, is_demo=_is_demo(database))
    from portal import server  # noqa: PLC0415

    server.serve(settings)


@click.command()
@click.option("--once", is_flag=True, help="One round, for a timer of the system.")
def worker(once: bool) -> None:
    """Every minute send what is due, delete what has had its time, keep calendars in step."""
    from portal.worker import once as one_round  # noqa: PLC0415
    from portal.worker import run as round_after_round  # noqa: PLC0415

    settings = settings_or_stop()
    log_to_terminal(settings)
    with open_database(settings) as database:
        if once:
            if one_round(database, settings):
                stop("Something failed: the lines above say what. The rest is done.")
        else:
            round_after_round(database, settings)


@click.command()
def migrate() -> None:
    """Bring the tables to this version: all of it or, when it fails, nothing."""
    settings = settings_or_stop()
    with open_database(settings, migrated=False) as database:
        bring_up_to_date(database)
    click.echo("The database is that of this version.")


def _is_demo(database: Database) -> bool:
    with database.transaction("read") as session:
        centre = session.get(Centre, 1)
    if centre is None:
        stop("There is no centre in this database: run `portal init` first.")
    return centre.is_demo


def _refuse_unfit(settings: Settings, *, is_demo: bool) -> None:
    if is_demo and not settings.demo:
        stop(
            "This is the demo's made-up data: start it with `portal demo`, or set PORTAL_DEMO=yes."
        )
    if settings.demo and not is_demo:
        stop("PORTAL_DEMO is set, but these are not the demo's data: unset it for a real centre.")
    if is_demo and not is_loopback(settings.host):
        stop(
            f"The demo's sign-ins are known to everybody who reads its list, so it is served on "
            f"this machine only: PORTAL_HOST is “{settings.host}”; expected: 127.0.0.1."
        )
    if not is_demo and settings.staff_host is None:
        stop(
            "PORTAL_STAFF_HOST is not set; expected: the host name of the staff's pages, such as "
            "staff.example.org, so that they are not found under the survivors' address."
        )
