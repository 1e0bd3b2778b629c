"""Letters to a real SMTP server: what it took is known, and what it did not say is not guessed."""

from email import policy
from email.parser import BytesParser

import pytest

from portal.domain.outbox import Outcome
from portal.domain.safe_contact import Channel
from portal.settings import Settings
from portal.worker.couriers.mail import LETTERS_A_CONNECTION, MailCourier, TextByMail
from tests.worker.conftest import a_letter, by_mail
from tests.worker.mail_server import MailServer, mail_server

pytestmark = pytest.mark.real


def hand_over(settings: Settings, words: str = "There is news for you.") -> Outcome | None:
    """One letter, by a courier of its own; None when the server was not reached."""
    courier = MailCourier(settings)
    try:
        return courier.hand_over(a_letter(words=words)) if courier.reach() else None
    finally:
        courier.leave()


@pytest.mark.parametrize("words", ["There is news for you.", "هناك خبر لك.", ".", "..\n.hidden"])
def test_a_letter_says_these_words_and_nothing_else(server: MailServer, words: str) -> None:
    if "\n" in words:
        with pytest.raises(ValueError, match="linefeed"):
            MailCourier(by_mail(server)).message(a_letter(words=words))
        return
    assert hand_over(by_mail(server), words) is Outcome.SENT
    ((to, body),) = server.taken
    letter = BytesParser(policy=policy.default).parsebytes(body)
    assert to == "amal@example.org"
    assert (letter["Subject"], letter["From"]) == (words, "r@agenda.example")
    assert letter.get_content().strip() == words
    assert set(letter.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }
    assert "localhost" not in body.decode(), "the machine does not tell its name in the letter"


@pytest.mark.parametrize("way", ["starttls", "tls"])
@pytest.mark.usefixtures("believed")
def test_it_goes_under_tls(server_side: object, way: str) -> None:
    with mail_server(server_side, tls=way == "tls") as server:  # type: ignore[arg-type]
        assert hand_over(by_mail(server, PORTAL_MAIL_TLS=way)) is Outcome.SENT
        if way == "starttls":
            said = [one.partition(" ")[0].upper() for one in server.told]
            assert said.index("STARTTLS") < said.index("MAIL")


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_ends_it(server_side: object, way: str) -> None:
    with mail_server(server_side, tls=way == "tls") as server:  # type: ignore[arg-type]
        assert hand_over(by_mail(server, PORTAL_MAIL_TLS=way)) is None
        assert not [one for one in server.told if one.upper().startswith("MAIL")]


@pytest.mark.usefixtures("believed")
def test_a_certificate_for_another_name_ends_it(server_side: object) -> None:
    with mail_server(server_side) as server:  # type: ignore[arg-type]
        settings = by_mail(server, PORTAL_MAIL_TLS="starttls", PORTAL_MAIL_HOST="127.0.0.1")
        assert hand_over(settings) is None


@pytest.mark.usefixtures("believed")
def test_a_server_that_offers_no_tls_gets_nothing_in_clear(server: MailServer) -> None:
    server.offers_tls = False
    assert hand_over(by_mail(server, PORTAL_MAIL_TLS="starttls")) is None
    assert server.taken == []


@pytest.mark.parametrize(
    ("does", "outcome"),
    [
        ({"to_mail": b"550 not from you"}, Outcome.TRY_AGAIN),
        ({"to_rcpt": b"550 nobody here"}, Outcome.REFUSED),
        ({"to_rcpt": b"451 later"}, Outcome.TRY_AGAIN),
        ({"to_rcpt": b"421 too much"}, Outcome.TRY_AGAIN),
        ({"to_rcpt": b"what"}, Outcome.TRY_AGAIN),
        ({"to_data": b"452 full"}, Outcome.TRY_AGAIN),
        ({"to_data": b"554 no"}, Outcome.REFUSED),
        ({"at_the_stop": b"451 later"}, Outcome.TRY_AGAIN),
        ({"at_the_stop": b"554 no"}, Outcome.REFUSED),
        ({"at_the_stop": b"nonsense"}, Outcome.UNCLEAR),
        ({"drops_at": "MAIL"}, Outcome.TRY_AGAIN),
        ({"drops_at": "RCPT"}, Outcome.TRY_AGAIN),
        ({"drops_at": "DATA"}, Outcome.TRY_AGAIN),
        ({"drops_at": "STOP"}, Outcome.UNCLEAR),
        ({"drips_at": "RCPT"}, Outcome.TRY_AGAIN),
        ({"drips_at": "STOP"}, Outcome.UNCLEAR),
        ({"drips_at": "EHLO"}, None),
        ({"drops_at": "EHLO"}, None),
        ({"greeting": b"554 go away"}, None),
        ({"greeting": b"nonsense"}, None),
    ],
    ids=str,
)
def test_what_a_server_does_means_one_thing(
    server: MailServer, does: dict[str, object], outcome: Outcome | None
) -> None:
    vars(server).update(does)
    assert hand_over(by_mail(server)) is outcome
    if outcome in (Outcome.TRY_AGAIN, Outcome.REFUSED, None):
        assert server.taken == [], "what may be tried again was taken by nobody"


def test_nobody_at_home() -> None:
    with mail_server() as server:
        settings = by_mail(server)
    assert hand_over(settings) is None


def test_a_connection_carries_many_letters_and_ends(server: MailServer) -> None:
    courier = MailCourier(by_mail(server))
    for _ in range(LETTERS_A_CONNECTION + 1):
        assert courier.reach()
        assert courier.hand_over(a_letter()) is Outcome.SENT
    courier.leave()
    assert server.connections == 2
    assert set(server.ids().values()) == {1}


def test_a_text_goes_to_its_gateway_by_letter(server: MailServer) -> None:
    courier = TextByMail(by_mail(server, PORTAL_SMS_MAIL="{number}@sms.example.org"))
    assert courier.reach()
    assert courier.hand_over(a_letter(Channel.SMS)) is Outcome.SENT
    courier.leave()
    assert server.taken[0][0] == "32470123456@sms.example.org"


def test_nothing_of_her_stands_in_the_log(
    server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.to_rcpt = b"550 amal@example.org is unknown"
    server.drops_at = "DATA"
    hand_over(by_mail(server))
    server.to_rcpt = b"250 fine"
    hand_over(by_mail(server))
    assert caplog.records
    assert "amal" not in caplog.text
