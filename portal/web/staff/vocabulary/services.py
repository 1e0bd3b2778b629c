"""What staff call the services of the house."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from portal.domain.services import Cost, PlaceKind, ServiceKind, ServiceState
from portal.i18n import lazy_gettext as _l

SERVICE_KIND: Mapping[ServiceKind, str] = {
    ServiceKind.POLICE: _l("Police"),
    ServiceKind.PROSECUTOR: _l("Prosecutor"),
    ServiceKind.VICTIM_RECEPTION: _l("Victim reception"),
    ServiceKind.HOUSE_OF_JUSTICE: _l("House of Justice"),
    ServiceKind.LAWYER: _l("Legal aid"),
    ServiceKind.SHELTER: _l("Shelter"),
    ServiceKind.HOUSING: _l("Housing service"),
    ServiceKind.WELFARE: _l("Public welfare"),
    ServiceKind.CENTRE_WORK: _l("General welfare centre"),
    ServiceKind.YOUTH_CARE: _l("Youth support centre"),
    ServiceKind.CHILD_ABUSE: _l("Confidential centre child abuse"),
    ServiceKind.FAMILY_SUPPORT: _l("Child care and family support"),
    ServiceKind.COUNSELLING: _l("Mental health centre"),
    ServiceKind.MEDICAL: _l("Medical care"),
    ServiceKind.ADDICTION: _l("Addiction care"),
    ServiceKind.MIGRATION: _l("Migration and integration"),
    ServiceKind.OTHER: _l("Other service"),
}
SERVICE_STATE: Mapping[ServiceState, str] = {
    ServiceState.OPEN: _l("open"),
    ServiceState.PAUSED: _l("paused"),
    ServiceState.CLOSED: _l("takes no requests"),
}
PLACE_KIND: Mapping[PlaceKind, str] = {
    PlaceKind.IN_HOUSE: _l("in this house"),
    PlaceKind.COMES_TO_HER: _l("comes to her"),
    PlaceKind.TOLD_WITH_DATE: _l("told only with the date"),
}
COST: Mapping[Cost, str] = {
    Cost.UNSAID: _l("not said"),
    Cost.FREE: _l("costs nothing"),
    Cost.MAY_COST: _l("may cost something"),
}
WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    ServiceKind: SERVICE_KIND,
    ServiceState: SERVICE_STATE,
    PlaceKind: PLACE_KIND,
    Cost: COST,
}
DRAWINGS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    ServiceState: {
        ServiceState.OPEN: "check",
        ServiceState.PAUSED: "pause",
        ServiceState.CLOSED: "pause",
    },
}
