"""`portal demo`: a made-up centre on this machine, and how to sign in to it."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import click
import pyotp

from portal import server
from portal.cli.saying import settings_or_stop, stop
from portal.demo import preparing, signins
from portal.demo.preparing import NotADemo

_DATA = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data"),
    show_default=True,
    help="Directory of the demo's own files.",
)
_SHOWN_SURVIVORS = 4


@click.command()
@_DATA
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def demo(data: Path, port: int) -> None:
    """Make a centre with made-up people once, serve it on this machine, print sign-ins.

    Dates are counted from the day the data were made and are not moved later: delete the
    directory to begin again.
    """
    environment = preparing.environment(os.environ, data.resolve(), port)
    # The server's own processes read the settings from there.
    os.environ.clear()
    os.environ.update(environment)
    settings = settings_or_stop()
    if not preparing.is_made(settings.data_dir):
        click.echo("Making the centre and its people. This takes half a minute, once.")
    try:
        preparing.prepare(settings)
    except NotADemo as sentence:
        stop(str(sentence))
    _show(signins.read(settings.data_dir / signins.NAME), settings.data_dir, port)
    server.serve(settings)


@click.command()
@_DATA
@click.option("--json", "as_json", is_flag=True, help="Everybody, for a script.")
def demo_signins(data: Path, as_json: bool) -> None:
    """Print how to sign in to the demo, with the code that is valid now."""
    try:
        found = signins.read(data / signins.NAME)
    except FileNotFoundError:
        stop(f"There is no demo in {data}: `portal demo --data {data}` makes one.")
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    _table(found, everybody=True)


def _show(found: signins.SignIns, data: Path, port: int) -> None:
    click.echo(f"\nSurvivors:  http://127.0.0.1:{port}/  (the calendar; open “I have a card”)")
    click.echo(f"Staff:      http://127.0.0.1:{port}/staff/\n")
    _table(found, everybody=False)
    click.echo(
        f"\nEverybody, with codes:  portal demo-signins --data {data}\n"
        f"The same for scripts:   portal demo-signins --json --data {data}\n"
        f"Kept in {data / signins.NAME}, readable by you alone. Stop with Ctrl-C.\n"
    )


def _table(found: signins.SignIns, *, everybody: bool) -> None:
    shown = found["survivors"] if everybody else found["survivors"][:_SHOWN_SURVIVORS]
    click.echo(f"{'card':20}  {'PIN':7} {'language':9} name")
    for her in shown:
        pin = her["pin"] or "(new)"
        click.echo(f"{her['card']:20}  {pin:7} {her['language']:9} {her['name']}")
    click.echo(f"\n{'work e-mail':30} {'pass phrase':24} {'code now':9} roles")
    for one in found["staff"]:
        roles = ", ".join(one["roles"])
        code = _code(one["totp_secret"])
        click.echo(f"{one['email']:30} {one['passphrase']:24} {code:9} {roles}")
    click.echo("The secret for an authenticator is in the list for scripts.")
    if found["kept_apart"]:
        numbers = " and ".join(found["kept_apart"])
        click.echo(f"Kept apart, for a coordinator or moderator to look at: files {numbers}")


def _code(secret: str) -> str:
    return pyotp.TOTP(secret).at(datetime.now(UTC)) if secret else "(enrols)"
