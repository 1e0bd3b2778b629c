"""What planning together saves in the made-up centre: `python -m bench.bundling`.

The same talks twice: each at the first free time of its own service, and bundled by the planner.
"""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from portal.database import Database
from portal.demo.seeding import seed
from portal.domain.counting import Figures
from portal.services import bundling
from portal.settings import Settings
from portal.vault import KeyFile

CHEAP = {"PORTAL_SLOW_PASS_OPS": "1", "PORTAL_SLOW_PASS_MEM": "8192"}
HALF = 2.0
"""How many times fewer visits there should be, for whoever has more than one talk."""


def main() -> None:
    """Make the centre, plan its last month in both ways, and print what each takes."""
    with TemporaryDirectory() as made:
        twice = _planned_twice(Path(made))
    print(f"the made-up centre, needs from {twice.first} on, until {twice.last}")
    for who, apart, together in (
        ("everybody", twice.apart.figures, twice.together.figures),
        ("with several talks", twice.apart.several, twice.together.several),
    ):
        fewer = apart.visits / together.visits if together.visits else 0.0
        print(f"{who}: {apart.people} survivors, {fewer:.1f} times fewer visits (wanted: {HALF})")
        print(f"  first free: {_said(apart)}")
        print(f"  bundled:    {_said(together)}")
    left_out = twice.apart.left_out, twice.together.left_out
    print(f"talks without a time: {left_out[0]} first free, {left_out[1]} bundled")


def _planned_twice(directory: Path) -> bundling.Twice:
    env = {"PORTAL_DATA": str(directory), "PORTAL_DEMO": "yes", **CHEAP}
    settings = Settings.from_environment(env)
    path, key_path = directory / "portal.db", directory / "portal.key"
    seed(settings, key_path, path, directory / "signins.json")
    database = Database(f"sqlite:///{path}", KeyFile.load(key_path), settings)
    try:
        with database.transaction("read") as session:
            return bundling.planned_twice(session, now=datetime.now(UTC))
    finally:
        database.close()


def _said(figures: Figures) -> str:
    return (
        f"{figures.visits_per_person} visits each, {figures.talks_per_visit} talks a visit, "
        f"{figures.talks} talks, {figures.waiting} minutes of waiting"
    )


if __name__ == "__main__":
    main()
