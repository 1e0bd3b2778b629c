"""How a survivor is spoken to: short sentences, and no word that blames her or hides violence.

The words of staff are looked at too: sooner or later she hears them.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import polib
import pytest

from portal.i18n import LANGUAGES
from portal.i18n.catalogues import path
from tests.translations import in_the_code

HERS = (
    "templates/survivor/",
    "templates/front/",
    "templates/errors/survivor.html",
    "templates/layouts/survivor",
    "templates/components/",
    "portal/web/survivor/",
    "portal/web/front/",
    "portal/web/errors.py",
    "portal/web/forms.py",
)
OF_BOTH = ("templates/components/", "portal/web/errors.py", "portal/web/forms.py")
BANNED = {
    "en": (
        "conflict", "quarrel", "dispute", "alleg", "claims to", "failed to", "did not show up",
        "no-show", "non-compliant", "uncooperative", "rejected", "refused", "closed", "victim",
    ),
    "nl": (
        "conflict", "ruzie", "beweerd", "vermeend", "zogezegd", "nagelaten", "gefaald",
        "niet opgedaagd", "niet komen opdagen", "niet-meewerkend", "onwillig", "afgewezen",
        "geweigerd", "verworpen", "gesloten", "slachtoffer",
    ),
    "fr": (
        "conflit", "dispute", "querelle", "prétendu", "présumé", "allégu", "omis de", "échoué",
        "non honoré", "pas présenté", "non coopér", "rejet", "refusé", "clos", "clôtur", "fermé",
        "victime",
    ),
    "ar": (
        "نزاع", "صراع", "خلاف", "شجار", "مزعوم", "يزعم", "تدعي", "فشل", "أخفق", "لم تحضر", "تغيبت",
        "غير متعاون", "غير ملتزم", "مرفوض", "رفضت", "رفضنا", "مغلق", "ضحية", "ضحايا",
        # Verbs to a woman alone: nobody who reads is spoken to as what they are not.
        "اسألي", "اكتبي", "أخبري", "اختاري", "انظري", "اتصلي", "تريدين", "تقولين", "تحتاجين",
        "تستطيعين", "تكتبين", "تعرفين", "تشعرين",
    ),
}  # fmt: skip
"""Beginnings of words, in any script; Arabic anywhere in a word and without vowel signs."""

OF_STAFF = {
    "Victim reception": "the official name of a service: Slachtofferonthaal",
    "Promised times count within these hours. Public holidays are closed days.": "about hours",
    "She will read this. Say what is not possible, not what she did. After this the words are "
    "closed to your team.": "about keys",
}
"""What only staff read, and why it may stand."""

LONGEST = 16
"""Words in a sentence; ten are better."""


def _hers() -> frozenset[str]:
    """The sentences that stand on her pages."""
    return _in(HERS)


@cache
def _in(places: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        sentence
        for message in in_the_code.sentences()
        if any(str(file).startswith(places) for file, _line in message.locations)
        for sentence in ([message.id] if isinstance(message.id, str) else message.id)
    )


def _said(code: str) -> Iterator[tuple[str, str]]:
    for entry in polib.pofile(str(path(code))):
        for words in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            yield entry.msgid, words


def _plain(code: str, words: str) -> str:
    words = re.sub(r"%\(\w+\)s", "", words)
    if code != "ar":
        return words.casefold()
    return "".join(sign for sign in words if unicodedata.category(sign) != "Mn")


def _is_in(code: str, word: str, said: str) -> bool:
    begins = "" if code == "ar" else r"\b"
    return bool(re.search(begins + re.escape(word), said))


def _sentences(words: str) -> list[str]:
    return [one for one in re.split(r"[.?:;]\s|[.?:;]$", words) if one.strip()]


def _length(sentence: str) -> int:
    return len(re.findall(r"%\(\w+\)s|[^\W_][\w’'-]*", sentence))


def test_her_pages_are_found() -> None:
    assert {
        "How safe do you feel today?",
        "I have a card",
        "Loading",
        "Use digits only.",
    } <= _hers()
    assert not _hers() & set(OF_STAFF)


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_word_blames_her_or_makes_violence_small(code: str) -> None:
    found = [
        (word, said)
        for msgid, said in _said(code)
        if msgid not in OF_STAFF
        for word in BANNED[code]
        if _is_in(code, word, _plain(code, said))
    ]
    assert found == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_nobody_raises_the_voice(code: str) -> None:
    assert [said for msgid, said in _said(code) if msgid in _hers() and "!" in said] == []


@pytest.mark.parametrize(
    ("code", "distant"),
    [
        ("nl", r"\b(u|uw)\b"),
        ("fr", r"(?<!-)\b(vous|votre|vos)\b|\b(?!chez\b|assez\b|rendez-)\w+ez\b"),
    ],
)
def test_she_is_spoken_to_as_a_person_one_knows(code: str, distant: str) -> None:
    only_hers = _hers() - _in(OF_BOTH)
    spoken = [said for msgid, said in _said(code) if msgid in only_hers]
    assert [said for said in spoken if re.search(distant, said.casefold())] == []


@pytest.mark.parametrize(
    ("code", "home"),
    [
        ("en", r"\b(this|the) house\b"),
        ("nl", r"\b(dit|het) huis\b"),
        ("fr", r"\b(cette|la) maison\b"),
        ("ar", "هذا البيت"),
    ],
)
def test_the_house_is_where_she_lives_and_never_the_centre(code: str, home: str) -> None:
    # "Who leads this house" may be whom she fears.
    spoken = [said for msgid, said in _said(code) if msgid in _hers()]
    assert [said for said in spoken if re.search(home, said.casefold())] == []


@pytest.mark.parametrize("code", ["en", "nl", "fr"])
def test_sentences_for_her_are_short(code: str) -> None:
    too_long = {
        sentence
        for msgid, said in _said(code)
        if msgid in _hers()
        for sentence in _sentences(said)
        if _length(sentence) > LONGEST
    }
    assert too_long == set()


def test_every_exception_is_still_needed() -> None:
    ids = {entry.msgid for entry in polib.pofile(str(path("en")))}
    assert set(OF_STAFF) <= ids


@pytest.mark.parametrize(
    ("code", "said", "is_banned"),
    [
        ("en", "The conflict", True),
        ("en", "This page closes in one minute.", False),
        ("nl", "Het slachtofferonthaal", True),
        ("fr", "Ceci ferme tes pages.", False),
        ("fr", "La demande est clôturée.", True),
        ("ar", "والنِّزاع", True),
        ("ar", "هذه الصفحة تُغلق بعد دقيقة", False),
    ],
)
def test_the_list_finds_what_it_is_for(code: str, said: str, is_banned: bool) -> None:
    assert any(_is_in(code, word, _plain(code, said)) for word in BANNED[code]) is is_banned
