"""What the made-up survivors answered before their file was opened, and who said no."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain.readiness import Outcome, Readiness, Said
from portal.models import CalledInstead

_CODE_WORDS = {
    "nl": ("blauwe ketel", "zeven eenden", "rode paraplu"),
    "fr": ("trois cerises", "pluie douce", "clé de sol"),
    "en": ("blue kettle", "seven ducks", "old bicycle"),
    "ar": ("إبريق أزرق", "سبع نجمات", "شاي بالنعناع"),
}
_ON_HER_PHONE = Readiness(Said.YES, Said.YES, Said.NO, Said.NO, Said.NOT_KNOWN, Outcome.YES)
_ELSEWHERE = Readiness(Said.YES, Said.YES, Said.YES, Said.NOT_KNOWN, Said.YES, Outcome.OTHER_DEVICE)


def check_of(name: str) -> Readiness:
    """The answers of one of them; every fifth can only use another device."""
    return _ELSEWHERE if sum(map(ord, name)) % 5 == 0 else _ON_HER_PHONE


def code_word_of(name: str, language: str) -> str | None:
    """The word she agreed; some have none yet."""
    words = _CODE_WORDS.get(language, _CODE_WORDS["en"])
    number = sum(map(ord, name))
    return None if number % 7 == 0 else words[number % len(words)]


def count_those_who_said_no(session: Session, *, now: datetime) -> None:
    """Some months of "no, call me instead"."""
    month = now.date().replace(day=1)
    for count in (4, 12, 15, 9, 11):
        session.add(CalledInstead(month=month, count=count))
        month = _month_before(month)
    session.flush()


def _month_before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
