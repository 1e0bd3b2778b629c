"""Whoever has not kept up what she learned may read on, and change nothing."""

from datetime import date

from portal.domain.refusals import Refusal


class TrainingHasPassed(Refusal):
    """The person's training date has passed: until it is renewed the account only reads."""


def is_read_only(trained_until: date | None, *, today: date) -> bool:
    """Whether an account only reads; the last day still counts, and no date sets no limit."""
    return trained_until is not None and trained_until < today


def check_training(trained_until: date | None, *, today: date) -> None:
    """Refuse to change anything once the training date has passed."""
    if is_read_only(trained_until, today=today):
        raise TrainingHasPassed
