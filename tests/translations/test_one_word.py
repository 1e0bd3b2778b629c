"""One word for one thing, and one way to speak to a person, through a whole catalogue."""

import re

import polib
import pytest

from portal.i18n.catalogues import path

ONE_WAY = {
    "staff are je, too": ("nl", r"(?i)\b(u|uw|uzelf)\b"),
    "a client is the client, of whatever gender": ("nl", r"(?i)\bhaar\b(?! of zijn)"),
    "a need is a hulpvraag": ("nl", r"(?i)\bnoden\b"),
    "an apostrophe is curved": ("fr", r"'"),
    "a talk is لقاء: the plural of the other word means sayings of the Prophet": (
        "ar",
        "أحاديث|حديثان",
    ),
    "whoever reads is neither he nor she": (
        "ar",
        r"سألتِ|اختصري|تطلبي|اطلب منا|هل تريد |تقول فقط|تحتاج إليه",
    ),
}


@pytest.mark.parametrize(("code", "other"), ONE_WAY.values(), ids=ONE_WAY)
def test_no_other_word_is_used(code: str, other: str) -> None:
    found = [
        words
        for entry in polib.pofile(str(path(code)))
        for words in (entry.msgstr, *entry.msgstr_plural.values())
        if re.search(other, re.sub(r"<[^>]*>|%\(\w+\)s", "", words))
    ]
    assert found == []
