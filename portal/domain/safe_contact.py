"""Ways in which she may be told something: which, at what hours, until when. The default is no."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.domain.refusals import Refusal, WrongState
from portal.domain.words import clean

LASTS = timedelta(days=30)
"""How long a yes counts; after it nothing is sent until she says again that it is safe."""
LONGEST_ADDRESS = 254

_STEP = timedelta(minutes=15)
_LOOKS_AHEAD = timedelta(days=8)
_MAIL_NAME = r"[A-Za-z0-9][A-Za-z0-9._+'-]{0,63}"
_MAIL_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
_MAIL = re.compile(f"{_MAIL_NAME}@{_MAIL_HOST}")
# ITU-T E.164: the number of a country, which never begins with 0, and at most 15 digits in all.
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
_SIGNS_BETWEEN_DIGITS = re.compile(r"[ ./()\u00a0\u202f\u2011-]")


class Channel(StrEnum):
    """A way that leads to her own phone; the portal itself is always there and is none of these."""

    EMAIL = "email"
    SMS = "sms"


class Wish(StrEnum):
    """What she said of a way."""

    NO = "no"
    YES = "yes"
    ONLY_THEN = "only_then"
    WAITS = "waits"
    """Yes to a new address, of which a colleague asks her first: nothing is sent until then."""


COUNTS = frozenset({Wish.YES, Wish.ONLY_THEN})
"""What she said that lets something be sent, as long as it has not ended."""


class NeutralText(StrEnum):
    """Everything that is ever sent: none says who writes, why, or that somebody needs help."""

    NEWS = "news"
    LOOK = "look"
    AGENDA = "agenda"
    MESSAGE = "message"


class NotAnAddress(Refusal):
    """This is no e-mail address to which anything can be sent."""


class NotANumber(Refusal):
    """This is no telephone number."""


class NumberWithoutCountry(Refusal):
    """A number as it is dialled at home: in which country that is would be a guess."""


class NoDayChosen(Refusal):
    """Hours on no day at all are a no; she should say so herself."""


class EndsBeforeItBegins(Refusal):
    """The hours end when they begin, or before."""


class WaitsForColleague(WrongState):
    """A colleague asks her first about a new address; until then nothing is sent there."""


class HerCardIsStopped(Refusal):
    """Somebody else may hold her card: nothing new counts before she was spoken with."""


@dataclass(frozen=True)
class Hours:
    """On these days (Monday is 0) from one full hour to another, on the clock where she lives."""

    weekdays: frozenset[int]
    begins: int
    ends: int
    zone: str

    def allow(self, moment: datetime) -> bool:
        """Whether it may be this moment: as the clock on her wall shows it, also on both sides of
        an hour that comes twice.
        """
        local = moment.astimezone(ZoneInfo(self.zone))
        return local.weekday() in self.weekdays and self.begins <= local.hour < self.ends

    def next(self, moment: datetime, *, lasting: timedelta) -> datetime | None:
        """The first moment from this one on, in steps of a quarter, that is allowed to its end.

        None when there is none in eight days: an hour that the clock skips is no hour.
        """
        return next(
            (one for one in _quarters(moment) if self.allow(one) and self.allow(one + lasting)),
            None,
        )


def check_hours(hours: Hours) -> None:
    """Raises NoDayChosen or EndsBeforeItBegins."""
    if not hours.weekdays:
        raise NoDayChosen
    if not 0 <= hours.begins < hours.ends <= 24:
        raise EndsBeforeItBegins


def address(channel: Channel, typed: str) -> str:
    """The address as it is sent to. Raises NotAnAddress, NotANumber or NumberWithoutCountry.

    Nothing but letters, digits and a few signs is left, so that no address can bring a header or a
    second recipient with it.
    """
    return _mail_address(typed) if channel is Channel.EMAIL else _number(typed)


def _mail_address(typed: str) -> str:
    cleaned = clean(typed)
    is_one = len(cleaned) <= LONGEST_ADDRESS and _MAIL.fullmatch(cleaned)
    if not is_one or ".." in cleaned or ".@" in cleaned:
        raise NotAnAddress
    return cleaned


def _number(typed: str) -> str:
    # Digits of every script: she types what her own keyboard has.
    digits = "".join(_latin(sign) for sign in clean(typed))
    number = _SIGNS_BETWEEN_DIGITS.sub("", digits)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if _NUMBER.fullmatch(number):
        return number
    if re.fullmatch(r"0?[1-9][0-9]{5,13}", number):
        raise NumberWithoutCountry
    raise NotANumber


def _latin(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)


def _quarters(moment: datetime) -> Iterator[datetime]:
    """This moment, and every quarter of an hour that follows."""
    yield moment
    since = datetime(2000, 1, 1, tzinfo=UTC)
    first = since + ((moment - since) // _STEP + 1) * _STEP
    for number in range(_LOOKS_AHEAD // _STEP):
        yield first + number * _STEP
