"""What people type, made safe to keep: lengths, control characters, directions."""

import re
import unicodedata

from portal.domain.refusals import Refusal

MAX_WORDS = 4000
"""Characters in one message or own-words field; longer ones are refused, not cut."""

# Overrides and isolates can make a text read as something it is not ("Trojan source"); the
# implicit marks LRM and RLM stay, since writers of right-to-left scripts need them.
_DIRECTION_TRICKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029")


class NothingWritten(Refusal):
    """Only white space, or nothing at all."""


class TooLong(Refusal):
    """More than `limit` characters; nothing was cut."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


def clean(typed: str) -> str:
    """The same words without what no reader can see: controls, overrides, lone surrogates."""
    text = _DIRECTION_TRICKS.sub("", _LINE_ENDS.sub("\n", typed))
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def written(typed: str, *, limit: int = MAX_WORDS) -> str:
    """Cleaned words that must say something. Raises NothingWritten or TooLong."""
    text = clean(typed)
    if not any(unicodedata.category(c)[0] not in "ZC" for c in text):
        raise NothingWritten
    if len(text) > limit:
        raise TooLong(limit)
    return text


def written_or_none(typed: str | None, *, limit: int = MAX_WORDS) -> str | None:
    """Cleaned words, or None where nothing was said. Raises TooLong."""
    try:
        return written(typed or "", limit=limit)
    except NothingWritten:
        return None
