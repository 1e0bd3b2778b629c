"""Thousands of letters, four workers, kill -9 in between: nothing twice, nothing lost.

Where a worker dies between the claim and the answer nobody can know what was taken: such a letter
is listed, not repeated, and there are at most as many as kills.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select, update

from portal.domain.outbox import CLAIM_LASTS, OutboxKind, OutboxState
from portal.domain.safe_contact import Channel
from portal.models import OutboxItem
from portal.services.telling import sending
from portal.settings import Settings
from tests.people import Person, TestHouse
from tests.services.ways import says_yes
from tests.worker.mail_server import MailServer, mail_server

LETTERS = int(os.environ.get("PORTAL_TEST_LETTERS", "400"))
"""10,000 by hand: PORTAL_TEST_LETTERS=10000."""
WORKERS, KILLS, SURVIVORS = 4, 6, 8
SECONDS = 60 + LETTERS // 50


def start_worker(settings: Settings, server: MailServer) -> subprocess.Popen[bytes]:
    """`portal worker`, as a service manager starts it."""
    env = {
        **os.environ,
        "PORTAL_DATA": str(settings.data_dir),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_MAIL_HOST": "localhost",
        "PORTAL_MAIL_PORT": str(server.port),
        "PORTAL_MAIL_TLS": "none",
        "PORTAL_MAIL_FROM": "r@agenda.example",
        "PORTAL_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-c", "from portal.cli import main; main()", "worker"]
    return subprocess.Popen(command, env=env)


def plan(the_house: TestHouse, case_ids: list[UUID], number: int) -> None:
    """This many letters, spread over the cases."""
    now = datetime.now(UTC)
    row = {
        "kind": OutboxKind.TEST,
        "channel": Channel.EMAIL,
        "planned_at": now,
        "next_at": now,
        "not_after": now + timedelta(hours=2),
        "state": OutboxState.WAITING,
        "tries": 0,
    }
    with the_house.database.transaction() as session:
        session.execute(
            insert(OutboxItem),
            [
                {**row, "id": uuid4(), "key": str(one), "case_id": case_ids[one % len(case_ids)]}
                for one in range(number)
            ],
        )


def counts(the_house: TestHouse) -> Counter[OutboxState]:
    """How many letters are where."""
    with the_house.database.transaction("read") as session:
        asked = select(OutboxItem.state, func.count()).group_by(OutboxItem.state)
        return Counter(dict(session.execute(asked).all()))


def wait_until(is_so: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Look every tenth of a second; fail when it takes too long."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "this takes too long"
        time.sleep(0.1)


def message_id(item_id: UUID) -> str:
    """The mark of a letter, as the server reads it."""
    return f"<{item_id.hex}@agenda.example>"


@pytest.mark.real
def test_each_letter_is_taken_once_or_listed(
    the_house: TestHouse, her: Person, settings: Settings
) -> None:
    now, rng = datetime.now(UTC), Random(7)
    people = [her, *(the_house.a_survivor(f"One {one}") for one in range(SURVIVORS - 1))]
    for one in people:
        says_yes(the_house, one, now=now)
    plan(the_house, [one.case_id for one in people if one.case_id], LETTERS)
    with mail_server() as server:
        workers = [start_worker(settings, server) for _ in range(WORKERS)]
        try:
            for kill in range(1, KILLS + 1):
                goal = LETTERS * kill // (KILLS + 1)
                wait_until(lambda goal=goal: len(server.taken) >= goal)  # type: ignore[misc]
                place = rng.randrange(WORKERS)
                workers[place].kill()
                workers[place].wait()
                workers[place] = start_worker(settings, server)
            wait_until(lambda: counts(the_house)[OutboxState.WAITING] == 0)
        finally:
            for worker in workers:
                worker.send_signal(signal.SIGTERM)
            for worker in workers:
                worker.wait(30)
        taken = server.ids()
    with the_house.database.transaction() as session:
        later = datetime.now(UTC) + CLAIM_LASTS
        while sending.give_up_the_dead(session, now=later):
            pass
        kept = dict(session.execute(select(OutboxItem.id, OutboxItem.state)).all())
    sent = {message_id(one) for one, state in kept.items() if state is OutboxState.SENT}
    unclear = {message_id(one) for one, state in kept.items() if state is OutboxState.UNCLEAR}
    assert set(taken.values()) == {1}, "nothing went out twice"
    assert sent <= taken.keys(), "what is called sent was taken"
    assert taken.keys() <= sent | unclear, "what was taken is known, or listed"
    assert len(sent) + len(unclear) == LETTERS, "nothing is lost"
    assert len(unclear) <= KILLS


@pytest.mark.real
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_worker_that_dies_after_the_full_stop_leaves_a_line_in_the_list(
    the_house: TestHouse, her: Person, settings: Settings
) -> None:
    says_yes(the_house, her, now=datetime.now(UTC))
    assert her.case_id is not None
    plan(the_house, [her.case_id], 1)
    with mail_server() as server:
        worker = start_worker(settings, server)
        # The server has the letter and has not said so: the worker cannot know.
        server.on_taken = worker.kill
        wait_until(lambda: len(server.taken) == 1)
        worker.wait(10)
        server.on_taken = lambda: None
        with the_house.database.transaction() as session:
            session.execute(
                update(OutboxItem).values(claimed_at=datetime.now(UTC) - 2 * CLAIM_LASTS)
            )
        another = start_worker(settings, server)
        wait_until(lambda: counts(the_house)[OutboxState.UNCLEAR] == 1)
        another.terminate()
        another.wait(30)
        assert len(server.taken) == 1
