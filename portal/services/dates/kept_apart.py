"""Keeping two people apart: coordinators and moderators lay a link, look at it and end it.

Each act stands in the account of the day, never in that of a case: two acts in two chains at one
moment would tie the cases. Which case was looked at stands there as a hash under the key file.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts import CaseState
from portal.domain.appointments import FURTHEST
from portal.domain.decisions import check_proof
from portal.domain.kept_apart import MAX_REASON, ApartAlready, SameCase, TooManyApart
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission
from portal.domain.separation import forbidden
from portal.domain.spans import Span
from portal.domain.words import written
from portal.models import Case, StaffMember
from portal.services import audit
from portal.services.dates import separation, taken_times
from portal.services.entry.sessions import SignedIn
from portal.services.house import at_once, key_file
from portal.services.keys import apart
from portal.services.keys.apart import Side
from portal.services.moderation.lanes import printed_number
from portal.vault import keyed_hash


class NoSuchFile(NotFound):
    """The first or the second number is of no open file."""

    def __init__(self, is_second: bool) -> None:
        super().__init__(is_second)
        self.is_second = is_second


@dataclass(frozen=True)
class Link:
    """A link of a case, as coordinators and moderators read it."""

    id: UUID
    other: Case
    reason: str
    laid_by: str
    laid_at: datetime
    too_close: tuple[Span, ...] = ()
    """Dates of this file that stand too close to one of the other's: they were there before."""


def lay(
    session: Session, acting: SignedIn, first: str, second: str, *, reason: str, now: datetime
) -> None:
    """Let two people, by the numbers of their files, never meet in the house from now on.

    Raises NotYours, ProofTooOld, NoSuchFile, SameCase, ApartAlready, TooManyApart, HouseNotReady
    where one of the two teams has no key, and the words refusals.
    """
    _check(acting, now=now)
    cases = [_named(session, first), _named(session, second, is_second=True)]
    words = written(reason, limit=MAX_REASON)
    if cases[0].id == cases[1].id:
        raise SameCase
    # Two who lay the same link at once: the second finds the first's.
    taken_times.hold(session)
    known = [apart.sides_of(session, case.id) for case in cases]
    if any(pair.other.case_id == cases[1].id for pair in known[0].values()):
        raise ApartAlready
    own, other = (
        Side(case.id, _free_place(places)) for case, places in zip(cases, known, strict=True)
    )
    story = json.dumps(
        {"reason": words, "by": str(acting.account_id), "at": now.isoformat()}, ensure_ascii=False
    )
    apart.add(session, own, other, story)
    apart.add(session, other, own, story)
    audit.record(session, acting.account_id, "apart_laid", now=now)


def of_case(
    session: Session, acting: SignedIn, number: str, *, now: datetime
) -> tuple[Case, list[Link]]:
    """Whom the owner of a file must not meet, and why.

    Raises NotYours, ProofTooOld, NotFound, and KeyNotHandedOver without a key of the two teams.
    """
    _check(acting, now=now)
    case = get_case(session, number)
    opened = apart.read(session, acting, case.id)
    about = keyed_hash(key_file(session).mac_key, "apart-looked", case.id.bytes).hex()
    with at_once(session) as writing:
        audit.record(writing, acting.account_id, "apart_looked", now=now, facts={"about": about})
    return case, _with_dates(session, case, _links(session, opened), now=now)


def end(session: Session, acting: SignedIn, number: str, link_id: UUID, *, now: datetime) -> None:
    """The two may meet again. Raises as `of_case`, and NotFound when the link is gone."""
    _check(acting, now=now)
    case = get_case(session, number)
    pairs = [one.pair for one in apart.read(session, acting, case.id) if one.id == link_id]
    if not pairs:
        raise NotFound
    apart.remove(session, pairs[0])
    audit.record(session, acting.account_id, "apart_ended", now=now)


def forget(session: Session, case_id: UUID) -> None:
    """A file is ended or erased: its links go, on both sides. The machine needs nobody's key."""
    for pair in apart.sides_of(session, case_id).values():
        apart.remove(session, pair)


def get_case(session: Session, number: str) -> Case:
    """An open file by its number. Raises NotFound."""
    case = session.scalar(
        select(Case).where(Case.number == printed_number(number), Case.state == CaseState.OPEN)
    )
    if case is None:
        raise NotFound
    return case


def _named(session: Session, number: str, *, is_second: bool = False) -> Case:
    try:
        return get_case(session, number)
    except NotFound:
        raise NoSuchFile(is_second) from None


def _check(acting: SignedIn, *, now: datetime) -> None:
    if not acting.may(Permission.KEEP_APART):
        raise NotYours
    check_proof(acting.second_factor_at, now=now)


def _free_place(taken: dict[int, apart.Pair]) -> int:
    free = [place for place in range(apart.MOST) if place not in taken]
    if not free:
        raise TooManyApart
    return free[0]


def _with_dates(session: Session, case: Case, links: list[Link], *, now: datetime) -> list[Link]:
    buffer = separation.buffer(session)
    everybody = {case.id, *(link.other.id for link in links)}
    taken = taken_times.of(session, everybody, Span(now, now + FURTHEST))
    hers = sorted(taken.get(case.id, {}).values())
    return [
        replace(
            link,
            too_close=tuple(
                span
                for span in hers
                for closed in forbidden(taken.get(link.other.id, {}).values(), buffer=buffer)
                if span.meets(closed)
            ),
        )
        for link in links
    ]


def _links(session: Session, opened: Sequence[apart.Opened]) -> list[Link]:
    told = [(one, json.loads(one.story)) for one in opened]
    ids = [one.pair.other.case_id for one in opened]
    cases = {case.id: case for case in session.scalars(select(Case).where(Case.id.in_(ids)))}
    asked = select(StaffMember.account_id, StaffMember.name).where(
        StaffMember.account_id.in_([UUID(story["by"]) for _, story in told])
    )
    names = dict(session.execute(asked).all())
    links = [
        Link(
            one.id,
            cases[one.pair.other.case_id],
            story["reason"],
            names.get(UUID(story["by"]), ""),
            datetime.fromisoformat(story["at"]),
        )
        for one, story in told
    ]
    return sorted(links, key=lambda link: link.laid_at)
