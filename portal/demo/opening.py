"""The first day of Huis De Linde: its services, its colleagues, and who holds which key."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pyotp
from sqlalchemy.orm import Session

from portal.demo import rooms
from portal.demo.asking import Crew
from portal.demo.centre import CHILDCARE, HOUSE, NOT_ENROLLED, PAUSED, SERVICES
from portal.demo.people import StaffPerson, sign_in
from portal.demo.services import MEETING_PLACES, profile_of
from portal.domain.centre import Topic
from portal.domain.roles import Role
from portal.domain.services import ServiceKind, ServiceState
from portal.models import Account, Service
from portal.services.centre import house_settings
from portal.services.colleagues import staff
from portal.services.entry import second_factor
from portal.services.running import founding
from portal.vault import new_recovery


@dataclass
class OpenHouse:
    """The house once its doors are open."""

    staff: list[StaffPerson]
    services: dict[ServiceKind, Service]
    rooms: dict[UUID, UUID] = field(default_factory=dict)

    def with_role(self, role: Role) -> list[StaffPerson]:
        """The colleagues who hold a role."""
        return [one for one in self.staff if role in one.colleague.roles]

    def crew(self, rng: Random) -> Crew:
        """Who works at the desk and in the services."""
        return Crew(
            moderators=self.with_role(Role.MODERATOR),
            of_service={
                service.id: rng.choice(
                    [one for one in self.staff if kind in one.colleague.services]
                )
                for kind, service in self.services.items()
            },
            places={
                service.id: rooms.ROOMS.get(kind) or service.place or MEETING_PLACES[kind]
                for kind, service in self.services.items()
            },
            rooms=self.rooms,
        )


def open_house(session: Session, people: list[StaffPerson], *, now: datetime) -> OpenHouse:
    """Found the centre; everybody gets roles, keys and, but for one, an authenticator."""
    # Nobody writes these sheets down: what is made up need not be recovered.
    public, _, _ = new_recovery()
    founding.found(session, HOUSE, recovery_public=public, now=now)
    services = {
        one.kind: house_settings.put_new_service(
            session, None, profile_of(one, now.date()), now=now
        )
        for one in SERVICES
    }
    house_settings.put(session, None, Topic.CHILDCARE, CHILDCARE, now=now)
    house = OpenHouse(people, services)
    for person in people:
        _take_on(session, house, person, now=now)
    for person in people:
        _let_in(session, person, now=now)
    for person in people:
        if person.name != NOT_ENROLLED:
            _enrol(session, person, now=now)
    coordinator = house.with_role(Role.COORDINATOR)[0]
    house.rooms = rooms.make(session, coordinator, services, now=now)
    return house


def pause(session: Session, house: OpenHouse) -> None:
    """One service takes no new requests just now."""
    session.get_one(Service, house.services[PAUSED].id).state = ServiceState.PAUSED
    session.flush()


def _take_on(session: Session, house: OpenHouse, person: StaffPerson, *, now: datetime) -> None:
    colleague = person.colleague
    member = staff.add_member(
        session,
        email=colleague.email,
        name=person.name,
        keys=person.keys,
        slot=person.slot,
        now=now,
    )
    person.account_id = member.account_id
    person.holder_id = session.get_one(Account, member.account_id).holder_id
    for role, kind in colleague.held:
        service_id = house.services[kind].id if kind else None
        staff.give_role(session, person.account_id, role, now=now, service_id=service_id)
        person.roles.add((role, service_id))


def _let_in(session: Session, person: StaffPerson, *, now: datetime) -> None:
    """Confirm the colleagues who wait for the key of a team of this person."""
    acting = sign_in(session, person, at=now)
    for membership, _ in staff.waiting_for_key(session, acting):
        staff.hand_over(session, acting, membership.id, now=now)


def _enrol(session: Session, person: StaffPerson, *, now: datetime) -> None:
    acting = sign_in(session, person, at=now)
    email = person.colleague.email
    address = second_factor.begin_enrolment(session, acting, email=email, now=now)
    person.totp_secret = parse_qs(urlsplit(address).query)["secret"][0]
    code = pyotp.TOTP(person.totp_secret).at(now)
    second_factor.confirm_enrolment(session, acting, code, now=now)
