"""State machines are tables: every state has a row, and what is over stays over."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from portal.domain import appointments, needs, outbox, proposals, referrals
from portal.domain.appointments import OVER, STANDING, AppointmentState
from portal.domain.needs import NeedState
from portal.domain.outbox import OutboxState
from portal.domain.proposals import VisitState
from portal.domain.referrals import OPEN, WITH_THE_SERVICE, ReferralState

TABLES = [
    pytest.param(
        appointments.MOVES, AppointmentState, {"moved", "cancelled", "not_agreed"}, id="dates"
    ),
    pytest.param(
        proposals.MOVES,
        VisitState,
        {"agreed", "refused", "lapsed", "taken_back", "replaced"},
        id="visits",
    ),
    pytest.param(needs.MOVES, NeedState, {"done", "stopped"}, id="needs"),
    pytest.param(
        referrals.MOVES, ReferralState, {"done", "not_possible", "stopped"}, id="referrals"
    ),
    pytest.param(
        outbox.MOVES, OutboxState, {"sent", "dropped", "not_sent", "given_up"}, id="outbox"
    ),
]


@pytest.mark.parametrize(("moves", "states", "over"), TABLES)
def test_every_state_has_a_row_and_what_is_over_leads_nowhere(
    moves: Mapping[StrEnum, frozenset[StrEnum]], states: type[StrEnum], over: set[str]
) -> None:
    assert moves.keys() == set(states)
    assert {state.value for state, after in moves.items() if not after} == over


@pytest.mark.parametrize(("moves", "states", "over"), TABLES)
def test_every_state_is_reached_and_from_everywhere_the_end_is(
    moves: Mapping[StrEnum, frozenset[StrEnum]], states: type[StrEnum], over: set[str]
) -> None:
    first = next(iter(states))
    assert _reach(moves, first) | {first} == set(states)
    for state in states:
        # What was noted of a date can be put right, so that its two notes lead to each other.
        ends = over | {note.value for note in OVER}
        assert moves[state] == frozenset() or {s.value for s in _reach(moves, state)} & ends


def test_she_can_stop_a_need_and_a_referral_from_wherever_they_are() -> None:
    for state, after in needs.MOVES.items():
        assert not after or NeedState.STOPPED in after, state
    for place, then in referrals.MOVES.items():
        assert not then or ReferralState.STOPPED in then, place


def test_a_service_reads_nothing_before_her_yes_after_her_no_and_when_it_cannot_help() -> None:
    assert WITH_THE_SERVICE.isdisjoint(
        {
            ReferralState.WAITS_FOR_YES,
            ReferralState.SAID_NO,
            ReferralState.NOT_POSSIBLE,
            ReferralState.STOPPED,
        }
    )
    assert ReferralState.DONE not in OPEN


def test_her_no_leads_to_the_service_only_through_her_yes() -> None:
    assert referrals.MOVES[ReferralState.SAID_NO] & WITH_THE_SERVICE == {ReferralState.SENT}
    assert referrals.MOVES[ReferralState.WAITS_FOR_YES] & WITH_THE_SERVICE == {ReferralState.SENT}


def test_a_yes_that_ended_by_the_clock_is_asked_for_anew() -> None:
    asked = {
        state for state, after in referrals.MOVES.items() if ReferralState.WAITS_FOR_YES in after
    }
    assert asked == WITH_THE_SERVICE - {ReferralState.DONE}


def test_a_date_that_stands_can_be_moved_or_cancelled() -> None:
    # A proposed one is not hers yet: it becomes a date, or it never was one.
    for state in STANDING - {AppointmentState.PROPOSED}:
        assert {AppointmentState.MOVED, AppointmentState.CANCELLED} <= appointments.MOVES[state]


def _reach(moves: Mapping[StrEnum, frozenset[StrEnum]], start: StrEnum) -> frozenset[StrEnum]:
    found: set[StrEnum] = set()
    todo = [start]
    while todo:
        for after in moves[todo.pop()] - found:
            found.add(after)
            todo.append(after)
    return frozenset(found)
