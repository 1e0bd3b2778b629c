"""Numbers as the language of the reader writes them, always in Latin digits."""

from babel.numbers import format_decimal

from portal.i18n.languages import current_language


def decimal(value: float) -> str:
    """ "2.3", with one digit after the sign that the language puts there."""
    locale = current_language().locale
    return str(format_decimal(value, "0.0", locale, numbering_system="latn"))
