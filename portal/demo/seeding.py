"""Fills a database with the made-up centre: everything goes through the real services.

The same people do the same things each time; only keys, cards and pass phrases are new. Moments
are counted back from the day of seeding, and nothing is moved when the demo is started later.
"""

from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from random import Random

from sqlalchemy.orm import Session

from portal.database import Database, migrate
from portal.demo import apart, earlier, interpreters, signins, stories, visits
from portal.demo.asking import Asked, Asking, answer_for
from portal.demo.calendar import Calendar
from portal.demo.centre import AWAY
from portal.demo.decisions import note_decisions
from portal.demo.diary import Act, Diary
from portal.demo.fates import ACCEPTED, DATE_SET, FRESH, QUESTION, UNDER_WAY, WAITS_FOR_YES, Fate
from portal.demo.feedback import note_feedback
from portal.demo.happening import note_what_happens
from portal.demo.opening import OpenHouse, open_house, pause
from portal.demo.people import (
    StaffPerson,
    Survivor,
    make_staff,
    make_survivors,
    sign_in,
    sign_out,
)
from portal.demo.readiness import check_of, code_word_of, count_those_who_said_no
from portal.demo.telling import note_yeses
from portal.demo.threads import LENGTHS, days_needed, write_thread
from portal.domain.cards import WRONG_PINS_BEFORE_FREEZE
from portal.domain.needs import Category, HowSoon
from portal.domain.roles import Role
from portal.models import Account
from portal.services import messages
from portal.services.case_work import cover, opening
from portal.services.entry import cards, pins
from portal.services.house import get_centre, opening_hours
from portal.services.running import lateness
from portal.settings import Settings
from portal.vault import Cost, KeyFile

SEED = 2024
SHOWN = 4
"""The first survivors, as whom somebody who tries the demo signs in: something waits for them."""
_OLDEST_DAYS = 220
_AWAY_SINCE, _AWAY_FOR = timedelta(days=2), timedelta(days=6)
_FROZEN, _NOT_ACTIVATED = 12, 39
_CANNOT_ANSWER = frozenset({_FROZEN, _NOT_ACTIVATED})
_HOW_SOON = (HowSoon.TODAY, HowSoon.THIS_WEEK, HowSoon.LATER, HowSoon.INFORMATION)
_URGENT = (Category.SLEEP, Category.SAFETY)


def seed(settings: Settings, key_path: Path, database_path: Path, signins_path: Path) -> None:
    """Make the key file, the database and the list of sign-ins at these places."""
    key_file = KeyFile.create(key_path)
    database = Database(f"sqlite:///{database_path}", key_file, settings)
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        migrate(database)
        cost = Cost(settings.slow_pass_ops, settings.slow_pass_mem)
        rng = Random(SEED)  # noqa: S311  for what people say and do, never for keys
        people = make_staff(key_file.pepper, cost)
        survivors = make_survivors(key_file.pepper, cost, rng)
        numbers = _live(database, people, survivors, rng, now=now)
        new = survivors[_NOT_ACTIVATED]
        signins.write(signins_path, survivors, people, new=new, kept_apart=numbers)
    finally:
        database.close()


def _live(
    database: Database,
    people: list[StaffPerson],
    survivors: list[Survivor],
    rng: Random,
    *,
    now: datetime,
) -> list[str]:
    with database.transaction() as session:
        house = open_house(session, people, now=now - timedelta(days=_OLDEST_DAYS))
        coordinator = house.with_role(Role.COORDINATOR)[0]
        interpreters.keep(session, coordinator, now=now - timedelta(days=_OLDEST_DAYS))
        hours = opening_hours(get_centre(session), now=now)
    diary = Diary(now, hours, rng)
    asking = Asking(diary, house.crew(rng), Calendar(hours, rng))
    _assign_directors(house, survivors)
    _note_lives(asking, survivors)
    diary.note(now - timedelta(hours=2), _freeze(survivors[_FROZEN]))
    diary.note(now - _AWAY_SINCE, _go_away(house))
    note_decisions(diary, survivors, coordinator)
    moderator = house.with_role(Role.MODERATOR)[0]
    note_yeses(diary, survivors, moderator)
    partner_contact = house.with_role(Role.PARTNER_CONTACT_WORKER)[0]
    note_what_happens(diary, survivors, moderator, partner_contact)
    note_feedback(diary, survivors, moderator, coordinator)
    diary.live(database)
    with database.transaction() as session:
        pause(session, house)
        lateness.climb(session, now=now)
        count_those_who_said_no(session, now=now)
        rest = [her for one, her in enumerate(survivors) if one not in _CANNOT_ANSWER]
        interpreters.judge(session, rest[SHOWN:], now=now)
        interpreters.give_a_link(session, [*people, *survivors], now=now)
        kept_apart = apart.keep(session, coordinator, survivors, now=now)
        visits.propose(session, survivors[visits.READS_A_PLAN], now=now)
        sign_out(session, [*people, *survivors])
    return kept_apart


def _note_lives(asking: Asking, survivors: list[Survivor]) -> None:
    diary = asking.diary
    fates = _Fates(diary)
    for number, her in enumerate(survivors):
        if number == _NOT_ACTIVATED:
            diary.note(diary.now - timedelta(minutes=25), _open_case(her, activate=False))
            diary.note(diary.now - timedelta(minutes=20), _welcome(her))
            continue
        statements = fates.statements(number, her)
        since = earlier.days_needed(diary) if number in earlier.WHO else 0
        _note_life(
            asking,
            her,
            *statements,
            length=LENGTHS[number],
            is_shown=number < SHOWN,
            since=since,
        )
        if since:
            later = {one.answer.category for asked in statements for one in asked}
            earlier.look_back(asking, her, number, but=later)


