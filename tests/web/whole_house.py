"""A house in which something of everything has happened, with its real pages.

It is furnished once for all tests and copied for each: `WholeHouse(directory_of_the_copy)`.
"""

import pickle
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from werkzeug.routing import Rule

from portal.app import create_app
from portal.database import Database
from portal.services.entry import sessions
from portal.services.house import House
from portal.settings import Settings
from portal.vault import CHEAP, KeyFile, SlowPasses
from tests.people import NOON, Person, TestHouse, a_house
from tests.web.browser_stand_in import Phone
from tests.web.furnishing import Everybody, Furnishing
from tests.web.staff.browser import Browser

CHANGES_BY_LOOKING = frozenset(
    {"audit_event", "audit_head", "sign_in", "form_outcome", "kept_answer", "tries", "look"}
)
"""Tables in which a visit leaves something even when nothing is done."""


def settings_in(directory: Path) -> Settings:
    """Settings of a demo house, so that staff pages are on the same host; passes are cheap."""
    return replace(
        Settings.from_environment({"PORTAL_DATA": str(directory), "PORTAL_DEMO": "yes"}),
        slow_pass_ops=CHEAP.ops,
        slow_pass_mem=CHEAP.mem,
    )


def furnish(directory: Path, key_file: KeyFile) -> TestHouse:
    """Let people live in the migrated house that lies in `directory`."""
    settings = settings_in(directory)
    key_file.save(settings.key_file)
    database = Database(settings.database_url, key_file, settings)
    passes = SlowPasses(directory / "slow-passes", settings.slow_pass_slots)
    house = a_house(database, House(settings, key_file, passes))
    everybody = Furnishing(house).everybody()
    database.close()
    (directory / "everybody").write_bytes(pickle.dumps(everybody))
    return house


def send_a_visit(directory: Path, house: TestHouse, key_file: KeyFile) -> None:
    """In a copy of the furnished house a visit waits for the first survivor's answer."""
    settings = settings_in(directory)
    database = Database(settings.database_url, key_file, settings)
    passes = SlowPasses(directory / "slow-passes", settings.slow_pass_slots)
    everybody: Everybody = pickle.loads((directory / "everybody").read_bytes())
    furnishing = Furnishing(house.copied_to(database, House(settings, key_file, passes)))
    furnishing.ids = everybody.ids
    furnishing.propose(everybody.amal)
    database.close()
    (directory / "everybody").write_bytes(pickle.dumps(everybody))


class WholeHouse:
    """The application over a furnished house, its people, and a clock that tests move."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.now = NOON + timedelta(hours=1)
        # Written by `furnish` above, in this run of the tests.
        self.everybody: Everybody = pickle.loads((directory / "everybody").read_bytes())
        self.open()

    def open(self) -> None:
        """Make the application anew, as after a restart."""
        self.app = create_app(settings_in(self.directory))
        self.app.config["NOW"] = lambda: self.now
        self.database: Database = self.app.extensions["database"]

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def phone(self, her: Person | None, language: str = "en", *, scripting: bool = True) -> Phone:
        """A phone at the calendar, or on the first page of a sign-in made past the door."""
        phone = Phone(self.app, language, scripting=scripting)
        if her is None:
            phone.open()
        else:
            phone.come_back(self.token(her, language))
        return phone

    def browser(
        self, person: Person, language: str = "en", *, proved: timedelta | None = timedelta()
    ) -> Browser:
        """A colleague's browser after the sign-in; her second factor was proved that long ago."""
        browser = Browser(self.app)
        browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        browser.client.set_cookie("s", self.token(person, language, proved=proved))
        browser.get("/staff/")
        return browser

    def token(
        self, person: Person, language: str = "en", *, proved: timedelta | None = timedelta()
    ) -> str:
        """The token of a live sign-in, made past the door."""
        with self.database.transaction() as session:
            return sessions.start(
                session,
                person.account_id,
                keys=person.keys,
                language=language,
                now=self.now,
                pin=person.pin or None,
                second_factor_at=None if proved is None or person.pin else self.now - proved,
            )

    def rows(self, *, but: frozenset[str] = CHANGES_BY_LOOKING) -> dict[str, Any]:
        """Every row of every table, to see whether something changed."""
        with self.reading() as connection:
            listed = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            names = [row[0] for row in connection.execute(listed)]
            return {
                name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"')))
                for name in names
                if name not in but
            }

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database file as somebody who has stolen it reads it."""
        connection = sqlite3.connect(self.directory / "portal.db", timeout=5)
        try:
            yield connection
        finally:
            connection.close()


NOUNS = {"date": "appointment"}
"""What an argument of a rule is called where it is not called like its table."""


def foreign(whole: WholeHouse, rule: Rule) -> Iterator[dict[str, UUID | str]]:
    """The first survivor's ids for a rule, one of each state."""
    nouns = {name: NOUNS.get(name.removesuffix("_id"), name.removesuffix("_id"))
             for name in rule.arguments if name.endswith("_id")}  # fmt: skip
    unknown = set(nouns.values()) - set(whole.everybody.ids)
    assert not unknown, f"teach the house of this test what {unknown} is: {rule.rule}"
    states = max((len(whole.everybody.ids[noun]) for noun in nouns.values()), default=0)
    for place in range(min(states, 4)):
        yield {
            name: whole.everybody.ids[noun][place % len(whole.everybody.ids[noun])]
            for name, noun in nouns.items()
        }


def copy_of(furnished: Path, directory: Path) -> WholeHouse:
    """A furnished house of one's own."""
    shutil.copytree(furnished, directory, dirs_exist_ok=True)
    return WholeHouse(directory)
