"""How staff call a language."""

from portal.i18n import current_language, language_name


def language_for_staff(code: str) -> str:
    """A language by its own name, and in the language of the page for who cannot read that."""
    own = language_name(code)
    known = current_language().locale.languages.get(code.replace("-", "_"))
    return f"{own} ({known})" if known and known != own else own
