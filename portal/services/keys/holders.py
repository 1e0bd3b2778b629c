"""Key pairs of people and teams: made, checked before anything is sealed to them, handed on."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.holders import HolderKind
from portal.domain.refusals import NotFound
from portal.models import Half, Holder, HolderKey, TeamCopy
from portal.services.house import HouseNotReady, key_file
from portal.vault import KeyPair, check_keyed, keyed_hash, new_key_pair, open_sealed, seal_to, split


class PublicHalf(NamedTuple):
    """A holder's current public half, its MAC checked."""

    holder_id: UUID
    version: int
    public: bytes


def new_holder(
    session: Session, kind: HolderKind, *, now: datetime, public: bytes | None = None
) -> Holder:
    """A holder; with a public half it can be sealed to at once."""
    holder = Holder(kind=kind, version=0, created_at=now)
    session.add(holder)
    session.flush()
    if public is not None:
        add_key(session, holder, public, now=now)
    return holder


def add_key(session: Session, holder: Holder, public: bytes, *, now: datetime) -> HolderKey:
    """A new version of a holder's public half, under the MAC of the key file."""
    holder.version += 1
    key = HolderKey(
        holder_id=holder.id,
        version=holder.version,
        public=public,
        mac=_public_mac(session, holder, holder.version, public),
        created_at=now,
    )
    session.add(key)
    session.flush()
    return key


def sign_key(session: Session, key: HolderKey) -> None:
    """Put a public half under the MAC of the key file; only for one that was proved."""
    holder = session.get_one(Holder, key.holder_id)
    key.mac = _public_mac(session, holder, key.version, key.public)


def public_halves(session: Session, holder_ids: Iterable[UUID]) -> dict[UUID, PublicHalf]:
    """The current public halves of these holders. Raises Forged when one was swapped.

    Raises HouseNotReady when one of them has no key yet: a team without a member.
    """
    wanted = set(holder_ids)
    rows = session.execute(
        select(HolderKey, Holder)
        .join(Holder, (Holder.id == HolderKey.holder_id) & (Holder.version == HolderKey.version))
        .where(HolderKey.holder_id.in_(wanted))
    )
    found = {holder.id: _checked(session, key, holder) for key, holder in rows}
    if found.keys() != wanted:
        raise HouseNotReady
    return found


def get_one(session: Session, kind: HolderKind) -> Holder:
    """The only holder of a kind of which the house has one. Raises HouseNotReady."""
    holder = session.scalar(select(Holder).where(Holder.kind == kind))
    if holder is None:
        raise HouseNotReady
    return holder


def start_team(session: Session, team: Holder, *, now: datetime) -> KeyPair:
    """A new version of a team's key pair, sealed to the recovery key; members come next."""
    pair = new_key_pair()
    add_key(session, team, pair.public, now=now)
    recovery = get_one(session, HolderKind.RECOVERY)
    give_team_key(session, team, team.version, pair, recovery.id)
    return pair


def give_team_key(
    session: Session, team: Holder, version: int, pair: KeyPair, member_id: UUID
) -> TeamCopy:
    """Seal one version of a team's private half to a member."""
    member = public_halves(session, [member_id])[member_id]
    copy = TeamCopy(
        team_id=team.id,
        version=version,
        member_id=member_id,
        member_version=member.version,
        sealed=seal_to(member.public, pair.private),
    )
    session.add(copy)
    session.flush()
    return copy


def hand_over_team(session: Session, team: Holder, giver: "Keys", member_id: UUID) -> None:
    """Give a new member every version of the team's key that the giver holds.

    Raises NotFound when the giver is not a member.
    """
    copies = session.scalars(
        select(TeamCopy).where(TeamCopy.team_id == team.id, TeamCopy.member_id == giver.holder_id)
    ).all()
    if not copies:
        raise NotFound
    has = set(
        session.scalars(
            select(TeamCopy.version).where(
                TeamCopy.team_id == team.id, TeamCopy.member_id == member_id
            )
        )
    )
    for copy in copies:
        if copy.version not in has:
            pair = open_team_copy(session, copy, giver.pair)
            give_team_key(session, team, copy.version, pair, member_id)


class CopyLine(NamedTuple):
    """The columns of a team's sealed copy that open it."""

    id: UUID
    team_id: UUID
    version: int
    sealed: bytes


def open_team_copy(session: Session, copy: TeamCopy | CopyLine, member: KeyPair) -> KeyPair:
    """The team's key pair behind one sealed copy."""
    key = session.get_one(HolderKey, (copy.team_id, copy.version))
    team = session.get_one(Holder, copy.team_id)
    return KeyPair(
        private=open_sealed(member, copy.sealed), public=_checked(session, key, team).public
    )


def seal_halves(session: Session, subject_id: UUID, version: int, secret: bytes) -> None:
    """Split a secret between the coordinators and the auditors, so that it takes both."""
    teams = [
        get_one(session, HolderKind.COORDINATORS).id,
        get_one(session, HolderKind.AUDITORS).id,
    ]
    publics = public_halves(session, teams)
    for team_id, half in zip(teams, split(secret), strict=True):
        team = publics[team_id]
        session.add(
            Half(
                subject_id=subject_id,
                version=version,
                team_id=team_id,
                team_version=team.version,
                sealed=seal_to(team.public, half),
            )
        )


class Keys(NamedTuple):
    """Somebody's unlocked key pair."""

    holder_id: UUID
    pair: KeyPair


def _checked(session: Session, key: HolderKey, holder: Holder) -> PublicHalf:
    # Whoever can write to the database could put her own public half here and wait for the next
    # seal; without the key file she cannot make the MAC. Nor can she call herself the desk or the
    # paper: the MAC binds what kind of holder it is.
    check_keyed(
        key_file(session).mac_key,
        "holder-public",
        key.mac,
        *_public_parts(holder, key.version, key.public),
    )
    return PublicHalf(key.holder_id, key.version, key.public)


def _public_mac(session: Session, holder: Holder, version: int, public: bytes) -> bytes:
    return keyed_hash(
        key_file(session).mac_key, "holder-public", *_public_parts(holder, version, public)
    )


def _public_parts(holder: Holder, version: int, public: bytes) -> tuple[bytes, ...]:
    return holder.id.bytes, holder.kind.value.encode(), str(version).encode(), public
