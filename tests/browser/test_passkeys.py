"""Passkeys in a real browser, with Chromium's own virtual authenticator: nothing is pretended.

Pages are served on `localhost` here: a browser makes no passkey for an address of digits.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import CDPSession, Page, expect

from portal.vault import passkeys
from tests.browser.colleague import Colleague
from tests.browser.conftest import ADesk
from tests.browser.open_house import OpenHouse
from tests.people import Person

pytestmark = pytest.mark.skipif(not passkeys.available(), reason="the extra “passkeys” is missing")


class Stick:
    """A security key in the computer of a colleague."""

    def __init__(self, desk: Colleague) -> None:
        self.tools: CDPSession = desk.computer.new_cdp_session(desk.page)
        self.tools.send("WebAuthn.enable")
        self.plug_in()

    def plug_in(self) -> None:
        """A new stick, with nothing on it."""
        options = {
            "protocol": "ctap2",
            "transport": "usb",
            "hasResidentKey": False,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self.tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = made["authenticatorId"]

    def pull_out(self) -> None:
        """It is not there any more."""
        self.tools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})

    def contents(self) -> list[dict[str, Any]]:
        """Everything on it, its private keys too: what somebody who copies it gets."""
        found = self.tools.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        credentials: list[dict[str, Any]] = found["credentials"]
        return credentials

    def put(self, credential: dict[str, Any]) -> None:
        """Write a copied passkey onto it."""
        self.tools.send(
            "WebAuthn.addCredential", {"authenticatorId": self.id, "credential": credential}
        )


@pytest.fixture
def by_name(house: OpenHouse) -> Iterator[OpenHouse]:
    """The house under a name, as every real one is."""
    before = house.address
    house.address = before.replace("127.0.0.1", "localhost")
    yield house
    house.address = before


@pytest.fixture
def els(by_name: OpenHouse) -> Person:
    """A colleague with an authenticator."""
    return by_name.people.a_colleague(f"Els {by_name.now.timestamp()}", now=by_name.now)


@pytest.fixture
def desk(by_name: OpenHouse, a_desk: ADesk) -> Colleague:
    return a_desk()


def adds_a_passkey(desk: Colleague, name: str = "Security key") -> None:
    desk.goes("me/second-factors/passkey")
    desk.page.locator("#name").fill(name)
    desk.page.locator(".passkey button").click()
    desk.reads("The passkey is added.")


def comes_in_with_the_passkey(desk: Colleague, who: Person) -> None:
    desk.computer.clear_cookies()
    desk.gives_pass_phrase(who)
    desk.page.locator(".passkey button").click()


@pytest.mark.real
def test_a_passkey_is_made_and_signs_in(desk: Colleague, els: Person) -> None:
    desk.is_in(els)
    Stick(desk)
    adds_a_passkey(desk)
    expect(desk.main).to_contain_text("Security key")
    comes_in_with_the_passkey(desk, els)
    desk.page.locator("nav.rooms").wait_for()
    assert desk.house.rows("SELECT count FROM passkey WHERE name = 'Security key'")[-1][0] > 0


@pytest.mark.real
def test_a_first_second_factor_may_be_a_passkey(
    by_name: OpenHouse, desk: Colleague, els: Person
) -> None:
    new = by_name.people.a_colleague(
        f"Nele {by_name.now.timestamp()}", second_factor=False, now=by_name.now
    )
    desk.gives_pass_phrase(new)
    Stick(desk)
    desk.page.locator(".passkey button").click()
    expect(desk.page.locator(".codes li")).to_have_count(10)
    comes_in_with_the_passkey(desk, new)
    desk.page.locator("nav.rooms").wait_for()


@pytest.mark.real
def test_a_passkey_is_a_fresh_proof(by_name: OpenHouse, desk: Colleague, els: Person) -> None:
    desk.is_in(els)
    Stick(desk)
    adds_a_passkey(desk)
    by_name.later(minutes=14)
    desk.goes("me")
    by_name.later(minutes=2)
    desk.presses("/recovery-codes")
    desk.page.locator(".passkey button").click()
    expect(desk.page.locator(".codes li")).to_have_count(10)


@pytest.mark.real
def test_a_copied_passkey_gives_itself_away(
    by_name: OpenHouse, desk: Colleague, els: Person
) -> None:
    desk.is_in(els)
    stick = Stick(desk)
    adds_a_passkey(desk, "Copied key")
    (copied,) = stick.contents()
    comes_in_with_the_passkey(desk, els)
    desk.page.locator("nav.rooms").wait_for()
    stick.pull_out()
    stick.plug_in()
    stick.put(copied)
    comes_in_with_the_passkey(desk, els)
    desk.reads(
        "This passkey exists twice: its counter went backwards. It opens nothing any more. Use "
        "another second factor, take this one away, and tell your coordinator."
    )
    expect(desk.page.locator(".passkey")).to_have_count(0)
    # Neither does the real one from now on; her authenticator does.
    desk.gives_code(els.totp_secret)
    desk.page.locator("nav.rooms").wait_for()
    desk.goes("me")
    desk.reads("exists twice: opens nothing")


@pytest.mark.real
def test_a_passkey_that_was_taken_away_opens_nothing(desk: Colleague, els: Person) -> None:
    desk.is_in(els)
    Stick(desk)
    adds_a_passkey(desk, "Lost key")
    desk.page.locator("li", has_text="Lost key").locator("button").click()
    desk.reads("The second factor is taken away: it opens nothing any more.")
    desk.computer.clear_cookies()
    desk.gives_pass_phrase(els)
    desk.page.locator("#code").wait_for()
    expect(desk.page.locator(".passkey")).to_have_count(0)


SIGN_ELSEWHERE = """async ({ challenge, id }) => {
  const plain = (text) => atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = (text) => Uint8Array.from(plain(text), (sign) => sign.charCodeAt(0));
  const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
  const text = (buffer) =>
    base64(buffer).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const known = [{ type: "public-key", id: bytes(id) }];
  const made = await navigator.credentials.get({
    publicKey: { challenge: bytes(challenge), rpId: "localhost", allowCredentials: known },
  });
  const response = {};
  for (const name of ["clientDataJSON", "authenticatorData", "signature"])
    response[name] = text(made.response[name]);
  const rawId = text(made.rawId);
  return JSON.stringify({ id: rawId, rawId, type: made.type, response });
}"""


def asked(page: Page) -> dict[str, Any]:
    """A challenge of the real site, as a false page in the middle would fetch it."""
    found: dict[str, Any] = page.evaluate(
        """async () => {
          const csrf_token = document.querySelector("[name=csrf_token]").value;
          const body = new URLSearchParams({ csrf_token });
          const answer = await fetch("/staff/passkeys/options/show", { method: "POST", body });
          return answer.json();
        }"""
    )
    return found


@pytest.mark.real
def test_what_was_signed_on_another_site_is_refused(
    by_name: OpenHouse, desk: Colleague, els: Person
) -> None:
    desk.is_in(els)
    Stick(desk)
    adds_a_passkey(desk)
    desk.computer.clear_cookies()
    desk.gives_pass_phrase(els)
    desk.page.locator("#code").wait_for()
    options = asked(desk.page)
    door = desk.page.url
    # Another site of the same host: only the port differs, so the browser itself plays along.
    desk.page.goto(by_name.street.page("en"))
    known = {"challenge": options["challenge"], "id": options["allowCredentials"][0]["id"]}
    answer = desk.page.evaluate(SIGN_ELSEWHERE, known)
    desk.page.goto(door)
    desk.page.evaluate("(answer) => { document.forms[0].elements.passkey.value = answer }", answer)
    desk.page.evaluate("() => document.forms[0].submit()")
    desk.reads("This passkey was not accepted here. Try again, or use another second factor.")


@pytest.mark.real
def test_an_answer_is_heard_once(desk: Colleague, els: Person) -> None:
    desk.is_in(els)
    Stick(desk)
    adds_a_passkey(desk)
    sent = []
    desk.page.on("request", lambda request: sent.append(request.post_data or ""))
    comes_in_with_the_passkey(desk, els)
    desk.page.locator("nav.rooms").wait_for()
    assert any("passkey=" in one for one in sent)
    (answer,) = {parse_qs(one)["passkey"][0] for one in sent if "passkey=%7B" in one}
    desk.computer.clear_cookies()
    desk.gives_pass_phrase(els)
    desk.page.evaluate("(answer) => { document.forms[0].elements.passkey.value = answer }", answer)
    desk.page.evaluate("() => document.forms[0].submit()")
    desk.reads("This passkey was not accepted here. Try again, or use another second factor.")
