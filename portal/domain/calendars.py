"""Real calendars of workers and services: what is asked of an address, and what may go wrong."""

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit, urlunsplit

from portal.domain.refusals import Refusal

EVERY = timedelta(minutes=5)
AT_LEAST_EVERY = timedelta(hours=2)
"""However often a calendar failed, it is tried again after this."""
AHEAD = timedelta(days=400)
"""How far busy times are known: further than the furthest date that may be set."""
READ_WHOLE_EVERY = timedelta(days=28)
LEASE = timedelta(minutes=5)
"""How long one worker has a calendar to itself; the next takes over when it was killed."""
MOST_CALENDARS = 5
LONGEST_ADDRESS, LONGEST_SECRET = 1000, 300


class CalendarKind(StrEnum):
    """CalDAV goes both ways; a link is only read."""

    CALDAV = "caldav"
    LINK = "link"


class Trouble(StrEnum):
    """Why a calendar was not read; what was known before stays."""

    NO_SUCH_HOST = "no_such_host"
    NOT_REACHED = "not_reached"
    TOO_SLOW = "too_slow"
    NOT_LET_IN = "not_let_in"
    NOT_THERE = "not_there"
    SERVER_FAILED = "server_failed"
    LEADS_ELSEWHERE = "leads_elsewhere"
    INSIDE_THE_HOUSE = "inside_the_house"
    UNSAFE_ANSWER = "unsafe_answer"
    NOT_A_CALENDAR = "not_a_calendar"
    ANOTHERS = "anothers"
    TOO_LARGE = "too_large"
    ONLY_READABLE = "only_readable"
    LOCKED = "locked"


class EntryState(StrEnum):
    """Where a date of ours is in somebody's calendar."""

    WAITING = "waiting"
    WRITTEN = "written"
    CONFLICT = "conflict"


class Clash(StrEnum):
    """What somebody did in the calendar to a date of ours."""

    MOVED = "moved"
    DELETED = "deleted"


class Step(StrEnum):
    """What is to be done about a date of ours in a calendar."""

    NOTHING = "nothing"
    CREATE = "create"
    REPLACE = "replace"
    DELETE = "delete"
    FORGET = "forget"


class Answer(StrEnum):
    """What staff say to a conflict: put the date back as it stands here, or leave it to theirs."""

    WRITE_AGAIN = "write_again"
    LEAVE = "leave"


class AddressNotSafe(Refusal):
    """A calendar is reached by https only."""


class AddressUnusable(Refusal):
    """Not the address of a calendar: no host, a name and pass word in it, or signs that hide."""


class NeedsSignIn(Refusal):
    """A CalDAV calendar has a name and a pass word."""


class TooManyCalendars(Refusal):
    """Nobody has more than five."""


class CalendarTwice(Refusal):
    """This calendar is here already."""


@dataclass(frozen=True)
class Access:
    """Where a calendar is and how one gets in. Sealed under the machine's key, never logged."""

    url: str
    name: str = ""
    secret: str = ""

    def __repr__(self) -> str:
        return "Access(...)"


def plain_address(typed: str, *, inside: Collection[str]) -> str:
    """The address of a calendar as it is used. Raises AddressNotSafe or AddressUnusable.

    Without TLS only a host of this machine that whoever runs the centre has named (`inside`).
    """
    address = re.sub(r"\Awebcals?://", "https://", typed.strip(), flags=re.IGNORECASE)
    parts = _parts(address)
    host = parts.hostname or ""
    if parts.scheme == "http" and host in inside and _is_this_machine(host):
        return urlunsplit(parts._replace(fragment=""))
    if parts.scheme != "https":
        raise AddressNotSafe
    return urlunsplit(parts._replace(fragment=""))


def _parts(address: str) -> SplitResult:
    # Anything but visible ASCII could end a line of the request early.
    if len(address) > LONGEST_ADDRESS or not re.fullmatch(r"[!-~]+", address):
        raise AddressUnusable
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise AddressUnusable from None
    if not parts.hostname or parts.username is not None or port == 0:
        raise AddressUnusable
    return parts


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def may_reach(ip: str, host: str, *, inside: Collection[str]) -> bool:
    """Whether the machine may speak to this address of a host.

    A calendar is an address that somebody typed: without this, it could be the database of the
    house, a neighbour's printer or the secrets of a cloud. `inside` are the hosts in the house's
    own network that whoever runs the centre has named.
    """
    if host in inside:
        return True
    found = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        hidden = _hidden_in(found)
        if hidden is not None:
            found = hidden
    return found.is_global and not found.is_multicast


def _hidden_in(found: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The older address that a newer one leads to: mapped, 6to4, or translated (RFC 6052)."""
    translated = ipaddress.IPv6Network("64:ff9b::/96")
    if found in translated:
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour


def next_look(failures: int, *, now: datetime) -> datetime:
    """When a calendar is looked at again: soon, and after every failure later, to two hours."""
    doubled: int = 2 ** min(failures, 10)
    return now + min(EVERY * doubled, AT_LEAST_EVERY)


def step_for(
    state: EntryState, clash: Clash | None, *, seen: bool, left: bool, fate: "Fate"
) -> Step:
    """What to do about an entry; `seen`: a version of it is known, `left`: staff leave a conflict.

    Whatever somebody changed in a calendar stays as it is there until staff say otherwise. Only an
    erased case goes from everywhere.
    """
    if fate is Fate.OVER:
        return Step.NOTHING
    if fate is Fate.STANDS:
        if state is not EntryState.WAITING:
            return Step.NOTHING
        return Step.REPLACE if seen else Step.CREATE
    if state is EntryState.CONFLICT:
        if clash is Clash.DELETED or left or fate is Fate.LEAVING:
            return Step.FORGET
        return Step.DELETE if fate is Fate.ERASED else Step.NOTHING
    return Step.DELETE


class Fate(StrEnum):
    """What became of a date, as far as a calendar must know."""

    STANDS = "stands"
    OVER = "over"
    GONE = "gone"
    """Moved or cancelled, or she cannot come."""
    ERASED = "erased"
    LEAVING = "leaving"
    """The calendar itself is taken out of the portal."""
