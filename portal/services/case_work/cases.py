"""Cases of one's own: found by number, looked at, worked on again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, false, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.accounts import CaseState
from portal.domain.folders import FolderKind
from portal.domain.refusals import NotFound
from portal.domain.roles import Permission
from portal.models import Card, Case, Look, insert_into, plain_rows
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.house import at_once
from portal.services.keys.reading import open_folder


def get_case(session: Session, acting: SignedIn, case_id: UUID) -> Case:
    """A case of this case director or stand-in. A foreign and a missing id: NotFound."""
    case = session.scalar(select(Case).where(Case.id == case_id, on_team(acting)))
    if case is None:
        raise NotFound
    return case


def find_case(session: Session, acting: SignedIn, number: str) -> Case | None:
    """A case of one's own by its number; names cannot be searched, for they are sealed."""
    typed = "".join(c for c in number.upper() if c.isalnum())
    if len(typed) != 8:
        return None
    printed = f"{typed[:2]}-{typed[2:]}"
    return session.scalar(select(Case).where(Case.number == printed, on_team(acting)))


def on_team(acting: SignedIn) -> ColumnElement[bool]:
    """The condition that a case is this person's to work on: it bears her name, and she still has
    the role for it.
    """
    if not acting.may(Permission.WORK_ON_CASE):
        return false()
    return on_case(acting.account_id)


def is_on_team(acting: SignedIn, case: Case) -> bool:
    """Whether a case is this person's to work on, as `on_team` asks the database."""
    named = acting.account_id in (case.case_director_id, case.stand_in_id)
    return named and acting.may(Permission.WORK_ON_CASE)


def on_case(account_id: UUID) -> ColumnElement[bool]:
    """The condition that a case bears a colleague's name, as case director or stand-in."""
    return or_(Case.case_director_id == account_id, Case.stand_in_id == account_id)


def look(session: Session, acting: SignedIn, case: Case, *, now: datetime) -> datetime | None:
    """Remember that a colleague looked at a case; gives when she looked before."""
    whose = {"account": acting.account_id, "case": case.id}
    with at_once(session) as writing:
        before: datetime | None = plain_rows(writing, _LOOKED_AT, whose).scalar_one_or_none()
        if before is None:
            # In another tab at this very moment it may be the first look as well.
            first = insert_into(writing, Look).values(
                account_id=acting.account_id, case_id=case.id, looked_at=now
            )
            key = [Look.account_id, Look.case_id]
            again = first.on_conflict_do_update(index_elements=key, set_={"looked_at": now})
            writing.execute(again)
        elif before != now:
            writing.connection().execute(_LOOK_AGAIN, {**whose, "now": now})
    return before


_HER_LOOK = (Look.account_id == bindparam("account"), Look.case_id == bindparam("case"))
_LOOKED_AT = select(Look.looked_at).where(*_HER_LOOK)
_LOOK_AGAIN = update(Look).where(*_HER_LOOK).values(looked_at=bindparam("now"))


def contact_card(
    session: Session, acting: SignedIn, case: Case, *, purpose: str, now: datetime
) -> tuple[str, str]:
    """The name to use and the language of a survivor."""
    opened = open_folder(
        session, acting, case.id, FolderKind.CONTACT_CARD, purpose=purpose, now=now
    )
    return opened.read(case, "name") or "", opened.read(case, "language") or ""


def wake(session: Session, case_id: UUID, *, actor_id: UUID, now: datetime) -> None:
    """Work on a case again that had ended: staff want to, or somebody wrote and has to be read.

    Holds the case: nobody ends the work on it while something new is being written.
    """
    state = select(Case.state).where(Case.id == case_id).with_for_update(key_share=True)
    if session.scalar(state) is not CaseState.CLOSED:
        return
    case = session.get_one(Case, case_id)
    case.state, case.closed_at, case.closed_by_id = CaseState.OPEN, None, None
    case.closed_why = case.messages_gone_at = None
    # While it was closed nobody asked her to come in.
    hers = update(Card).where(Card.account_id == case.survivor_id)
    session.execute(hers.values(opens_again_at=now))
    audit.record(session, actor_id, "case_reopened", now=now, case_id=case.id)
    session.flush()
