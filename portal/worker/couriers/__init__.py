"""Those who carry a letter out of the house, one for each way that the settings give."""

from collections.abc import Mapping
from typing import Protocol

from portal.domain.outbox import Outcome
from portal.domain.safe_contact import Channel
from portal.services.telling.sending import Letter
from portal.settings import Settings
from portal.worker.couriers.mail import MailCourier, TextByMail
from portal.worker.couriers.terminal import TerminalCourier
from portal.worker.couriers.webhook import TextGateway


class Courier(Protocol):
    """Reaches a server first, so that what it carries is checked at the last moment."""

    def reach(self) -> bool:
        """Be ready to hand over; False when nobody answers properly there."""

    def hand_over(self, letter: Letter) -> Outcome:
        """One try, with a deadline of its own. Never raises: what is not sure is UNCLEAR."""

    def leave(self) -> None:
        """Part from the server."""


def couriers(settings: Settings) -> Mapping[Channel, Courier]:
    """Who carries what. In the demo everything goes to the terminal unless a server is set."""
    found: dict[Channel, Courier] = {}
    if settings.demo:
        found = {channel: TerminalCourier() for channel in Channel}
    if settings.mail_host:
        found[Channel.EMAIL] = MailCourier(settings)
    if settings.sms_mail:
        found[Channel.SMS] = TextByMail(settings)
    if settings.sms_url:
        found[Channel.SMS] = TextGateway(settings)
    return found
