"""Letters by SMTP (RFC 5321), step by step: only so is it known what was taken and what was not."""

import logging
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from portal.domain.outbox import Outcome
from portal.services.telling.sending import Letter
from portal.settings import Settings
from portal.worker.couriers.deadline import deadline

log = logging.getLogger("portal.worker.mail")

LETTERS_A_CONNECTION = 200
_GOOD_BYE_SECONDS = 2
_LOST = (OSError, smtplib.SMTPException)
_FINE, _TAKES_IT, _GO_ON, _FOR_GOOD = 250, (250, 251, 252), 354, 500


class MailCourier:
    """One connection, TLS with a checked certificate, and a limited number of letters."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None
        self._letters = 0

    def reach(self) -> bool:
        """Connect and sign in, unless that was done before and holds."""
        if self._server is not None and self._letters < LETTERS_A_CONNECTION:
            return True
        self.leave()
        try:
            self._server = self._connected()
        except _LOST as error:
            log.warning("the mail server was not reached (%s)", _kind(error))
            return False
        return True

    def hand_over(self, letter: Letter) -> Outcome:
        """Sender, recipient, letter, and at last the full stop after which it is theirs."""
        server = self._server
        if server is None:
            return Outcome.TRY_AGAIN
        self._letters += 1
        with deadline(self._settings.sending_seconds, lambda: server.sock):
            outcome = self._try(server, letter)
        if outcome is not Outcome.SENT:
            self.leave()
        return outcome

    def leave(self) -> None:
        """Say good-bye; whether that is heard does not matter."""
        server, self._server, self._letters = self._server, None, 0
        if server is not None:
            with suppress(*_LOST):
                if server.sock is not None:
                    server.sock.settimeout(_GOOD_BYE_SECONDS)
                server.quit()
            server.close()

    def message(self, letter: Letter) -> EmailMessage:
        """The whole letter: the words twice, since some readers show only the subject."""
        message = EmailMessage(policy=SMTP)
        message["From"] = self._settings.mail_from
        message["To"] = letter.address
        message["Subject"] = letter.words
        message["Date"] = format_datetime(datetime.now(UTC))
        # The same for each try: a server that knows it can drop the second.
        domain = self._settings.mail_from.partition("@")[2]
        message["Message-ID"] = f"<{letter.id.hex}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.words)
        return message

    def _connected(self) -> smtplib.SMTP:
        found, seconds = self._settings, self._settings.sending_seconds
        context = ssl.create_default_context()
        # How it calls itself: this machine's own name is nobody's business.
        name = found.mail_from.partition("@")[2]
        server: smtplib.SMTP
        if found.mail_tls == "tls":
            server = smtplib.SMTP_SSL(local_hostname=name, timeout=seconds, context=context)
        else:
            server = smtplib.SMTP(local_hostname=name, timeout=seconds)
        # The certificate is checked against this name, which smtplib only learns when it is made;
        # made with it, it would connect at once, and nothing could cut the line of a slow one.
        server._host = found.mail_host  # type: ignore[attr-defined]  # noqa: SLF001
        try:
            with deadline(seconds, lambda: server.sock) as is_over:
                self._greet(server, context)
            if is_over.is_set():
                raise smtplib.SMTPServerDisconnected
        except BaseException:
            server.close()
            raise
        return server

    def _greet(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        code, _said = server.connect(self._settings.mail_host, self._settings.mail_port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, b"")
        if server.sock is not None:
            # The letter and its full stop are two small pieces, and the second must not wait.
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.ehlo_or_helo_if_needed()
        if self._settings.mail_tls == "starttls":
            # Raises when the server has no TLS: nothing is ever sent in clear instead.
            server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
        if self._settings.mail_user:
            server.login(self._settings.mail_user, self._settings.mail_password)

    def _try(self, server: smtplib.SMTP, letter: Letter) -> Outcome:
        try:
            refused = self._offer(server, letter)
        except (*_LOST, ValueError) as error:
            log.warning("the mail server let go before it had a letter (%s)", _kind(error))
            return Outcome.TRY_AGAIN
        if refused is not None:
            return refused
        try:
            server.send(b".\r\n")
            code, _said = server.getreply()
        except _LOST as error:
            log.warning("the mail server did not say whether it took a letter (%s)", _kind(error))
            return Outcome.UNCLEAR
        return _meaning(code, otherwise=Outcome.UNCLEAR)

    def _offer(self, server: smtplib.SMTP, letter: Letter) -> Outcome | None:
        """Everything before the full stop; until then nothing is taken. None: they want it."""
        code, _said = server.mail(self._settings.mail_from)
        if code != _FINE:
            # Not her address but ours: somebody has to set it right, and then it goes out.
            log.warning("the mail server does not take letters from here (%s)", code)
            return Outcome.TRY_AGAIN
        code, _said = server.rcpt(letter.address)
        if code not in _TAKES_IT:
            return _meaning(code, otherwise=Outcome.TRY_AGAIN)
        code, _said = server.docmd("data")
        if code != _GO_ON:
            return _meaning(code, otherwise=Outcome.TRY_AGAIN)
        lines = self.message(letter).as_bytes().splitlines()
        # RFC 5321, 4.5.2: a line that begins with a full stop gets another one.
        server.send(b"".join((b"." if one[:1] == b"." else b"") + one + b"\r\n" for one in lines))
        return None


class TextByMail(MailCourier):
    """A gateway that makes a text message of a letter: the number stands in its address."""

    def hand_over(self, letter: Letter) -> Outcome:
        """The same letter, to the gateway."""
        number = letter.address.removeprefix("+")
        there = self._settings.sms_mail.replace("{number}", number)
        return super().hand_over(replace(letter, address=there))


def _meaning(code: int, *, otherwise: Outcome) -> Outcome:
    """What a reply code says of a letter (RFC 5321, 4.2.1)."""
    if code in _TAKES_IT:
        return Outcome.SENT
    if code not in range(400, 600):
        return otherwise
    return Outcome.TRY_AGAIN if code < _FOR_GOOD else Outcome.REFUSED


def _kind(error: Exception) -> str:
    # The kind alone: what a server says may hold the address.
    return type(error).__name__
