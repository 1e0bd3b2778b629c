"""Sentences of the catalogue, now or when they are shown."""

from typing import Any, cast

from babel.support import LazyProxy

from portal.i18n.catalogues import catalogue
from portal.i18n.languages import current_language


def gettext(words: str, **named: Any) -> str:
    """The sentence in the current language, with its named placeholders filled."""
    # The entry of the empty sentence is the catalogue's own header.
    said = catalogue(current_language().code).gettext(words) if words else ""
    return said % named if named else said


def ngettext(one: str, many: str, number: int, **named: Any) -> str:
    """The sentence in the form that this number asks for; `%(num)s` is the number."""
    said = catalogue(current_language().code).ngettext(one, many, number)
    return said % {"num": number, **named}


def lazy_gettext(words: str, **named: Any) -> str:
    """A sentence that is looked up each time it is shown, for labels made when a module is loaded.

    It passes for text in forms and templates; `str()` makes it text of this moment.
    """
    # With its cache a LazyProxy would speak the language of its first reader for ever.
    return cast("str", LazyProxy(gettext, words, enable_cache=False, **named))
