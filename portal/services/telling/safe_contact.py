"""Her safe ways: she says yes, only then or no; of a new address a colleague asks her first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.folders import Why
from portal.domain.holders import HolderKind
from portal.domain.refusals import WrongState
from portal.domain.safe_contact import (
    COUNTS,
    LASTS,
    Channel,
    Hours,
    WaitsForColleague,
    Wish,
    address,
    check_hours,
)
from portal.models import SafeContact
from portal.services.entry import tries
from portal.services.entry.sessions import SignedIn
from portal.services.holding import hold_case
from portal.services.keys.folders import Grantee
from portal.services.keys.holders import get_one
from portal.services.keys.reading import open_folder
from portal.services.telling import new_address, outbox, ways
from portal.services.telling.new_address import Question
from portal.services.telling.ways import FOLDERS, Way, way_of
from portal.settings import Settings

TESTS, TESTS_WITHIN = 3, timedelta(hours=1)


@dataclass(frozen=True)
class ShownWay:
    """A way as she sees it; `way` is None where she said no, or a colleague did."""

    channel: Channel
    wish: Wish
    said_at: datetime | None = None
    until: datetime | None = None
    way: Way | None = None
    question: Question | None = None
    """The latest one about a new address."""

    @property
    def waits(self) -> bool:
        """Whether a colleague asks her first."""
        return self.wish is Wish.WAITS

    def has_lapsed(self, now: datetime) -> bool:
        """Whether her yes has ended by itself: she is asked again."""
        return self.wish in COUNTS and (self.until is None or self.until <= now)


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
    """All ways with what she said of each, and what became of a new address."""
    rows = list(
        session.scalars(select(SafeContact).where(SafeContact.case_id == acting.her_case_id))
    )
    asked = new_address.of_hers(session, acting, rows, now=now)
    found = {
        row.channel: ShownWay(
            row.channel,
            row.wish,
            row.said_at,
            row.until,
            _read(session, acting, row, now=now),
            asked.get(row.id),
        )
        for row in rows
    }
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

    A new address waits until a colleague has asked her; the one before it stops at once, since the
    phone that it leads to may be why she changes it. Raises the refusals of `domain.safe_contact`,
    and NobodyToDecide.
    """
    way = Way(address(channel, typed), words, hours)
    if hours is not None:
        check_hours(hours)
    row = _held(session, acting, channel)
    before = _read(session, acting, row, now=now) if row else None
    if row is None:
        row = SafeContact(case_id=acting.her_case_id, channel=channel)
    if before is not None and row.wish in COUNTS and before.address == way.address:
        _keep(session, acting, row, way, now=now)
        return row
    new_address.propose(session, acting, row, way, now=now)
    session.add(row)
    session.flush()
    new_address.write_down(session, acting, row, now=now)
    return row


def still_safe(
    session: Session, acting: SignedIn, channel: Channel, *, now: datetime
) -> SafeContact:
    """The same for thirty days more. Raises WrongState where she had said no, WaitsForColleague."""
    row, way = _what_counts(session, acting, channel, now=now)
    _keep(session, acting, row, way, now=now)
    return row


def say_no(session: Session, acting: SignedIn, channel: Channel, *, now: datetime) -> None:
    """Nothing is sent there any more; address, hours and words are gone at once."""
    row = _held(session, acting, channel)
    if row is None or row.wish is Wish.NO:
        return
    new_address.take_back(session, acting, row, now=now)
    ways.forget(session, row, now=now)
    new_address.write_down(session, acting, row, now=now)


def answer(
    session: Session, acting: SignedIn, channel: Channel, words: str, *, now: datetime
) -> None:
    """She answers what a colleague asked her about a new address: it waits anew.

    Raises WrongState, NothingWritten, TooLong, NobodyToDecide.
    """
    row = _held(session, acting, channel)
    if row is None:
        raise WrongState
    new_address.answer(session, acting, row, words, now=now)


def send_test(session: Session, acting: SignedIn, channel: Channel, *, now: datetime) -> datetime:
    """Her words to her own phone, now or at her next hour; gives when.

    It obeys the same rules as everything else: what it shows is what will happen. Raises SlowDown,
    WrongState, WaitsForColleague.
    """
    row, way = _what_counts(session, acting, channel, now=now)
    if row.until is None or row.until <= now:
        raise WrongState
    who = acting.her_case_id.bytes
    tries.limit(session, "test text", who, limit=TESTS, within=TESTS_WITHIN, now=now)
    return outbox.plan_test(session, row, way.hours, now=now)


def _what_counts(
    session: Session, acting: SignedIn, channel: Channel, *, now: datetime
) -> tuple[SafeContact, Way]:
    row = _held(session, acting, channel)
    if row is not None and row.wish is Wish.WAITS:
        raise WaitsForColleague
    way = _read(session, acting, row, now=now) if row else None
    if row is None or way is None:
        raise WrongState
    return row, way


def _keep(session: Session, acting: SignedIn, row: SafeContact, way: Way, *, now: datetime) -> None:
    until = now + LASTS
    machine = Grantee(get_one(session, HolderKind.HOUSE).id, Why.TO_TELL_HER, until)
    ways.seal(session, acting, row, way, [machine], now=now)
    row.wish, row.said_at, row.until = way.wish, now, until
    session.flush()
    outbox.plan_reminders(session, row, now=now)
    new_address.write_down(session, acting, row, now=now)


def _read(session: Session, acting: SignedIn, row: SafeContact, *, now: datetime) -> Way | None:
    if row.details is None:
        return None
    kind = FOLDERS[row.channel]
    folder = open_folder(session, acting, row.case_id, kind, purpose="own_safe_contact", now=now)
    return way_of(folder.read(row, "details") or "{}")


def _held(session: Session, acting: SignedIn, channel: Channel) -> SafeContact | None:
    """The row of a way as it is now; two pages of hers change it one after the other."""
    hold_case(session, acting.her_case_id)
    row = session.scalar(
        select(SafeContact).where(
            SafeContact.case_id == acting.her_case_id, SafeContact.channel == channel
        )
    )
    if row is not None:
        # First what waits, then the way, as whoever decides holds them: else each waits for the
        # other, or a yes that comes in between is overwritten half.
        new_address.find_question(session, row)
        session.refresh(row, with_for_update=True)
    return row
