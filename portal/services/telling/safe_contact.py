"""Her safe ways: she says yes, only then or no; only she and the machine can read an address."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.domain.refusals import WrongState
from portal.domain.safe_contact import LASTS, Channel, Hours, Wish, address, check_hours
from portal.models import Grant, SafeContact
from portal.services import audit
from portal.services.entry import tries
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import Grantee, end_grants, find_folder, new_folder
from portal.services.keys.holders import get_one
from portal.services.keys.machine import open_as_machine
from portal.services.keys.reading import OpenFolder, open_folder
from portal.services.telling import outbox
from portal.settings import Settings

FOLDERS: Mapping[Channel, FolderKind] = {
    Channel.EMAIL: FolderKind.SAFE_EMAIL,
    Channel.SMS: FolderKind.SAFE_SMS,
}
TESTS, TESTS_WITHIN = 3, timedelta(hours=1)


@dataclass(frozen=True)
class Way:
    """What is sealed of a way: where to, the very words, and at which hours."""

    address: str
    words: str
    hours: Hours | None = None

    def sealed_as(self) -> str:
        """The same as text."""
        hours = self.hours and {**vars(self.hours), "weekdays": sorted(self.hours.weekdays)}
        return json.dumps({"address": self.address, "words": self.words, "hours": hours})


@dataclass(frozen=True)
class ShownWay:
    """A way as she sees it; `way` is None where she said no."""

    channel: Channel
    wish: Wish
    said_at: datetime | None = None
    until: datetime | None = None
    way: Way | None = None

    def has_lapsed(self, now: datetime) -> bool:
        """Whether her yes has ended by itself: she is asked again."""
        return self.wish is not Wish.NO and (self.until is None or self.until <= now)


def offered(settings: Settings) -> tuple[Channel, ...]:
    """The ways that this installation can send by; in the demo all, to the terminal."""
    by_mail = bool(settings.mail_host) or settings.demo
    by_text = bool(settings.sms_url or settings.sms_mail) or settings.demo
    return tuple(
        channel
        for channel, is_there in ((Channel.SMS, by_text), (Channel.EMAIL, by_mail))
        if is_there
    )


def hers(session: Session, acting: SignedIn, *, now: datetime) -> dict[Channel, ShownWay]:
    """All ways with what she said of each."""
    rows = session.scalars(select(SafeContact).where(SafeContact.case_id == acting.her_case_id))
    found = {row.channel: _shown(session, acting, row, now=now) for row in rows.all()}
    return {channel: found.get(channel, ShownWay(channel, Wish.NO)) for channel in Channel}


def say_yes(
    session: Session,
    acting: SignedIn,
    channel: Channel,
    *,
    typed: str,
    words: str,
    hours: Hours | None,
    now: datetime,
) -> SafeContact:
    """She lets these words be sent there for thirty days, at any time or only then.

    Raises the refusals of `domain.safe_contact`.
    """
    way = Way(address(channel, typed), words, hours)
    if hours is not None:
        check_hours(hours)
    row = _find(session, acting, channel)
    if row is None:
        row = SafeContact(case_id=acting.her_case_id, channel=channel)
    _keep(session, acting, row, way, now=now)
    return row


def still_safe(
    session: Session, acting: SignedIn, channel: Channel, *, now: datetime
) -> SafeContact:
    """The same for thirty days more. Raises WrongState where she had said no."""
    row = _find(session, acting, channel)
    way = _shown(session, acting, row, now=now).way if row else None
    if row is None or way is None:
        raise WrongState
    _keep(session, acting, row, way, now=now)
    return row


def say_no(session: Session, acting: SignedIn, channel: Channel, *, now: datetime) -> None:
    """Nothing is sent there any more; address, hours and words are gone at once."""
    row = _find(session, acting, channel)
    if row is None or row.wish is Wish.NO:
        return
    row.wish, row.said_at, row.until, row.details = Wish.NO, now, None, None
    folder = find_folder(session, acting.her_case_id, FOLDERS[channel])
    assert folder is not None
    end_grants(session, folder, get_one(session, HolderKind.HOUSE).id)
    _account(session, acting, row, now=now)


def send_test(session: Session, acting: SignedIn, channel: Channel, *, now: datetime) -> datetime:
    """Her words to her own phone, now or at her next hour; gives when. Raises SlowDown, WrongState.

    It obeys the same rules as everything else: what it shows is what will happen.
    """
    row = _find(session, acting, channel)
    way = _shown(session, acting, row, now=now).way if row else None
    if row is None or way is None or row.until is None or row.until <= now:
        raise WrongState
    who = acting.her_case_id.bytes
    tries.limit(session, "test text", who, limit=TESTS, within=TESTS_WITHIN, now=now)
    return outbox.plan_test(session, row, way.hours, now=now)


def read_as_machine(
    session: Session, row: SafeContact, *, now: datetime
) -> tuple[Way, datetime | None] | None:
    """What the machine may send by, and until when; None where it may not. Raises VaultError.

    Nothing that stands beside the sealed words in clear is believed.
    """
    kind = FOLDERS[row.channel]
    opened = open_as_machine(session, row.case_id, kind, row, "details", now=now)
    return None if opened is None else (_way(opened[0]), opened[1])


def _keep(session: Session, acting: SignedIn, row: SafeContact, way: Way, *, now: datetime) -> None:
    until = now + LASTS
    folder = _fresh_version(session, acting, row.channel, until, now=now)
    folder.write(row, "details", way.sealed_as())
    row.wish = Wish.YES if way.hours is None else Wish.ONLY_THEN
    row.said_at, row.until = now, until
    session.add(row)
    session.flush()
    outbox.plan_reminders(session, row, now=now)
    _account(session, acting, row, now=now)


def _fresh_version(
    session: Session, acting: SignedIn, channel: Channel, until: datetime, *, now: datetime
) -> OpenFolder:
    """A key of its own for each yes: an old grant of the machine opens nothing newer."""
    machine = get_one(session, HolderKind.HOUSE).id
    folder = find_folder(session, acting.her_case_id, FOLDERS[channel])
    if folder is None:
        folder = new_folder(session, acting.her_case_id, FOLDERS[channel])
    session.execute(delete(Grant).where(Grant.folder_id == folder.id))
    opened = OpenFolder(session, acting, folder, now=now)
    hers = Grantee(acting.holder_id, Why.HER_OWN)
    opened.start_version([hers, Grantee(machine, Why.TO_TELL_HER, until)])
    return opened


def _shown(session: Session, acting: SignedIn, row: SafeContact, *, now: datetime) -> ShownWay:
    way = None
    if row.details is not None:
        kind = FOLDERS[row.channel]
        folder = open_folder(
            session, acting, row.case_id, kind, purpose="own_safe_contact", now=now
        )
        way = _way(folder.read(row, "details") or "{}")
    return ShownWay(row.channel, row.wish, row.said_at, row.until, way)


def _way(words: str) -> Way:
    kept: dict[str, Any] = json.loads(words)
    hours = kept["hours"]
    if hours is not None:
        hours = Hours(**{**hours, "weekdays": frozenset(hours["weekdays"])})
    return Way(kept["address"], kept["words"], hours)


def _find(session: Session, acting: SignedIn, channel: Channel) -> SafeContact | None:
    return session.scalar(
        select(SafeContact).where(
            SafeContact.case_id == acting.her_case_id, SafeContact.channel == channel
        )
    )


def _account(session: Session, acting: SignedIn, row: SafeContact, *, now: datetime) -> None:
    facts: audit.Facts = {"channel": row.channel.value, "wish": row.wish.value}
    audit.record(
        session,
        acting.account_id,
        "safe_contact_set",
        now=now,
        case_id=row.case_id,
        facts=facts,
    )


def of_case(session: Session, case_id: UUID) -> list[SafeContact]:
    """What she said of each way, for her case team: state and end, nothing is unsealed."""
    asked = select(SafeContact).where(SafeContact.case_id == case_id).order_by(SafeContact.channel)
    return list(session.scalars(asked))


def lapsed(case_id: BindParameter[UUID], now: BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether a yes of hers has ended by itself, as part of a statement; nothing is opened."""
    return exists().where(
        SafeContact.case_id == case_id, SafeContact.wish != Wish.NO, SafeContact.until <= now
    )


def count_yeses(session: Session, *, now: datetime) -> dict[Channel, int]:
    """How many yeses count at this moment, by way."""
    rows = session.execute(
        select(SafeContact.channel, func.count())
        .where(SafeContact.wish != Wish.NO, SafeContact.until > now)
        .group_by(SafeContact.channel)
    )
    return dict(rows.all())
