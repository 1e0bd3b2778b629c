"""Halves of keys: lent for one decision, and joined only where two people worked together."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.holders import HolderKind
from portal.domain.refusals import NotFound, Refusal
from portal.models import Case, Half, HolderKey, LentHalf, TeamCopy
from portal.services.entry.sessions import SignedIn
from portal.services.keys.holders import get_one, open_team_copy, public_halves
from portal.services.keys.opened_folder import OpenFolder
from portal.vault import KeyPair, join, open_sealed, seal_to, split


class KeyNotHandedOver(Refusal):
    """This person is on the team, and nobody has handed its key to her yet."""


Subject = tuple[UUID, int]
"""A folder or a case, and the version of its key."""


def split_for_card(
    session: Session, folder: OpenFolder, case: Case, private: bytes, *, version: int
) -> None:
    """Split her private key between the case team (in its notes) and the coordinators.

    So that a lost card takes two people and loses nothing: see `services.case_work.card_again`.
    """
    ours, theirs = split(private)
    folder.write(case, "card_half", ours.hex())
    team = get_one(session, HolderKind.COORDINATORS)
    public = public_halves(session, [team.id])[team.id]
    session.add(
        Half(
            subject_id=case.id,
            version=version,
            team_id=team.id,
            team_version=public.version,
            sealed=seal_to(public.public, theirs),
        )
    )
    session.flush()


def lend(
    session: Session,
    acting: SignedIn,
    decision_id: UUID,
    subject_ids: Iterable[UUID],
    *,
    of: HolderKind,
    to_id: UUID,
    until: datetime,
) -> int:
    """Seal the halves that a team of this person holds anew to one holder; gives how many.

    Raises KeyNotHandedOver when this person does not hold the team's key.
    """
    team = get_one(session, of)
    public = public_halves(session, [to_id])[to_id]
    found = _opened(session, acting, team.id, subject_ids)
    for (subject_id, version), half in found.items():
        session.add(
            LentHalf(
                decision_id=decision_id,
                subject_id=subject_id,
                version=version,
                holder_id=to_id,
                holder_version=public.version,
                sealed=seal_to(public.public, half),
                until=until,
            )
        )
    session.flush()
    return len(found)


def joined(
    session: Session, acting: SignedIn, decision_id: UUID, *, of: HolderKind, now: datetime
) -> dict[Subject, bytes]:
    """The secrets of which this person's team holds one half and was lent the other.

    Raises KeyNotHandedOver when this person does not hold the team's key.
    """
    team = get_one(session, of)
    lent = _lent(session, decision_id, team.id, now=now)
    pairs = _team_pairs(session, acting, team.id)
    own = _opened(session, acting, team.id, {row.subject_id for row in lent})
    found = {}
    for row in lent:
        subject = (row.subject_id, row.version)
        if subject in own:
            found[subject] = join(
                open_sealed(_pair(pairs, row.holder_version), row.sealed), own[subject]
            )
    return found


def lent_to(
    session: Session, acting: SignedIn, decision_id: UUID, subject_id: UUID, *, now: datetime
) -> bytes:
    """The half that was lent to this person herself. Raises NotFound."""
    rows = _lent(session, decision_id, acting.holder_id, now=now)
    hers = [one for one in rows if one.subject_id == subject_id]
    if not hers:
        raise NotFound
    return open_sealed(acting.keys, max(hers, key=lambda one: one.version).sealed)


def take_back(session: Session, decision_id: UUID) -> None:
    """What was lent for a decision is gone."""
    session.execute(delete(LentHalf).where(LentHalf.decision_id == decision_id))


def is_lent(session: Session, decision_id: UUID, *, now: datetime) -> bool:
    """Whether something lent for a decision still waits to be used."""
    asked = select(LentHalf.id).where(LentHalf.decision_id == decision_id, LentHalf.until > now)
    return session.scalar(asked.limit(1)) is not None


def _lent(session: Session, decision_id: UUID, holder_id: UUID, *, now: datetime) -> list[LentHalf]:
    return list(
        session.scalars(
            select(LentHalf).where(
                LentHalf.decision_id == decision_id,
                LentHalf.holder_id == holder_id,
                LentHalf.until > now,
            )
        )
    )


def _opened(
    session: Session, acting: SignedIn, team_id: UUID, subject_ids: Iterable[UUID]
) -> dict[Subject, bytes]:
    pairs = _team_pairs(session, acting, team_id)
    halves = session.scalars(
        select(Half).where(Half.team_id == team_id, Half.subject_id.in_(list(subject_ids)))
    )
    return {
        (half.subject_id, half.version): open_sealed(_pair(pairs, half.team_version), half.sealed)
        for half in halves
    }


def _team_pairs(session: Session, acting: SignedIn, team_id: UUID) -> dict[int, KeyPair]:
    copies = session.scalars(
        select(TeamCopy)
        .join(HolderKey, HolderKey.holder_id == TeamCopy.team_id)
        .where(TeamCopy.team_id == team_id, TeamCopy.member_id == acting.holder_id)
        .distinct()
    )
    found = {copy.version: open_team_copy(session, copy, acting.keys) for copy in copies}
    if not found:
        raise KeyNotHandedOver
    return found


def _pair(pairs: dict[int, KeyPair], version: int) -> KeyPair:
    if version not in pairs:
        raise KeyNotHandedOver
    return pairs[version]
