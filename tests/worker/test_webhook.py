"""Texts to a gateway over HTTPS: taken, come again, never, or nobody knows."""

import pytest

from portal.domain.outbox import Outcome
from portal.domain.safe_contact import Channel
from portal.settings import Settings
from portal.worker.couriers.webhook import TextGateway
from tests.worker.conftest import a_letter, by_text
from tests.worker.gateway import Gateway, gateway

pytestmark = pytest.mark.real


def hand_over(settings: Settings) -> Outcome | None:
    """One text; None when the gateway was not reached."""
    courier = TextGateway(settings)
    try:
        return courier.hand_over(a_letter(Channel.SMS)) if courier.reach() else None
    finally:
        courier.leave()


def test_a_text_is_number_words_and_a_mark(gate: Gateway) -> None:
    assert hand_over(by_text(gate)) is Outcome.SENT
    ((asked, headers),) = gate.asked
    assert (asked["to"], asked["text"]) == ("+32470123456", "There is news for you.")
    assert headers["Idempotency-Key"] == asked["id"]
    assert headers["Authorization"] == "Bearer a token of the house"
    assert set(asked) == {"to", "text", "id"}


@pytest.mark.parametrize(
    ("does", "outcome", "with_repeats"),
    [
        ({"answers": 201}, Outcome.SENT, Outcome.SENT),
        ({"answers": 400}, Outcome.REFUSED, Outcome.REFUSED),
        ({"answers": 401}, Outcome.TRY_AGAIN, Outcome.TRY_AGAIN),
        ({"answers": 429}, Outcome.TRY_AGAIN, Outcome.TRY_AGAIN),
        ({"answers": 503}, Outcome.TRY_AGAIN, Outcome.TRY_AGAIN),
        ({"answers": 500}, Outcome.UNCLEAR, Outcome.TRY_AGAIN),
        ({"answers": 504}, Outcome.UNCLEAR, Outcome.TRY_AGAIN),
        ({"hangs": 1.5}, Outcome.UNCLEAR, Outcome.TRY_AGAIN),
        ({"drips": True}, Outcome.UNCLEAR, Outcome.TRY_AGAIN),
        ({"drops": True}, Outcome.UNCLEAR, Outcome.TRY_AGAIN),
    ],
    ids=str,
)
def test_what_a_gateway_does_means_one_thing(
    gate: Gateway, does: dict[str, object], outcome: Outcome, with_repeats: Outcome
) -> None:
    vars(gate).update(does)
    assert hand_over(by_text(gate)) is outcome
    if outcome is not with_repeats:
        assert hand_over(by_text(gate, PORTAL_SMS_REPEATS="yes")) is with_repeats


def test_a_redirect_is_not_followed(
    gate: Gateway, server_side: object, caplog: pytest.LogCaptureFixture
) -> None:
    with gateway(server_side) as elsewhere:  # type: ignore[arg-type]
        gate.answers, gate.location = 307, f"https://localhost:{elsewhere.port}/"
        assert hand_over(by_text(gate)) is Outcome.TRY_AGAIN
        assert elsewhere.asked == []
    assert "not followed" in caplog.text
    assert "+32" not in caplog.text


def test_a_certificate_that_nobody_vouches_for_ends_it(
    gate: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert hand_over(by_text(gate)) is None
    assert gate.asked == []


def test_nobody_at_home(server_side: object) -> None:
    with gateway(server_side) as gone:  # type: ignore[arg-type]
        settings = by_text(gone)
    assert hand_over(settings) is None
