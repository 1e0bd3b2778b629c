"""Hands for the one thread between a survivor and her case team."""

from uuid import UUID

from sqlalchemy import bindparam, select

from portal.services import messages
from portal.services.case_work import caseload
from tests.people import NOON, Person, TestHouse


def write(the_house: TestHouse, who: Person, her: Person, words: str = "Hello") -> UUID:
    """A message of one side or the other."""
    assert her.case_id is not None
    with the_house.acting(who) as (session, acting):
        return messages.write(session, acting, her.case_id, words, now=NOON).id


def show(
    the_house: TestHouse,
    who: Person,
    her: Person,
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = messages.PAGE,
    most_bytes: int | None = None,
) -> messages.Page:
    """What one side is shown."""
    assert her.case_id is not None
    with the_house.acting(who) as (session, acting):
        return messages.open_stretch(
            session,
            acting,
            her.case_id,
            now=NOON,
            before=before,
            after=after,
            size=size,
            most_bytes=most_bytes,
        ).show()


def her_case(her: Person) -> UUID:
    """The case of a survivor, who has one."""
    assert her.case_id is not None
    return her.case_id


def unread(the_house: TestHouse, her: Person) -> tuple[int, int]:
    """How many wait for her, and how many of hers wait for the case director."""
    with the_house.acting(her) as (session, acting):
        unseen = select(messages.unseen_by_her(bindparam("case_id")))
        for_her = session.execute(unseen, {"case_id": acting.her_case_id}).scalar_one()
    with the_house.acting(the_house.director) as (session, acting):
        lines = caseload.page(session, acting, now=NOON).lines
        return for_her, sum(line.unseen for line in lines if line.case.id == her.case_id)
