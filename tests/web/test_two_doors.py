"""Survivors and staff come in by two doors, and neither shows the other."""

from pathlib import Path

import pytest

from tests.web.browser_stand_in import OWN_STEP, Phone
from tests.web.door import PIN, Door, open_door

STAFF = "staff.example.org"


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    """A house as a centre runs it: staff have a host name of their own."""
    settings = {"PORTAL_STAFF_HOST": STAFF}
    return open_door(tmp_path, monkeypatch, **settings)


def test_in_a_demo_staff_pages_are_under_one_roof(door: Door) -> None:
    answer = door.app.test_client().get("/staff/nowhere")
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/staff", "/staff/", "/staff/sign-in", "/staff/static/staff.css"])
def test_on_her_host_there_are_no_staff_pages(real: Door, path: str) -> None:
    client = real.app.test_client()
    front = client.get("/", headers={"Accept-Language": "en"}).text
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.text) == (404, front)
    assert client.post(path, data={"a": "b"}).location == "/"


def test_on_the_staff_host_there_is_no_way_in_with_a_card(real: Door) -> None:
    client = real.app.test_client()
    for answer in (
        client.get("/", base_url=f"https://{STAFF}"),
        client.post("/", base_url=f"https://{STAFF}", data={"to": "/today"}),
        client.get("/-/front/", base_url=f"https://{STAFF}"),
    ):
        assert (answer.status_code, answer.location) == (303, "/staff/")


def test_files_of_staff_pages_may_be_kept_and_nothing_else(door: Door) -> None:
    with door.app.test_client().get("/staff/static/staff.css") as answer:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    missing = door.app.test_client().get("/staff/static/nowhere.css")
    assert missing.headers["Cache-Control"] == "no-store"


def test_over_https_the_one_answer_cookie_is_for_this_host_alone(door: Door) -> None:
    client = door.app.test_client()
    typed = {"do": "/front/sign-in", "a": door.card, "b": PIN, "c": "y", "d": PIN}
    cookie = client.post("/", data=typed, base_url="https://agenda.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-a=")
    assert "; Secure; HttpOnly; Path=/; SameSite=Strict" in cookie
    shown = client.get("/", headers=OWN_STEP, base_url="https://agenda.example")
    assert "Today" in shown.text


def test_a_staff_cookie_opens_nothing_of_hers(door: Door) -> None:
    phone = Phone(door.app)
    phone.open()
    phone.sign_in(door.card, PIN, new=True)
    key = phone.page_key
    for name in ("s", "a", "p"):
        phone.client.set_cookie(name, key)
    phone.page = ""
    phone.go("/today")
    assert phone.heading == "November 2026"


def test_her_page_key_is_no_staff_sign_in(door: Door) -> None:
    phone = Phone(door.app)
    phone.open()
    phone.sign_in(door.card, PIN, new=True)
    phone.client.set_cookie("s", phone.page_key)
    answer = phone.client.get("/staff/nowhere")
    assert answer.status_code == 404
