"""The link for an interpreter: one talk, without her name, for a few hours.

What it shows is sealed under a key made of its token, and the database keeps only the token's hash:
neither a stolen database nor its backup tells where she will be. It ends an hour after the talk,
and at once when the date moves, is taken away, or somebody else comes.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.domain.interpreters import (
    LINK_LASTS,
    LONGEST_NAME,
    LONGEST_WHERE,
    MOST_OPENINGS,
    Means,
    TalkLinkEnded,
)
from portal.domain.refusals import WrongState
from portal.domain.words import written
from portal.models import Appointment, Interpreter, InterpreterRequest, TalkLink
from portal.services import audit
from portal.services.dates.giving import get_for_staff
from portal.services.entry import tries
from portal.services.entry.sessions import SignedIn
from portal.services.interpreters import asking
from portal.services.interpreters.following import end_link, find
from portal.vault import new_token, open_under_token, seal_under_token, token_hash

PURPOSE = "talk link"
WRONG_LINKS = 20
SPAN = timedelta(minutes=15)


@dataclass(frozen=True)
class Talk:
    """All that an interpreter reads."""

    starts_at: datetime
    minutes: int
    means: Means
    where: str
    language: str | None
    name: str

    @property
    def ends_at(self) -> datetime:
        """When the talk is over, by the plan."""
        return self.starts_at + timedelta(minutes=self.minutes)


def make(
    session: Session,
    acting: SignedIn,
    appointment_id: UUID,
    *,
    where: str,
    name: str,
    now: datetime,
) -> str:
    """A link's token, shown once; the one before opens nothing any more.

    `where` is a place or a number, `name` a first name. Raises NotFound, WrongState without an
    interpreter, words refusals.
    """
    appointment = get_for_staff(session, acting, appointment_id)
    asking.check_stands(appointment, now=now)
    if appointment.interpreter_id is None:
        raise WrongState
    request = find(session, appointment.id) or asking.begin(session, acting, appointment, now=now)
    if request.means is None:
        # A plan named this person, and nobody said yet how it is done.
        interpreter = session.get_one(Interpreter, appointment.interpreter_id)
        request.means = Means(interpreter.means[0])
    place, called = written(where, limit=LONGEST_WHERE), written(name, limit=LONGEST_NAME)
    talk = Talk(
        appointment.starts_at, appointment.minutes, request.means, place, request.language, called
    )
    end_link(session, request)
    token = new_token()
    session.add(
        TalkLink(
            token_hash=token_hash(token),
            request_id=request.id,
            sealed=seal_under_token(token, PURPOSE, _packed(talk)),
            made_by_id=acting.account_id,
            made_at=now,
            expires_at=talk.ends_at + LINK_LASTS,
            opened=0,
        )
    )
    asking.account(session, acting, "talk_link_made", request, now=now)
    return token


def open_link(session: Session, token: str, *, address: bytes, now: datetime) -> Talk:
    """What a link shows; that it was opened is written down.

    Raises TalkLinkEnded, and SlowDown for who tries many. Both count.
    """
    tries.check(session, "talk link", address, limit=WRONG_LINKS, within=SPAN, now=now)
    opened = session.execute(
        update(TalkLink)
        .where(
            TalkLink.token_hash == token_hash(token),
            TalkLink.expires_at > now,
            TalkLink.opened < MOST_OPENINGS,
        )
        .values(opened=TalkLink.opened + 1)
        .returning(TalkLink.sealed, TalkLink.request_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if opened is None:
        tries.count(session, "talk link", address, within=SPAN, now=now)
        raise TalkLinkEnded
    request = session.get_one(InterpreterRequest, opened.request_id)
    interpreter_id = session.scalar(
        select(Appointment.interpreter_id).where(Appointment.id == request.appointment_id)
    )
    audit.record(
        session,
        None,
        "talk_link_opened",
        now=now,
        case_id=request.case_id,
        facts={"appointment": str(request.appointment_id), "interpreter": str(interpreter_id)},
    )
    session.flush()
    return _unpacked(open_under_token(token, PURPOSE, opened.sealed))


def forget_old(session: Session, *, now: datetime) -> int:
    """Links that have had their time leave the database; gives how many."""
    gone = delete(TalkLink).where(TalkLink.expires_at <= now).returning(TalkLink.token_hash)
    return len(session.execute(gone).all())


def is_out(session: Session, request: InterpreterRequest, *, now: datetime) -> bool:
    """Whether a link of this request opens at this moment."""
    found = session.scalar(
        select(TalkLink.expires_at).where(
            TalkLink.request_id == request.id,
            TalkLink.expires_at > now,
            TalkLink.opened < MOST_OPENINGS,
        )
    )
    return found is not None


def _packed(talk: Talk) -> bytes:
    return json.dumps({**vars(talk), "starts_at": talk.starts_at.isoformat()}).encode()


def _unpacked(plain: bytes) -> Talk:
    kept = json.loads(plain)
    starts_at, means = datetime.fromisoformat(kept["starts_at"]), Means(kept["means"])
    return Talk(**{**kept, "starts_at": starts_at, "means": means})
