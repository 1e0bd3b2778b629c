"""Plans of a visit for one survivor, as the pure planner finds them in this house today."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.appointments import COMING
from portal.domain.proposals import VisitState
from portal.domain.refusals import NotYours
from portal.domain.roles import Permission
from portal.domain.spans import Span
from portal.domain.visits import house as plain
from portal.domain.visits.planner import propose_visits
from portal.domain.visits.plans import Plan
from portal.domain.visits.rescheduling import Kept, reschedule
from portal.models import Case, Visit
from portal.services.availability import free
from portal.services.case_work import cases
from portal.services.dates import separation
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre, today_here, zone_of
from portal.services.visits import children, closed_out
from portal.services.visits import talks as of_her
from portal.services.visits import wishes as her_wishes
from portal.services.visits.choices import Choice, PlannedPart, PlannedVisit, name_of
from portal.services.visits.ground import ANY, Ground, gather, spoken
from portal.services.visits.interpreting import Interpreting
from portal.services.visits.talks import Asked, Talks, TalkToPlan
from portal.services.visits.wishes import HerWishes


@dataclass(frozen=True)
class Planning:
    """Everything on the page of who plans."""

    talks: Talks
    wishes: HerWishes
    language: str
    out: Visit | None
    """The plan that waits for her, or of which a part does not suit her."""
    choices: tuple[Choice, ...]
    keeps_places: bool
    """Whether the house looks after children, and a plan keeps places for hers."""
    not_possible: tuple[TalkToPlan, ...]
    """Talks held for her at a time that is not possible any more: they are planned anew."""


def plan(
    session: Session,
    acting: SignedIn,
    case: Case,
    asked: Asked,
    *,
    now: datetime,
) -> Planning:
    """Up to three plans for the talks of a case. Raises NotYours, TooManyTalks."""
    if not acting.may(Permission.PLAN_VISIT):
        raise NotYours
    _, language = cases.contact_card(session, acting, case, purpose="visit", now=now)
    wishes = her_wishes.read(session, acting, case.id, now=now)
    talks = of_her.of_case(session, case, asked, now=now)
    out = find_out(session, case.id)
    spoken_with = ANY if asked.without_interpreter else spoken(language)
    interpreting = Interpreting(session, acting, case.id, spoken_with, now=now)
    question = _Question(session, case, asked, talks, wishes, interpreting, now=now)
    sends_rest = out is not None and out.state is VisitState.PART_REFUSED
    choices = question.choices(sends_rest=sends_rest)
    keeps_places = bool(question.centre.childcare)
    return Planning(talks, wishes, language, out, choices, keeps_places, question.not_possible)


def find_out(session: Session, case_id: UUID) -> Visit | None:
    """The one visit for which times are held for her."""
    return session.scalar(select(Visit).where(Visit.case_id == case_id, Visit.ended_at.is_(None)))


def find_last(session: Session, case_id: UUID) -> Visit | None:
    """The plan that was sent to her last, whatever became of it."""
    asked = select(Visit).where(Visit.case_id == case_id)
    return session.scalar(asked.order_by(Visit.proposed_at.desc(), Visit.id).limit(1))


class _Question:
    """One question to the planner, put into its words, and the answer put back into ours."""

    def __init__(
        self,
        session: Session,
        case: Case,
        asked: Asked,
        talks: Talks,
        wishes: HerWishes,
        interpreting: Interpreting,
        *,
        now: datetime,
    ) -> None:
        # Kept, so that nobody below asks the database for the same row again.
        self.centre = get_centre(session)
        self.asked, self.talks = asked, talks
        self.interpreting = interpreting
        zone = zone_of(session)
        held_days = sorted({one.span.starts_at.astimezone(zone).date() for one in talks.proposed})
        first, last = asked.days(held_days, today_here(session, now=now))
        held = [one.key for one in talks.proposed]
        self.ground: Ground = gather(session, talks.services, first, last, now=now, but=held)
        self.by_key = {
            one.key: one for one in (*talks.open, *talks.proposed, *talks.dates, *talks.elsewhere)
        }
        self.rooms = {room.id: room for room in self.ground.room_rows.values()}
        # As far as anything is planned or held: beyond, every time would seem possible.
        within = Span(now, free.end_of(session, max([last, *held_days])))
        closed = separation.closed(session, case.id, within)
        self.known = self._known()
        gone = self._with_nobody(talks.proposed)
        suits = [one for one in talks.proposed if one not in gone]
        self.not_possible = (*gone, *closed_out.not_possible(suits, self.known, closed))
        suits = [one for one in suits if one not in self.not_possible]
        self.anew = (*self.not_possible, *interpreting.left_out(suits))
        self.moving = [
            *(one for one in talks.open if one.key not in asked.left_out),
            *(one for one in talks.in_house if one.key in asked.moving),
            *self.anew,
        ]
        self.house = plain.House(
            zone=self.ground.zone,
            days=tuple(sorted({*self.ground.days, *held_days})) or (first,),
            workers=self.ground.workers,
            rooms=self.ground.rooms,
            interpreters=interpreting.free(self.by_key.values(), first, last, but=held),
            wishes=wishes.to_plan(with_children=bool(self.centre.childcare)),
            childcare=children.places(session, self.centre, case.id, self.ground.days),
            closed=closed,
        )

    def choices(self, *, sends_rest: bool) -> tuple[Choice, ...]:
        """What the planner proposes; nothing where nothing is to be planned.

        `sends_rest`: a part did not suit her, and the others may be sent again without it.
        """
        alone = closed_out.not_possible(self.known, (), self.house.closed)
        known = [one for one in self.known if one not in alone]
        days = {self._day(one) for one in self.talks.in_house if one.key in self.asked.moving}
        beside = [one for one in known if self._day(one) in days]
        held = [one for one in self.talks.proposed if one not in self.anew]
        kept = [*held, *beside]
        fixed = tuple(self._part(one) for one in known if one not in beside)
        # She comes to a date of hers also when she closed its time; nothing new is put beside it.
        closed = (*self.house.closed, *closed_out.days_of(alone, self.ground.zone))
        house = replace(self.house, fixed=fixed, closed=closed)
        moving = tuple(self._talk(one) for one in self.moving)
        if not moving and not (self.talks.proposed and sends_rest):
            return ()
        if not kept:
            return tuple(self._choice(one) for one in propose_visits(house, moving))
        parts = tuple(Kept(self._talk(one), self._part(one)) for one in kept)
        found = reschedule(house, moving, parts)
        return (self._choice(found.plan, found.moved),)

    def _known(self) -> list[TalkToPlan]:
        """The dates that stay as they are: nothing moves them, and nothing held would replace."""
        replaced = {one.date.instead_of_id for one in self.talks.proposed if one.date}
        away = self.asked.moving | replaced
        return [
            one
            for one in self.talks.in_house
            if one.key not in away and one.date and one.date.state in COMING
        ]

    def _with_nobody(self, held: Iterable[TalkToPlan]) -> list[TalkToPlan]:
        """Held talks with a colleague who has left the service since, or in a room not in use."""
        there = {(who.service_id, who.id) for who in self.ground.people.values()}
        return [
            one
            for one in held
            if one.is_in_closed_room
            or (one.date and (one.service.id, one.date.with_id) not in there)
        ]

    def _part(self, one: TalkToPlan) -> plain.Part:
        assert one.date is not None
        date, room = one.date, one.date.room_id or one.service.id
        interpreter = None if self.interpreting.language == ANY else date.interpreter_id
        starts_at, with_id = date.starts_at, date.with_id
        return plain.Part(one.key, starts_at, date.minutes, with_id, room, one.floor, interpreter)

    def _day(self, one: TalkToPlan) -> object:
        return one.date.starts_at.astimezone(self.ground.zone).date() if one.date else None

    def _talk(self, one: TalkToPlan) -> plain.Talk:
        first = one.date.with_id if one.date else one.referral.answered_by_id
        # Her old times are still hers until she says yes: no new one may lie over them.
        standing = tuple(date.away for date in self.talks.dates)
        language, interpreted_by = self.interpreting.spoken_in(one)
        return plain.Talk(
            referral=one.key,
            minutes=one.minutes,
            workers=self.ground.of_service(one.service.id, first),
            room_kind=self.ground.room_kinds[one.service.id],
            language=language,
            not_at=(*one.not_at, *standing),
            interpreted_by=interpreted_by,
        )

    def _choice(self, found: Plan, moved: Iterable[UUID] = ()) -> Choice:
        visits = tuple(
            PlannedVisit(tuple(self._planned(part) for part in visit.parts))
            for visit in found.visits
        )
        left_out = tuple((self.by_key[one.referral], one.reason) for one in found.left_out)
        parts = [part for visit in visits for part in visit.parts]
        return Choice(
            name_of(parts),
            tuple(visit for visit in visits if any(not part.is_known for part in visit.parts)),
            left_out,
            tuple(self.by_key[one] for one in moved),
        )

    def _planned(self, part: plain.Part) -> PlannedPart:
        talk = self.by_key[part.referral]
        who = self.ground.people.get(part.worker)
        with_id = who.id if who else part.worker
        names = {one.id: one.name for one in self.ground.people.values()}
        is_known = (
            talk.date is not None and not talk.is_proposed and talk.date.starts_at == part.starts_at
        )
        return PlannedPart(
            talk=talk,
            starts_at=part.starts_at,
            minutes=part.minutes,
            with_id=with_id,
            with_name=names.get(with_id, ""),
            room=self.rooms.get(part.room),
            floor=part.floor,
            interpreter_id=part.interpreter,
            is_known=is_known,
            instead_of_id=_instead_of(talk),
        )


def _instead_of(talk: TalkToPlan) -> UUID | None:
    if talk.date is None:
        return None
    return talk.date.instead_of_id if talk.is_proposed else talk.date.id
