"""Needs of the demo: sent by survivors, and taken through the house by those whose work it is."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.demo.calendar import Calendar
from portal.demo.diary import Act, Diary
from portal.demo.fates import HERS, Fate, Step
from portal.demo.interpreters import SPEAKS, Interpreting
from portal.demo.people import Person, StaffPerson, Survivor, sign_in
from portal.demo.words import load
from portal.domain.appointments import NotOverYet
from portal.domain.decisions import DecisionState
from portal.domain.needs import Category, HowSoon, NeedAnswer, Statement, StayOrLeave
from portal.domain.services import ServiceKind
from portal.models import Appointment, Decision, Need, Referral, Service
from portal.services.case_work import cases
from portal.services.dates import attendance, giving, her_dates
from portal.services.dates.shown_dates import Details
from portal.services.entry.sessions import SignedIn
from portal.services.moderation import desk
from portal.services.need_to_know import sharing
from portal.services.needs import her_needs, statements
from portal.services.needs.desk_again import ask_desk_again
from portal.services.referrals import answers, at_service

MINUTES = (30, 45, 45, 60, 60, 90)
_LOOKED_AT_TWICE = 0.6


@dataclass
class Crew:
    """Who works at the desk and in the services."""

    moderators: list[StaffPerson]
    of_service: Mapping[UUID, StaffPerson]
    places: Mapping[UUID, str]
    rooms: Mapping[UUID, UUID]


@dataclass
class Asked:
    """One need on its way through the demo."""

    her: Survivor
    answer: NeedAnswer
    fate: Fate
    need_id: UUID = field(init=False)
    service_id: UUID | None = None
    referral_id: UUID | None = None
    appointment_id: UUID | None = None
    over_by: datetime | None = None
    """When a date that was is over, where that is long ago."""


@dataclass
class Asking:
    """Notes statements, and what becomes of each need, in the diary."""

    diary: Diary
    crew: Crew
    calendar: Calendar
    interpreting: Interpreting = field(default_factory=Interpreting)

    def send(self, her: Survivor, asked: list[Asked], *, at: datetime) -> None:
        """Note one statement of these needs, and everything that follows."""
        self.diary.note(at, self._statement(her, asked))
        for one in asked:
            self._follow(one, at)

    def _follow(self, asked: Asked, sent_at: datetime) -> None:
        at = sent_at
        for number, step in enumerate(asked.fate):
            left = len(asked.fate) - number
            at = self.diary.step_after(at, by_staff=step not in HERS, left=left)
            if step in (Step.CAME, Step.MISSED):
                at = max(at, asked.over_by or self.diary.days_ago(0.02))
            elif step is Step.FINISH:
                at = max(at, asked.over_by or self.diary.days_ago(0.06))
            self.diary.note(at, self._act(step, asked))

    def _statement(self, her: Survivor, asked: list[Asked]) -> Act:
        rng, words = self.diary.rng, load(her.language)
        statement = Statement(
            needs=tuple(one.answer for one in asked),
            most_important=asked[0].answer.category if rng.random() < 0.7 else None,
            stay_or_leave=rng.choice([*StayOrLeave, None, None]),
            not_wanted=words.one("not_wanted", rng) if rng.random() < 0.5 else None,
            interpreter=_SPOKEN.get(her.language),
            childcare=rng.random() < 0.4,
        )

        def act(session: Session, at: datetime) -> None:
            sent = statements.send(session, sign_in(session, her, at=at), statement, now=at)
            for one, need in zip(asked, sent, strict=True):
                one.need_id = need.id

        return act

    def _act(self, step: Step, asked: Asked) -> Act:
        does: Callable[[Session, Asked, datetime], None] = getattr(self, f"_{step.value}")

        def act(session: Session, at: datetime) -> None:
            does(session, asked, at)

        return act

    def _ask(self, session: Session, asked: Asked, at: datetime) -> None:
        moderator = self._signed_in(session, self._moderator(), at)
        decision = _waiting(session, asked)
        desk.open_need(session, moderator, decision, now=at)
        question = load(asked.her.language).one("questions", self.diary.rng)
        desk.give_back(session, moderator, decision, question, now=at)

    def _answer(self, session: Session, asked: Asked, at: datetime) -> None:
        self._add_words(session, asked, "answers", at)

    def _add(self, session: Session, asked: Asked, at: datetime) -> None:
        self._add_words(session, asked, "additions", at)

    def _route(self, session: Session, asked: Asked, at: datetime) -> None:
        self._route_to(session, asked, 1, at)

    def _route_to_two(self, session: Session, asked: Asked, at: datetime) -> None:
        self._route_to(session, asked, 2, at)

    def _yes(self, session: Session, asked: Asked, at: datetime) -> None:
        hers, service = self._signed_in(session, asked.her, at), asked.service_id
        assert service is not None
        sharing.preview(session, hers, asked.need_id, service, now=at)
        sharing.say_yes(session, hers, asked.need_id, service, now=at)

    def _no(self, session: Session, asked: Asked, at: datetime) -> None:
        assert asked.service_id is not None
        hers = self._signed_in(session, asked.her, at)
        sharing.say_no(session, hers, asked.need_id, asked.service_id, now=at)

    def _look(self, session: Session, asked: Asked, at: datetime) -> None:
        at_service.open_referral(session, self._worker(session, asked, at), _of(asked), now=at)

    def _accept(self, session: Session, asked: Asked, at: datetime) -> None:
        answers.accept(session, self._worker(session, asked, at), _of(asked), now=at)

    def _not_possible(self, session: Session, asked: Asked, at: datetime) -> None:
        reason = load(asked.her.language).one("reasons", self.diary.rng)
        worker = self._worker(session, asked, at)
        answers.not_possible(session, worker, _of(asked), reason, now=at)

    def _desk_again(self, session: Session, asked: Asked, at: datetime) -> None:
        director = self._signed_in(session, asked.her.director, at)
        case = cases.get_case(session, director, asked.her.case_id)
        ask_desk_again(session, director, case, asked.need_id, now=at)

    def _date(self, session: Session, asked: Asked, at: datetime) -> None:
        free = self.calendar.coming(asked.her, self._who_answers(asked), after=self.diary.now)
        self._set_date(session, asked, free, at)

    def _date_that_was(self, session: Session, asked: Asked, at: datetime) -> None:
        free = self.calendar.gone(
            asked.her,
            self._who_answers(asked),
            after=at,
            before=asked.over_by or self.diary.now,
        )
        self._set_date(session, asked, free, at)

    def _came(self, session: Session, asked: Asked, at: datetime) -> None:
        self._note(session, asked, attendance.came, at)

    def _missed(self, session: Session, asked: Asked, at: datetime) -> None:
        self._note(session, asked, attendance.did_not_come, at)

    def _note(self, session: Session, asked: Asked, act: Callable[..., None], at: datetime) -> None:
        assert asked.appointment_id is not None
        # Around New Year a house may be closed for most of two weeks, and the date is to come.
        with suppress(NotOverYet):
            act(session, self._worker(session, asked, at), asked.appointment_id, now=at)

    def _another_date(self, session: Session, asked: Asked, at: datetime) -> None:
        free = self.calendar.coming(asked.her, self._who_answers(asked), after=self.diary.now)
        self._set_date(session, asked, free, at, instead_of=asked.appointment_id)

    def _other_time(self, session: Session, asked: Asked, at: datetime) -> None:
        assert asked.appointment_id is not None
        hers = self._signed_in(session, asked.her, at)
        her_dates.another_time(session, hers, asked.appointment_id, now=at)

    def _cannot_come(self, session: Session, asked: Asked, at: datetime) -> None:
        assert asked.appointment_id is not None
        hers = self._signed_in(session, asked.her, at)
        her_dates.cannot_come(session, hers, asked.appointment_id, now=at)

    def _finish(self, session: Session, asked: Asked, at: datetime) -> None:
        answers.finish(session, self._worker(session, asked, at), _of(asked), now=at)

    def _stop(self, session: Session, asked: Asked, at: datetime) -> None:
        her_needs.take_back(session, self._signed_in(session, asked.her, at), asked.need_id, now=at)

    def _add_words(self, session: Session, asked: Asked, what: str, at: datetime) -> None:
        text = load(asked.her.language).one(what, self.diary.rng)
        hers = self._signed_in(session, asked.her, at)
        her_needs.add_words(session, hers, asked.need_id, text, now=at)

    def _route_to(self, session: Session, asked: Asked, count: int, at: datetime) -> None:
        moderator = self._signed_in(session, self._moderator(), at)
        decision = _waiting(session, asked)
        desk.open_need(session, moderator, decision, now=at)
        need = session.get_one(Need, asked.need_id)
        offered = desk.offers(session, need, now=at)
        chosen = [offer.service.id for offer in offered[:count]]
        rng = self.diary.rng
        reading = load("nl").one("readings", rng) if rng.random() < _LOOKED_AT_TWICE else None
        desk.route(session, moderator, decision, chosen, now=at, reading=reading)
        asked.service_id = chosen[0]
        asked.referral_id = _referral(session, asked)

    def _set_date(
        self,
        session: Session,
        asked: Asked,
        free: datetime,
        at: datetime,
        instead_of: UUID | None = None,
    ) -> None:
        worker, service = self._worker(session, asked, at), asked.service_id
        assert service is not None
        rng = self.diary.rng
        kind = session.get_one(Service, service).kind
        appointment: Appointment = giving.set_date(
            session,
            worker,
            _of(asked),
            starts_at=free,
            minutes=rng.choice(MINUTES),
            with_id=worker.account_id,
            details=Details(
                place=self.crew.places[service],
                bring=_BRING.get(kind) if rng.random() < 0.6 else None,
            ),
            now=at,
            instead_of=instead_of,
            room_id=self.crew.rooms.get(service),
            # The diary knows the hours of the house, not those of each service.
            knowingly=True,
        )
        asked.appointment_id = appointment.id
        if asked.her.language in SPEAKS and instead_of is None:
            self.interpreting.arrange(session, asked.her, worker, appointment, at=at)

    def _who_answers(self, asked: Asked) -> StaffPerson:
        assert asked.service_id is not None
        return self.crew.of_service[asked.service_id]

    def _worker(self, session: Session, asked: Asked, at: datetime) -> SignedIn:
        return self._signed_in(session, self._who_answers(asked), at)

    def _moderator(self) -> StaffPerson:
        return self.diary.rng.choice(self.crew.moderators)

    def _signed_in(self, session: Session, person: Person, at: datetime) -> SignedIn:
        return sign_in(session, person, at=at)


_SPOKEN = {
    "ar": "العربية (Arabic)",
    "tr": "Türkçe (Turkish)",
    "uk": "Українська (Ukrainian)",
    "fa-AF": "دری (Dari)",
    "ti": "ትግርኛ (Tigrinya)",
}
_BRING = {
    ServiceKind.LAWYER: "Identiteitskaart",
    ServiceKind.WELFARE: "Brieven van de bank",
    ServiceKind.FAMILY_SUPPORT: "Iets te spelen",
}


def answer_for(
    her: Survivor, category: Category, how_soon: HowSoon, diary: Diary, *, child: bool = False
) -> NeedAnswer:
    """What she says about one need; now and then nothing in her own words."""
    rng = diary.rng
    words = load(her.language).own_words(category.value, rng) if rng.random() < 0.85 else None
    return NeedAnswer(category, how_soon, words, child_in_danger=child)


def _waiting(session: Session, asked: Asked) -> UUID:
    return session.scalars(
        select(Decision.id).where(
            Decision.need_id == asked.need_id, Decision.state == DecisionState.WAITING
        )
    ).one()


def _referral(session: Session, asked: Asked) -> UUID:
    return session.scalars(
        select(Referral.id).where(
            Referral.need_id == asked.need_id, Referral.service_id == asked.service_id
        )
    ).one()


def _of(asked: Asked) -> UUID:
    assert asked.referral_id is not None
    return asked.referral_id
