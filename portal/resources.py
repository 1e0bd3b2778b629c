"""Where templates, static files, translations and migrations are: in a checkout, and installed."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_resources"
_CHECKOUT = _PACKAGE.parent


def root() -> Path:
    """The directory holding templates/, static/ and translations/."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def templates() -> Path:
    """The pages."""
    return root() / "templates"


def static() -> Path:
    """Style, script and icons."""
    return root() / "static"


def translations() -> Path:
    """The catalogues, one directory a language."""
    return root() / "translations"


def migrations() -> Path:
    """The database's history, inside the package so that an installed copy can upgrade itself."""
    return _PACKAGE / "migrations"
