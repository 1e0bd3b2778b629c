"""Who directs a case and who stands in: changed with its keys; no open case lacks a reader."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.decisions import check_proof
from portal.domain.leave import (
    CannotStandIn,
    Days,
    LastReader,
    NobodyAnswersToday,
    StandInIsAway,
)
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission, Role
from portal.models import Case, Leave, Membership, StaffMember
from portal.services import audit
from portal.services.case_work import leave, readers
from portal.services.case_work.cases import on_case
from portal.services.case_work.not_this_person import unwanted
from portal.services.entry.sessions import SignedIn
from portal.services.house import today_here
from portal.services.keys import pending


def replace(
    session: Session,
    acting: SignedIn,
    case: Case,
    leaver_id: UUID,
    successor_id: UUID,
    *,
    as_stand_in: bool = False,
    now: datetime,
) -> None:
    """Somebody else takes a colleague's place on a case, as case director or as stand-in.

    Of both places, as after a recovery, it is the case director's unless `as_stand_in`. The keys go
    along at once when this person holds them; else they wait for a holder's tap. Raises
    ProofTooOld, CannotStandIn, StandInIsAway, NeitherAnswers, NotYours.
    """
    # Here, so that no way to it can forget: an unattended screen gives nobody the keys of a file.
    check_proof(acting.second_factor_at, now=now)
    readers.hold(session)
    session.refresh(case, with_for_update={"key_share": True})  # As `holding.hold_case` does.
    _check_arranges(acting, case)
    if leaver_id not in _team_of(case) or successor_id in _team_of(case):
        raise CannotStandIn
    if case.id in unwanted(session, successor_id):
        raise CannotStandIn
    check_can_stand_in(session, successor_id, now=now)
    if case.stand_in_id == leaver_id and (as_stand_in or case.case_director_id != leaver_id):
        readers.check_between(session, successor_id, case.case_director_id, now=now)
        case.stand_in_id = successor_id
    else:
        readers.check_between(session, successor_id, case.stand_in_id, now=now)
        case.case_director_id = successor_id
    audit.record(
        session,
        acting.account_id,
        "case_team_changed",
        now=now,
        case_id=case.id,
        facts={"account": str(successor_id), "instead_of": str(leaver_id)},
    )
    session.flush()
    _move_keys(session, acting, case, leaver_id, successor_id, now=now)


def check_can_stand_in(session: Session, account_id: UUID, *, now: datetime) -> None:
    """Refuse who is no case director of this house any more, or away today."""
    member = session.get(StaffMember, account_id)
    directs = select(Membership.id).where(
        Membership.account_id == account_id, Membership.role == Role.CASE_DIRECTOR
    )
    if member is None or member.left_at is not None or session.scalar(directs.limit(1)) is None:
        raise CannotStandIn
    if leave.away_today(session, [account_id], now=now):
        raise StandInIsAway(member.name)


def plan_leave(
    session: Session,
    acting: SignedIn,
    first: date | None,
    last: date | None,
    *,
    stand_in_id: UUID | None = None,
    now: datetime,
) -> Leave:
    """Planned days of one's own. A stand-in named here stands in for all one's files from now on.

    But for those whose survivors do not want this colleague: they keep the one they have, and
    nothing tells why. Raises a refusal of the days, ProofTooOld where files change hands, and
    StandInIsAway, StandInOnlyReads, NoStandIn, NoSecondReader, NeitherAnswers or CannotStandIn
    while an open file would have no reader.
    """
    readers.hold(session)
    days = leave.planned_days(session, acting, first, last, now=now)
    if stand_in_id is not None:
        readers.check_present(session, stand_in_id, days)
        kept = unwanted(session, stand_in_id)
        for case in _cases_of(session, acting.account_id):
            own = case.stand_in_id
            directs = case.case_director_id == acting.account_id
            if directs and own != stand_in_id and case.id not in kept:
                replace(session, acting, case, own, stand_in_id, as_stand_in=True, now=now)
    readers.check_readers(session, acting.account_id, days)
    row = leave.enter(session, acting, acting.account_id, days, is_sick=False, now=now)
    return leave.account(session, acting, row, now=now)


def note_illness(
    session: Session,
    acting: SignedIn,
    account_id: UUID,
    last: date | None,
    *,
    instead_id: UUID | None = None,
    now: datetime,
) -> Leave:
    """Somebody fell ill: from today the other reader answers in all her files, in one step.

    Where that one is away too, has left or only reads, `instead_id` takes that one's place, but for
    a survivor who does not want this colleague. Raises NotYours, and what `plan_leave` raises while
    nobody was chosen for such files.
    """
    readers.hold(session)
    days = leave.ill_days(session, acting, account_id, last, now=now)
    # Before the files change hands: she is at home, and hands no key over.
    row = leave.enter(session, acting, account_id, days, is_sick=True, now=now)
    if instead_id is not None:
        readers.check_present(session, instead_id, days)
        kept = unwanted(session, instead_id)
        for case, other_id in without_reader(session, account_id, days):
            if case.id not in kept:
                replace(session, acting, case, other_id, instead_id, as_stand_in=True, now=now)
    readers.check_readers(session, account_id, days)
    return leave.account(session, acting, row, now=now)


def without_reader(session: Session, account_id: UUID, days: Days) -> list[tuple[Case, UUID]]:
    """Open files that nobody would read on these days, each with its other reader.

    That is she herself where both places are hers.
    """
    cases = _cases_of(session, account_id)
    pairs = [(case, next(iter(_team_of(case) - {account_id}), account_id)) for case in cases]
    others = {other for _, other in pairs}
    missing = readers.not_answering(session, others, days)
    return [(case, other) for case, other in pairs if other in missing | {account_id}]


def files_of(session: Session, acting: SignedIn, account_id: UUID) -> list[Case]:
    """The cases on whose team a colleague is, for whoever arranges cover."""
    if not acting.may(Permission.ARRANGE_COVER) and acting.account_id != account_id:
        raise NotYours
    return _cases_of(session, account_id)


def move_files(
    session: Session,
    acting: SignedIn,
    leaver_id: UUID,
    successor_id: UUID,
    case_ids: Sequence[UUID],
    *,
    now: datetime,
) -> int:
    """Hand several files of a colleague to another one; gives how many. All of them or none."""
    mine = {case.id: case for case in files_of(session, acting, leaver_id)}
    if not case_ids or not set(case_ids) <= mine.keys():
        raise NotFound
    chosen = [case for case_id, case in mine.items() if case_id in case_ids]
    for case in chosen:
        replace(session, acting, case, leaver_id, successor_id, now=now)
    return len(chosen)


def leave_house(
    session: Session,
    acting: SignedIn,
    account_id: UUID,
    *,
    even_the_last: bool = False,
    even_unanswered: bool = False,
    now: datetime,
) -> None:
    """A colleague leaves the house: in this request she loses every key that somebody else holds.

    Where she directed, the stand-in directs from now on; `readers.one_reader` lists what then needs
    a second colleague. Raises LastReader while cases would be left without any reader, unless
    that is wanted: such a key stays sealed to her, who cannot come in any more. Raises
    NobodyAnswersToday while the other reader does not answer, unless that is wanted too.
    """
    readers.hold(session)
    cases = _cases_of(session, account_id)
    here = _still_here(session, {one for case in cases for one in _team_of(case)} - {account_id})
    holding = pending.holders_of(session, [case.id for case in cases])
    last = [case for case in cases if not (holding.get(case.id, set()) & here)]
    if last and not even_the_last:
        raise LastReader(len(last))
    today = today_here(session, now=now)
    answering = here - readers.not_answering(session, here, Days(today, today))
    unanswered = [case for case in cases if case not in last and not _team_of(case) & answering]
    if unanswered and not even_unanswered:
        raise NobodyAnswersToday(len(unanswered))
    for case in cases:
        pending.forget(session, case.id, account_id)
        if case in last:
            continue
        pending.take_away(session, acting, case.id, account_id, now=now)
        if case.case_director_id == account_id:
            case.case_director_id, case.stand_in_id = case.stand_in_id, account_id
    session.flush()


def _move_keys(
    session: Session,
    acting: SignedIn,
    case: Case,
    leaver_id: UUID,
    successor_id: UUID,
    *,
    now: datetime,
) -> None:
    holders = pending.holders_of(session, [case.id]).get(case.id, set())
    # Who comes back before she handed them over never lost them, and shall not by her own tap.
    pending.keeps_hers(session, case.id, successor_id)
    is_handed_on = successor_id in holders
    if not is_handed_on and acting.account_id in holders:
        pending.hand_on(session, acting, case.id, successor_id, now=now)
        is_handed_on = True
    keeps: UUID | None = None
    if leaver_id not in _team_of(case):  # Else the other place is hers, with keys or her wait.
        dropped = pending.forget(session, case.id, leaver_id)
        keeps = dropped.instead_of_id if dropped else leaver_id
        can_hand_on = dropped is None and _can_hand_on(session, case, holders, leaver_id, now=now)
        if keeps and (is_handed_on or can_hand_on):
            if keeps not in _team_of(case):
                pending.take_away(session, acting, case.id, keeps, now=now)
            keeps = None
    if not is_handed_on:
        pending.authorise(session, acting, case.id, successor_id, instead_of_id=keeps, now=now)


def _can_hand_on(
    session: Session, case: Case, holders: set[UUID], leaver_id: UUID, *, now: datetime
) -> bool:
    """Whether somebody else hands the keys over, so that the leaver loses hers at once.

    Whoever is the last to hold them at work stays able to until then, unless the survivor does not
    want her: then one who is away is enough.
    """
    others = _still_here(session, holders - {leaver_id})
    if case.id in unwanted(session, leaver_id):
        return bool(others)
    return bool(others - leave.away_today(session, others, now=now).keys())


def _check_arranges(acting: SignedIn, case: Case) -> None:
    arranges = acting.may(Permission.ARRANGE_COVER)
    if not arranges and acting.account_id != case.case_director_id:
        raise NotYours


def _team_of(case: Case) -> set[UUID]:
    return {case.case_director_id, case.stand_in_id}


def _cases_of(session: Session, account_id: UUID) -> list[Case]:
    # Until it is gone a file has a reader, also when the work on it has ended: she may write.
    asked = select(Case).where(on_case(account_id))
    # As it is now, and not as the page showed it before `readers.hold` waited for somebody.
    found = asked.order_by(Case.number).execution_options(populate_existing=True)
    return list(session.scalars(found))


def _still_here(session: Session, account_ids: set[UUID]) -> set[UUID]:
    if not account_ids:
        return set()
    asked = select(StaffMember.account_id).where(
        StaffMember.account_id.in_(account_ids), StaffMember.left_at.is_(None)
    )
    return set(session.scalars(asked))
