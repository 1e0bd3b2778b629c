"""`portal staff add` and `portal service add`: who works in the house, and where."""

from datetime import UTC, datetime
from uuid import UUID

import click
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.cli.saying import open_database, settings_or_stop, stop
from portal.domain.passphrases import secret
from portal.domain.roles import Role, pairs_apart
from portal.domain.services import ServiceKind
from portal.models import Service
from portal.services.colleagues import staff as colleagues
from portal.services.colleagues.staff import AddressTaken
from portal.services.house import HouseNotReady
from portal.services.running import founding
from portal.vault import Cost, make_slot, new_key_pair

_ROLES = click.Choice([role.value for role in Role])
_IN_A_SERVICE = frozenset({Role.SERVICE_STAFF, Role.CASE_DIRECTOR})


@click.group()
def staff() -> None:
    """Colleagues."""


@click.group()
def service() -> None:
    """Services under the roof."""


@staff.command("add")
@click.option("--email", required=True, help="Work e-mail, to sign in with.")
@click.option("--name", required=True, help="Name, as survivors and colleagues read it.")
@click.option("--role", "roles", multiple=True, type=_ROLES, help="May be given several times.")
@click.option(
    "--service",
    "services",
    multiple=True,
    help="The service, by its name, of service staff or of a case director.",
)
def add_colleague(email: str, name: str, roles: tuple[str, ...], services: tuple[str, ...]) -> None:
    """Add a colleague and print a first pass phrase, once."""
    if not roles and not services:
        stop("A colleague has a role or sits in a service: give --role or --service.")
    if "@" not in email:
        stop(f"“{email}” is no e-mail address.")
    settings, now = settings_or_stop(), datetime.now(UTC)
    with open_database(settings) as database, database.transaction() as session:
        wanted = _wanted(session, [Role(role) for role in roles], services)
        keys, passphrase = new_key_pair(), founding.one_time_passphrase()
        cost = Cost(settings.slow_pass_ops, settings.slow_pass_mem)
        pepper = session.info["key_file"].pepper
        slot = make_slot(secret(passphrase), pepper, keys.private, cost)
        try:
            member = colleagues.add_member(
                session, email=email, name=name, keys=keys, slot=slot, now=now, is_one_time=True
            )
            waits = [_give(session, member.account_id, *one, now=now) for one in wanted]
        except AddressTaken:
            stop(f"Somebody signs in with {email} already.")
        except HouseNotReady:
            stop("There is no centre in this database: run `portal init` first.")
        address = member.email
    click.echo(f"{name} signs in with {address} and this pass phrase, to be changed at once:\n")
    click.echo(f"    {passphrase}\n\nIt works for 7 days and is not kept anywhere.")
    click.echo("An authenticator is enrolled then, and the pass phrase changed.")
    for sentence in filter(None, waits):
        click.echo(sentence)


@service.command("add")
@click.option("--name", required=True, help="Name, as survivors read it.")
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in ServiceKind]))
@click.option("--place", required=True, help="Where in the house, such as “Corridor A, 2”.")
@click.option("--language", "languages", multiple=True, default=("nl",), help="Spoken there.")
def add_service(name: str, kind: str, place: str, languages: tuple[str, ...]) -> None:
    """Add a service; it takes requests once somebody sits in it."""
    settings = settings_or_stop()
    with open_database(settings) as database, database.transaction() as session:
        if session.scalar(select(Service.id).where(Service.name == name)):
            stop(f"There is a service “{name}” already.")
        founding.add_service(
            session,
            kind=ServiceKind(kind),
            name=name,
            languages=languages,
            place=place,
            now=datetime.now(UTC),
        )
    click.echo(
        f"“{name}” is added. `portal staff add --service “{name}”` lets somebody work there."
    )


@service.command("list")
def list_services() -> None:
    """Print the services."""
    settings = settings_or_stop()
    with open_database(settings) as database, database.transaction("read") as session:
        for one in session.scalars(select(Service).order_by(Service.name)):
            click.echo(f"{one.name}  ({one.kind.value}, {one.state.value}, {_where(one)})")


def _where(service: Service) -> str:
    if service.place_kind.is_confidential:
        return service.place_kind.value
    return service.place if service.floor is None else f"floor {service.floor}, {service.place}"


def _wanted(
    session: Session, roles: list[Role], services: tuple[str, ...]
) -> list[tuple[Role, UUID | None]]:
    """Each role with the service it is held in; who only sits in a service is its staff."""
    for one, other in pairs_apart(roles):
        stop(
            f"“{one.value}” and “{other.value}” are never one person's: one checks the other; "
            "nobody was added."
        )
    places = [_find_service(session, typed).id for typed in services]
    if Role.SERVICE_STAFF in roles and not places:
        stop("Service staff sit in a service: give --service.")
    wanted: list[tuple[Role, UUID | None]] = []
    for role in roles or [Role.SERVICE_STAFF]:
        within: list[UUID | None] = [*places] if role in _IN_A_SERVICE and places else [None]
        wanted += [(role, place) for place in within]
    return wanted


def _find_service(session: Session, typed: str) -> Service:
    found = session.scalars(
        select(Service).where(or_(Service.name == typed, Service.kind == _kind(typed)))
    ).all()
    if len(found) != 1:
        stop(f"“{typed}” is not the name of one service: `portal service list` prints them.")
    return found[0]


def _kind(typed: str) -> ServiceKind | None:
    return ServiceKind(typed) if typed in set(ServiceKind) else None


def _give(
    session: Session, account_id: UUID, role: Role, service_id: UUID | None, *, now: datetime
) -> str:
    colleagues.give_role(session, account_id, role, now=now, service_id=service_id)
    names = founding.who_can_hand_over(session, account_id, role, service_id)
    what = session.get_one(Service, service_id).name if service_id else role.value
    if names is None:
        return ""
    if not names:
        return f"{what}: nobody present holds this team's key; `portal recover` gives it anew."
    return f"{what}: opens nothing yet; {' or '.join(names)} confirms it on the staff pages."
