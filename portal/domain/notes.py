"""What staff write down about a case for each other; she never reads it on her pages."""

from enum import StrEnum


class NoteKind(StrEnum):
    """What a staff note is about."""

    READINESS = "readiness"
    CODE_WORD = "code_word"
    DOUBT = "doubt"
    CARD = "card"
