"""Whose hours and calendars are meant: one's own, a service's one works in, an interpreter's."""

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
    """A colleague, a service or an interpreter, never two of them."""

    account_id: UUID | None = None
    service_id: UUID | None = None
    interpreter_id: UUID | None = None

    @property
    def id(self) -> UUID:
        """The one of the three that is there."""
        found = self.account_id or self.service_id or self.interpreter_id
        assert found is not None
        return found

    @property
    def noun(self) -> str:
        """What kind of owner this is."""
        if self.account_id:
            return "account"
        return "service" if self.service_id else "interpreter"

    def columns(self) -> dict[str, UUID]:
        """What a new row of this owner says."""
        return {f"{self.noun}_id": self.id}

    def facts(self) -> dict[str, Any]:
        """What the account of acts keeps of the owner."""
        return {self.noun: str(self.id)}

    def has(self, table: type[OfOneOwner]) -> ColumnElement[bool]:
        """The condition that a row is this owner's."""
        column: ColumnElement[UUID] = getattr(table, f"{self.noun}_id")
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
