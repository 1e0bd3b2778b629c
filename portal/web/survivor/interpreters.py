"""Her answer about an interpreter, in which the language reads the same for both sides."""

from portal.domain.interpreters import SPOKEN as LANGUAGES
from portal.domain.interpreters import own_name

SPOKEN = tuple(LANGUAGES.values())


def asked(language: str, words: str) -> str:
    """The language she chose and what she added, in one answer."""
    return "\n".join(part for part in (language, words) if part)


def parts(answer: str | None) -> tuple[str, str]:
    """The language and the added words of an answer."""
    language, _, words = (answer or "").partition("\n")
    return (language, words) if language in SPOKEN else ("", answer or "")


def as_she_reads(answer: str | None) -> str:
    """The same answer with the language by its own name alone."""
    language, words = parts(answer)
    return asked(own_name(language), words)
