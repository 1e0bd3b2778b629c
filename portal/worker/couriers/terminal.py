"""The demo's courier: what would be sent is shown where the worker runs."""

import logging

from portal.domain.outbox import Outcome
from portal.services.telling.sending import Letter

log = logging.getLogger("portal.worker.terminal")


class TerminalCourier:
    """Made-up people only: with a real house an address would stand in a log."""

    def reach(self) -> bool:
        """The terminal is always there."""
        return True

    def hand_over(self, letter: Letter) -> Outcome:
        """Show it."""
        log.info("%s to %s: “%s”", letter.channel.value, letter.address, letter.words)
        return Outcome.SENT

    def leave(self) -> None:
        """Nothing to part from."""
