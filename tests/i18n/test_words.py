"""Words come in the language of whoever reads, at the moment of reading."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import resources
from portal.i18n import (
    LANGUAGES,
    BrokenCatalogue,
    catalogues,
    current_language,
    gettext,
    lazy_gettext,
    load,
    ngettext,
    use_language,
)

_DUTCH = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Today"
msgstr "Vandaag"

msgid "Seen by %(name)s"
msgstr "Gezien door %(name)s"

msgid "%(num)s message"
msgid_plural "%(num)s messages"
msgstr[0] "%(num)s bericht"
msgstr[1] "%(num)s berichten"

#, fuzzy
msgid "Leave"
msgstr "Gok"
"""


@pytest.fixture
def translations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Catalogues of our own making."""
    monkeypatch.setattr(resources, "translations", lambda: tmp_path)
    catalogues.catalogue.cache_clear()
    for code in ("nl", "en"):
        catalogues.path(code).parent.mkdir(parents=True)
    catalogues.path("nl").write_text(_DUTCH, "utf-8")
    catalogues.path("en").write_text('msgid ""\nmsgstr ""\n', "utf-8")
    yield tmp_path
    catalogues.catalogue.cache_clear()


@pytest.mark.usefixtures("translations")
def test_a_sentence_is_said_in_the_language_in_use() -> None:
    assert gettext("Today") == "Today"
    with use_language("nl"):
        assert gettext("Today") == "Vandaag"
        assert gettext("Seen by %(name)s", name="An") == "Gezien door An"
        assert ngettext("%(num)s message", "%(num)s messages", 1) == "1 bericht"
        assert ngettext("%(num)s message", "%(num)s messages", 3) == "3 berichten"
    assert current_language().code == "en"


@pytest.mark.usefixtures("translations")
def test_a_lazy_sentence_is_not_fixed_in_the_language_of_its_first_reader() -> None:
    label = lazy_gettext("Today")
    assert str(label) == "Today"
    with use_language("nl"):
        assert str(label) == "Vandaag"
    assert str(label) == "Today"


@pytest.mark.usefixtures("translations")
def test_a_guess_is_never_shown_and_nothing_shows_the_header() -> None:
    with use_language("nl"):
        assert gettext("Leave") == "Leave"
        assert gettext("") == ""


def test_what_is_typed_is_not_taken_for_a_placeholder() -> None:
    assert gettext("100 %") == "100 %"
    assert gettext("%(name)s", name="%(other)s") == "%(other)s"


def test_a_broken_or_missing_catalogue_stops_the_start(translations: Path) -> None:
    with pytest.raises(BrokenCatalogue, match="“fr”"):
        load(("nl", "fr"))
    with pytest.raises(BrokenCatalogue, match="does not speak “xx”"):
        load(("xx",))
    catalogues.catalogue.cache_clear()
    (translations / "nl/LC_MESSAGES/messages.po").write_bytes(b'msgid "\xff"\n')
    with pytest.raises(BrokenCatalogue, match="“nl”"):
        load(("nl",))


def test_arabic_begins_on_the_right_and_each_language_has_its_own_name() -> None:
    assert {one.code: one.direction for one in LANGUAGES.values()} == {
        "nl": "ltr",
        "fr": "ltr",
        "en": "ltr",
        "ar": "rtl",
    }
    assert LANGUAGES["ar"].name == "العربية"


def test_an_unknown_language_is_not_spoken() -> None:
    with pytest.raises(KeyError):
        use_language("xx")
