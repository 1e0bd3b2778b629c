"""A copy of a file to hand over: two decide about it, the case team makes it, once.

It holds what she said, what staff answered her, what she was shown of what is happening, and her
dates; not the notes of the team, and nothing about anybody else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.decisions import DecisionKind, DecisionState, check_proof
from portal.domain.folders import FolderKind
from portal.domain.refusals import WrongState
from portal.models import Case, Decision, Message, Service, Thread
from portal.services import audit
from portal.services.case_work import cases
from portal.services.colleagues import staff
from portal.services.dates import shown_dates
from portal.services.dates.shown_dates import Shown
from portal.services.entry.sessions import SignedIn
from portal.services.keys.reading import open_folder
from portal.services.needs import stories
from portal.services.needs.stories import NeedStory
from portal.services.timeline import reading
from portal.services.timeline.reading import ShownEntry

MADE_WITHIN = timedelta(days=7)
PURPOSE = "handover"
_MADE = "made_at"


@dataclass(frozen=True)
class Said:
    """One message; without a name it is hers."""

    at: datetime
    by: str | None
    words: str


@dataclass(frozen=True)
class Copy:
    """Everything that is handed over."""

    case: Case
    name: str
    language: str
    needs: list[NeedStory]
    dates: list[Shown]
    entries: list[ShownEntry]
    messages: list[Said]


def find_allowed(session: Session, case_id: UUID, *, now: datetime) -> Decision | None:
    """The decision that allows one copy and was not used, taken in the last seven days."""
    accepted = session.scalars(
        select(Decision)
        .where(
            Decision.case_id == case_id,
            Decision.kind == DecisionKind.EXPORT,
            Decision.state == DecisionState.ACCEPTED,
            Decision.decided_at > now - MADE_WITHIN,
        )
        .order_by(Decision.decided_at.desc())
    )
    return next((one for one in accepted if _MADE not in one.facts), None)


def make(session: Session, acting: SignedIn, case_id: UUID, *, now: datetime) -> Copy:
    """Read everything for the one copy that was decided. It is used up by this.

    Raises NotFound for whoever is not of the case team, ProofTooOld, WrongState.
    """
    case = cases.get_case(session, acting, case_id)
    check_proof(acting.second_factor_at, now=now)
    session.refresh(case, with_for_update=True)
    decision = find_allowed(session, case_id, now=now)
    if decision is None:
        raise WrongState
    decision.facts = {**decision.facts, _MADE: now.isoformat()}
    facts: audit.Facts = {"decision": str(decision.id)}
    audit.record(session, acting.account_id, "file_copied", now=now, case_id=case_id, facts=facts)
    name, language = cases.contact_card(session, acting, case, purpose=PURPOSE, now=now)
    session.flush()
    return Copy(
        case,
        name,
        language,
        stories.of_case(session, acting, case, now=now),
        shown_dates.of_case(session, acting, case, now=now),
        reading.hers_of_case(session, acting, case, purpose=PURPOSE, now=now),
        _messages(session, acting, case_id, now=now),
    )


def _messages(session: Session, acting: SignedIn, case_id: UUID, *, now: datetime) -> list[Said]:
    folder = open_folder(
        session, acting, case_id, FolderKind.CONVERSATION, purpose=PURPOSE, now=now
    )
    rows = session.execute(
        select(Message, Service.name)
        .join(Thread, Thread.id == Message.thread_id)
        .outerjoin(Service, Service.id == Message.service_id)
        .where(Thread.case_id == case_id, Message.taken_back_at.is_(None))
        .order_by(Message.number)
    ).all()
    names = staff.names(session, {row.author_id for row, _ in rows if not row.from_survivor})
    said = []
    for row, service in rows:
        words = folder.read(row, "body") if folder.opens(row.body) else None
        if words is not None:
            known = " · ".join(one for one in (names.get(row.author_id), service) if one)
            said.append(Said(row.written_at, None if row.from_survivor else known, words))
    return said
