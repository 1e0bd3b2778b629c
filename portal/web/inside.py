"""The mark of a request that came in through the one address."""

from dataclasses import dataclass

from flask import request

PREFIX = "/-"
"""Inner paths begin with this; from outside they do not exist."""

# The value is an object of our own in the WSGI environment: no header can become one.
ENVIRON_KEY = "portal.inside"


@dataclass
class Inside:
    """What the one address knows about a request before any view has run."""

    language: str
    """What the page was shown in, or else what the browser asks for."""
    page_key: str = ""
    """The whole session token, as the page brought it; empty for a stranger."""
    form_key: str = ""
    """The one-use key of the form that was sent."""
    is_part: bool = False
    """Whether our own script asks and swaps the answer in."""


def find_inside() -> Inside | None:
    """The mark of this request, or None when it did not come through the one address."""
    mark = request.environ.get(ENVIRON_KEY)
    return mark if isinstance(mark, Inside) else None


def get_inside() -> Inside:
    """The mark of this request, which must have come through the one address."""
    mark = find_inside()
    if mark is None:
        raise RuntimeError("this request did not come through the one address")
    return mark


def turn_page_key(token: str) -> None:
    """From here on this visit goes by another page key: the old one is dead."""
    get_inside().page_key = token
