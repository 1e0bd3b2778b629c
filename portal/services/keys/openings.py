"""What was opened is written down once: before anything is read, and whatever becomes of the page.

One audit event per folder, sign-in and purpose within ten minutes for staff; one per sign-in for
her own reading; one with all ids for a list of names.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Text, Update, bindparam, cast, select, update
from sqlalchemy.orm import Session

from portal.domain import acts
from portal.models import SignIn, plain_rows
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.house import at_once
from portal.services.keys.folders import FolderLine

COUNTED_ONCE_WITHIN = timedelta(minutes=10)

_MINE = SignIn.token_hash == bindparam("of")
_OPENINGS = select(SignIn.openings).where(_MINE).with_for_update()
_REMEMBER = update(SignIn).where(_MINE).values(openings=bindparam("to"))
_REMEMBER_IF_AS_KNOWN = _REMEMBER.where(cast(SignIn.openings, Text) == bindparam("known"))


def write_down(
    session: Session,
    acting: SignedIn,
    folder: FolderLine,
    purpose: str,
    *,
    now: datetime,
    in_emergency: bool = False,
) -> None:
    """Put the opening of a folder into the account of its case; an emergency is marked."""
    facts: audit.Facts = {
        "folder": folder.kind.value,
        "folder_id": str(folder.id),
        "purpose": purpose,
    }
    if in_emergency:
        facts[acts.EMERGENCY] = 1
    mark = f"{folder.id.hex}:{purpose}"
    _write_down(session, acting, mark, acts.OPENED, facts, case_id=folder.case_id, now=now)


def write_down_list(
    session: Session,
    acting: SignedIn,
    facts: audit.Facts,
    names: list[str],
    case_ids: Iterable[UUID],
    *,
    now: datetime,
) -> None:
    """Put the opening of a list into the account of the day: one event with all ids.

    It is found from each of the cases as well.
    """
    if names:
        # The same in every process, which the built-in hash of a text is not.
        digest = sha256("".join(names).encode()).hexdigest()[:16]
        mark = f"list:{facts['purpose']}:{digest}"
        _write_down(session, acting, mark, acts.LISTED, facts, mentioned=case_ids, now=now)


def write_down_feedback(
    session: Session, acting: SignedIn, row_ids: Collection[UUID], *, now: datetime
) -> None:
    """Put into the account of the day that words of no case were read, and how many.

    Which ones it does not say: a row first read today would have come since the look before.
    """
    if row_ids:
        digest = sha256("".join(sorted(one.hex for one in row_ids)).encode()).hexdigest()[:16]
        facts: audit.Facts = {"count": len(row_ids)}
        _write_down(session, acting, f"feedback:{digest}", "feedback_read", facts, now=now)


def _write_down(
    session: Session,
    acting: SignedIn,
    opening: str,
    kind: str,
    facts: audit.Facts,
    *,
    now: datetime,
    case_id: UUID | None = None,
    mentioned: Iterable[UUID] = (),
) -> None:
    if _counts_still(acting, acting.openings, opening, now=now):
        return
    with at_once(session) as writing:
        if _is_new(writing, acting, opening, now=now):
            act = audit.record(
                writing, acting.account_id, kind, now=now, case_id=case_id, facts=facts
            )
            audit.mention(writing, act, mentioned)


def _is_new(session: Session, acting: SignedIn, opening: str, *, now: datetime) -> bool:
    """Whether this opening was not written down yet in this sign-in; from now on it is.

    What this request knows is nearly always all that was opened: then it is kept by one statement,
    for the write lock is held meanwhile.
    """
    known = json.dumps(acting.openings)
    if _remember(session, acting, opening, _REMEMBER_IF_AS_KNOWN, now=now, known=known):
        return True
    # Another request of this sign-in opened something since this one began.
    found = plain_rows(session, _OPENINGS, {"of": acting.session_id}).scalar_one_or_none()
    if found is None:
        return True
    acting.openings.clear()
    acting.openings.update(found)
    if _counts_still(acting, found, opening, now=now):
        return False
    return _remember(session, acting, opening, _REMEMBER, now=now)


def _remember(
    session: Session,
    acting: SignedIn,
    opening: str,
    how: Update,
    *,
    now: datetime,
    **condition: str,
) -> bool:
    """Keep an opening with those that count still; gives whether it was kept."""
    opened = acting.openings
    lately = {
        name: at for name, at in opened.items() if _counts_still(acting, opened, name, now=now)
    }
    to = {**lately, opening: now.isoformat()}
    asked = {"of": acting.session_id, "to": to, **condition}
    if not session.connection().execute(how, asked).rowcount:
        return False
    opened.clear()
    opened.update(to)
    return True


def _counts_still(
    acting: SignedIn, openings: Mapping[str, str], opening: str, *, now: datetime
) -> bool:
    at = openings.get(opening)
    if at is None:
        return False
    return acting.is_survivor or now - datetime.fromisoformat(at) < COUNTED_ONCE_WITHIN
