"""What she comes home to: her next date, what is new, what she asked for, what waits for her.

Three questions to the database whatever she has, and two more to open the one date that is shown.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.needs import AT_DESK, NeedState
from portal.domain.referrals import UNANSWERED, ReferralState
from portal.domain.services import ServiceState
from portal.models import Card, Need, Referral, SafeContact, Service, plain_rows
from portal.services import messages
from portal.services.dates import changed, her_dates, last_dates
from portal.services.dates.shown_dates import Shown
from portal.services.entry import cards
from portal.services.entry.sessions import SignedIn
from portal.services.needs.standing_still import stands_still
from portal.services.telling import new_address, ways
from portal.services.timeline import reading

STILL_OPEN = AT_DESK | {NeedState.ROUTED}

# What tells most of a need that several services were asked for comes first.
_FURTHEST = (
    ReferralState.DATE_SET,
    ReferralState.ACCEPTED,
    ReferralState.SEEN,
    ReferralState.SENT,
    ReferralState.DONE,
    ReferralState.NOT_POSSIBLE,
    ReferralState.SAID_NO,
)


@dataclass(frozen=True)
class Asked:
    """A need of hers that is still open, and the services that were asked for it."""

    need: Need
    referrals: tuple[tuple[Referral, Service], ...] = ()
    over: frozenset[UUID] = frozenset()
    """The referrals among them whose date is over."""

    @property
    def waiting_for_yes(self) -> tuple[Service, ...]:
        """The services that would help if she lets them read this need."""
        return tuple(
            service
            for referral, service in self.referrals
            if referral.state is ReferralState.WAITS_FOR_YES and service.state is ServiceState.OPEN
        )

    @property
    def waits_for_her(self) -> bool:
        """Whether the next step is hers: a question, or a yes."""
        return self.need.state is NeedState.QUESTION or bool(self.waiting_for_yes)

    @property
    def furthest(self) -> tuple[Referral, Service] | None:
        """The service that has come furthest with it, once one was asked."""
        if self.need.state is not NeedState.ROUTED:
            return None
        known = [pair for pair in self.referrals if pair[0].state in _FURTHEST]
        return min(known, key=lambda pair: _FURTHEST.index(pair[0].state), default=None)

    @property
    def stands_still(self) -> bool:
        """Whether nobody goes on with it, and we owe her an answer about that."""
        return stands_still(self.need)

    @property
    def promised(self) -> Need | Referral | None:
        """What an answer is promised to, while one is still due to her."""
        if self.waits_for_her:
            return None
        if self.need.state is NeedState.SENT or self.stands_still:
            return self.need
        if self.furthest is None:
            return None
        referral, service = self.furthest
        is_due = referral.state in UNANSWERED and service.state is ServiceState.OPEN
        return referral if is_due else None


@dataclass(frozen=True)
class Today:
    """Everything on the first page."""

    next_date: Shown | None
    unseen: int
    asked: list[Asked]
    new_card_at: datetime | None = None
    """When a new card was made since she was last here: it may not have been hers."""
    new_entries: int = 0
    """Of what is happening: shown, or taken back, since she looked there."""
    asks_about_way: bool = False
    """Whether a colleague waits for her answer before a new address counts."""
    has_lapsed: bool = False
    """Whether a yes of hers to being told outside the portal has ended by itself."""
    has_changed_date: bool = False
    """Whether a service moved or cancelled a date to come since she looked at her dates."""

    @property
    def waiting_for_her(self) -> list[Asked]:
        """What only she can answer."""
        return [one for one in self.asked if one.waits_for_her]

    @property
    def waiting_for_us(self) -> list[Asked]:
        """What the house owes her an answer on, the soonest first, and what has its answer."""
        ours = [one for one in self.asked if not one.waits_for_her]
        return sorted(ours, key=_due)


def show(session: Session, acting: SignedIn, *, now: datetime) -> Today:
    """The first page of a survivor; only the date that is shown gets opened."""
    asked = {
        "case_id": acting.her_case_id,
        "account_id": acting.account_id,
        "since": acting.signed_in_before_at,
        "now": now,
    }
    news = plain_rows(session, _NEWS, asked).one()
    unseen, new_entries, new_card_at, asks_about_way, has_lapsed, has_changed_date = news
    return Today(
        next_date=her_dates.next_one(session, acting, now=now),
        unseen=unseen,
        new_entries=new_entries,
        asked=_asked(session, acting, now=now),
        new_card_at=new_card_at,
        asks_about_way=asks_about_way,
        has_lapsed=has_lapsed,
        has_changed_date=has_changed_date,
    )


# Made once: building these statements for each page costs more than running them (measured).
_NEWS = select(
    messages.unseen_by_her(bindparam("case_id")),
    reading.unseen_by_her(bindparam("case_id")),
    cards.made_since(bindparam("account_id"), bindparam("since", type_=Card.issued_at.type)),
    new_address.unanswered(bindparam("case_id")),
    ways.lapsed(bindparam("case_id"), bindparam("now", type_=SafeContact.until.type)),
    changed.unseen_by_her(bindparam("case_id"), bindparam("now", type_=SafeContact.until.type)),
)
_OPEN_NEEDS = (
    last_dates.with_last_date(
        select(Need, Referral, Service)
        .outerjoin(Referral, Referral.need_id == Need.id)
        .outerjoin(Service, Service.id == Referral.service_id)
    )
    .where(Need.case_id == bindparam("case_id"), Need.state.in_(STILL_OPEN))
    .order_by(Need.sent_at, Need.id, Service.name)
)


def _asked(session: Session, acting: SignedIn, *, now: datetime) -> list[Asked]:
    rows = session.execute(_OPEN_NEEDS, {"case_id": acting.her_case_id})
    asked: dict[Need, list[tuple[Referral, Service]]] = {}
    over = set()
    for need, referral, service, *last in rows:
        pairs = asked.setdefault(need, [])
        if referral is not None:
            pairs.append((referral, service))
            if last_dates.is_over(referral, *last, now=now):
                over.add(referral.id)
    return [Asked(need, tuple(pairs), frozenset(over)) for need, pairs in asked.items()]


def _due(one: Asked) -> tuple[bool, datetime]:
    promised = one.promised
    return promised is None, promised.answer_before if promised else one.need.sent_at
