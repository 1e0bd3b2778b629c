"""Makes the demo's data once, in a directory of its own, all of it or nothing."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from portal.database import Database, is_migrated, migrate
from portal.demo import signins
from portal.demo.seeding import seed
from portal.models import Centre
from portal.settings import Settings
from portal.vault import KeyFile

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
    if is_made(data):
        _bring_up_to_date(settings)
    else:
        _make(settings, data)


def _make(settings: Settings, data: Path) -> None:
    # The list is moved in first: a key file without it is somebody's, and no card opens without it.
    if (data / KEY).exists() and not (data / signins.NAME).exists():
        raise NotADemo(f"{data} holds a key file that is not the demo's; choose another directory.")
    half_way = data / _HALF_WAY
    shutil.rmtree(half_way, ignore_errors=True)
    half_way.mkdir(mode=0o700, parents=True)
    names = (signins.NAME, KEY, DATABASE)
    listed, key, database = (half_way / name for name in names)
    seed(settings, key, database, listed)
    for name in names:
        (half_way / name).replace(data / name)
    shutil.rmtree(half_way)


def _bring_up_to_date(settings: Settings) -> None:
    data = settings.data_dir
    if not (data / signins.NAME).exists():
        raise NotADemo(f"{data} holds a database that is not the demo's; choose another directory.")
    database = Database(settings.database_url, KeyFile.load(settings.key_file), settings)
    try:
        if not is_migrated(database):
            migrate(database)
        with database.transaction("read") as session:
            centre = session.get(Centre, 1)
            if centre is None or not centre.is_demo:
                raise NotADemo(f"{data} holds a real centre; choose another directory.")
    except DatabaseError:
        raise NotADemo(f"{data / DATABASE} is no database that the demo made.") from None
    finally:
        database.close()
