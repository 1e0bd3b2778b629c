"""Who may be served where, colleagues and services, the worker, and the check in words."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import update

from portal import setting_values
from portal.database import Database, migrate_back
from portal.models import Centre
from portal.settings import Settings
from portal.vault import KeyFile
from tests.cli.conftest import Run

pytestmark = pytest.mark.real


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """What the server was started with."""
    from portal import server

    started: list[Settings] = []
    monkeypatch.setattr(server, "serve", started.append)
    return started


def open_database() -> Database:
    settings = Settings.from_environment()
    return Database(settings.database_url, KeyFile.load(settings.key_file), settings)


def make_it_a_demo() -> None:
    database = open_database()
    with database.transaction() as session:
        session.execute(update(Centre).values(is_demo=True))
    database.close()


def test_a_founded_house_is_served_on_this_machine(
    founded: dict[str, str], run: Run, served: list[Settings]
) -> None:
    assert run("serve").exit_code == 0
    assert [one.host for one in served] == ["127.0.0.1"]


def test_no_staff_host_no_house(
    founded: dict[str, str], run: Run, served: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORTAL_STAFF_HOST")
    result = run("serve")
    assert "PORTAL_STAFF_HOST is not set" in result.output
    assert (result.exit_code, served) == (1, [])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "house.example"])
def test_made_up_data_are_not_served_to_others(
    founded: dict[str, str],
    run: Run,
    served: list[Settings],
    monkeypatch: pytest.MonkeyPatch,
    host: str,
) -> None:
    make_it_a_demo()
    assert "made-up data" in run("serve").output
    monkeypatch.setenv("PORTAL_DEMO", "yes")
    monkeypatch.setenv("PORTAL_HOST", host)
    result = run("serve")
    assert "on this machine only" in result.output
    assert (result.exit_code, served) == (1, [])


def test_a_real_house_is_not_served_as_a_demo(
    founded: dict[str, str], run: Run, served: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_DEMO", "yes")
    assert "not the demo's data" in run("serve").output
    assert served == []


def test_an_old_database_is_not_served_until_it_is_migrated(
    founded: dict[str, str], run: Run, served: list[Settings]
) -> None:
    database = open_database()
    migrate_back(database, "base")
    database.close()
    assert "run `portal migrate` first" in run("serve").output
    assert run("migrate").exit_code == 0
    assert "run `portal init` first" in run("serve").output
    assert served == []


def test_a_house_that_is_not_there_is_not_made_by_looking(run: Run, data: Path) -> None:
    for command in (["serve"], ["worker", "--once"], ["migrate"], ["audit", "verify"]):
        assert "There is no database" in run(*command).output
    assert not data.exists()


def test_a_key_file_open_to_others_stops_the_start(
    founded: dict[str, str], run: Run, data: Path, served: list[Settings]
) -> None:
    (data / "portal.key").chmod(0o644)
    assert "it must be 0600" in run("serve").output
    result = run("check")
    assert (result.exit_code, served) == (1, [])
    assert "it must be 0600" in result.output


def test_a_wrong_setting_stops_with_its_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_PORT", "eighty")
    result = run("serve")
    assert "PORTAL_PORT is “eighty”; expected: a whole number" in result.output
    assert result.exit_code == 1


def test_the_worker_does_a_round_and_another(
    founded: dict[str, str], run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert [run("worker", "--once").exit_code for _ in range(2)] == [0, 0]


def test_a_key_that_cannot_be_destroyed_is_said(
    founded: dict[str, str], run: Run, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By the round that failed, and by the check; the rest of the round was done."""
    key = data / "backup-keys" / "2020-02-29"
    key.mkdir(parents=True)
    result = run("worker", "--once")
    assert (result.exit_code, "The rest is done" in result.output) == (1, True)
    assert [line.split(" (")[0] for line in caplog.messages] == [
        "backup key 2020-02-29 failed: IsADirectoryError"
    ]
    caplog.clear()
    assert f"Wrong:  {key} should be destroyed and is not" in run("check").output
    key.rmdir()
    assert "should be destroyed" not in run("check").output


def test_colleagues_wait_for_those_who_hold_the_key(founded: dict[str, str], run: Run) -> None:
    first = run(
        "staff", "add", "--email", "Adil@House.example", "--name", "Adil", "--role", "auditor"
    )
    assert "adil@house.example" in first.output
    assert "opens nothing yet" not in first.output
    second = run("staff", "add", "--email", "b@house.example", "--name", "Bo", "--role", "auditor")
    assert "auditor: opens nothing yet; Adil confirms it" in second.output
    again = run("staff", "add", "--email", "b@house.example", "--name", "Bo", "--role", "moderator")
    assert (again.exit_code, "signs in with b@house.example already" in again.output) == (1, True)
    assert "Bo (auditor) waits for a team's key from Adil." in run("check").output


def test_nobody_is_hired_for_both_halves_of_the_emergency_keys(
    founded: dict[str, str], run: Run
) -> None:
    hire = ("staff", "add", "--email", "e@house.example", "--name", "Eva")
    result = run(*hire, "--role", "coordinator", "--role", "case_director", "--role", "auditor")
    assert result.exit_code == 1
    assert "“auditor” and “case_director” are never one person's" in result.output
    assert "nobody was added" in result.output
    assert run(*hire, "--role", "coordinator", "--role", "case_director").exit_code == 0


def test_services_have_staff(founded: dict[str, str], run: Run) -> None:
    add = ("service", "add", "--kind", "police", "--place", "Corridor C, 2")
    assert run(*add, "--name", "Police").exit_code == 0
    assert "There is a service “Police” already" in run(*add, "--name", "Police").output
    assert "nobody works at Police" in run("check").output
    hire = ("staff", "add", "--email", "i@house.example", "--name", "Ilse")
    assert "is not the name of one service" in run(*hire, "--service", "Bakery").output
    assert "give --service" in run(*hire, "--role", "service_staff").output
    assert run(*hire, "--service", "Police").exit_code == 0
    assert "Police  (police, open, Corridor C, 2)" in run("service", "list").output
    assert "nobody works at" not in run("check").output


def test_a_first_pass_phrase_is_new_each_time(founded: dict[str, str], run: Run) -> None:
    found = set()
    for letter in "abc":
        address = f"{letter}@house.example"
        result = run("staff", "add", "--email", address, "--name", letter, "--role", "moderator")
        found.add(next(line for line in result.output.splitlines() if line.startswith("    ")))
    assert len(found) == 3


def test_the_check_says_which_roles_are_empty(founded: dict[str, str], run: Run) -> None:
    result = run("check", "--settings")
    assert result.exit_code == 1
    assert "0 of at least 1 auditor" in result.output
    assert "0 of at least 2 case_director" in result.output
    assert "is `portal worker` running?" in result.output
    assert "PORTAL_SURVIVOR_IDLE" in result.output
    assert "PORTAL_MAIL_HOST" in result.output


@pytest.mark.parametrize("command", ["check", "worker", "serve"])
def test_a_mail_server_that_is_half_set_up_stops_the_start(
    founded: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("PORTAL_MAIL_HOST", "mail.example.org")
    result = run(command)
    assert result.exit_code == 1
    assert "PORTAL_MAIL_FROM is not; expected: both or neither." in result.output


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_loopback_is_this_machine(host: str) -> None:
    assert setting_values.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "", "10.0.0.1", "localhost.example"])
def test_anything_else_is_open_to_others(host: str) -> None:
    assert not setting_values.is_loopback(host)
