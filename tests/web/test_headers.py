"""Headers of every answer: nothing is kept, nothing is told, nothing foreign runs."""

import gzip
import re
from base64 import b64encode
from hashlib import sha256

import pytest
from werkzeug.test import TestResponse

from portal.web.one_address import OneAddress
from tests.web.browser_stand_in import OWN_STEP, Phone
from tests.web.door import PIN, Door
from tests.web.telling import TELLING

FIRST_PAGE = 13 * 1024
LATER_PART = 6 * 1024


def answers_of(door: Door) -> list[TestResponse]:
    """One answer of each kind: pages, parts, errors, ways out."""
    found = []
    for scripting in (True, False):
        phone = Phone(door.app, scripting=scripting)
        found += [phone.open(), phone.open("/staff-like"), phone.open("/favicon.ico")]
        found.append(phone.sign_in(door.card, PIN, new=not scripting or not found[3:]))
        key = {"k": phone.page_key}
        found += [
            phone.post({**key, "to": "/today"}),
            phone.post({**key, "to": "/nowhere"}),
            phone.post({**key, "to": "/broken"}),
            phone.post({"a": "x" * 300_000}),
            phone.post({**key, "do": "/front/leave"}),
            phone.client.get("/", headers=OWN_STEP),
            phone.client.put("/"),
            phone.client.options("/"),
        ]
    return found


def test_no_answer_is_kept_and_none_tells_where_she_was(door: Door) -> None:
    for answer in answers_of(door):
        assert answer.headers["Cache-Control"] == "no-store"
        leads_home = answer.headers.get("Location") == "/"
        assert answer.headers.get("Referrer-Policy") == (None if leads_home else "no-referrer")
        assert answer.headers["X-Robots-Tag"].startswith("noindex")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Server"] == "web"
        assert "Clear-Site-Data" not in answer.headers
        assert "X-Reference" not in answer.headers


def test_no_post_is_answered_but_by_303_unless_our_script_asked(door: Door) -> None:
    phone = Phone(door.app, scripting=False)
    phone.open()
    phone.sign_in(door.card, PIN, new=True)
    for typed in (
        {"to": "/today"}, {"to": "/nowhere"}, {"to": "/broken"}, {"to": "/circle"},
        {"a": "x" * 300_000}, {"do": "/nowhere"}, {"do": "/front/sign-in"}, {},
    ):  # fmt: skip
        answer = phone.post({"k": phone.page_key, **typed})
        assert (answer.status_code, answer.location) == (303, "/")


def test_when_no_page_can_be_drawn_there_is_still_the_way_out(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls(*_: object) -> None:
        raise ValueError("what somebody typed")

    phone = Phone(door.app, "nl", scripting=False)
    monkeypatch.setattr(OneAddress, "_ask", falls)
    answer = phone.open()
    assert answer.status_code == 500
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    way_out = phone.soup.select("a, button, input:not([type=hidden])")[0]
    assert (way_out["id"], way_out["value"]) == ("x", "/front/leave")
    assert way_out.get_text() == "Weg"
    assert phone.soup.find("a", href="tel:112")
    away = phone.do("/front/leave", l="nl")
    assert (away.status_code, away.location) == (303, "https://www.meteo.be/nl")
    assert Phone(door.app).do("/front/leave").status_code == 204


def test_only_our_own_style_and_script_may_run(door: Door) -> None:
    phone = Phone(door.app)
    policy = phone.open().headers["Content-Security-Policy"]
    for kind in ("style", "script"):
        (found,) = re.findall(rf"<{kind}>(.*?)</{kind}>", phone.page, re.DOTALL)
        digest = b64encode(sha256(found.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not re.search(r"""\son[a-z]+\s*=|\sstyle\s*=|https?://(?!www\.meteo)""", phone.page)


def test_the_exit_may_be_reached_from_a_form(door: Door) -> None:
    policy = Phone(door.app).open().headers["Content-Security-Policy"]
    assert "form-action 'self' https://www.meteo.be;" in policy


@pytest.mark.parametrize("code", ["nl", "fr", "en", "ar"])
def test_the_first_page_fits_into_one_round_trip(door: Door, code: str) -> None:
    phone = Phone(door.app, code)
    answer = phone.open(**{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data).startswith(b"<!doctype html>")
    assert weight(answer) <= FIRST_PAGE


def test_a_part_is_small(inside: Phone) -> None:
    answer = inside.post({"k": inside.page_key, "to": "/today"}, **{"Accept-Encoding": "gzip"})
    assert weight(answer) <= LATER_PART


def weight(answer: TestResponse) -> int:
    """Bytes on the wire: status line, headers and body."""
    return len(answer.data) + len(str(answer.headers)) + 20


def test_a_telling_word_is_no_name_in_a_page(inside: Phone) -> None:
    for one in inside.soup.find_all(True):
        for attribute in ("id", "class", "name"):
            assert not TELLING.search(str(one.get(attribute, ""))), one
