"""A PostgreSQL server of our own for one test run: a socket in a new directory, no port."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.parts import find_program, lacking

_BESIDE = "usr/lib/postgresql/*/bin"
_OWNER = "postgres"


@dataclass(frozen=True)
class PostgreSQL:
    """A running server, and the names of the databases made in it."""

    directory: Path
    _numbers: Iterator[int]

    def url(self, name: str) -> str:
        """The address of this database as the portal's setting has it."""
        return f"postgresql://{_OWNER}@/{name}?host={self.directory}"

    def create(self, template: str = "template0") -> str:
        """The name of a new database, a copy of this one."""
        name = f"portal_{next(self._numbers)}"
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop(self, name: str) -> None:
        """Take the database away, whoever is still connected."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with self.connect() as connection:
            connection.execute(statement)

    def connect(self) -> psycopg.Connection[Any]:
        """A connection to the server itself. Raises psycopg.OperationalError."""
        return psycopg.connect(
            host=str(self.directory), user=_OWNER, dbname="postgres", autocommit=True
        )


@contextmanager
def running_server() -> Iterator[PostgreSQL]:
    """A server that ends with the block."""
    initdb, postgres = (
        find_program("initdb", beside=_BESIDE),
        find_program("postgres", beside=_BESIDE),
    )
    if initdb is None or postgres is None:
        lacking("the PostgreSQL server")
    directory = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    who = _somebody_else(directory)
    data = directory / "data"
    try:
        subprocess.run(
            [initdb, "-D", data, "-U", _OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            check=True, capture_output=True, cwd=directory, **who,
        )  # fmt: skip
        hasty = [f"-c{name}=off" for name in ("fsync", "synchronous_commit", "full_page_writes")]
        server = subprocess.Popen(
            [postgres, "-D", data, "-k", directory, "-c", "listen_addresses=", *hasty],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=directory, **who,
        )  # fmt: skip
        try:
            yield _answering(PostgreSQL(directory, count(1)), server)
        finally:
            server.terminate()
            server.wait(30)
    finally:
        shutil.rmtree(directory)


def _somebody_else(directory: Path) -> dict[str, Any]:
    # PostgreSQL refuses to run as root, which is who one is in most containers.
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam(_OWNER)
    except KeyError:
        lacking(f"the account {_OWNER} to run PostgreSQL as (it refuses root)")
    os.chown(directory, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _answering(found: PostgreSQL, server: subprocess.Popen[bytes]) -> PostgreSQL:
    for _ in range(200):
        if server.poll() is not None:
            break
        try:
            found.connect().close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return found
    raise RuntimeError("the PostgreSQL server did not start within ten seconds")
