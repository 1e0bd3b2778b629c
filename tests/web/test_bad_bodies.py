"""Whatever a browser or a person sends, the answer is a page."""

from pathlib import Path

import pytest

from tests.web.browser_stand_in import OWN_STEP, Phone
from tests.web.door import PIN, SECRET, Door

BODIES = [
    b"", b"&&&===", b"k=%00&to=/today", b"to=%ff%fe", b"do=%ed%a0%80", b"\xff\xfe\x00",
    b"to=/today%0d%0aX:1", b"a=1&" * 2000, b"do", b"do=&to=", b"to=" + b"/a" * 20000,
    b"f=" + b"x" * 100000 + b"&do=/write",
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_broken_body_is_answered_with_the_calendar(phone: Phone, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en"}
    if phone.scripting:
        headers["X-Part"] = "1"
    answer = phone.client.post("/", data=body, headers=headers)
    assert answer.status_code in ((200, 404, 413) if phone.scripting else (303,))
    assert SECRET not in answer.text


@pytest.mark.parametrize("length", ["-1", "x", "99999999999", "1e3"])
def test_a_body_that_lies_about_its_length_is_no_harm(phone: Phone, length: str) -> None:
    answer = phone.client.post("/", data=b"to=/today", headers={"Content-Length": length})
    assert (answer.status_code, answer.location) == (303, "/")


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=x", "application/json", "text/plain"]
)
def test_a_body_of_another_kind_is_nothing_typed(phone: Phone, kind: str) -> None:
    answer = phone.client.post("/", data=b"--x\r\n\r\n--x--", headers={"Content-Type": kind})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (b"before%00after", "beforeafter"),
        (b"line%0d%0aline", "line\r\nline"),
        ("smile 😀 سلام".encode(), "smile 😀 سلام"),
        (b"%ed%a0%80half", "\N{REPLACEMENT CHARACTER}" * 3 + "half"),
    ],
)
def test_what_nobody_types_is_taken_out(inside: Phone, door: Door, typed: bytes, kept: str) -> None:
    body = b"do=/write&a=" + typed.replace(b" ", b"+") + b"&k=" + inside.page_key.encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Part": "1"}
    inside.client.post("/", data=body, headers=headers)
    if b"\xf0" in typed:
        kept = kept.encode().decode("ascii", "replace")
    assert door.done == [kept]


def test_a_text_over_the_limit_is_refused_in_words(inside: Phone, door: Door) -> None:
    inside.do("/write", a="x" * 300_000)
    assert inside.heading == "This was too long"
    assert "112" in inside.page
    assert door.done == []


def test_a_stranger_fills_no_table_with_what_is_too_long(door: Door) -> None:
    phone = Phone(door.app, scripting=False)
    answer = phone.send({"a": "x" * 300_000})
    assert "This was too long" in answer.text
    with door.app.extensions["database"].engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from kept_answer").scalar() == 0


@pytest.fixture
def gone(door: Door, monkeypatch: pytest.MonkeyPatch) -> Door:
    """The same house after its database went away."""

    def no_session(mode: str = "write") -> None:
        raise OSError("the database is gone")

    monkeypatch.setattr(door.app.extensions["database"], "session", no_session)
    return door


def test_the_calendar_needs_no_database(gone: Door) -> None:
    phone = Phone(gone.app)
    assert phone.open().status_code == 200
    assert phone.heading == "November 2026"


@pytest.mark.parametrize("scripting", [True, False])
def test_without_a_database_she_still_finds_112(gone: Door, scripting: bool) -> None:
    phone = Phone(gone.app, scripting=scripting)
    phone.open()
    phone.sign_in(gone.card, PIN)
    assert phone.heading == "Something went wrong here"
    assert 'href="tel:112"' in phone.page
    if not scripting:
        again = phone.client.get("/", headers=OWN_STEP)
        assert "Something went wrong" not in again.text


def test_an_unexpected_error_logs_no_word_of_hers(
    inside: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    inside.go("/broken")
    assert inside.heading == "Something went wrong here"
    reference = inside.soup.select_one(".hint bdi")
    assert reference is not None
    assert reference.get_text() in caplog.text
    assert SECRET not in caplog.text
    assert "ValueError" in caplog.text


def test_she_leaves_also_when_the_database_is_gone(gone: Door) -> None:
    phone = Phone(gone.app, scripting=False)
    answer = phone.post({"k": "some page key", "do": "/front/leave", "l": "fr"})
    assert answer.location == "https://www.meteo.be/fr"


def test_the_house_keeps_no_file_of_what_was_typed(inside: Phone, door: Door) -> None:
    inside.do("/write", a="words that stay nowhere")
    directory = Path(str(door.app.extensions["database"].engine.url.database)).parent
    for file in directory.rglob("*"):
        if file.is_file():
            assert b"words that stay nowhere" not in file.read_bytes()
