"""Needs at the desk: where one is opened, and to which services it can go."""

from uuid import UUID

from portal.domain.services import ServiceKind
from tests.web.staff.at_work import AtWork

WORDS = "The lock of my door is broken."


def item(work: AtWork, need_id: UUID) -> str:
    return f"/staff/desk/{work.decision_of(need_id)}"


def service_id(work: AtWork, kind: ServiceKind = ServiceKind.HOUSING) -> str:
    return str(work.house.services[kind].id)
