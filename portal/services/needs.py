"""What she asks for: sent, added to, taken back, and shown with what becomes of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.appointments import STANDING, AppointmentState
from portal.domain.folders import FolderKind
from portal.domain.needs import (
    MOVES,
    Category,
    NeedAnswer,
    NeedState,
    Statement,
    check_statement,
    clean_statement,
    lane_of,
)
from portal.domain.referrals import WITH_THE_SERVICE, ReferralState
from portal.domain.refusals import NotFound, WrongState
from portal.domain.words import written
from portal.models import (
    Addition,
    Appointment,
    Case,
    Decision,
    Need,
    Reading,
    Referral,
    Service,
)
from portal.models import Statement as StatementRow
from portal.services import audit, drafts
from portal.services.case_work import cases
from portal.services.dates import taken_times
from portal.services.entry.sessions import SignedIn
from portal.services.house import promised
from portal.services.interpreters import following
from portal.services.keys.folders import (
    end_grants,
    get_folder,
)
from portal.services.keys.reading import OpenFolder, open_folder
from portal.services.moderation import at_desk, decisions

DRAFT = "needs"


@dataclass(frozen=True)
class NeedStory:
    """A need with everything this reader may read of it."""

    need: Need
    own_words: str | None
    additions: tuple[tuple[Addition, str], ...] = ()
    readings: tuple[tuple[Reading, str], ...] = ()
    questions: tuple[tuple[Decision, str], ...] = ()
    referrals: tuple[tuple[Referral, Service], ...] = field(default=())

    @property
    def waits_for_her(self) -> bool:
        """Whether the next step is hers: a question, or a yes."""
        return self.need.state is NeedState.QUESTION or any(
            referral.state is ReferralState.WAITS_FOR_YES for referral, _ in self.referrals
        )


def send(session: Session, acting: SignedIn, statement: Statement, *, now: datetime) -> list[Need]:
    """Send a statement to the desk: sealed to her, her case team and the desk, and queued.

    The draft is forgotten. Raises NothingChosen, AlreadyAsked or TooLong.
    """
    case = session.get_one(Case, acting.her_case_id)
    statement = clean_statement(statement)
    open_now = frozenset(need.category for need in open_needs(session, acting))
    check_statement(statement, open_categories=open_now)
    cases.wake(session, case.id, actor_id=acting.account_id, now=now)
    folder = at_desk.for_statement(session, acting, case.id, now=now)
    name_to_use = _name_to_use(session, acting, case, now=now)
    row = StatementRow(case_id=case.id, sent_at=now, folder_version=folder.folder.version, body=b"")
    folder.write(row, "body", json.dumps(_closing_answers(statement, name_to_use)))
    session.add(row)
    session.flush()
    needs = [_send_one(session, acting, folder, row, answer, now=now) for answer in statement.needs]
    drafts.forget(session, acting, DRAFT)
    session.flush()
    return needs


def open_needs(session: Session, acting: SignedIn) -> Sequence[Need]:
    """Her needs that are neither done nor taken back; nothing is unsealed."""
    return session.scalars(
        select(Need)
        .where(
            Need.case_id == acting.her_case_id,
            Need.state.not_in((NeedState.DONE, NeedState.STOPPED)),
        )
        .order_by(Need.sent_at, Need.id)
    ).all()


def hers(session: Session, acting: SignedIn, *, now: datetime) -> list[NeedStory]:
    """Her needs, newest first, with what became of each. A constant number of queries."""
    needs = session.scalars(
        select(Need)
        .where(Need.case_id == acting.her_case_id)
        .order_by(Need.sent_at.desc(), Need.id)
    ).all()
    return stories(session, acting, acting.her_case_id, needs, purpose="own_needs", now=now)


def of_case(session: Session, acting: SignedIn, case: Case, *, now: datetime) -> list[NeedStory]:
    """The needs of a case, for its team."""
    needs = session.scalars(
        select(Need).where(Need.case_id == case.id).order_by(Need.sent_at.desc(), Need.id)
    ).all()
    return stories(session, acting, case.id, needs, purpose="case", now=now)


def get_hers(session: Session, acting: SignedIn, need_id: UUID) -> Need:
    """One of her own needs. A foreign and a missing id: NotFound."""
    need = session.scalar(
        select(Need).where(Need.id == need_id, Need.case_id == acting.her_case_id)
    )
    if need is None:
        raise NotFound
    return need


def hold(session: Session, need: Need) -> None:
    """Read a need anew and keep others from changing what becomes of it until this is done.

    She, the desk and a service may act at one moment; each then decides by what the other did.
    """
    session.refresh(need, with_for_update=True)


def story(
    session: Session, acting: SignedIn, need: Need, *, purpose: str, now: datetime
) -> NeedStory:
    """One need with everything this reader may read of it."""
    (found,) = stories(session, acting, need.case_id, [need], purpose=purpose, now=now)
    return found


def stories(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    needs: Sequence[Need],
    *,
    purpose: str,
    now: datetime,
) -> list[NeedStory]:
    """Needs of one case with words, additions, readings, questions and referrals."""
    if not needs:
        return []
    folder = open_folder(session, acting, case_id, FolderKind.NEEDS, purpose=purpose, now=now)
    ids = [need.id for need in needs]
    additions = session.scalars(
        select(Addition).where(Addition.need_id.in_(ids)).order_by(Addition.added_at)
    ).all()
    readings = session.scalars(
        select(Reading).where(Reading.need_id.in_(ids)).order_by(Reading.written_at)
    ).all()
    questions = session.scalars(
        select(Decision)
        .where(Decision.need_id.in_(ids), Decision.note.is_not(None))
        .order_by(Decision.decided_at)
    ).all()
    referrals = session.execute(
        select(Referral, Service)
        .join(Service, Service.id == Referral.service_id)
        .where(Referral.need_id.in_(ids))
        .order_by(Referral.made_at, Service.name)
    ).all()
    return [
        NeedStory(
            need=need,
            own_words=folder.read(need, "own_words") if folder.opens(need.own_words) else None,
            additions=tuple(
                (row, folder.read(row, "words") or "")
                for row in additions
                if row.need_id == need.id and folder.opens(row.words)
            ),
            readings=tuple(
                (row, folder.read(row, "words") or "")
                for row in readings
                if row.need_id == need.id and folder.opens(row.words)
            ),
            questions=tuple(
                (row, folder.read(row, "note") or "")
                for row in questions
                if row.need_id == need.id and folder.opens(row.note)
            ),
            referrals=tuple(pair for pair in referrals if pair[0].need_id == need.id),
        )
        for need in needs
    ]


def closing_answers(
    session: Session, acting: SignedIn, need: Need, *, purpose: str, now: datetime
) -> dict[str, Any]:
    """What she said besides the needs: most important, stay or leave, help at the talk."""
    folder = open_folder(session, acting, need.case_id, FolderKind.NEEDS, purpose=purpose, now=now)
    row = session.get_one(StatementRow, need.statement_id)
    return dict(json.loads(folder.read(row, "body") or "{}"))


def add_words(
    session: Session, acting: SignedIn, need_id: UUID, words: str, *, now: datetime
) -> Addition:
    """She adds to a need, or answers the desk's question, which puts the need back in the queue."""
    need = get_hers(session, acting, need_id)
    hold(session, need)
    if need.state in (NeedState.DONE, NeedState.STOPPED):
        raise WrongState
    text = written(words)
    folder = at_desk.for_later_words(session, acting, need, purpose="own_needs", now=now)
    addition = Addition(need_id=need.id, added_at=now, words=b"")
    folder.write(addition, "words", text)
    session.add(addition)
    if need.state is NeedState.QUESTION:
        need.state = NeedState.SENT
        decisions.queue_need(session, acting, need, now=now)
    audit.record(
        session,
        acting.account_id,
        "need_added_to",
        now=now,
        case_id=need.case_id,
        facts={"need": str(need.id)},
    )
    session.flush()
    return addition


