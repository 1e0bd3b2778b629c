"""Whose hours and calendars are meant: one's own, or those of a service that one works in."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement

from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission, Role
from portal.models.availability import OfOneOwner
from portal.services.entry.sessions import SignedIn


@dataclass(frozen=True)
class Owner:
    """A colleague or a service, never both."""

    account_id: UUID | None = None
    service_id: UUID | None = None

    @property
    def id(self) -> UUID:
        """The one of the two that is there."""
        found = self.account_id or self.service_id
        assert found is not None
        return found

    def columns(self) -> dict[str, UUID | None]:
        """What a new row of this owner says."""
        return {"account_id": self.account_id, "service_id": self.service_id}

    def facts(self) -> dict[str, Any]:
        """What the account of acts keeps of the owner."""
        return {"account": str(self.id)} if self.account_id else {"service": str(self.id)}

    def has(self, table: type[OfOneOwner]) -> ColumnElement[bool]:
        """The condition that a row is this owner's."""
        column = table.account_id if self.account_id else table.service_id
        return column == self.id


def own(acting: SignedIn) -> Owner:
    """The colleague who asks. Raises NotYours for those who give no dates."""
    if not acting.may(Permission.ANSWER_REFERRAL):
        raise NotYours
    return Owner(account_id=acting.account_id)


def of_service(acting: SignedIn, service_id: UUID) -> Owner:
    """A service that she works in. Foreign and missing: NotFound."""
    if service_id not in acting.services(Role.SERVICE_STAFF):
        raise NotFound
    return Owner(service_id=service_id)
