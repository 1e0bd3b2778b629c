"""A round of the worker in which something fails: what failed is said, and the rest is done."""

import logging
import signal
import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from portal import worker
from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.retention import DEFAULT_DAYS, Kept
from portal.models import AuditEvent, Case, Decision, KeptApartKey
from portal.services.case_work import readers
from portal.services.endings import closing
from portal.services.moderation import decisions
from portal.services.running import expiry, lateness, retention
from portal.vault import DailyKeys
from tests.people import NOON, Person, TestHouse
from tests.services.kept_apart import keep_apart

OVER = NOON + timedelta(days=DEFAULT_DAYS[Kept.FILE] + 1)


def work_ends(house: TestHouse, *people: Person) -> None:
    for her in people:
        assert her.case_id
        with house.acting(house.director) as (session, acting):
            closing.close(session, acting, her.case_id, "She moved.", now=NOON)


def files_left(house: TestHouse) -> set[str]:
    with house.database.transaction("read") as session:
        return set(session.scalars(select(Case.number)))


def test_a_row_that_was_altered_keeps_no_other_file_from_being_erased(
    the_house: TestHouse, her: Person, another: Person, caplog: pytest.LogCaptureFixture
) -> None:
    third = the_house.a_survivor("Tine")
    work_ends(the_house, another)
    keep_apart(the_house, her, third)
    with the_house.database.transaction() as session:
        session.execute(
            update(Case).where(Case.id == her.case_id).values(state="closed", closed_at=NOON)
        )
        session.execute(update(KeptApartKey).values(mac=bytes(32)))
    failed = worker.run_once(the_house.database, now=OVER).failed
    assert files_left(the_house) == {her.case_number, third.case_number}
    (said,) = caplog.messages
    assert f"file {her.case_id} failed: Forged" in said
    assert failed == 1
    caplog.clear()


def test_a_key_that_cannot_be_destroyed_keeps_no_other_alive(
    the_house: TestHouse, her: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """A directory where a key should be: nobody can overwrite it, not even root."""
    settings = the_house.house.settings
    keys = DailyKeys(settings.backup_keys)
    first, stubborn, last = (NOON.date() + timedelta(days=number) for number in range(3))
    for day in (first, last):
        keys.of(day)
    (settings.backup_keys / stubborn.isoformat()).mkdir()
    work_ends(the_house, her)
    worker.run_once(the_house.database, now=OVER)
    assert keys.days() == [stubborn]
    assert her.case_number not in files_left(the_house), "and the other clocks struck"
    (said,) = caplog.messages
    assert f"backup key {stubborn} failed: IsADirectoryError (vault/daily_keys.py:" in said
    with the_house.database.transaction("read") as session:
        gone = session.scalars(
            select(AuditEvent).where(AuditEvent.kind == "backup_key_destroyed")
        ).all()
        assert {one.facts["day"] for one in gone} == {str(first), str(last)}
    caplog.clear()


def test_what_fails_in_one_task_stops_no_other_and_its_words_are_not_logged(
    the_house: TestHouse,
    her: Person,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("Amal, 0470 12 34 56")

    work_ends(the_house, her)
    monkeypatch.setitem(expiry.ENDS, "drafts", fail)
    monkeypatch.setattr(lateness, "missed", fail)
    monkeypatch.setattr(retention, "old_backup_keys", fail)
    assert worker.run_once(the_house.database, now=OVER).failed == 3
    assert her.case_number not in files_left(the_house)
    assert "Amal" not in caplog.text
    assert [line.split(" (")[0] for line in caplog.messages] == [
        "drafts failed: ValueError",
        "what is late failed: ValueError",
        "old backup keys failed: ValueError",
    ]
    caplog.clear()


def test_one_promise_that_cannot_climb_keeps_no_question_from_vanishing(
    the_house: TestHouse,
    her: Person,
    another: Person,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for one in (her, another):
        the_house.a_need(one)
    with the_house.acting(the_house.coordinator) as (session, acting):
        asked = decisions.ask(
            session,
            acting,
            DecisionKind.BREAK_GLASS,
            reason="She cannot be reached.",
            case_id=her.case_id,
            now=NOON,
        )
    not_answering = readers.not_answering
    tried: list[object] = []

    def fails_at_first(*args: Any, **more: Any) -> Any:
        tried.append(args)
        if len(tried) == 1:
            raise KeyError("a bad row")
        return not_answering(*args, **more)

    monkeypatch.setattr(readers, "not_answering", fails_at_first)
    assert worker.run_once(the_house.database, now=NOON + timedelta(days=9)).failed == 1
    with the_house.database.transaction("read") as session:
        assert session.get_one(Decision, asked.id).state is DecisionState.LAPSED
        missed = select(AuditEvent).where(AuditEvent.kind == "promise_missed")
        assert len(session.scalars(missed).all()) == 1
    caplog.clear()


def test_she_is_told_and_calendars_are_kept_also_in_a_round_that_fails(
    the_house: TestHouse, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process goes on to its next round, a minute later and not at once."""
    happened: list[str] = []
    rounds = threading.Event()

    def note(what: str, *, fails: bool) -> object:
        def noted(*_: object, **__: object) -> bool:
            happened.append(what)
            if happened.count("told") == 2 and happened.count("calendars") >= 2:
                rounds.set()
            if fails:
                raise TypeError(what)
            return False

        return noted

    stopping = threading.Event()
    waits: list[float] = []

    class Stopping:
        """Two rounds of each kind, without waiting a minute between them."""

        def is_set(self) -> bool:
            return rounds.is_set()

        def set(self) -> None:
            rounds.set()

        def wait(self, seconds: float) -> None:
            waits.append(seconds)
            stopping.wait(0.01)

    events = SimpleNamespace(Event=Stopping, Thread=threading.Thread)
    monkeypatch.setattr(worker, "threading", events)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(retention, "due", note("clocks", fails=True))
    monkeypatch.setattr(worker, "tell", note("told", fails=False))
    monkeypatch.setattr(worker.calendars, "sync_due", note("calendars", fails=True))
    worker.run(the_house.database, the_house.house.settings, lambda: NOON)
    assert happened.count("told") >= 2
    assert happened.count("calendars") >= 2
    assert set(waits) == {worker.EVERY_SECONDS}
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
    caplog.clear()