def take_back(session: Session, acting: SignedIn, need_id: UUID, *, now: datetime) -> None:
    """She stops a need: the desk and every service lose it at once."""
    need = get_hers(session, acting, need_id)
    hold(session, need)
    if NeedState.STOPPED not in MOVES[need.state]:
        raise WrongState
    need.state = NeedState.STOPPED
    decisions.withdraw_need(session, need, now=now)
    for referral in session.scalars(select(Referral).where(Referral.need_id == need.id)):
        stop_referral(session, referral, ReferralState.STOPPED, now=now)
    at_desk.end_desk_grants(session, need)
    audit.record(
        session,
        acting.account_id,
        "need_stopped",
        now=now,
        case_id=need.case_id,
        facts={"need": str(need.id)},
    )
    session.flush()


def ask_desk_again(
    session: Session, acting: SignedIn, case: Case, need_id: UUID, *, now: datetime
) -> None:
    """The case team puts a routed need back at the desk: a service said it is not possible there.

    The desk's keys of what belongs to it had ended; the case team grants them anew.
    """
    need = session.scalar(select(Need).where(Need.id == need_id, Need.case_id == case.id))
    if need is None:
        raise NotFound
    hold(session, need)
    if NeedState.SENT not in MOVES[need.state]:
        raise WrongState
    at_desk.give_to_desk(session, acting, need, now=now)
    need.state = NeedState.SENT
    decisions.queue_need(session, acting, need, now=now)
    audit.record(
        session,
        acting.account_id,
        "need_at_desk_again",
        now=now,
        case_id=case.id,
        facts={"need": str(need.id)},
    )
    session.flush()


