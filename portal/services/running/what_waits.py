"""What waits for keys that nobody present holds: the two paper sheets give it to those who wait."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.folders import HERS_ALONE
from portal.models import Account, Folder, Holder, Membership, PendingGrant, StaffMember
from portal.services import audit
from portal.services.colleagues.teams import holders_of_key, teams_by_place
from portal.services.keys import holders, pending
from portal.services.keys.holders import Keys
from portal.services.running import recovery


def give_what_waits(session: Session, sheets: Keys, *, now: datetime) -> recovery.Recovered:
    """Give colleagues who are here what waits for keys that nobody present holds.

    For those who lost their own key: the teams and cases they are on already, and no more.
    """
    teams = [
        _give_team(session, sheets, team, membership, now=now)
        for membership, team in _waiting_members(session)
    ]
    waiting = pending.without_holder(session)
    opened = sum(_give_case(session, sheets, one, now=now) for one in waiting)
    facts: audit.Facts = {"teams": len(teams), "cases": len(waiting), "folders": opened}
    audit.record(session, None, "recovery_sheets_used", now=now, facts=facts)
    return recovery.Recovered(len(teams), len(waiting), opened)


def _waiting_members(session: Session) -> list[tuple[Membership, Holder]]:
    """Members of teams whose key nobody present holds."""
    by_place = teams_by_place(session)
    held = holders_of_key(session, by_place.values())
    rows = session.scalars(
        select(Membership)
        .join(StaffMember, StaffMember.account_id == Membership.account_id)
        .where(StaffMember.left_at.is_(None))
        .order_by(Membership.id)
    ).all()
    found = [(one, by_place.get((one.role, one.service_id))) for one in rows]
    return [
        (one, team)
        for one, team in found
        if team is not None and team.version and not held[team.id]
    ]


def _give_team(
    session: Session, sheets: Keys, team: Holder, membership: Membership, *, now: datetime
) -> Holder:
    holder_id = session.get_one(Account, membership.account_id).holder_id
    holders.hand_over_team(session, team, sheets, holder_id)
    facts: audit.Facts = {"account": str(membership.account_id), "team": str(team.id)}
    audit.record(session, None, "team_key_recovered", now=now, facts=facts)
    return team


def _give_case(session: Session, sheets: Keys, waiting: PendingGrant, *, now: datetime) -> int:
    account_id, case_id = waiting.account_id, waiting.case_id
    holder_id = session.get_one(Account, account_id).holder_id
    opened = 0
    for folder in session.scalars(
        select(Folder).where(Folder.case_id == case_id, Folder.kind.not_in(HERS_ALONE))
    ).all():
        recovery.grant_folder(session, sheets, folder, account_id, holder_id, now=now)
        opened += 1
    recovery.end_keys_of_leavers(session, case_id)
    session.delete(waiting)
    session.flush()
    facts: audit.Facts = {"folders": opened}
    audit.record(session, account_id, "case_recovered", now=now, case_id=case_id, facts=facts)
    return opened
