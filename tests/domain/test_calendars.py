"""Real calendars: addresses that may be spoken to, and what is done about a date of ours."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.calendars import (
    AT_LEAST_EVERY,
    EVERY,
    Access,
    AddressNotSafe,
    AddressUnusable,
    Clash,
    EntryState,
    Fate,
    Step,
    may_reach,
    next_look,
    plain_address,
    step_for,
)

NOW = datetime(2026, 11, 23, 11, tzinfo=UTC)
WAITING, WRITTEN, CONFLICT = EntryState.WAITING, EntryState.WRITTEN, EntryState.CONFLICT


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("https://cal.example.org/els/", "https://cal.example.org/els/"),
        ("  webcal://cal.example.org/x.ics ", "https://cal.example.org/x.ics"),
        ("https://cal.example.org:8443/a?key=1#part", "https://cal.example.org:8443/a?key=1"),
        ("http://127.0.0.1:5232/els/", "http://127.0.0.1:5232/els/"),
    ],
)
def test_an_address_is_used_as_it_is_meant(typed: str, used: str) -> None:
    assert plain_address(typed, inside=("127.0.0.1",)) == used


@pytest.mark.parametrize(
    "typed",
    [
        *("http://cal.example.org/", "http://127.0.0.2/", "http://calendar.house/", "ftp://x.org/"),
        *("file:///etc/passwd", "gopher://x.org/"),
    ],
)
def test_an_address_without_tls_is_refused(typed: str) -> None:
    with pytest.raises((AddressNotSafe, AddressUnusable)):
        plain_address(typed, inside=("calendar.house", "127.0.0.1"))


@pytest.mark.parametrize(
    "typed",
    [
        *("", "https://", "https://els:secret@cal.example.org/", "https://cal.example.org:99999/"),
        *("https://cal.example.org/\r\nX: y", "https://[::1/", "https://x.org/" + "a" * 1000),
        *("https://cal.example.org:0/", "https://cäl.example.org/"),
    ],
)
def test_what_is_no_address_of_a_calendar_is_refused(typed: str) -> None:
    with pytest.raises((AddressUnusable, AddressNotSafe)):
        plain_address(typed, inside=())


@pytest.mark.parametrize(
    "ip",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "fe80::1%eth0", "fd00::1", "::"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("2002:7f00:1::", "ff02::1"),
    ],
)
def test_the_machine_speaks_to_nothing_inside_the_house(ip: str) -> None:
    assert not may_reach(ip, "cal.example.org", inside=("calendar.house",))
    assert may_reach(ip, "calendar.house", inside=("calendar.house",))


@pytest.mark.parametrize("ip", ["9.9.9.9", "2620:fe::9", "64:ff9b::909:909"])
def test_it_speaks_to_the_outside(ip: str) -> None:
    assert may_reach(ip, "cal.example.org", inside=())


def test_a_pass_word_does_not_print() -> None:
    assert "secret" not in f"{Access('https://x.org', 'els', 'secret')!r}"


def test_a_calendar_that_fails_is_asked_later_and_later_and_never_given_up() -> None:
    waits = [next_look(failures, now=NOW) - NOW for failures in range(30)]
    assert waits[:3] == [EVERY, EVERY * 2, EVERY * 4]
    assert waits == sorted(waits)
    assert waits[-1] == AT_LEAST_EVERY
    assert timedelta(0) < EVERY < AT_LEAST_EVERY


@pytest.mark.parametrize(
    ("state", "clash", "seen", "left", "fate", "step"),
    [
        (WAITING, None, False, False, Fate.STANDS, Step.CREATE),
        (WAITING, None, True, False, Fate.STANDS, Step.REPLACE),
        (WRITTEN, None, True, False, Fate.STANDS, Step.NOTHING),
        (WRITTEN, None, True, False, Fate.GONE, Step.DELETE),
        (WAITING, None, False, False, Fate.GONE, Step.DELETE),
        (WRITTEN, None, True, False, Fate.OVER, Step.NOTHING),
        (WRITTEN, None, True, False, Fate.ERASED, Step.DELETE),
        (CONFLICT, Clash.MOVED, True, False, Fate.STANDS, Step.NOTHING),
        (CONFLICT, Clash.MOVED, True, False, Fate.GONE, Step.NOTHING),
        (CONFLICT, Clash.MOVED, True, True, Fate.GONE, Step.FORGET),
        (CONFLICT, Clash.MOVED, True, False, Fate.ERASED, Step.DELETE),
        (CONFLICT, Clash.MOVED, True, False, Fate.LEAVING, Step.FORGET),
        (CONFLICT, Clash.DELETED, False, False, Fate.GONE, Step.FORGET),
        (CONFLICT, Clash.DELETED, False, False, Fate.STANDS, Step.NOTHING),
    ],
)
def test_what_somebody_changed_in_a_calendar_is_not_overwritten(
    state: EntryState, clash: Clash | None, seen: bool, left: bool, fate: Fate, step: Step
) -> None:
    assert step_for(state, clash, seen=seen, left=left, fate=fate) is step
