"""A folder that somebody opened: what can be read in it and written into it, and by which keys."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from portal.domain.folders import Why
from portal.domain.refusals import NotFound
from portal.models import Folder, Grant
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import (
    FolderLine,
    Grantee,
    GrantLine,
    check_grant,
    checked_grants,
    is_live,
    start_version,
)
from portal.services.keys.holders import CopyLine, open_team_copy
from portal.vault import KeyPair, Place, open_sealed, open_value, seal_value, sealed_version


class SealedRow(Protocol):
    """A table row with an id and sealed columns."""

    @property
    def __tablename__(self) -> str:
        """The table, a part of the place that a value is sealed for."""

    @property
    def id(self) -> Any:
        """The row's UUID, known before the first flush."""


class OpenFolder:
    """A folder that somebody may read: the versions granted to that person, opened when needed.

    Read as plain columns, as its grants are: most pages only read in it (measured: half the time).
    """

    def __init__(
        self,
        session: Session,
        acting: SignedIn,
        folder: Folder | FolderLine,
        *,
        now: datetime,
        teams: dict[UUID, KeyPair] | None = None,
    ) -> None:
        self.line = FolderLine(folder.id, folder.case_id, folder.kind, folder.referral_id)
        self._row = folder if isinstance(folder, Folder) else None
        # Shared by the folders of a list: a team's key is opened once for all of them.
        self._teams: dict[UUID, KeyPair] = {} if teams is None else teams
        self._session, self._acting, self._now = session, acting, now
        self._grants: dict[int, tuple[Grant | GrantLine, CopyLine | None]] = {}
        self._keys: dict[int, bytes] = {}
        self._checked_version: int | None = None

    @property
    def folder(self) -> Folder:
        """The row itself, for whoever changes it."""
        if self._row is None:
            self._row = self._session.get_one(Folder, self.line.id)
        return self._row

    def add(self, grant: Grant | GrantLine, copy: CopyLine | None) -> None:
        """Take in a live grant of this person or of a team of hers."""
        if grant.version not in self._grants or copy is None:
            self._grants[grant.version] = (grant, copy)

    @property
    def is_emergency(self) -> bool:
        """Whether it opens because of an emergency that two people decided."""
        return any(grant.why is Why.EMERGENCY for grant, _ in self._grants.values())

    @property
    def versions(self) -> frozenset[int]:
        """The versions of it that this person was granted."""
        return frozenset(self._grants)

    def opens(self, sealed: bytes | None) -> bool:
        """Whether this person was granted the version under which a value was sealed."""
        return sealed is not None and sealed_version(sealed) in self._grants

    def read(self, row: SealedRow, column: str) -> str | None:
        """The words in a sealed column; None where there are none. Raises NotFound, CannotOpen."""
        sealed: bytes | None = getattr(row, column)
        if sealed is None:
            return None
        version = sealed_version(sealed)
        return open_value(self._key(version), self._place(row, column, version), sealed).decode()

    def write(self, row: SealedRow, column: str, words: str | None) -> None:
        """Seal words into a column, for those who may read this folder now. Raises Forged."""
        if words is None:
            setattr(row, column, None)
            return
        version = self._current()
        place = self._place(row, column, version)
        setattr(row, column, seal_value(self._key(version), place, words.encode()))

    def start_version(self, grantees: Iterable[Grantee]) -> int:
        """Begin a version for exactly these holders; this person must be among them."""
        key = start_version(
            self._session,
            self.folder,
            grantees,
            given_by_id=self._acting.account_id,
            now=self._now,
        )
        self._keys[self.folder.version] = key
        self._checked_version = self.folder.version
        return self.folder.version

    def version_keys(self) -> dict[int, bytes]:
        """Every version's key that this person holds, to grant it on."""
        return {version: self._key(version) for version in self._grants}

    def _current(self) -> int:
        if self.folder.version not in self._grants.keys() | self._keys.keys():
            raise NotFound
        if self._checked_version == self.folder.version:
            return self.folder.version
        grants = checked_grants(self._session, self.folder)
        live = [grant for grant in grants if is_live(grant, now=self._now)]
        # The first write after any grant of the current version ended starts a new version.
        if self.folder.stale or len(live) < len(grants):
            self.start_version(
                Grantee(grant.holder_id, grant.why, grant.until)
                for grant in live
                if grant.why is not Why.RECOVERY
            )
        self._checked_version = self.folder.version
        return self.folder.version

    def _key(self, version: int) -> bytes:
        if version not in self._keys:
            if version not in self._grants:
                raise NotFound
            grant, copy = self._grants[version]
            check_grant(self._session, self.line, grant)
            self._keys[version] = open_sealed(self._pair(copy), grant.sealed)
        return self._keys[version]

    def _pair(self, copy: CopyLine | None) -> KeyPair:
        own = self._acting.keys
        if copy is None:
            return own
        if copy.id not in self._teams:
            self._teams[copy.id] = open_team_copy(self._session, copy, own)
        return self._teams[copy.id]

    def _place(self, row: SealedRow, column: str, version: int) -> Place:
        assert isinstance(row.id, UUID)
        return Place(row.__tablename__, row.id, column, self.line.id, version)
