"""Slow passes share their slots over real processes, give them back, and let others go first."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import portal.vault
from portal.vault import STANDARD, Busy, SlowPasses, WrongSecret, decoy_slot, open_slot

CHECKOUT = Path(portal.vault.__file__).resolve().parents[2]
# Takes a slot in a process of its own, says so, and keeps it until its input ends.
HOLD = """
import sys
from pathlib import Path
from portal.vault import SlowPasses

def hold():
    print("holding", flush=True)
    sys.stdin.read()

SlowPasses(Path(sys.argv[1]), int(sys.argv[2])).run(hold)
"""


@contextmanager
def another_process(directory: Path, slots: int) -> Iterator[subprocess.Popen[str]]:
    """A process that holds one slot from the moment this begins."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(directory), str(slots)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "holding\n"
            yield process
        finally:
            process.kill()


def test_it_gives_back_what_the_function_gives(tmp_path: Path) -> None:
    passes = SlowPasses(tmp_path / "not yet there", 1)
    assert passes.run(divmod, 17, 5) == (3, 2)
    assert passes.run(divmod, 9, 2) == (4, 1)
    assert passes.count == 2


def test_a_refusal_comes_through_and_frees_its_slot(tmp_path: Path) -> None:
    passes = SlowPasses(tmp_path, 1)
    decoy = decoy_slot(b"p" * 32, b"0000001", portal.vault.CHEAP)
    for _ in range(3):
        with pytest.raises(WrongSecret):
            passes.run(open_slot, b"secret", b"p" * 32, decoy)
    assert passes.count == 3


def test_two_processes_share_the_slots(tmp_path: Path) -> None:
    passes = SlowPasses(tmp_path, 2)
    with another_process(tmp_path, 2), another_process(tmp_path, 2) as second:
        with pytest.raises(Busy):
            passes.run(int)
        assert passes.count == 0
        second.communicate()
        assert passes.run(int) == 0
        with another_process(tmp_path, 2), pytest.raises(Busy):
            passes.run(int)
    assert passes.run(int) == 0


def test_the_slot_of_a_killed_process_is_free(tmp_path: Path) -> None:
    passes = SlowPasses(tmp_path, 1)
    with another_process(tmp_path, 1) as process:
        with pytest.raises(Busy):
            passes.run(int)
        process.kill()
        process.wait()
        assert passes.run(int) == 0


def test_threads_of_one_process_share_them_too(tmp_path: Path) -> None:
    passes, started, go = SlowPasses(tmp_path, 2), threading.Barrier(3), threading.Event()

    def hold() -> None:
        started.wait()
        go.wait()

    holders = [threading.Thread(target=passes.run, args=(hold,)) for _ in range(2)]
    for holder in holders:
        holder.start()
    started.wait()
    with pytest.raises(Busy):
        passes.run(int)
    go.set()
    for holder in holders:
        holder.join()
    assert passes.run(int) == 0
    assert passes.count == 3


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority on Linux alone")
def test_the_pass_has_the_lowest_priority_and_its_caller_keeps_its_own(tmp_path: Path) -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    mine = priority()
    assert SlowPasses(tmp_path, 1).run(priority) == 19
    assert priority() == mine


def test_other_threads_go_on_during_a_pass(tmp_path: Path) -> None:
    ticks, done = 0, threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    decoy = decoy_slot(b"p" * 32, b"0000001", STANDARD)
    before = ticks
    with pytest.raises(WrongSecret):
        SlowPasses(tmp_path, 1).run(open_slot, b"secret", b"p" * 32, decoy)
    during = ticks - before
    done.set()
    ticker.join()
    assert during >= 5


def test_no_open_file_is_left_behind(tmp_path: Path) -> None:
    passes, descriptors = SlowPasses(tmp_path, 2), Path("/dev/fd")
    passes.run(int)
    before = len(list(descriptors.iterdir()))
    for _ in range(20):
        passes.run(int)
    assert len(list(descriptors.iterdir())) == before


def test_lock_files_are_its_owners(tmp_path: Path) -> None:
    directory = tmp_path / "locks"
    SlowPasses(directory, 1).run(int)
    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / "slow-pass-0.lock").stat().st_mode & 0o777 == 0o600


def test_at_least_one_slot(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        SlowPasses(tmp_path, 0)
