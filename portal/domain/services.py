"""The kinds of service under the roof, and which kind usually helps with which need."""

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.needs import Category


class ServiceKind(StrEnum):
    """Sixteen kinds of partner and one for what the list does not know."""

    POLICE = "police"
    PROSECUTOR = "prosecutor"
    VICTIM_RECEPTION = "victim_reception"
    HOUSE_OF_JUSTICE = "house_of_justice"
    LAWYER = "lawyer"
    SHELTER = "shelter"
    HOUSING = "housing"
    WELFARE = "welfare"
    CENTRE_WORK = "centre_work"
    YOUTH_CARE = "youth_care"
    CHILD_ABUSE = "child_abuse"
    FAMILY_SUPPORT = "family_support"
    COUNSELLING = "counselling"
    MEDICAL = "medical"
    ADDICTION = "addiction"
    MIGRATION = "migration"
    OTHER = "other"


class ServiceState(StrEnum):
    """Whether a service takes new requests; paused and closed say so honestly."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class PlaceKind(StrEnum):
    """Where a service meets her; of all but the first no address is kept with the service."""

    IN_HOUSE = "in_house"
    COMES_TO_HER = "comes_to_her"
    TOLD_WITH_DATE = "told_with_date"

    @property
    def is_confidential(self) -> bool:
        """Whether the place stands on a confirmed date alone, sealed, and nowhere else."""
        return self is not PlaceKind.IN_HOUSE


class Cost(StrEnum):
    """What it costs her."""

    UNSAID = "unsaid"
    FREE = "free"
    MAY_COST = "may_cost"


SPOKEN = (
    "nl", "fr", "en", "de", "ar", "tr", "uk", "ru", "fa", "fa-AF", "ps", "ti", "so", "sq", "ro",
    "bg", "pl", "es", "pt", "it", "hu", "sk", "ku", "ckb", "am", "ur", "hy", "zh", "ne", "ln",
    "sw", "zgh", "rif",
)  # fmt: skip
"""Languages to choose from when staff say what is spoken at a service."""

NEVER_BUNDLED = frozenset({ServiceKind.POLICE, ServiceKind.PROSECUTOR})
"""Always a question of their own, never part of "all services"."""

USUAL: Mapping[Category, tuple[ServiceKind, ...]] = {
    Category.SAFETY: (ServiceKind.CENTRE_WORK, ServiceKind.POLICE),
    Category.SLEEP: (ServiceKind.SHELTER, ServiceKind.CENTRE_WORK),
    Category.HOME: (ServiceKind.HOUSING, ServiceKind.WELFARE),
    Category.CHILD: (ServiceKind.CHILD_ABUSE, ServiceKind.YOUTH_CARE, ServiceKind.FAMILY_SUPPORT),
    Category.MONEY: (ServiceKind.WELFARE, ServiceKind.CENTRE_WORK),
    Category.HEALTH: (ServiceKind.MEDICAL,),
    Category.FEEL: (ServiceKind.COUNSELLING, ServiceKind.CENTRE_WORK),
    Category.LAW: (ServiceKind.LAWYER, ServiceKind.HOUSE_OF_JUSTICE),
    Category.POLICE: (ServiceKind.POLICE, ServiceKind.VICTIM_RECEPTION, ServiceKind.PROSECUTOR),
    Category.PAPERS: (ServiceKind.MIGRATION, ServiceKind.LAWYER),
    Category.PHONE: (ServiceKind.CENTRE_WORK, ServiceKind.POLICE),
    Category.FAMILY: (ServiceKind.CENTRE_WORK,),
    Category.PARENT: (ServiceKind.FAMILY_SUPPORT, ServiceKind.CENTRE_WORK),
    Category.WORK: (ServiceKind.WELFARE, ServiceKind.MIGRATION),
    Category.ALCOHOL: (ServiceKind.ADDICTION, ServiceKind.COUNSELLING),
    Category.OTHER: (ServiceKind.CENTRE_WORK,),
}


def usual_first(category: Category, kind: ServiceKind) -> int:
    """The place of a kind of service in the list offered for a need; unusual ones come last."""
    usual = USUAL[category]
    return usual.index(kind) if kind in usual else len(usual)
