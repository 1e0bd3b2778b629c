"""Text messages by a gateway that takes JSON over HTTPS.

POST {"to": "+32...", "text": "...", "id": "..."} with the same id as Idempotency-Key. An answer
from 200 to 299 means taken; 408, 429 and 503, or one about our own token, mean come again; other
answers from 400 on mean never. What is left (500, no answer) means that nobody knows: it is tried
again only where the gateway promises one text for one key (PORTAL_SMS_REPEATS).
"""

import json
import logging
import ssl
from contextlib import suppress
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from portal.domain.outbox import Outcome
from portal.services.telling.sending import Letter
from portal.settings import Settings
from portal.worker.couriers.deadline import deadline

log = logging.getLogger("portal.worker.webhook")

_LOST = (OSError, HTTPException, ValueError)
_COME_AGAIN = frozenset({401, 403, 408, 429, 503})
_TAKEN, _ELSEWHERE, _NEVER = range(200, 300), range(300, 400), range(400, 500)
_READ_AT_MOST = 65536


class TextGateway:
    """A new connection for each text: an old one may end without saying what it took."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: HTTPSConnection | None = None

    def reach(self) -> bool:
        """Connect, with the certificate checked; no proxy, no redirect."""
        self.leave()
        where = urlsplit(self._settings.sms_url)
        assert where.hostname is not None
        seconds = self._settings.sending_seconds
        connection = HTTPSConnection(
            where.hostname,
            where.port or 443,
            timeout=seconds,
            context=ssl.create_default_context(),
        )
        try:
            with deadline(seconds, lambda: connection.sock):
                connection.connect()
        except _LOST as error:
            log.warning("the gateway was not reached (%s)", type(error).__name__)
            connection.close()
            return False
        self._connection = connection
        return True

    def hand_over(self, letter: Letter) -> Outcome:
        """One request and its answer."""
        connection = self._connection
        if connection is None:
            return Outcome.TRY_AGAIN
        try:
            with deadline(self._settings.sending_seconds, lambda: connection.sock):
                code = self._ask(connection, letter)
        except _LOST as error:
            log.warning("the gateway did not say whether it took a text (%s)", type(error).__name__)
            return self._nobody_knows()
        finally:
            self.leave()
        return self._meaning(code)

    def leave(self) -> None:
        """Close the line."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError):
                connection.close()

    def _ask(self, connection: HTTPSConnection, letter: Letter) -> int:
        where = urlsplit(self._settings.sms_url)
        asked = {"to": letter.address, "text": letter.words, "id": letter.id.hex}
        headers = {"Content-Type": "application/json", "Idempotency-Key": letter.id.hex}
        if self._settings.sms_token:
            headers["Authorization"] = f"Bearer {self._settings.sms_token}"
        path = (where.path or "/") + (f"?{where.query}" if where.query else "")
        connection.request("POST", path, json.dumps(asked), headers)
        answer = connection.getresponse()
        # The status is the answer; a body without end is cut off.
        answer.read(_READ_AT_MOST)
        return answer.status

    def _meaning(self, code: int) -> Outcome:
        if code in _TAKEN:
            return Outcome.SENT
        if code in _ELSEWHERE:
            log.warning("the gateway points to another address, which is not followed (%s)", code)
            return Outcome.TRY_AGAIN
        if code in _COME_AGAIN:
            log.warning("the gateway takes nothing now (%s)", code)
            return Outcome.TRY_AGAIN
        if code in _NEVER:
            return Outcome.REFUSED
        log.warning("the gateway had a fault of its own (%s)", code)
        return self._nobody_knows()

    def _nobody_knows(self) -> Outcome:
        return Outcome.TRY_AGAIN if self._settings.sms_repeats else Outcome.UNCLEAR