def stop_referral(
    session: Session, referral: Referral, state: ReferralState, *, now: datetime
) -> None:
    """End what a service may read of a referral, at once, and the dates that came of it."""
    end_dates(session, referral, now=now)
    if referral.state in WITH_THE_SERVICE:
        folder = get_folder(session, referral.case_id, FolderKind.REFERRAL, referral.id)
        service = session.get_one(Service, referral.service_id)
        end_grants(session, folder, service.holder_id)
    # What a service answered stays as it was answered.
    if referral.state not in (ReferralState.DONE, ReferralState.NOT_POSSIBLE):
        referral.state = state
    session.flush()


def end_dates(session: Session, referral: Referral, *, now: datetime) -> None:
    """Nobody waits for her any more: dates to come are cancelled, those that began are done."""
    for date in session.scalars(
        select(Appointment).where(
            Appointment.referral_id == referral.id, Appointment.state.in_(STANDING)
        )
    ):
        date.state = _ended(date, now=now)
        if date.state is not AppointmentState.DONE:
            following.let_go(session, date)
        taken_times.free(session, date)


def _ended(date: Appointment, *, now: datetime) -> AppointmentState:
    if date.state is AppointmentState.PROPOSED:
        return AppointmentState.NOT_AGREED
    began = date.state is AppointmentState.PLANNED and date.starts_at <= now
    return AppointmentState.DONE if began else AppointmentState.CANCELLED


def _send_one(
    session: Session,
    acting: SignedIn,
    folder: OpenFolder,
    row: StatementRow,
    answer: NeedAnswer,
    *,
    now: datetime,
) -> Need:
    lane = lane_of(answer.category, answer.how_soon, child_in_danger=answer.child_in_danger)
    need = Need(
        case_id=row.case_id,
        statement_id=row.id,
        category=answer.category,
        how_soon=answer.how_soon,
        lane=lane,
        state=NeedState.SENT,
        sent_at=now,
        answer_before=promised(session, lane, now=now),
    )
    folder.write(need, "own_words", answer.own_words)
    session.add(need)
    session.flush()
    decisions.queue_need(session, acting, need, now=now)
    audit.record(
        session,
        acting.account_id,
        "need_sent",
        now=now,
        case_id=need.case_id,
        facts={"need": str(need.id), "category": need.category.value},
    )
    return need


def _name_to_use(session: Session, acting: SignedIn, case: Case, *, now: datetime) -> str:
    card = open_folder(
        session, acting, case.id, FolderKind.CONTACT_CARD, purpose="own_needs", now=now
    )
    return card.read(case, "name") or ""


def _closing_answers(statement: Statement, name: str) -> dict[str, Any]:
    most: Category | None = statement.most_important
    return {
        "name": name,
        "most_important": most.value if most else None,
        "stay_or_leave": statement.stay_or_leave.value if statement.stay_or_leave else None,
        "not_wanted": statement.not_wanted,
        "interpreter": statement.interpreter,
        "childcare": statement.childcare,
        "accessibility": statement.accessibility,
    }
