"""The catalogues, compiled in memory from their sources, so that none can be stale."""

from collections.abc import Iterable
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from portal import resources
from portal.i18n.languages import LANGUAGES


class BrokenCatalogue(Exception):
    """A language is asked for that cannot be spoken; the message says which and why."""


def path(code: str) -> Path:
    """Where the words of this language stand."""
    return resources.translations() / code / "LC_MESSAGES" / "messages.po"


@cache
def catalogue(code: str) -> GNUTranslations:
    """The words of this language. Raises BrokenCatalogue."""
    if code not in LANGUAGES:
        raise BrokenCatalogue(
            f"The portal does not speak “{code}”; it speaks {', '.join(LANGUAGES)}."
        )
    try:
        with path(code).open("rb") as source:
            words = read_po(source, locale=code, abort_invalid=True)
    except (OSError, ValueError, PoFileError) as error:
        raise BrokenCatalogue(f"The catalogue of “{code}” cannot be read: {error}.") from error
    compiled = BytesIO()
    write_mo(compiled, words)
    compiled.seek(0)
    return GNUTranslations(compiled)


def load(codes: Iterable[str]) -> None:
    """Read these catalogues now, so that a broken one stops the start. Raises BrokenCatalogue."""
    for code in codes:
        catalogue(code)
