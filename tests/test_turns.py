"""Who makes a page, and who lets others go on meanwhile."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import Any

import pytest

from portal import turns
from portal.services.house import House
from portal.settings import Settings
from portal.vault import KeyFile, SlowPasses
from portal.web.in_turn import InTurn

SOON = 20
"""Seconds within which what must happen happens, also on a machine with other things to do."""
Answer = Callable[[dict[str, Any], Any], Iterable[bytes]]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody goes on without a turn."""
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", SOON)


def answered(application: Answer, body: Any = None, length: int = 0) -> bytes:
    environ = {"wsgi.input": body or BytesIO(), "CONTENT_LENGTH": str(length)}
    nobody: Any = None
    return b"".join(InTurn(application, 1000)(environ, nobody))


@pytest.mark.usefixtures("patient")
def test_pages_are_made_one_after_the_other() -> None:
    at_work: set[int] = set()
    most = 0

    def page(_environ: object, _answer: object) -> list[bytes]:
        nonlocal most
        at_work.add(threading.get_ident())
        most = max(most, len(at_work))
        threading.Event().wait(0.001)
        at_work.discard(threading.get_ident())
        return [b"done"]

    with ThreadPoolExecutor(6) as phones:
        assert list(phones.map(lambda _: answered(page), range(30))) == [b"done"] * 30
    assert most == 1


@pytest.mark.usefixtures("patient")
def test_others_read_while_somebody_signs_in(
    tmp_path: Path, settings: Settings, key_file: KeyFile
) -> None:
    class SlowerPasses(SlowPasses):
        def run(self, *args: Any, **kwargs: Any) -> Any:
            return super().run(*args, **kwargs) if read.wait(SOON) else None

    house, read = House(settings, key_file, SlowerPasses(tmp_path, 1)), threading.Event()

    def sign_in(_environ: object, _answer: object) -> list[bytes]:
        return [b"in" if house.new_slot(b"card and PIN", bytes(32)) else b"nobody could read"]

    def page(_environ: object, _answer: object) -> list[bytes]:
        read.set()
        return [b"a page"]

    with ThreadPoolExecutor(2) as phones:
        signs_in = phones.submit(answered, sign_in)
        assert phones.submit(answered, page).result() == b"a page"
        assert signs_in.result() == b"in"


@pytest.mark.usefixtures("patient")
def test_who_sends_slowly_or_never_keeps_nobody_waiting() -> None:
    class SlowLine(RawIOBase):
        def read(self, _size: int = -1) -> bytes:
            asked.set()
            return b"words" if read.wait(SOON) else b""

    asked, read = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as phones:
        sends = phones.submit(answered, lambda e, _: [e["wsgi.input"].read()], SlowLine(), 5)
        assert asked.wait(SOON)
        assert phones.submit(answered, lambda *_: [b"a page"]).result() == b"a page"
        read.set()
        assert sends.result() == b"words"


def test_a_page_that_hangs_does_not_make_every_page_hang() -> None:
    freed, hangs = threading.Event(), threading.Event()

    def hanging(_environ: object, _answer: object) -> list[bytes]:
        hangs.set()
        freed.wait(SOON)
        return [b"at last"]

    with ThreadPoolExecutor(2) as phones:
        first = phones.submit(answered, hanging)
        assert hangs.wait(SOON)
        assert phones.submit(answered, lambda *_: [b"a page"]).result() == b"a page"
        freed.set()
        assert first.result() == b"at last"


@pytest.mark.usefixtures("patient")
def test_a_page_that_fails_gives_its_turn_back() -> None:
    def failing(_environ: object, _answer: object) -> list[bytes]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        answered(failing)
    with ThreadPoolExecutor(1) as phone:
        assert phone.submit(answered, lambda *_: [b"a page"]).result() == b"a page"


def test_what_is_too_large_is_not_passed_on() -> None:
    assert answered(lambda e, _: [e["wsgi.input"].read()], BytesIO(b"x" * 2000), 2000) == b""
