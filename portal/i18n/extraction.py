"""Keeps the catalogues equal to the code; run in a checkout as `make messages`.

Never guesses: a changed sentence is a new one without translation, not a "fuzzy" old one.
"""

import sys
import tomllib
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from portal import resources
from portal.i18n import catalogues
from portal.i18n.languages import LANGUAGES

_KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
# Babel puts the last two forms of Arabic the other way round than translators expect them.
_PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3"
    " : n%100>=11 ? 4 : 5);"
}
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def template_path() -> Path:
    """The list of all sentences, without translations."""
    return resources.translations() / "messages.pot"


def extract() -> Catalog:
    """All sentences of the code and the pages of this checkout, each with where it stands."""
    root = resources.root()
    mapping = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    methods, options = [], {}
    for one in mapping["tool"]["babel"]["mappings"]:
        methods.append((one["pattern"], one["method"]))
        options[one["pattern"]] = {
            name: value for name, value in one.items() if name not in ("pattern", "method")
        }
    found = _catalog(None)
    for file, line, words, comments, context in extract_from_dir(
        root, methods, options, _KEYWORDS, ("Translators:",), strip_comment_tags=True
    ):
        found.add(words, locations=[(file, line)], auto_comments=comments, context=context)
    return found


def update() -> None:
    """Bring the template and every catalogue up to the code; what is gone goes."""
    sentences = extract()
    _write(template_path(), sentences)
    for code in LANGUAGES:
        path = catalogues.path(code)
        spoken = _read(path, code)
        spoken.update(deepcopy(sentences), no_fuzzy_matching=True, update_creation_date=False)
        if code == "en":
            _say_as_written(spoken)
        _write(path, spoken)
        sys.stdout.write(f"{code}: {_missing(spoken)} of {len(spoken)} sentences to translate\n")


def _catalog(code: str | None) -> Catalog:
    # A date that changes with each run would be a change of its own in every commit.
    made = Catalog(
        locale=code,
        project="One Roof",
        version="1",
        msgid_bugs_address="none",
        last_translator="none",
        language_team=code or "none",
        creation_date=_LONG_AGO,
        revision_date=_LONG_AGO,
        header_comment="# Sentences of One Roof.\n#",
        fuzzy=False,
    )
    if code in _PLURALS:
        made.mime_headers = [("Plural-Forms", _PLURALS[code])]
    return made


def _read(path: Path, code: str) -> Catalog:
    fresh = _catalog(code)
    if path.exists():
        with path.open("rb") as source:
            for message in read_po(source, locale=code):
                if message.id:
                    fresh.add(message.id, message.string, context=message.context)
    return fresh


def _say_as_written(english: Catalog) -> None:
    for message in english:
        if message.id:
            message.string = message.id


def _missing(spoken: Catalog) -> int:
    return sum(1 for message in spoken if message.id and not _is_said(message.string))


def _is_said(words: str | Sequence[str] | None) -> bool:
    return all((words,) if isinstance(words, str) or words is None else words)


def _write(path: Path, words: Catalog) -> None:
    body = BytesIO()
    write_po(body, words, no_location=True, sort_output=True, ignore_obsolete=True, width=96)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body.getvalue())


if __name__ == "__main__":
    update()
