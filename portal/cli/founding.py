"""`portal init`: the first hour of a house, all of it or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import holidays
from sqlalchemy import inspect, make_url

from portal.cli.asking import ask, ask_passphrase, have_typed_back
from portal.cli.saying import settings_or_stop, stop
from portal.database import Database, migrate, migrate_back
from portal.domain.passphrases import secret
from portal.domain.roles import Role
from portal.services.colleagues import staff
from portal.services.running import founding
from portal.settings import Settings
from portal.vault import BadKeyFile, Cost, KeyFile, make_slot, new_key_pair, new_recovery
from portal.vault.key_file import SEED_BYTES

FIRST_ROLES = (Role.COORDINATOR, Role.ADMINISTRATOR)


@click.command()
def init() -> None:
    """Make a new house: database, key file, first coordinator, and three sheets of paper.

    The sheets are typed back before anything is kept. Two recover what is sealed when nobody can
    open it any more; the third is the key file, without which no card works.
    """
    settings = settings_or_stop()
    _refuse_existing(settings)
    centre = _ask_centre(settings)
    name = ask("Name of the first coordinator")
    email = ask("Work e-mail of the first coordinator").casefold()
    if not name or "@" not in email:
        stop("A coordinator has a name and a work e-mail; nothing was changed.")
    passphrase = ask_passphrase(email)
    key_file = KeyFile(token_bytes(SEED_BYTES))
    public, one, two = new_recovery()
    have_typed_back({"one": one, "two": two, "key file": key_file.words()})
    now = datetime.now(UTC)
    with _new_house(settings, key_file) as database, database.transaction() as session:
        founding.found(session, centre, recovery_public=public, now=now)
        keys = new_key_pair()
        cost = Cost(settings.slow_pass_ops, settings.slow_pass_mem)
        slot = make_slot(secret(passphrase), key_file.pepper, keys.private, cost)
        first = staff.add_member(session, email=email, name=name, keys=keys, slot=slot, now=now)
        for role in FIRST_ROLES:
            staff.give_role(session, first.account_id, role, now=now)
    click.echo(
        f"\n{centre.name} is founded. {name} signs in with {email} and enrols an authenticator.\n"
        "Keep the three sheets in three places, away from this machine.\n"
        "Next: `portal service add` for each service, `portal staff add` for each colleague.\n"
        "Cases can be opened once there is an auditor too; `portal check` says what is missing."
    )


def _ask_centre(settings: Settings) -> founding.NewCentre:
    name = ask("Name of the centre, as survivors read it")
    country = ask("Country, two letters", "BE").upper()
    zone = ask("Time zone", "Europe/Brussels")
    if not name:
        stop("A centre has a name; nothing was changed.")
    if country not in holidays.list_supported_countries():
        stop(f"The public holidays of “{country}” are not known; expected: two letters such as BE.")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        stop(f"“{zone}” is no time zone; expected: one such as Europe/Brussels.")
    return founding.NewCentre(name=name, country=country, zone=zone, languages=settings.languages)


def _refuse_existing(settings: Settings) -> None:
    if settings.key_file.exists():
        stop(f"There is a key file at {settings.key_file}; a new house makes its own.")
    if _sqlite_file(settings) is None:
        database = Database(settings.database_url, KeyFile(bytes(SEED_BYTES)), settings)
        with database.engine.connect() as connection:
            taken = bool(inspect(connection).get_table_names())
        database.close()
    else:
        taken = _sqlite_file(settings).exists()  # type: ignore[union-attr]
    if taken:
        stop("The database of PORTAL_DATABASE_URL exists already; a new house begins with none.")


@contextmanager
def _new_house(settings: Settings, key_file: KeyFile) -> Iterator[Database]:
    """A migrated database with its key file; when anything fails, neither is left behind."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        key_file.save(settings.key_file)
    except BadKeyFile as sentence:
        stop(str(sentence))
    database = Database(settings.database_url, key_file, settings)
    try:
        migrate(database)
        yield database
    except BaseException:
        settings.key_file.unlink(missing_ok=True)
        _leave_nothing(settings, database)
        raise
    finally:
        database.close()


def _leave_nothing(settings: Settings, database: Database) -> None:
    file = _sqlite_file(settings)
    if file is None:
        migrate_back(database, "base")
        return
    database.close()
    for suffix in ("", "-wal", "-shm", "-queue"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def _sqlite_file(settings: Settings) -> Path | None:
    parts = make_url(settings.database_url)
    return Path(parts.database or "") if parts.get_backend_name() == "sqlite" else None
