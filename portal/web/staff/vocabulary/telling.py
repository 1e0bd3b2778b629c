"""What staff call the ways of telling her, and why she was not told."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from portal.domain.outbox import OutboxKind, Reason
from portal.domain.safe_contact import Channel, Wish
from portal.i18n import lazy_gettext as _l

CHANNEL: Mapping[Channel, str] = {Channel.SMS: _l("Text message"), Channel.EMAIL: _l("E-mail")}
WISH: Mapping[Wish, str] = {
    Wish.NO: _l("No yes counts: nothing is sent"),
    Wish.YES: _l("She said yes, at any time"),
    Wish.ONLY_THEN: _l("She said yes, only at her hours"),
    Wish.WAITS: _l("A new number or address waits for a colleague's yes"),
}
OUTBOX_KIND: Mapping[OutboxKind, str] = {
    OutboxKind.NEW_DATE: _l("She was not told of a new date, a plan or an interpreter"),
    OutboxKind.DATE_GONE: _l("She was not told that a date is gone"),
    OutboxKind.REMINDER: _l("She was not reminded of a date"),
    OutboxKind.TEST: _l("Her test did not reach her"),
}
NOT_TOLD: Mapping[Reason, str] = {
    Reason.DATE_CHANGED: _l("the date changed"),
    Reason.SHE_SAID_NO: _l("she said no"),
    Reason.CASE_CLOSED: _l("the file is ended"),
    Reason.WAITS: _l("a new number or address waited for a colleague's yes"),
    Reason.LAPSED: _l("her yes had lapsed"),
    Reason.CARD_STOPPED: _l("her card did not work at that moment"),
    Reason.HOURS: _l("her hours came too late"),
    Reason.TOO_LATE: _l("it would have come too late"),
    Reason.UNREADABLE: _l("the number or address could not be opened: tell who runs the portal"),
    Reason.ADDRESS_REFUSED: _l("the number or address was not accepted: ask her if it is right"),
    Reason.NOT_TAKEN: _l("no server took it, however often it was tried"),
    Reason.NO_WAY: _l("this house cannot send by this way"),
    Reason.NOBODY_KNOWS: _l("it may have come or not: it is not sent a second time"),
}
"""Why, to whoever helps her; what to do stands with it where something can be done."""

WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    Channel: CHANNEL,
    Wish: WISH,
    OutboxKind: OUTBOX_KIND,
    Reason: NOT_TOLD,
}
DRAWINGS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    Channel: {Channel.SMS: "phone", Channel.EMAIL: "messages"},
}
