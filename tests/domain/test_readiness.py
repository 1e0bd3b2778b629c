"""A file is opened only when her own answers do not speak against it."""

from dataclasses import replace

import pytest

from portal.domain.readiness import (
    NoOtherDevice,
    NotAlone,
    Outcome,
    PhoneMayBeRead,
    Said,
    WeCall,
    check_ready,
)
from tests.people import READY

RISKS = (
    {"phone_is_hers": Said.NO},
    {"passcode_known": Said.YES},
    {"signs_of_spyware": Said.YES},
)


def test_yes_when_nothing_speaks_against_it() -> None:
    check_ready(READY)
    check_ready(replace(READY, phone_is_hers=Said.NOT_KNOWN, signs_of_spyware=Said.NOT_KNOWN))


@pytest.mark.parametrize("risk", RISKS)
def test_a_phone_that_others_may_read_takes_another_device(risk: dict[str, Said]) -> None:
    risky = replace(READY, **risk)  # type: ignore[arg-type]
    with pytest.raises(PhoneMayBeRead):
        check_ready(risky)
    elsewhere = replace(risky, outcome=Outcome.OTHER_DEVICE)
    with pytest.raises(NoOtherDevice):
        check_ready(elsewhere)
    check_ready(replace(elsewhere, other_device=Said.YES))


@pytest.mark.parametrize("outcome", [Outcome.YES, Outcome.OTHER_DEVICE])
def test_nothing_is_opened_while_somebody_listens(outcome: Outcome) -> None:
    with pytest.raises(NotAlone):
        check_ready(replace(READY, alone=Said.NO, other_device=Said.YES, outcome=outcome))


def test_her_no_is_respected_whatever_else_she_said() -> None:
    with pytest.raises(WeCall):
        check_ready(replace(READY, outcome=Outcome.WE_CALL))
