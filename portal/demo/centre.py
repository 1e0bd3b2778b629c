"""Who works in Huis De Linde. Every name is a tree; no such house, person or address exists."""

from dataclasses import dataclass

from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.services.running.founding import NewCentre

HOUSE = NewCentre(
    name="Huis De Linde",
    country="BE",
    zone="Europe/Brussels",
    languages=("nl", "fr", "en", "ar"),
    is_demo=True,
)

CHILDCARE = {
    "places": 6,
    "hours": {str(day): [["09:00", "12:30"], ["13:00", "16:30"]] for day in range(5)},
}
"""The playroom is open on working days, but at lunch."""


@dataclass(frozen=True)
class ServiceOfTheDemo:
    """A service as it introduces itself."""

    kind: ServiceKind
    name: str
    languages: tuple[str, ...]
    place: str


SERVICES = (
    ServiceOfTheDemo(ServiceKind.CENTRE_WORK, "CAW De Brug", ("nl", "fr", "en", "ar"), "Gang A, 1"),
    ServiceOfTheDemo(ServiceKind.COUNSELLING, "Praathuis", ("nl", "fr", "en"), "Gang A, 4"),
    ServiceOfTheDemo(ServiceKind.POLICE, "Politie, team gezin", ("nl", "fr", "en"), "Gang C, 2"),
    ServiceOfTheDemo(ServiceKind.LAWYER, "Advocaten pro Deo", ("nl", "fr", "en"), "Gang B, 3"),
    ServiceOfTheDemo(ServiceKind.SHELTER, "Opvang De Wilg", ("nl", "en", "ar"), "Gang A, 2"),
    ServiceOfTheDemo(ServiceKind.WELFARE, "OCMW", ("nl", "fr"), "Gang B, 1"),
    ServiceOfTheDemo(ServiceKind.FAMILY_SUPPORT, "Gezinshulp", ("nl", "fr", "tr"), "Gang D, 1"),
    ServiceOfTheDemo(ServiceKind.MEDICAL, "Dokter in huis", ("nl", "fr", "en"), "Gang D, 5"),
    ServiceOfTheDemo(ServiceKind.HOUSE_OF_JUSTICE, "Justitiehuis", ("nl", "fr"), "Gang C, 4"),
)
PAUSED = ServiceKind.HOUSE_OF_JUSTICE
"""This one takes no new requests just now, and says so."""


@dataclass(frozen=True)
class Colleague:
    """A member of staff, the roles in the house, and the services sat in."""

    name: str
    roles: tuple[Role, ...] = ()
    services: tuple[ServiceKind, ...] = ()

    @property
    def email(self) -> str:
        """A work address under a name that is reserved for examples."""
        return f"{self.name.split()[0].lower()}@huisdelinde.example"

    @property
    def held(self) -> list[tuple[Role, ServiceKind | None]]:
        """Each role with the service in which it is held; case directors write for one."""
        own = self.services[0] if self.services else ServiceKind.CENTRE_WORK
        in_house = [(role, own if role is DIRECTOR else None) for role in self.roles]
        return [*in_house, *((Role.SERVICE_STAFF, kind) for kind in self.services)]


DIRECTOR = Role.CASE_DIRECTOR
STAFF = (
    Colleague("Greet Lindeboom", (Role.COORDINATOR, Role.ADMINISTRATOR)),
    Colleague("Hugo Wilgenhof", (Role.AUDITOR,)),
    Colleague("Nadia Hazelaar", (Role.MODERATOR, Role.INTAKE_WORKER)),
    Colleague("Pieter Esdoorn", (Role.MODERATOR, Role.DUTY_OFFICER)),
    Colleague("Lieve Berkenbos", (DIRECTOR,)),
    Colleague("Karim Populier", (DIRECTOR,), (ServiceKind.CENTRE_WORK,)),
    Colleague("Sophie Olmstraete", (DIRECTOR,), (ServiceKind.COUNSELLING,)),
    Colleague("Tom Beukelaer", (DIRECTOR,)),
    Colleague("Ilse Elzenbroek", (), (ServiceKind.POLICE,)),
    Colleague("Marc Kastanje", (), (ServiceKind.LAWYER,)),
    Colleague("Fatma Moerbei", (), (ServiceKind.SHELTER, ServiceKind.FAMILY_SUPPORT)),
    Colleague("Joris Notelaer", (), (ServiceKind.WELFARE,)),
    Colleague("Els Vlierbes", (), (ServiceKind.MEDICAL,)),
    Colleague("Wout Meidoorn", (), (ServiceKind.HOUSE_OF_JUSTICE, ServiceKind.CENTRE_WORK)),
    Colleague("Roos Haagbeuk", (Role.PARTNER_CONTACT_WORKER,)),
)
AWAY = "Tom Beukelaer"
NOT_ENROLLED = "Wout Meidoorn"
"""Comes in without a second factor, so that enrolling one can be tried."""

# Name to use, and the language in which she writes. First names only: nobody is meant.
SURVIVORS = (
    ("Sofie", "nl"), ("Amal", "ar"), ("Claire", "fr"), ("Grace", "en"), ("Elif", "tr"),
    ("Oksana", "uk"), ("Zahra", "fa-AF"), ("Selam", "ti"), ("Hanne", "nl"), ("Layla", "ar"),
    ("Aïcha", "fr"), ("Blessing", "en"), ("Zeynep", "tr"), ("Iryna", "uk"), ("Shabnam", "fa-AF"),
    ("Tine", "nl"), ("Samira", "ar"), ("Julie", "fr"), ("Mary", "en"), ("Rahwa", "ti"),
    ("Lotte", "nl"), ("Huda", "ar"), ("Fatou", "fr"), ("Priya", "en"), ("Emine", "tr"),
    ("Nadiya", "uk"), ("Katrien", "nl"), ("Rania", "ar"), ("Inès", "fr"), ("Joy", "en"),
    ("Marleen", "nl"), ("Noor", "ar"), ("Camille", "fr"), ("Anita", "en"), ("Ruth", "nl"),
    ("Yasmin", "ar"), ("Nele", "nl"), ("Maryam", "fa-AF"), ("Veerle", "nl"), ("Nora", "fr"),
)  # fmt: skip
