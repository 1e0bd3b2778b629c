"""The account of every act: what was altered, dropped or moved is named."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.models import AuditEvent, AuditHead, AuditNight
from portal.services import audit
from portal.services.endings import erased_acts
from portal.services.running import chains
from portal.services.running.chains import Fault
from tests.people import NOON, Person, TestHouse
from tests.services.journey import a_shared_need

DAY = timedelta(days=1)


@pytest.fixture
def chain(the_house: TestHouse, her: Person) -> str:
    """The chain of her case, with a whole journey in it."""
    a_shared_need(the_house, her)
    assert her.case_id is not None
    return f"case:{her.case_id.hex}"


@pytest.fixture
def tamper(the_house: TestHouse, chain: str) -> Iterator[Session]:
    """A session of somebody who can write to the database and does not hold the key file."""
    with the_house.database.session() as session:
        assert list(chains.verify(session)) == []
        yield session


def faults(session: Session) -> list[Fault]:
    """What verifying names, read afresh."""
    session.flush()
    session.expire_all()
    return list(chains.verify(session))


def event_of(session: Session, chain: str, number: int) -> AuditEvent:
    """One link of a chain; negative numbers count from the end."""
    if number < 0:
        number += 1 + (session.scalar(_length(chain)) or 0)
    return session.scalars(
        select(AuditEvent).where(AuditEvent.chain == chain, AuditEvent.number == number)
    ).one()


def _length(chain: str) -> Any:
    return select(func.max(AuditEvent.number)).where(AuditEvent.chain == chain)


def test_a_house_that_nobody_touched_holds(the_house: TestHouse, chain: str) -> None:
    with the_house.database.transaction("read") as session:
        assert list(chains.verify(session)) == []
        assert (session.scalar(_length(chain)) or 0) > 8


class TestAltered:
    """Every field of an act is committed to."""

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("facts", {"need": "another"}),
            ("facts", {}),
            ("kind", "nothing_happened"),
            ("at", NOON - DAY),
            ("actor_id", None),
            ("case_id", None),
            ("salt", b"x" * 16),
            ("salt", b"short"),
            ("salt", b""),
            ("commitment", bytes(32)),
            ("link", bytes(32)),
        ],
    )
    def test_a_changed_field_is_named(
        self, tamper: Session, chain: str, field: str, value: object
    ) -> None:
        setattr(event_of(tamper, chain, 5), field, value)
        found = faults(tamper)
        assert Fault(chain, 5, "altered") in found or Fault(chain, 5, "link") in found
        assert {fault.chain for fault in found} == {chain}

    def test_a_new_commitment_for_new_facts_is_named(self, tamper: Session, chain: str) -> None:
        event = event_of(tamper, chain, 5)
        event.facts = {"need": "another"}
        event.commitment = audit.commitment(event)
        assert Fault(chain, 5, "link") in faults(tamper)

    @pytest.mark.parametrize("field", ["facts", "kind", "actor_id"])
    def test_altering_and_emptying_the_salt_is_no_erasure(
        self, tamper: Session, chain: str, field: str
    ) -> None:
        event = event_of(tamper, chain, 5)
        event.salt, event.facts = b"", {}
        values = {"facts": {"need": "another"}, "kind": "nothing_happened", "actor_id": None}
        setattr(event, field, values[field])
        assert faults(tamper) == [Fault(chain, 5, "altered")]


class TestDroppedAndMoved:
    """Chains have no gaps and one order."""

    def test_a_link_dropped_from_the_middle_is_named(self, tamper: Session, chain: str) -> None:
        tamper.delete(event_of(tamper, chain, 4))
        assert faults(tamper)[0] == Fault(chain, 4, "dropped")

    def test_a_gap_closed_by_counting_anew_is_named(self, tamper: Session, chain: str) -> None:
        tamper.delete(event_of(tamper, chain, 4))
        tamper.flush()
        last = tamper.scalar(_length(chain)) or 0
        for number in range(5, last + 1):
            event_of(tamper, chain, number).number = number - 1
            tamper.flush()
        assert faults(tamper)[0] == Fault(chain, 4, "link")

    def test_the_last_link_dropped_is_named(self, tamper: Session, chain: str) -> None:
        last = tamper.scalar(_length(chain)) or 0
        tamper.delete(event_of(tamper, chain, -1))
        assert faults(tamper) == [Fault(chain, last, "dropped")]

    def test_a_whole_chain_dropped_is_named(self, tamper: Session, chain: str) -> None:
        last = tamper.scalar(_length(chain)) or 0
        tamper.execute(delete(AuditEvent).where(AuditEvent.chain == chain))
        assert faults(tamper) == [Fault(chain, last, "dropped")]

    def test_two_links_that_change_places_are_named(self, tamper: Session, chain: str) -> None:
        one, other = event_of(tamper, chain, 4), event_of(tamper, chain, 5)
        one.number = 1000
        tamper.flush()
        other.number = 4
        tamper.flush()
        one.number = 5
        found = faults(tamper)
        assert Fault(chain, 4, "link") in found
        assert Fault(chain, 5, "link") in found

    def test_a_link_moved_to_another_case_is_named(
        self, tamper: Session, chain: str, another: Person
    ) -> None:
        assert another.case_id is not None
        other = f"case:{another.case_id.hex}"
        moved = event_of(tamper, chain, -1)
        moved.chain, moved.number = other, (tamper.scalar(_length(other)) or 0) + 1
        assert {fault.chain for fault in faults(tamper)} == {chain, other}

    def test_a_link_added_without_the_key_file_is_named(self, tamper: Session, chain: str) -> None:
        event = event_of(tamper, chain, -1)
        forged = AuditEvent(
            chain=chain,
            number=event.number + 1,
            at=NOON,
            kind="folder_opened",
            actor_id=event.actor_id,
            case_id=event.case_id,
            facts={},
            salt=b"s" * 16,
            commitment=b"",
            link=event.link,
        )
        forged.commitment = audit.commitment(forged)
        tamper.add(forged)
        assert Fault(chain, forged.number, "link") in faults(tamper)

    @pytest.mark.parametrize("values", [{"number": 3}, {"link": bytes(32)}, {"number": 999}])
    def test_a_changed_head_is_named(
        self, tamper: Session, chain: str, values: dict[str, object]
    ) -> None:
        tamper.execute(update(AuditHead).where(AuditHead.chain == chain).values(**values))
        assert [fault.chain for fault in faults(tamper)] == [chain]

    def test_a_head_that_is_gone_is_named(self, tamper: Session, chain: str) -> None:
        tamper.execute(delete(AuditHead).where(AuditHead.chain == chain))
        assert [fault.chain for fault in faults(tamper)] == [chain]


class TestNights:
    """Heads of all chains are bound each night; the digest is on paper."""

    def roll_back(self, session: Session, chain: str) -> None:
        """Drop the last acts and set the head back to a link that was genuine."""
        last = event_of(session, chain, -3)
        session.execute(
            delete(AuditEvent).where(AuditEvent.chain == chain, AuditEvent.number > last.number)
        )
        head = session.get_one(AuditHead, chain)
        head.number, head.link = last.number, last.link

    def test_a_rolled_back_chain_is_named_by_the_night(self, tamper: Session, chain: str) -> None:
        night = chains.close_night(tamper, now=NOON + DAY)
        assert faults(tamper) == []
        self.roll_back(tamper, chain)
        assert [(fault.what, fault.number) for fault in faults(tamper)] == [
            ("rolled back", night.chains)
        ]

    def test_a_chain_that_vanished_with_its_head_is_named_by_the_night(
        self, tamper: Session, chain: str
    ) -> None:
        chains.close_night(tamper, now=NOON + DAY)
        tamper.execute(delete(AuditEvent).where(AuditEvent.chain == chain))
        tamper.execute(delete(AuditHead).where(AuditHead.chain == chain))
        assert [fault.what for fault in faults(tamper)] == ["rolled back"]

    def test_what_happens_after_a_night_does_not_disturb_it(
        self, tamper: Session, her: Person
    ) -> None:
        chains.close_night(tamper, now=NOON + DAY)
        audit.record(tamper, None, "message_written", now=NOON + 2 * DAY, case_id=her.case_id)
        audit.record(tamper, None, "message_written", now=NOON + 2 * DAY)
        assert faults(tamper) == []

    def test_a_changed_digest_is_named(self, tamper: Session) -> None:
        chains.close_night(tamper, now=NOON + DAY)
        tamper.execute(update(AuditNight).values(digest=bytes(32)))
        assert [fault.what for fault in faults(tamper)] == ["rolled back"]

    def test_nobody_without_the_key_file_makes_a_digest(self, tamper: Session) -> None:
        one = chains.close_night(tamper, now=NOON + DAY).digest
        two = chains.close_night(tamper, now=NOON + 2 * DAY).digest
        assert len(one) == 32
        assert one == two, "nothing happened in between"


class TestErased:
    """What an act was about can be forgotten, and the account still holds."""

    def test_erased_facts_do_not_break_the_chain(
        self, tamper: Session, chain: str, the_house: TestHouse
    ) -> None:
        chains.close_night(tamper, now=NOON + DAY)
        assert event_of(tamper, chain, 5).facts
        who = the_house.auditor.account_id
        assert erased_acts.erase_chain(tamper, who, chain, now=NOON + 2 * DAY) > 5
        assert faults(tamper) == []
        assert event_of(tamper, chain, 5).facts == {}

    def test_acts_of_a_day_can_be_erased_later(self, tamper: Session) -> None:
        event = tamper.scalars(select(AuditEvent).where(AuditEvent.case_id.is_(None))).first()
        assert event is not None
        erased_acts.erase_chain(tamper, None, event.chain, now=NOON + 9 * DAY)
        assert faults(tamper) == []

    def test_what_is_left_cannot_be_altered(self, tamper: Session, chain: str) -> None:
        last = erased_acts.erase_chain(tamper, None, chain, now=NOON)
        event_of(tamper, chain, 5).kind = "nothing_happened"
        assert faults(tamper) == [Fault(chain, last, "altered")]

    def test_erasing_cannot_be_claimed_by_a_forged_act(self, tamper: Session, chain: str) -> None:
        event = event_of(tamper, chain, 5)
        claim = event_of(tamper, chain, 6)
        event.facts, event.salt = {}, b""
        claim.kind, claim.facts = (
            "chain_erased",
            {"chain": chain, "until": 5, "rest": audit.rest_of(event)},
        )
        claim.commitment = audit.commitment(claim)
        assert Fault(chain, 6, "link") in faults(tamper)


def test_two_acts_at_once_get_two_places(the_house: TestHouse, her: Person) -> None:
    def act(_: int) -> None:
        with the_house.database.transaction() as session:
            audit.record(session, None, "pin_changed", now=NOON, case_id=her.case_id)
        with the_house.database.transaction() as session:
            audit.record(session, None, "pin_changed", now=NOON + 3 * DAY)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(12)))
    with the_house.database.transaction("read") as session:
        assert list(chains.verify(session)) == []
        assert session.scalar(select(func.count()).where(AuditEvent.kind == "pin_changed")) == 24
