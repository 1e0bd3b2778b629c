"""A legal hold keeps who saw a name in a list, as it keeps the file itself."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from portal import worker
from portal.domain.folders import FolderKind
from portal.domain.retention import DEFAULT_DAYS, Kept
from portal.models import AuditEvent, AuditMention
from portal.services.keys import reading
from portal.services.running import chains
from tests.people import NOON, Person, TestHouse

LATER = NOON + timedelta(days=DEFAULT_DAYS[Kept.ACCOUNT_OF_ACTS] + 31)
NAMED = select(AuditMention.event_id)


def mentioned(the_house: TestHouse) -> dict[UUID, int]:
    """In how many lists each case stands."""
    with the_house.database.transaction("read") as session:
        return Counter(session.scalars(select(AuditMention.case_id)))


def test_who_saw_the_name_of_a_file_on_hold_is_kept_until_the_hold_is_lifted(
    the_house: TestHouse, her: Person, another: Person
) -> None:
    """Her name and Noor's stand in one list; Noor's file alone stands in another."""
    with the_house.acting(the_house.director) as (session, acting):
        for names in ((her.case_id, another.case_id), (another.case_id,)):
            kind, ids = FolderKind.CONTACT_CARD, [one for one in names if one]
            reading.open_many(session, acting, ids, kind, purpose="list", now=NOON)
    with the_house.database.transaction() as session:
        the_house.case_of(session, her).held_at = NOON
    assert worker.run_once(the_house.database, now=LATER).struck.acts
    assert mentioned(the_house) == {her.case_id: 1, another.case_id: 1}
    assert worker.run_once(the_house.database, now=LATER).struck.acts == 0
    with the_house.database.transaction() as session:
        assert list(chains.verify(session)) == []
        (listed,) = session.scalars(select(AuditEvent).where(AuditEvent.id.in_(NAMED))).all()
        assert set(listed.facts["cases"]) == {str(her.case_id), str(another.case_id)}
        said = listed.facts, listed.salt
        listed.facts, listed.salt = {}, b""
        session.flush()
        assert {fault.number for fault in chains.verify(session)} == {listed.number}
        listed.facts, listed.salt = said
        the_house.case_of(session, her).held_at = None
    worker.run_once(the_house.database, now=LATER)
    assert mentioned(the_house) == {}
    with the_house.database.transaction("read") as session:
        assert list(chains.verify(session)) == []