def _assign_directors(house: OpenHouse, survivors: list[Survivor]) -> None:
    directors = house.with_role(Role.CASE_DIRECTOR)
    for number, her in enumerate(survivors):
        her.director = directors[number % len(directors)]
        her.stand_in = directors[(number + 1) % len(directors)]


class _Fates:
    """Gives out what survivors ask for and what becomes of it, so that each state is there."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self._under_way, self._fresh = cycle(UNDER_WAY), cycle(FRESH)
        self._how_soon = cycle(_HOW_SOON)

    def statements(self, number: int, her: Survivor) -> tuple[list[Asked], list[Asked]]:
        """What one survivor asked for some days ago, and lately; no category twice."""
        if number < SHOWN:
            old, fresh = [DATE_SET, WAITS_FOR_YES, next(self._under_way)], [QUESTION]
        else:
            old = [next(self._under_way) for _ in range(1 + number % 3)]
            fresh = [next(self._fresh) for _ in range((number + 1) % 2 + number % 5 // 4)]
        under_way = 1 if number < SHOWN else len(old)
        old += [ACCEPTED] * stories.open_talks(number, under_way)
        together = stories.needs_of(number)
        rest = [one for one in Category if one not in {*_URGENT, *together}]
        self._diary.rng.shuffle(rest)
        # Taken from the end: what belongs together first.
        rest += reversed(together)
        asked_old = [self._asked(her, fate, HowSoon.THIS_WEEK, rest) for fate in old]
        asked_fresh = [self._asked(her, fate, next(self._how_soon), rest) for fate in fresh]
        return asked_old, _each_category_once(asked_fresh)

    def _asked(self, her: Survivor, fate: Fate, how_soon: HowSoon, rest: list[Category]) -> Asked:
        urgent = how_soon is HowSoon.TODAY
        category = _URGENT[len(rest) % 2] if urgent else rest.pop()
        return Asked(her, answer_for(her, category, how_soon, self._diary), fate)


def _each_category_once(asked: list[Asked]) -> list[Asked]:
    return list({one.answer.category: one for one in asked}.values())


def _note_life(
    asking: Asking,
    her: Survivor,
    old: list[Asked],
    fresh: list[Asked],
    *,
    length: int,
    is_shown: bool,
    since: int,
) -> None:
    diary = asking.diary
    asked_days = max(one.fate.days for one in old)
    days = max(asked_days + 3, days_needed(length), since) + diary.rng.randrange(3)
    opens = diary.working(diary.days_ago(min(days, _OLDEST_DAYS - 10)))
    diary.note(opens, _open_case(her, activate=True))
    # The house may have been closed for days, and nobody asks before she has a card.
    asking.send(her, old, at=max(diary.days_ago(asked_days), opens + timedelta(hours=2)))
    if fresh:
        asking.send(her, fresh, at=_lately(diary, fresh))
    write_thread(
        diary,
        her,
        length,
        begins=opens + timedelta(hours=1),
        away_since=diary.now - _AWAY_SINCE,
        ends_unread=is_shown,
    )


def _lately(diary: Diary, asked: list[Asked]) -> datetime:
    steps = max(len(one.fate) for one in asked)
    if steps:
        return diary.days_ago(steps * 1.5)
    if any(one.answer.how_soon is HowSoon.TODAY for one in asked):
        return diary.now - timedelta(minutes=diary.rng.randrange(4, 50))
    return diary.now - timedelta(minutes=diary.rng.randrange(30, 2600))


def _open_case(her: Survivor, *, activate: bool) -> Act:
    def act(session: Session, at: datetime) -> None:
        acting = sign_in(session, her.director, at=at)
        case, card = opening.open_case(
            session,
            acting,
            her.card,
            name=her.name,
            # As Babel knows it, for its name on staff pages.
            language=her.language.replace("-", "_"),
            case_director_id=her.director.account_id,
            stand_in_id=her.stand_in.account_id,
            readiness=check_of(her.name),
            code_word=code_word_of(her.name, her.language),
            now=at,
        )
        her.case_id, her.account_id = case.id, case.survivor_id
        her.holder_id = session.get_one(Account, case.survivor_id).holder_id
        if activate:
            # She chooses her PIN at the desk, with the case director beside her.
            cards.activate(session, card, her.pin_slot, now=at + timedelta(minutes=8))

    return act


def _welcome(her: Survivor) -> Act:
    def act(session: Session, at: datetime) -> None:
        acting = sign_in(session, her.director, at=at)
        text = "Bonjour Nora, voici votre page. Écrivez quand vous voulez et quand c'est sûr."
        messages.write(session, acting, her.case_id, text, now=at)

    return act


def _freeze(her: Survivor) -> Act:
    def act(session: Session, at: datetime) -> None:
        for _ in range(WRONG_PINS_BEFORE_FREEZE):
            pins.count_wrong_pin(session, her.account_id, now=at)

    return act


def _go_away(house: OpenHouse) -> Act:
    def act(session: Session, at: datetime) -> None:
        away = next(one for one in house.staff if one.name == AWAY)
        acting = sign_in(session, away, at=at)
        cover.plan_leave(session, acting, at.date(), (at + _AWAY_FOR).date(), now=at)

    return act
