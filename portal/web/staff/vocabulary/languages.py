"""How staff call a language."""

from collections.abc import Mapping

from portal.domain.interpreters import SPOKEN
from portal.i18n import current_language, language_name
from portal.i18n import lazy_gettext as _l

_INTERPRETED: Mapping[str, str] = {
    "ary": _l("Moroccan Arabic"),
    "rif": _l("Tarifit"),
    "prs": _l("Dari"),
    "kmr": _l("Kurmanji Kurdish"),
    "vgt": _l("Flemish Sign Language"),
    "sfb": _l("French Belgian Sign Language"),
}
"""Languages of interpreters which not every language of the pages has a word for."""


def language_for_staff(code: str) -> str:
    """A language by its own name, and in the language of the page for who cannot read that."""
    return _in_both(language_name(code), _in_language_of_page(code))


def interpreted_for_staff() -> dict[str, str]:
    """Every language that interpreters speak, by its code, as staff read it."""
    return {code: _interpreted(code, own) for code, own in SPOKEN.items()}


def _interpreted(code: str, own: str) -> str:
    known = _INTERPRETED.get(code) or _in_language_of_page(code)
    return _in_both(own.partition(" (")[0], str(known) if known else None)


def _in_language_of_page(code: str) -> str | None:
    return current_language().locale.languages.get(code.replace("-", "_"))


def _in_both(own: str, known: str | None) -> str:
    return f"{own} ({known})" if known and known.casefold() != own.casefold() else own
