"""The list of one's own cases: what is late, and what is new since one last looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select, union_all
from sqlalchemy.orm import Session

from portal.domain.accounts import CardState, CaseState
from portal.domain.folders import FolderKind
from portal.domain.needs import NeedState
from portal.domain.referrals import UNANSWERED
from portal.domain.words import clean
from portal.models import Card, Case, Look, Need, Referral
from portal.services.case_work import news
from portal.services.case_work.cases import on_team
from portal.services.entry.sessions import SignedIn
from portal.services.keys.reading import open_many
from portal.services.needs.standing_still import STANDS_STILL

PAGE = 40
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Show(StrEnum):
    """What to list; every filter works from what is in clear."""

    ALL = "all"
    LATE = "late"
    NEWS = "news"
    FROZEN = "frozen"
    ENDED = "ended"
    """Files that the house no longer works on, until they are gone."""


@dataclass(frozen=True)
class CaseLine:
    """One line: what is new since this colleague last looked."""

    case: Case
    name: str | None
    unseen: int
    new: Mapping[news.New, int]
    date_answers: int
    has_visit_news: bool
    """She answered a proposed visit, or its time passed."""
    card: Card | None
    looked_at: datetime | None
    next_promise: datetime | None

    @property
    def is_frozen(self) -> bool:
        """Whether her card was frozen, by wrong PINs or by staff."""
        return self.card is not None and self.card.state is CardState.FROZEN

    @property
    def was_activated(self) -> bool:
        """Whether her card came to life since the last look."""
        at = self.card.activated_at if self.card else None
        return at is not None and (self.looked_at is None or at > self.looked_at)

    def has_expired(self, now: datetime) -> bool:
        """Whether 48 hours passed and the card was never used."""
        card = self.card
        return card is not None and card.state is CardState.NEW and card.expires_at <= now


@dataclass(frozen=True)
class Caseload:
    """A page of the list, the soonest promise first; `after` is the key of the next page."""

    lines: list[CaseLine]
    after: str | None


def page(
    session: Session,
    acting: SignedIn,
    *,
    now: datetime,
    show: Show = Show.ALL,
    after: str | None = None,
    size: int = PAGE,
) -> Caseload:
    """One page of the own open cases; names are opened as one event with all ids."""
    promised = _promises(acting)
    rank = func.coalesce(promised.c.at, _NEVER)
    asked = (
        select(Case, Look.looked_at, promised.c.at)
        .outerjoin(Look, (Look.case_id == Case.id) & (Look.account_id == acting.account_id))
        .outerjoin(promised, promised.c.case_id == Case.id)
        .where(on_team(acting), _is_of(show))
        .order_by(rank, Case.number)
        .limit(size + 1)
    )
    if show is Show.LATE:
        asked = asked.where(promised.c.at < now)
    elif show in (Show.NEWS, Show.FROZEN):
        asked = asked.where(news.has_news(now) if show is Show.NEWS else news.is_frozen())
    place = _place_of(after)
    if place is not None:
        at, number = place
        asked = asked.where(or_(rank > at, and_(rank == at, Case.number > number)))
    rows = session.execute(asked).all()
    lines = _lines(session, acting, rows[:size], now=now)
    return Caseload(lines, after=_key_of(lines[-1]) if len(rows) > size else None)


def counts(session: Session, acting: SignedIn, *, now: datetime) -> dict[Show, int]:
    """How many of the own cases each filter would list."""
    promised = _promises(acting)
    mine = (
        select(func.count())
        .select_from(Case)
        .outerjoin(Look, (Look.case_id == Case.id) & (Look.account_id == acting.account_id))
        .outerjoin(promised, promised.c.case_id == Case.id)
        .where(on_team(acting))
    )
    asked = {
        Show.ALL: mine,
        Show.LATE: mine.where(promised.c.at < now),
        Show.NEWS: mine.where(news.has_news(now)),
        Show.FROZEN: mine.where(news.is_frozen()),
        Show.ENDED: mine,
    }
    return {show: int(session.scalar(one.where(_is_of(show))) or 0) for show, one in asked.items()}


def _is_of(show: Show) -> ColumnElement[bool]:
    return Case.state == (CaseState.CLOSED if show is Show.ENDED else CaseState.OPEN)


def _promises(acting: SignedIn) -> Subquery:
    """The next promised time of each own case: of the desk, a service, or who looks further."""
    mine = select(Case.id).where(on_team(acting), Case.state == CaseState.OPEN)
    ours = select(Need.case_id, Need.answer_before.label("at")).where(
        Need.case_id.in_(mine), or_(Need.state == NeedState.SENT, and_(*STANDS_STILL))
    )
    with_services = (
        select(Referral.case_id, Referral.answer_before.label("at"))
        .join(Need, Need.id == Referral.need_id)
        .where(Referral.case_id.in_(mine), Referral.state.in_(UNANSWERED), ~and_(*STANDS_STILL))
    )
    both = union_all(ours, with_services).subquery()
    return (
        select(both.c.case_id, func.min(both.c.at).label("at")).group_by(both.c.case_id).subquery()
    )


def _lines(
    session: Session,
    acting: SignedIn,
    rows: Sequence[tuple[Case, datetime | None, datetime | None]],
    *,
    now: datetime,
) -> list[CaseLine]:
    ids = [case.id for case, _, _ in rows]
    opened = open_many(session, acting, ids, FolderKind.CONTACT_CARD, purpose="caseload", now=now)
    unseen, dates = news.unseen_messages(session, ids), news.answered_dates(session, ids)
    new = news.since_look(session, acting, ids)
    visits = news.answered_visits(session, acting, ids)
    known_cards = _cards(session, [case.survivor_id for case, _, _ in rows])
    return [
        CaseLine(
            case=case,
            name=opened[case.id].read(case, "name") if case.id in opened else None,
            unseen=unseen.get(case.id, 0),
            new=new[case.id],
            date_answers=dates.get(case.id, 0),
            has_visit_news=case.id in visits,
            card=known_cards.get(case.survivor_id),
            looked_at=looked_at,
            next_promise=promised,
        )
        for case, looked_at, promised in rows
    ]


def _cards(session: Session, account_ids: Sequence[UUID]) -> dict[UUID, Card]:
    rows = session.scalars(
        select(Card).where(Card.account_id.in_(account_ids)).order_by(Card.issued_at)
    )
    return {card.account_id: card for card in rows}


def _key_of(line: CaseLine) -> str:
    at = line.next_promise or _NEVER
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S%f}.{line.case.number}"


def _place_of(key: str | None) -> tuple[datetime, str] | None:
    """Where a page begins; a key that somebody made up begins at the start."""
    stamp, _, number = (key or "").partition(".")
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S%f").replace(tzinfo=UTC), clean(number)
    except ValueError:
        return None
