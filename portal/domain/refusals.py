"""The expected ways in which the house says no, each named for what happened."""


class Refusal(Exception):
    """Something a person asked for that a rule does not allow; the web layer has the words.

    `counts` marks the refusals that leave a trace (a wrong PIN counts towards the ten): what was
    written before them is committed, where every other refusal undoes the request.
    """

    counts = False


class NotFound(Refusal):
    """There is no such thing for this person: a foreign id and a missing id are the same."""


class NotYours(Refusal):
    """This person's roles do not allow the act."""


class ProofTooOld(Refusal):
    """The act needs a second-factor proof from the last fifteen minutes."""


class WrongState(Refusal):
    """The thing has moved on since the page was shown: the act is not possible from here."""


class SlowDown(Refusal):
    """Too many tries; the next is answered after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Busy(Refusal):
    """All places for slow work are taken; nothing was tried."""
