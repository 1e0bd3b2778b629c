"""What a database is asked, to be counted or read."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import event

from portal.database import Database

_OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements of this process meanwhile, but for the begin and end of transactions."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(_OF_TRANSACTIONS):
            asked.append(statement)

    with ExitStack() as listening:
        for engine in database.engines:
            event.listen(engine, "before_cursor_execute", note)
            listening.callback(event.remove, engine, "before_cursor_execute", note)
        yield asked
