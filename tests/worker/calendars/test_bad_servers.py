"""Servers that are slow, broken or hostile: each is told in a word, and what was known stays."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from portal.domain.calendars import Access, CalendarKind, Trouble
from portal.domain.spans import Span
from portal.services.calendars.tasks import Outcome, Task
from portal.worker.calendars.looking import look

NOW = datetime(2026, 11, 23, 11, tzinfo=UTC)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<d:multistatus xmlns:d="DAV:">&b;</d:multistatus>'
)
THIEF = (
    '<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    '<d:multistatus xmlns:d="DAV:"><d:sync-token>&a;</d:sync-token></d:multistatus>'
)
LISTED = (
    '<d:multistatus xmlns:d="DAV:"><d:response><d:href>{}</d:href><d:propstat><d:prop>'
    '<d:getetag>"1"</d:getetag></d:prop></d:propstat></d:response>'
    "<d:sync-token>t</d:sync-token></d:multistatus>"
)
Answer = Callable[[socket.socket], None]


@contextmanager
def a_server(answer: Answer) -> Iterator[int]:
    """Something that listens, and does to each who comes what `answer` does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    with listening.accept()[0] as caller:
                        caller.recv(65536)
                        answer(caller)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def saying(status: str, body: str = "", *headers: str) -> Answer:
    """A plain answer."""
    head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers,
                        "Connection: close"))  # fmt: skip
    return lambda caller: caller.sendall(f"{head}\r\n\r\n{body}".encode())


def dripping(caller: socket.socket) -> None:
    """A byte now and then, for ever."""
    caller.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        caller.sendall(b"x")
        time.sleep(0.02)


def flooding(caller: socket.socket) -> None:
    """More than anybody reads."""
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
    while True:
        caller.sendall(b"x" * 1_000_000)


def task(url: str, kind: CalendarKind = CalendarKind.CALDAV, inside: str = "127.0.0.1") -> Task:
    """A calendar at an address, that nobody has read yet."""
    return Task(
        calendar_id=uuid4(),
        claim=uuid4(),
        kind=kind,
        access=Access(url, "els", "secret"),
        token=None,
        is_whole=True,
        known={},
        ours=(),
        window=Span(NOW, NOW + timedelta(days=400)),
        zone=ZoneInfo("Europe/Brussels"),
        language="en",
        inside=frozenset({inside}),
        is_leaving=False,
    )


def looked(answer: Answer, kind: CalendarKind = CalendarKind.CALDAV) -> Outcome:
    """What comes of looking at a calendar on such a server."""
    with a_server(answer) as port:
        return look(task(f"http://127.0.0.1:{port}/els/work/", kind), title="x", seconds=0.5)


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (saying("500 Oh"), Trouble.SERVER_FAILED),
        (saying("503 Later"), Trouble.SERVER_FAILED),
        (saying("401 Who"), Trouble.NOT_LET_IN),
        (saying("404 No"), Trouble.NOT_THERE),
        (saying("207 Multi-Status", BOMB), Trouble.UNSAFE_ANSWER),
        (saying("207 Multi-Status", THIEF), Trouble.UNSAFE_ANSWER),
        (saying("207 Multi-Status", "<a><b></a>"), Trouble.NOT_A_CALENDAR),
        (saying("207 Multi-Status", "<html/>"), Trouble.NOT_A_CALENDAR),
        (saying("207 Multi-Status", LISTED.format("/karim/work/1.ics")), Trouble.ANOTHERS),
        (saying("207 Multi-Status", LISTED.format("/els/work/../x.ics")), Trouble.ANOTHERS),
        (saying("302 Found", "", "Location: https://cal.example.org/"), Trouble.LEADS_ELSEWHERE),
        (saying("302 Found", "", "Location: http://127.0.0.1:22/"), Trouble.LEADS_ELSEWHERE),
        (saying("302 Found", "", "Location: /els/work/"), Trouble.LEADS_ELSEWHERE),
        (lambda caller: caller.close(), Trouble.NOT_REACHED),
        (saying("999999 nonsense"), Trouble.NOT_REACHED),
        (dripping, Trouble.TOO_SLOW),
        (lambda caller: time.sleep(1), Trouble.TOO_SLOW),
    ],
)
def test_what_goes_wrong_with_a_server_has_a_name(answer: Answer, trouble: Trouble) -> None:
    outcome = looked(answer)
    assert outcome.trouble is trouble
    assert not outcome.was_read
    assert outcome.parts == {}


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (saying("200 OK", "<html>Sign in here</html>"), Trouble.NOT_A_CALENDAR),
        (flooding, Trouble.TOO_LARGE),
        (saying("302 Found", "", "Location: file:///etc/passwd"), Trouble.LEADS_ELSEWHERE),
    ],
)
def test_a_link_that_leads_to_no_calendar(answer: Answer, trouble: Trouble) -> None:
    assert looked(answer, CalendarKind.LINK).trouble is trouble


def test_a_link_is_read_and_asked_for_again_only_if_it_changed() -> None:
    file = ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261124T100000Z\r\n"
            "DURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")  # fmt: skip
    outcome = looked(saying("200 OK", file, 'ETag: "7"'), CalendarKind.LINK)
    assert (outcome.trouble, outcome.token) == (None, '"7"')
    assert len(outcome.parts[""].spans) == 1
    dated = looked(saying("200 OK", file, "Last-Modified: yesterday"), CalendarKind.LINK)
    assert dated.token == "since:yesterday"


@pytest.mark.parametrize(
    ("resolved", "trouble"),
    [
        (["10.0.0.7"], Trouble.INSIDE_THE_HOUSE),
        (["9.9.9.9", "127.0.0.1"], Trouble.INSIDE_THE_HOUSE),
        (["::ffff:169.254.169.254"], Trouble.INSIDE_THE_HOUSE),
        ([], Trouble.NO_SUCH_HOST),
    ],
)
def test_a_name_that_leads_into_the_house_is_not_followed(
    resolved: list[str], trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[object] = []

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        if not resolved:
            raise socket.gaierror
        return [(0, 0, 0, "", (ip, port)) for ip in resolved]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: called.append(a))
    assert look(task("https://cal.example.org/els/"), title="x").trouble is trouble
    assert called == []


def test_a_calendar_whose_sign_in_no_longer_opens_says_so() -> None:
    assert look(replace(task("https://x.org/"), access=None), title="x").trouble is Trouble.LOCKED
