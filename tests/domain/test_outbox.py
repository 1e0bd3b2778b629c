"""What is told is decided at the moment of sending: never after the date, never when in doubt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.outbox import (
    MOVES,
    NOT_TOLD,
    TAKES,
    WAITS,
    Circumstances,
    OutboxState,
    Outcome,
    Reason,
    after,
    decide,
    reminds_at,
)
from portal.domain.safe_contact import Hours

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
FINE = Circumstances(
    not_after=NOW + timedelta(days=2),
    is_still_so=True,
    case_is_open=True,
    card_works=True,
    said_yes=True,
    waits=False,
    until=NOW + timedelta(days=10),
    hours=None,
)
EVENINGS = Hours(frozenset(range(7)), 18, 20, "Europe/Brussels")

spans = st.timedeltas(timedelta(days=-3), timedelta(days=12))
found = st.builds(
    Circumstances,
    not_after=spans.map(lambda span: NOW + span),
    is_still_so=st.booleans(),
    case_is_open=st.booleans(),
    card_works=st.booleans(),
    said_yes=st.booleans(),
    waits=st.booleans(),
    until=st.none() | spans.map(lambda span: NOW + span),
    hours=st.none() | st.builds(
        Hours,
        weekdays=st.frozensets(st.integers(0, 6), min_size=1),
        begins=st.integers(0, 11),
        ends=st.integers(12, 24),
        zone=st.just("Europe/Brussels"),
    ),
)  # fmt: skip


@given(found)
def test_it_goes_out_only_when_all_is_well_until_it_is_over(found: Circumstances) -> None:
    verdict = decide(found, now=NOW)
    assert verdict.state in MOVES[OutboxState.WAITING]
    if verdict.state is OutboxState.SENDING:
        assert found.is_still_so
        assert found.case_is_open
        assert found.card_works
        assert found.said_yes
        assert found.not_after > NOW + TAKES
        assert found.until is not None
        assert found.until > NOW + TAKES
        assert found.hours is None or (found.hours.allow(NOW) and found.hours.allow(NOW + TAKES))
    elif verdict.state is OutboxState.WAITING:
        assert verdict.again_at is not None
        assert NOW < verdict.again_at < found.not_after
    else:
        assert verdict.why is not None


@pytest.mark.parametrize(
    ("changed", "state", "why"),
    [
        ({}, OutboxState.SENDING, None),
        ({"said_yes": False}, OutboxState.DROPPED, Reason.SHE_SAID_NO),
        ({"is_still_so": False}, OutboxState.DROPPED, Reason.DATE_CHANGED),
        ({"case_is_open": False}, OutboxState.DROPPED, Reason.CASE_CLOSED),
        ({"not_after": NOW + TAKES}, OutboxState.NOT_SENT, Reason.TOO_LATE),
        ({"not_after": NOW - timedelta(days=1)}, OutboxState.NOT_SENT, Reason.TOO_LATE),
        ({"card_works": False}, OutboxState.NOT_SENT, Reason.CARD_STOPPED),
        ({"until": NOW}, OutboxState.NOT_SENT, Reason.LAPSED),
        ({"until": None}, OutboxState.NOT_SENT, Reason.LAPSED),
        ({"hours": EVENINGS}, OutboxState.WAITING, None),
        (
            {"hours": EVENINGS, "not_after": NOW + timedelta(hours=2)},
            OutboxState.NOT_SENT,
            Reason.HOURS,
        ),
        (
            {"hours": EVENINGS, "until": NOW + timedelta(hours=2)},
            OutboxState.NOT_SENT,
            Reason.HOURS,
        ),
    ],
)
def test_each_rule_is_asked_at_the_moment_of_sending(
    changed: dict[str, Any], state: OutboxState, why: Reason | None
) -> None:
    verdict = decide(replace(FINE, **changed), now=NOW)
    assert (verdict.state, verdict.why) == (state, why)


def test_outside_her_hours_it_waits_for_them() -> None:
    verdict = decide(replace(FINE, hours=EVENINGS), now=NOW)
    assert verdict.again_at == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


@given(st.sampled_from(Outcome), st.integers(1, 20), spans)
def test_a_try_that_is_not_taken_waits_longer_each_time_and_is_given_up(
    outcome: Outcome, tries: int, left: timedelta
) -> None:
    verdict = after(outcome, tries=tries, not_after=NOW + left, now=NOW)
    assert verdict.state in MOVES[OutboxState.SENDING]
    if verdict.state is OutboxState.WAITING:
        assert outcome is Outcome.TRY_AGAIN
        assert verdict.again_at == NOW + WAITS[tries - 1]
        assert verdict.again_at + TAKES < NOW + left
    if tries > len(WAITS):
        assert verdict.state is not OutboxState.WAITING
    if verdict.state is not OutboxState.WAITING and outcome is not Outcome.SENT:
        assert verdict.state in NOT_TOLD


def test_what_may_have_gone_out_is_never_sent_again() -> None:
    verdict = after(Outcome.UNCLEAR, tries=1, not_after=NOW + timedelta(days=1), now=NOW)
    assert verdict.state is OutboxState.UNCLEAR
    assert OutboxState.WAITING not in MOVES[OutboxState.UNCLEAR]
    assert OutboxState.SENDING not in MOVES[OutboxState.UNCLEAR]


def test_she_is_reminded_a_day_before_and_not_of_what_she_just_heard() -> None:
    assert reminds_at(NOW + timedelta(days=3), now=NOW) == NOW + timedelta(days=2)
    assert reminds_at(NOW + timedelta(hours=20), now=NOW) is None
