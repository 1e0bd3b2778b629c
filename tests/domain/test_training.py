"""Until when a training counts, and what its end means."""

from datetime import date

import pytest

from portal.domain.training import TrainingHasPassed, check_training, is_read_only

DAY = date(2026, 11, 24)


def test_the_last_day_still_counts() -> None:
    assert not is_read_only(DAY, today=DAY)
    assert is_read_only(DAY, today=date(2026, 11, 25))


def test_no_date_sets_no_limit() -> None:
    check_training(None, today=DAY)


def test_after_it_nothing_is_changed() -> None:
    with pytest.raises(TrainingHasPassed):
        check_training(date(2026, 11, 23), today=DAY)
