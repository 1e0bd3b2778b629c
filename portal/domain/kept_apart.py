"""A link between two people who must not meet in the house, and why one cannot be laid."""

from portal.domain.refusals import Refusal

MAX_REASON = 1000
"""Characters of the reason: its seal has the same length for every link."""


class SameCase(Refusal):
    """Both numbers are of one file."""


class ApartAlready(Refusal):
    """These two are kept apart already."""


class TooManyApart(Refusal):
    """One of the two has as many links as a case can have."""
