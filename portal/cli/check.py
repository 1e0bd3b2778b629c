"""`portal check`: settings, files, database and roles, in words."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from stat import S_IMODE
from typing import NamedTuple

import click
from sqlalchemy import func, make_url, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from portal.cli.behind import behind
from portal.cli.saying import settings_or_stop
from portal.database import Database, is_migrated
from portal.domain.roles import Role, pairs_apart
from portal.models import AuditNight, Centre, Membership, Service, StaffMember
from portal.services.colleagues import staff
from portal.services.house import HouseNotReady
from portal.services.running import founding
from portal.services.telling import safe_contact, ways
from portal.setting_values import is_loopback
from portal.settings import Settings, described
from portal.vault import BadKeyFile, KeyFile

_NEEDED = {
    Role.COORDINATOR: (1, "without one no case can be opened"),
    Role.AUDITOR: (1, "without one no case can be opened"),
    Role.MODERATOR: (1, "without one nobody reads new needs; two stand in for each other"),
    Role.CASE_DIRECTOR: (2, "a case has a director and a stand-in"),
}
_NIGHT_IS_OLD = timedelta(days=2)


class Finding(NamedTuple):
    """A sentence, and whether the house must not open like this."""

    sentence: str
    is_fault: bool = True


@click.command()
@click.option("--settings", "show_settings", is_flag=True, help="List every setting as well.")
def check(show_settings: bool) -> None:
    """Say in words what is wrong; exit code 1 when something is."""
    settings = settings_or_stop()
    if show_settings:
        for variable, meaning, default in described():
            is_set = "set" if os.environ.get(variable) else f"default {default or 'none'}"
            click.echo(f"{variable:26} {meaning} ({is_set})")
        click.echo()
    findings = [*_of_settings(settings), *_of_files(settings), *_of_database(settings)]
    for finding in findings:
        click.echo(f"{'Wrong' if finding.is_fault else 'Note'}:  {finding.sentence}")
    if any(finding.is_fault for finding in findings):
        raise SystemExit(1)
    click.echo("All is well." if not findings else "Nothing is wrong.")


def _of_settings(settings: Settings) -> Iterator[Finding]:
    if settings.demo:
        yield Finding("PORTAL_DEMO is set: made-up data, on this machine only.", is_fault=False)
        if not is_loopback(settings.host):
            yield Finding(f"the demo is not served on {settings.host}; set PORTAL_HOST=127.0.0.1.")
    elif settings.staff_host is None:
        yield Finding("PORTAL_STAFF_HOST is not set; `portal serve` will not start.")
    if not is_loopback(settings.host) and settings.proxy_depth == 0:
        yield Finding(
            f"PORTAL_HOST is {settings.host} without a reverse proxy (PORTAL_PROXY_DEPTH is 0): "
            "browsers must reach the portal through TLS only."
        )


def _of_files(settings: Settings) -> Iterator[Finding]:
    try:
        KeyFile.load(settings.key_file)
    except BadKeyFile as sentence:
        yield Finding(str(sentence))
    parts = make_url(settings.database_url)
    if parts.get_backend_name() == "sqlite":
        place = Path(parts.database or "")
        if not place.is_file():
            yield Finding(f"there is no database at {place}; `portal init` makes one.")
        for suffix in ("", "-wal", "-shm"):
            yield from _of_mode(place.with_name(place.name + suffix), 0o177)
    yield from _of_mode(settings.data_dir, 0o077)


def _of_mode(path: Path, closed: int) -> Iterator[Finding]:
    if not path.exists():
        return
    mode = S_IMODE(path.stat().st_mode)
    if mode & closed:
        wanted = 0o777 & ~closed
        yield Finding(f"{path} has mode {mode:04o}, open to others; expected {wanted:04o}.")


def _of_database(settings: Settings) -> Iterator[Finding]:
    parts = make_url(settings.database_url)
    if parts.get_backend_name() == "sqlite" and not Path(parts.database or "").is_file():
        return
    try:
        key_file = KeyFile.load(settings.key_file)
    except BadKeyFile:
        return
    database = Database(settings.database_url, key_file, settings)
    try:
        if not is_migrated(database):
            yield Finding("the database is not that of this version; run `portal migrate`.")
            return
        with database.transaction("read") as session:
            yield from _of_house(session, settings)
    except (OperationalError, ProgrammingError) as error:
        yield Finding(f"the database does not answer ({type(error.orig).__name__}).")
    finally:
        database.close()


def _of_house(session: Session, settings: Settings) -> Iterator[Finding]:
    centre = session.get(Centre, 1)
    if centre is None:
        yield Finding("there is no centre in the database; run `portal init`.")
        return
    if centre.is_demo is not settings.demo:
        yield Finding("made-up data and PORTAL_DEMO do not go together with a real centre.")
    for role, (needed, why) in _NEEDED.items():
        held = len(staff.with_role(session, role))
        if held < needed:
            yield Finding(f"{held} of at least {needed} {role.value}: {why}.")
    yield from _of_roles_kept_apart(session)
    yield from _of_services(session)
    yield from of_telling(session, settings)
    yield from _of_team_keys(session)
    last = session.scalar(select(func.max(AuditNight.at)))
    if last is None or datetime.now(UTC) - last > _NIGHT_IS_OLD:
        yield Finding("no night was closed lately: is `portal worker` running?", is_fault=False)
    yield from map(Finding, behind(session, settings, now=datetime.now(UTC)))


def _of_roles_kept_apart(session: Session) -> Iterator[Finding]:
    """What only `portal recover` gives one person, where nobody was left."""
    rows = session.execute(
        select(StaffMember.name, StaffMember.account_id, Membership.role)
        .join(Membership, Membership.account_id == StaffMember.account_id)
        .where(StaffMember.left_at.is_(None))
        .order_by(StaffMember.name, StaffMember.account_id)
    ).all()
    for (name, _), held in groupby(rows, key=lambda row: (row[0], row[1])):
        pairs = [
            f"{one.value} with {other.value}" for one, other in pairs_apart(r[2] for r in held)
        ]
        if pairs:
            yield Finding(f"{name} holds roles that are never one person's: {', '.join(pairs)}.")


def _of_services(session: Session) -> Iterator[Finding]:
    staffed = (
        select(Membership.service_id)
        .join(StaffMember, StaffMember.account_id == Membership.account_id)
        .where(Membership.service_id.is_not(None), StaffMember.left_at.is_(None))
    )
    for name in session.scalars(
        select(Service.name).where(Service.id.not_in(staffed)).order_by(Service.name)
    ):
        yield Finding(f"nobody works at {name}: it can take no requests.")


def of_telling(session: Session, settings: Settings) -> Iterator[Finding]:
    """Ways that survivors said yes to and that lead nowhere."""
    offered = safe_contact.offered(settings)
    for channel, number in ways.count_yeses(session, now=datetime.now(UTC)).items():
        if channel not in offered:
            yield Finding(
                f"{number} said yes to {channel.value}, which nothing is set up to send by "
                "(PORTAL_MAIL_HOST, PORTAL_SMS_URL or PORTAL_SMS_MAIL)."
            )


def _of_team_keys(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(Membership, StaffMember.name)
        .join(StaffMember, StaffMember.account_id == Membership.account_id)
        .where(StaffMember.left_at.is_(None))
        .order_by(StaffMember.name)
    ).all()
    for held, name in rows:
        try:
            names = founding.who_can_hand_over(session, held.account_id, held.role, held.service_id)
        except HouseNotReady:
            continue
        if names is not None:
            waits = " or ".join(names) or "`portal recover`: nobody present holds it"
            yield Finding(
                f"{name} ({held.role.value}) waits for a team's key from {waits}.", is_fault=False
            )
