"""Interpreters: what she may ask, whom she may leave out, and what becomes of her request."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.domain.refusals import Refusal
from portal.domain.words import clean, written_or_none

LONGEST_NAME = 80
LONGEST_DIALECT = 100
LONGEST_NAMES = 500
LONGEST_WHERE = 200
LINK_LASTS = timedelta(hours=1)
"""After the end of a talk: it may have begun late."""
MOST_OPENINGS = 20
"""Of one link: each is written down, and nobody may fill the account of acts."""
_ARTICLES = frozenset({"al", "el", "de"})
"""Short words in many names, which say nothing of who it is."""


class Sex(StrEnum):
    """What she may choose between, or not."""

    WOMAN = "woman"
    MAN = "man"


class Means(StrEnum):
    """How a talk is interpreted: far away, or in the room."""

    PHONE = "phone"
    VIDEO = "video"
    HERE = "here"


class RequestState(StrEnum):
    """Where a request is; confirming is hers alone."""

    ASKED = "asked"
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    DONE = "done"
    NOT_WANTED = "not_wanted"


class Felt(StrEnum):
    """What she says afterwards: did she feel safe with this person?"""

    SAFE = "safe"
    NOT_SAFE = "not_safe"
    SKIPPED = "skipped"


class NotThisPerson(Refusal):
    """She does not want this person. Nobody asks why."""


class InterpreterTaken(Refusal):
    """The interpreter has another talk at this time."""


class NobodyInterprets(Refusal):
    """Nobody was chosen, or somebody who works here no longer."""


class TalkLinkEnded(Refusal):
    """Unknown, used up, ended or over: one answer for every cause."""

    counts = True


class NoLanguage(Refusal):
    """An interpreter speaks one language at least."""


class NoMeans(Refusal):
    """An interpreter can be reached in one way at least."""


SPOKEN: Mapping[str, str] = {
    "ar": "العربية (Arabic)",
    "ary": "الدارجة (Darija)",
    "rif": "Tarifit (Rif)",
    "zgh": "Tamazight (Berber)",
    "sq": "Shqip (Albanian)",
    "am": "አማርኛ (Amharic)",
    "hy": "Հայերեն (Armenian)",
    "bg": "български (Bulgarian)",
    "prs": "دری (Dari)",
    "de": "Deutsch (German)",
    "en": "English (English)",
    "es": "Español (Spanish)",
    "fa": "فارسی (Farsi)",
    "fr": "Français (French)",
    "it": "Italiano (Italian)",
    "kmr": "Kurmancî (Kurdish)",
    "ckb": "سۆرانی (Kurdish Sorani)",
    "ln": "Lingála (Lingala)",
    "ne": "नेपाली (Nepali)",
    "nl": "Nederlands (Dutch)",
    "ps": "پښتو (Pashto)",
    "pl": "Polski (Polish)",
    "pt": "Português (Portuguese)",
    "rom": "Romani (Romani)",
    "ro": "Română (Romanian)",
    "ru": "Русский (Russian)",
    "sk": "Slovenčina (Slovak)",
    "so": "Soomaali (Somali)",
    "sw": "Kiswahili (Swahili)",
    "ti": "ትግርኛ (Tigrinya)",
    "tr": "Türkçe (Turkish)",
    "uk": "Українська (Ukrainian)",
    "ur": "اردو (Urdu)",
    "zh": "中文 (Chinese)",
    "vgt": "Vlaamse Gebarentaal (Flemish Sign Language)",
    "sfb": "Langue des signes (French Belgian Sign Language)",
}
"""Languages by their code (ISO 639), in their own script and in English.

What she chooses is read by staff: both sides can read it like this.
"""


def own_name(language: str) -> str:
    """What stands in `SPOKEN`, as she reads it: in the script of the language, and in no other."""
    return language.partition(" (")[0]


@dataclass(frozen=True)
class Said:
    """What is sealed of a request. Everything may be left out."""

    dialect: str | None = None
    sex: Sex | None = None
    means: Means | None = None
    not_from_near: bool = False
    not_these: str | None = None
    """Names of people who must not come, as she writes them."""

    def cleaned(self) -> "Said":
        """The same, safe to keep. Raises TooLong."""
        return Said(
            dialect=written_or_none(self.dialect, limit=LONGEST_DIALECT),
            sex=self.sex,
            means=self.means,
            not_from_near=self.not_from_near,
            not_these=written_or_none(self.not_these, limit=LONGEST_NAMES),
        )


def said_from(kept: Mapping[str, object]) -> Said:
    """What was sealed, from its plain shape."""
    sex, means = kept.get("sex"), kept.get("means")
    dialect, names = kept.get("dialect"), kept.get("not_these")
    return Said(
        dialect=str(dialect) if dialect else None,
        sex=Sex(str(sex)) if sex else None,
        means=Means(str(means)) if means else None,
        not_from_near=bool(kept.get("not_from_near")),
        not_these=str(names) if names else None,
    )


def first_name(name: str) -> str:
    """What each side reads of the other: never more than a first name."""
    return (name.split() or [""])[0]


def is_named(not_these: str | None, name: str) -> bool:
    """Whether one of the names that she wrote is a part of this person's name.

    She often knows only a first name: rather one interpreter too few than the one she fears.
    """
    return bool(names_written(not_these or "") & words_of(name))


def names_written(not_these: str) -> frozenset[str]:
    """The words of what she wrote by which somebody is left out."""
    words = words_of(not_these)
    # Who writes nothing else means a person who is called so.
    return words - _ARTICLES or words


def words_of(name: str) -> frozenset[str]:
    """The words of a name, however it is written; a single letter is none, but a Chinese sign is.

    Signs stand without a space between them: each counts, as family and first name do elsewhere.
    """
    plain = unicodedata.normalize("NFKD", clean(name).casefold())
    letters = "".join(
        f" {sign} "
        if _is_ideograph(sign)
        else sign
        if unicodedata.category(sign)[0] in "LN"
        else " "
        for sign in plain
        if unicodedata.category(sign) != "Mn"
    )
    return frozenset(word for word in letters.split() if len(word) > 1 or _is_ideograph(word))


def ends_up(state: RequestState, ends_at: datetime, *, now: datetime) -> RequestState:
    """The state of a request as it is read: what was booked is done when the talk is over."""
    was_booked = state in (RequestState.BOOKED, RequestState.CONFIRMED)
    return RequestState.DONE if was_booked and ends_at <= now else state


def _is_ideograph(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith("CJK UNIFIED")
