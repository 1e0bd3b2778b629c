"""The languages of the pages, and the one that this request speaks."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from babel import Locale, UnknownLocaleError

from portal.i18n.scoped import Scoped


@dataclass(frozen=True)
class Language:
    """One language: its code in `lang` and in the catalogues, its own name, where it begins."""

    code: str
    name: str
    direction: Literal["ltr", "rtl"]
    locale: Locale


def _language(code: str, name: str, locale: str) -> Language:
    data = Locale.parse(locale)
    return Language(code, name, "rtl" if data.text_direction == "rtl" else "ltr", data)


# Plain `en` would give American dates and a clock of twelve hours.
LANGUAGES = {
    language.code: language
    for language in (
        _language("nl", "Nederlands", "nl"),
        _language("fr", "Français", "fr"),
        _language("en", "English", "en_GB"),
        _language("ar", "العربية", "ar"),
    )
}
"""Every language that has a catalogue, by its code, each named in its own script."""

_current = ContextVar("language", default=LANGUAGES["en"])


def current_language() -> Language:
    """The language spoken now; when none is set English, in which the source is written."""
    return _current.get()


def use_language(code: str) -> Scoped[Language]:
    """Speak this language from now on, or within `with use_language(code):`; else KeyError."""
    return Scoped(_current, LANGUAGES[code])


def language_name(code: str) -> str:
    """A language by its own name, as those who speak it write it; the code where none is known."""
    if code in LANGUAGES:
        return LANGUAGES[code].name
    try:
        locale = Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return code
    # Dari is more than the Persian of a country: it has a name of its own.
    return locale.languages.get(str(locale)) or locale.get_display_name() or code
