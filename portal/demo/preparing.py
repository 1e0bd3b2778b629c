"""Makes the demo's data once, in a directory of its own, all of it or nothing."""

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from portal import resources
from portal.demo import signins
from portal.settings import Settings

KEY, DATABASE = "portal.key", "portal.db"
_HALF_WAY = "demo-half-made"


class NotADemo(Exception):
    """The directory holds something that the demo must not touch: a sentence says what."""


def environment(base: Mapping[str, str], data: Path, port: int) -> dict[str, str]:
    """The variables under which the demo runs: nothing of a real centre's is taken over."""
    own = {name: value for name, value in base.items() if not name.startswith("PORTAL_")}
    kept = ("PORTAL_LANGUAGES", "PORTAL_WORKERS", "PORTAL_LOG_LEVEL", "PORTAL_SLOW_PASS_SLOTS")
    own.update({name: base[name] for name in kept if name in base})
    return {
        **own,
        "PORTAL_DATA": str(data),
        "PORTAL_DEMO": "yes",
        "PORTAL_HOST": "127.0.0.1",
        "PORTAL_PORT": str(port),
    }


def is_made(data: Path) -> bool:
    """Whether the demo's data are there."""
    return (data / DATABASE).exists()


def prepare(settings: Settings) -> None:
    """Make the data, or bring those that are there up to date. Raises NotADemo."""
    data = settings.data_dir
    if not is_made(data):
        _make(settings, data)
        return
    if not (data / signins.NAME).exists():
        raise NotADemo(f"{data} holds a database that is not the demo's; choose another directory.")
    if _revision(data / DATABASE) != _newest_revision():
        _bring_up_to_date(settings)


def _make(settings: Settings, data: Path) -> None:
    # Here and not above: a second start must not wait for what it does not need.
    from portal.demo.seeding import seed  # noqa: PLC0415

    # The list is moved in first: a key file without it is somebody's, and no card opens without it.
    if (data / KEY).exists() and not (data / signins.NAME).exists():
        raise NotADemo(f"{data} holds a key file that is not the demo's; choose another directory.")
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    half_way = data / _HALF_WAY
    shutil.rmtree(half_way, ignore_errors=True)
    half_way.mkdir(mode=0o700, parents=True)
    names = (signins.NAME, KEY, DATABASE)
    listed, key, database = (half_way / name for name in names)
    seed(settings, key, database, listed)
    for name in names:
        (half_way / name).replace(data / name)
    shutil.rmtree(half_way)


def _revision(path: Path) -> str:
    """The revision of the demo's tables, asked without the whole database layer."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            (is_demo,) = connection.execute("SELECT is_demo FROM centre").fetchone() or (False,)
            if not is_demo:
                raise NotADemo(f"{path} holds a real centre; choose another directory.")
            return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError):
        raise NotADemo(f"{path} is no database that the demo made.") from None


def _newest_revision() -> str:
    files = (resources.migrations() / "versions").glob("[0-9]*_*.py")
    return max(file.name.partition("_")[0] for file in files)


def _bring_up_to_date(settings: Settings) -> None:
    from portal.database import Database, migrate  # noqa: PLC0415
    from portal.vault import KeyFile  # noqa: PLC0415

    database = Database(settings.database_url, KeyFile.load(settings.key_file), settings)
    try:
        migrate(database)
    finally:
        database.close()
