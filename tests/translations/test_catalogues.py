"""The catalogues say all that the code and the pages say, and nothing else, in every language."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib
import pytest

from portal import resources
from portal.i18n import LANGUAGES, extraction
from portal.i18n.catalogues import path
from tests.translations import in_the_code

# %(name)s, and the tags and entities that a translator must carry over.
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|</?\w+[^>]*>|&\w+;")

Identity = tuple[str | None, str, str]


def _identities(entries: Iterable[polib.POEntry]) -> set[Identity]:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in entries}


def _of_the_code() -> Iterator[Identity]:
    for message in in_the_code.sentences():
        if isinstance(message.id, str):
            yield message.context, message.id, ""
        else:
            yield message.context, message.id[0], message.id[1]


def _said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each language."""
    return str(request.param)


@pytest.fixture
def catalogue(language: str) -> polib.POFile:
    """Its catalogue as it is committed."""
    return polib.pofile(str(path(language)))


def test_the_template_equals_the_code() -> None:
    in_code = {identity for identity in _of_the_code() if identity[1]}
    template = _identities(polib.pofile(str(extraction.template_path())))
    assert in_code - template == set(), "new sentences: run `make messages`"
    assert template - in_code == set(), "sentences that are gone: run `make messages`"


def test_every_language_has_the_sentences_of_the_template(catalogue: polib.POFile) -> None:
    template = _identities(polib.pofile(str(extraction.template_path())))
    assert _identities(catalogue) == template


def test_every_sentence_is_translated(catalogue: polib.POFile) -> None:
    missing = [entry.msgid for entry in catalogue if not all(map(str.strip, _said(entry)))]
    assert missing == []
    assert catalogue.percent_translated() == 100


def test_nothing_is_a_guess_or_a_leftover(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue if entry.fuzzy or entry.obsolete] == []


def test_placeholders_are_carried_over(catalogue: polib.POFile) -> None:
    wrong = [entry.msgid for entry in catalogue if not _carries_placeholders(entry)]
    assert wrong == []


def _carries_placeholders(entry: polib.POEntry) -> bool:
    expected = sorted(_PLACEHOLDER.findall(entry.msgid))
    if not entry.msgid_plural:
        return not entry.msgstr or sorted(_PLACEHOLDER.findall(entry.msgstr)) == expected
    # "one message" may do without its number; a placeholder that nobody fills breaks the page.
    allowed = set(expected) | set(_PLACEHOLDER.findall(entry.msgid_plural)) | {"%(num)s"}
    return all(set(_PLACEHOLDER.findall(form)) <= allowed for form in _said(entry))


def test_every_plural_form_of_the_language_is_there(catalogue: polib.POFile) -> None:
    found = re.search(r"nplurals=(\d)", catalogue.metadata["Plural-Forms"])
    assert found
    forms = set(range(int(found[1])))
    assert [e.msgid for e in catalogue if e.msgid_plural and set(e.msgstr_plural) != forms] == []


def test_english_is_what_is_written() -> None:
    for entry in polib.pofile(str(path("en"))):
        ids = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
        assert _said(entry) == ids


def test_placeholders_have_names() -> None:
    nameless = re.compile(r"(?<!%)%(?![(%\s])|\{\w*\}")
    entries = polib.pofile(str(extraction.template_path()))
    assert [entry.msgid for entry in entries if nameless.search(entry.msgid)] == []


def test_no_compiled_catalogue_lies_about() -> None:
    assert list(Path(resources.translations()).rglob("*.mo")) == []
