"""Threads between survivors and their case teams, seen by the other side as people do."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from portal.demo.centre import AWAY, SERVICES
from portal.demo.diary import Act, Diary
from portal.demo.people import Person, StaffPerson, Survivor, sign_in
from portal.demo.words import Talk, load
from portal.services import messages
from portal.services.case_work import cases

_LONG = (400, 120, 90, 61, 52)
_SHORT = (41, 33, 28, 26, 24, 21, 19, 17, 15, 14, 12, 11, 9, 7, 6, 5, 4, 3)
LENGTHS = (*_LONG, *_SHORT, *_SHORT)
_SERVICES = tuple(service.name for service in SERVICES)
_SHOWN = 8
LEAVES_UNREAD = 0.35


def days_needed(length: int) -> int:
    """How long ago such a thread began."""
    return 3 + length // 4


def write_thread(
    diary: Diary,
    her: Survivor,
    length: int,
    *,
    begins: datetime,
    away_since: datetime,
    ends_unread: bool = False,
) -> None:
    """Note a thread of this many messages from `begins` until now.

    With `ends_unread` the last word is the case team's, and she has not seen it yet.
    """
    rng = diary.rng
    talk = Talk(load(her.language), rng, _SERVICES, her.director.name.split()[0])
    exchanges = list(talk.exchanges(length - 2)) + list(talk.exchanges(2))
    span = (diary.now - begins) / (len(exchanges) + 1)
    ends, before = begins, True
    for number, turns in enumerate(exchanges):
        at = max(ends + timedelta(minutes=2), _awake(begins + span * (number + rng.random()), rng))
        for hers, text in turns:
            at = min(at if hers else diary.working(at), diary.now - timedelta(minutes=1))
            author = her if hers else _who_answers(her, at, away_since)
            diary.note(at, _write(author, her, text, reads=hers is not before))
            ends, before = at, hers
            at += timedelta(minutes=rng.randrange(2, 45))
    if not ends_unread and rng.random() > LEAVES_UNREAD:
        reader = her if not before else _who_answers(her, diary.now, away_since)
        diary.note(ends + timedelta(minutes=rng.randrange(3, 240)), _read(reader, her))


def _who_answers(her: Survivor, at: datetime, away_since: datetime) -> StaffPerson:
    return her.stand_in if her.director.name == AWAY and at >= away_since else her.director


def _write(author: Person, her: Survivor, text: str, *, reads: bool) -> Act:
    def act(session: Session, at: datetime) -> None:
        acting = sign_in(session, author, at=at)
        # Whoever answers has read what was written before.
        if reads:
            messages.open_stretch(session, acting, her.case_id, now=at, size=_SHOWN).show()
        messages.write(session, acting, her.case_id, text, now=at)

    return act


def _read(reader: Person, her: Survivor) -> Act:
    def act(session: Session, at: datetime) -> None:
        acting = sign_in(session, reader, at=at)
        messages.open_stretch(session, acting, her.case_id, now=at, size=_SHOWN).show()
        if isinstance(reader, StaffPerson):
            case = cases.get_case(session, acting, her.case_id)
            cases.look(session, acting, case, now=at)

    return act


def _awake(at: datetime, rng: Random) -> datetime:
    """The same day at an hour at which people write."""
    return at.replace(hour=rng.randrange(6, 21), minute=rng.randrange(60))
