"""Saying yes to a way, and what the outbox holds: steps that tests of telling her begin with."""

from datetime import datetime

from sqlalchemy import select

from portal.domain.safe_contact import Channel, Hours
from portal.models import OutboxItem
from portal.services.telling import safe_contact, sending
from portal.services.telling.sending import Letter
from tests.people import NOON, Person, TestHouse

ADDRESSES = {Channel.EMAIL: "amal@example.org", Channel.SMS: "+32470123456"}
WORDS = "There is news for you."
EVENINGS = Hours(frozenset(range(7)), 18, 20, "Europe/Brussels")


def says_yes(
    the_house: TestHouse,
    her: Person,
    channel: Channel = Channel.EMAIL,
    *,
    typed: str | None = None,
    hours: Hours | None = None,
    now: datetime = NOON,
) -> None:
    """She lets a way be used; where the address is new, a colleague asked her about it."""
    types(the_house, her, channel, typed=typed, hours=hours, now=now)
    if the_house.question_about(her, channel) is not None:
        the_house.asks_her(her, channel, now=now)


def types(
    the_house: TestHouse,
    her: Person,
    channel: Channel = Channel.EMAIL,
    *,
    typed: str | None = None,
    hours: Hours | None = None,
    now: datetime = NOON,
) -> None:
    """She, or whoever holds her phone, lets a way be used."""
    with the_house.acting(her, now=now) as (session, acting):
        safe_contact.say_yes(
            session,
            acting,
            channel,
            typed=typed or ADDRESSES[channel],
            words=WORDS,
            hours=hours,
            now=now,
        )


def says_no(
    the_house: TestHouse, her: Person, channel: Channel = Channel.EMAIL, *, now: datetime = NOON
) -> None:
    """She takes it back."""
    with the_house.acting(her, now=now) as (session, acting):
        safe_contact.say_no(session, acting, channel, now=now)


def tries_it(
    the_house: TestHouse, her: Person, channel: Channel = Channel.EMAIL, *, now: datetime = NOON
) -> datetime:
    """She asks for a test."""
    with the_house.acting(her, now=now) as (session, acting):
        return safe_contact.send_test(session, acting, channel, now=now)


def take(the_house: TestHouse, *channels: Channel, now: datetime = NOON) -> Letter | None:
    """A worker claims what is next."""
    with the_house.database.transaction() as session:
        return sending.take_next(session, channels or tuple(Channel), now=now)


def take_all(the_house: TestHouse, *, now: datetime = NOON) -> list[Letter]:
    """A worker claims everything that may go out."""
    found = []
    while (letter := take(the_house, now=now)) is not None:
        found.append(letter)
    return found


def states(the_house: TestHouse) -> list[tuple[str, str, str | None]]:
    """Kind, state and reason of every row, in the order in which they are due."""
    return [
        (one.kind.value, one.state.value, one.why.value if one.why else None)
        for one in rows(the_house)
    ]


def rows(the_house: TestHouse) -> list[OutboxItem]:
    """Every row of the outbox."""
    with the_house.database.transaction("read") as session:
        asked = select(OutboxItem).order_by(OutboxItem.next_at, OutboxItem.id)
        return list(session.scalars(asked))
