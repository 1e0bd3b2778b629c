"""How a case ends: closed, kept for a while, held by law, erased so that nothing opens any more."""

import contextlib
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import LargeBinary, Uuid, select, text
from sqlalchemy.orm import Session

from portal import worker
from portal.domain.accounts import CardState, CaseState, Frozen
from portal.domain.decisions import DecisionKind
from portal.domain.folders import FolderKind
from portal.domain.needs import NeedState
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.retention import DEFAULT_DAYS, Kept
from portal.domain.roles import Role
from portal.models import (
    Account,
    AuditEvent,
    Base,
    Card,
    Case,
    Grant,
    Half,
    Message,
    Need,
    SettingVersion,
)
from portal.services import audit, messages
from portal.services.endings import closing, erased_acts, erasure
from portal.services.keys.reading import open_folder
from portal.services.moderation import deciding, decisions
from portal.services.need_to_know import look_questions, looking
from portal.services.needs import her_needs
from portal.services.running import chains, retention
from tests.people import NOON, Person, TestHouse
from tests.services.journey import a_date, a_full_case, route, say_yes

LATER = NOON + timedelta(days=1)
TWO_DAYS_ON = NOON + timedelta(days=2)


def after(kind: Kept, *, more: int = 1) -> timedelta:
    return timedelta(days=DEFAULT_DAYS[kind] + more)


def her_case(her: Person) -> UUID:
    assert her.case_id
    return her.case_id


def settle(house: TestHouse, her: Person) -> None:
    """She needs nothing any more of what she asked for: no promise is left."""
    with house.acting(her) as (session, acting):
        for need in her_needs.open_needs(session, acting):
            her_needs.take_back(session, acting, need.id, now=NOON)


def close(house: TestHouse, her: Person) -> None:
    assert her.case_id
    with house.acting(house.director) as (session, acting):
        closing.close(session, acting, her.case_id, "She moved to her sister.", now=NOON)


def decide(house: TestHouse, her: Person, kind: DecisionKind, asker: Person, other: Person) -> None:
    with house.acting(asker) as (session, acting):
        if kind is DecisionKind.LEGAL_HOLD:
            asked = closing.ask_hold(session, acting, her_case(her), reason="Because.", now=NOON)
        else:
            asked = decisions.ask(
                session, acting, kind, reason="Because.", case_id=her.case_id, now=NOON
            )
    with house.acting(other) as (session, acting):
        deciding.accept(session, acting, asked.id, now=NOON)


def case_of(house: TestHouse, her: Person) -> Case | None:
    with house.database.transaction("read") as session:
        return session.get(Case, her.case_id)


def sealed_of(session: Session) -> set[bytes]:
    """Every sealed value and key in the database."""
    found: set[bytes] = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                found |= {bytes(one) for one in session.scalars(select(column)) if one}
    return found


def test_only_her_case_director_closes_and_why_is_sealed(the_house: TestHouse, her: Person) -> None:
    assert her.case_id
    with the_house.acting(the_house.coordinator) as (session, acting), pytest.raises(NotYours):
        closing.close(session, acting, her.case_id, "No.", now=NOON)
    close(the_house, her)
    with the_house.acting(the_house.director) as (session, acting):
        case = session.get_one(Case, her.case_id)
        assert case.state is CaseState.CLOSED and case.closed_by_id == the_house.director.account_id
        assert closing.why_closed(session, acting, case, now=NOON) == "She moved to her sister."
        assert b"sister" not in (case.closed_why or b"")
        with pytest.raises(WrongState):
            closing.close(session, acting, her.case_id, "Again.", now=NOON)


def test_no_promise_is_broken_by_an_end(the_house: TestHouse, her: Person) -> None:
    """The desk owes an answer, a service owes one, a date is to come: each keeps the file open."""
    need_id = the_house.a_need(her)
    with pytest.raises(closing.StillPromised):
        close(the_house, her)
    route(the_house, need_id)
    say_yes(the_house, her, need_id)
    with pytest.raises(closing.StillPromised):
        close(the_house, her)
    a_date(the_house, need_id)
    with pytest.raises(closing.StillPromised):
        close(the_house, her)
    with the_house.acting(the_house.director, now=TWO_DAYS_ON) as (session, acting):
        closing.close(session, acting, her_case(her), "The date took place.", now=TWO_DAYS_ON)
        assert {need.state for need in session.scalars(select(Need))} == {NeedState.DONE}


def test_closing_ends_what_services_could_read(the_house: TestHouse, her: Person) -> None:
    a_full_case(the_house, her)
    settle(the_house, her)
    close(the_house, her)
    with the_house.database.transaction("read") as session:
        whys = set(session.scalars(select(Grant.why)))
        assert "she_said_yes" not in {why.value for why in whys}
        assert "desk_unrouted" not in {why.value for why in whys}


def test_a_closed_case_opens_again_when_she_writes(the_house: TestHouse, her: Person) -> None:
    close(the_house, her)
    with the_house.acting(her) as (session, acting):
        messages.write(session, acting, acting.her_case_id, "Are you there?", now=LATER)
    case = case_of(the_house, her)
    assert case is not None and case.state is CaseState.OPEN and case.closed_at is None


def test_her_card_stays_then_the_messages_go_then_everything(
    the_house: TestHouse, her: Person
) -> None:
    a_full_case(the_house, her)
    settle(the_house, her)
    with the_house.acting(her) as (session, acting):
        messages.write(session, acting, acting.her_case_id, "Thank you.", now=NOON)
    close(the_house, her)
    database = the_house.database
    worker.run_once(database, now=NOON + after(Kept.HER_PAGES, more=-1))
    with database.transaction("read") as session:
        assert session.scalars(select(Card.state)).first() is CardState.ACTIVE
    worker.run_once(database, now=NOON + after(Kept.HER_PAGES))
    with database.transaction("read") as session:
        card = session.scalars(select(Card).where(Card.account_id == her.account_id)).one()
        assert (card.state, card.frozen_why) == (CardState.FROZEN, Frozen.CASE_CLOSED)
        assert session.scalar(select(Message.id)) is not None
    worker.run_once(database, now=NOON + after(Kept.MESSAGES))
    with database.transaction("read") as session:
        assert session.scalar(select(Message.id)) is None
    worker.run_once(database, now=NOON + after(Kept.FILE))
    assert case_of(the_house, her) is None
    with database.transaction("read") as session:
        assert session.get(Account, her.account_id) is None
        assert list(chains.verify(session)) == []


def test_a_legal_hold_takes_two_and_stops_every_clock(the_house: TestHouse, her: Person) -> None:
    close(the_house, her)
    auditor, coordinator = the_house.auditor, the_house.coordinator
    with the_house.acting(coordinator) as (session, acting), pytest.raises(NotYours):
        closing.ask_hold(session, acting, her_case(her), reason="x", now=NOON)
    decide(the_house, her, DecisionKind.LEGAL_HOLD, auditor, coordinator)
    worker.run_once(the_house.database, now=NOON + after(Kept.FILE))
    case = case_of(the_house, her)
    assert case is not None and case.held_at is not None
    with pytest.raises(erasure.OnHold):
        decide(the_house, her, DecisionKind.ERASURE, the_house.director, coordinator)
    decide(the_house, her, DecisionKind.LEGAL_HOLD, auditor, coordinator)
    worker.run_once(the_house.database, now=NOON + after(Kept.FILE))
    assert case_of(the_house, her) is None


def test_the_asker_never_erases_alone(the_house: TestHouse, her: Person) -> None:
    both = the_house.coordinator
    with the_house.acting(both) as (session, acting):
        asked = decisions.ask(
            session, acting, DecisionKind.ERASURE, reason="x", case_id=her.case_id, now=NOON
        )
    with the_house.acting(both) as (session, acting), pytest.raises(NotYours):
        deciding.accept(session, acting, asked.id, now=NOON)
    assert case_of(the_house, her) is not None


def test_after_erasure_nothing_of_her_is_left_and_nothing_opens_with_all_keys(
    the_house: TestHouse, her: Person, another: Person
) -> None:
    a_full_case(the_house, her)
    with the_house.acting(her) as (session, acting):
        messages.write(session, acting, acting.her_case_id, "My words.", now=NOON)
        look = looking.who_looked(session, acting, now=NOON)[0]
        look_questions.ask(session, acting, look.id, "Why?", now=NOON)
    database = the_house.database
    with database.transaction("read") as session:
        before = sealed_of(session)
        chain = audit.chain_of(her.case_id) if her.case_id else ""
        acts = session.scalars(select(AuditEvent.id).where(AuditEvent.chain == chain)).all()
        salts = set(session.scalars(select(AuditEvent.salt).where(AuditEvent.chain == chain)))
    with the_house.acting(another) as (session, acting):
        messages.write(session, acting, acting.her_case_id, "Hers stay.", now=NOON)
    decide(the_house, her, DecisionKind.ERASURE, the_house.director, the_house.coordinator)
    database.overwrite_what_was_deleted()

    with database.transaction("read") as session:
        # Keys, grants, halves, slots, sealed values: whatever was hers is not there to be opened,
        # with the key file, the sheets and every colleague's keys in one hand.
        left = sealed_of(session)
        gone = before - left
        assert len(gone) > 50
        for name in ("case", "account", "holder", "card", "message", "need", "folder_grant"):
            for row in session.execute(text(f'SELECT * FROM "{name}"')):
                for one in (her.case_id, her.account_id, her.holder_id):
                    assert one is not None
                    assert one.hex not in str(row) and str(one) not in str(row), (name, row)
        hers = select(Half.id).where(Half.subject_id == her.holder_id)
        assert session.scalar(hers) is None
        kept = session.scalars(select(AuditEvent).where(AuditEvent.id.in_(acts))).all()
        assert len(kept) == len(acts) and all(not act.facts and not act.salt for act in kept)
        assert list(chains.verify(session)) == [], "the chain still verifies"
    if database.is_sqlite:
        path = Path(database.engine.url.database or "")
        raw = path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()
        assert not [one for one in gone | salts if len(one) > 8 and one in raw]
        with contextlib.closing(sqlite3.connect(path)) as copy:
            assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
    for who in (the_house.director, the_house.stand_in, the_house.moderator):
        with the_house.acting(who) as (session, acting), pytest.raises(NotFound):
            assert her.case_id
            open_folder(session, acting, her.case_id, FolderKind.STORY, purpose="case", now=NOON)
    with the_house.acting(another) as (session, acting):
        assert another.case_id
        shown = messages.open_stretch(session, acting, another.case_id, now=NOON).show()
        assert [one.words for one in shown.messages] == ["Hers stay."]


FOLLOWED_BY_HAND = {
    # The account of acts outlives whom it is about; facts and mentions are erased with the chain.
    "audit_event.actor_id", "audit_event.case_id", "audit_mention.case_id",
    "audit_mention.event_id", "audit_sample_item.event_id", "look_question.event_id",
    # Halves are deleted by their subject; lent ones and dates go with their decision and date.
    "half.subject_id", "lent_half.subject_id", "taken_time.who",
    # Of a row that goes by itself; of one try to send.
    "decision.subject_id", "appointment.calendar_id", "outbox_item.claim", "calendar.claim",
    # Of words that belong to nobody: no case could follow them.
    "feedback_key.subject_id",
    # It outlives its date on purpose: the calendars outside must lose it too.
    "calendar_entry.appointment_id",
}  # fmt: skip


def test_erasing_follows_every_id_that_a_table_can_hold() -> None:
    """A new column with an id that refers to no table has to be thought about here."""
    loose = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Uuid) and not column.foreign_keys and column.name != "id"
    }
    assert loose == FOLLOWED_BY_HAND


def test_what_an_erasure_left_cannot_be_altered_unseen(the_house: TestHouse, her: Person) -> None:
    decide(the_house, her, DecisionKind.ERASURE, the_house.director, the_house.coordinator)
    with the_house.database.transaction() as session:
        assert her.case_id
        first = session.scalars(
            select(AuditEvent).where(AuditEvent.chain == audit.chain_of(her.case_id))
        ).first()
        assert first is not None
        first.kind = "nothing_happened"
    with the_house.database.transaction("read") as session:
        assert {fault.what for fault in chains.verify(session)} == {"altered"}


def test_old_acts_lose_their_facts_and_the_chain_holds(the_house: TestHouse, her: Person) -> None:
    later = NOON + after(Kept.ACCOUNT_OF_ACTS, more=31)
    worker.run_once(the_house.database, now=later)
    with the_house.database.transaction("read") as session:
        old = select(AuditEvent).where(AuditEvent.at <= NOON)
        assert all(not event.facts for event in session.scalars(old))
        assert list(chains.verify(session)) == []
    struck = worker.run_once(the_house.database, now=later).struck
    assert struck.acts == 0, "once is enough"


def test_the_account_holds_when_the_act_that_vouches_for_older_ones_is_old_itself(
    the_house: TestHouse, her: Person
) -> None:
    later = NOON + after(Kept.ACCOUNT_OF_ACTS, more=31)
    for moment in (NOON, later):
        with the_house.database.transaction() as session:
            audit.record(session, the_house.director.account_id, "staff_invited", now=moment)
    for moment in (later, later + after(Kept.ACCOUNT_OF_ACTS, more=31)):
        struck = worker.run_once(the_house.database, now=moment).struck
        assert struck.acts
        with the_house.database.transaction("read") as session:
            assert list(chains.verify(session)) == []
    assert worker.run_once(the_house.database, now=moment).struck.acts == 0


def test_she_reads_on_who_looked_when_older_looks_are_erased(
    the_house: TestHouse, her: Person
) -> None:
    later = NOON + after(Kept.ACCOUNT_OF_ACTS, more=31)
    assert her.case_id
    for moment in (NOON, later):
        with the_house.acting(the_house.director, now=moment) as (session, acting):
            messages.open_stretch(session, acting, her.case_id, now=moment).show()
    with the_house.acting(her) as (session, acting):
        old = looking.who_looked(session, acting, now=NOON)[-1]
    worker.run_once(the_house.database, now=later)
    with the_house.acting(her, now=later) as (session, acting):
        assert [look.at for look in looking.who_looked(session, acting, now=later)] == [later]
        with pytest.raises(NotFound):
            looking.get_look(session, acting, old.id)


def test_two_workers_at_once_erase_once(the_house: TestHouse, her: Person, another: Person) -> None:
    for one in (her, another):
        close(the_house, one)
    now, struck = NOON + after(Kept.FILE), []
    both = threading.Barrier(2)

    def strike() -> None:
        both.wait()
        struck.append(worker.run_once(the_house.database, now=now).struck)

    workers = [threading.Thread(target=strike) for _ in range(2)]
    for worker_thread in workers:
        worker_thread.start()
    for worker_thread in workers:
        worker_thread.join()
    assert sum(counted.cases for counted in struck) == 2
    with the_house.database.transaction("read") as session:
        said = select(AuditEvent).where(AuditEvent.kind == erased_acts.CHAIN_ERASED)
        assert len(session.scalars(said).all()) == 2
        assert list(chains.verify(session)) == []


def test_a_worker_killed_in_the_middle_leaves_a_whole_case_to_the_next(
    the_house: TestHouse, her: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_full_case(the_house, her)
    settle(the_house, her)
    close(the_house, her)
    now = NOON + after(Kept.FILE)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "_delete_halves", killed)
        with pytest.raises(KeyboardInterrupt):
            worker.run_once(the_house.database, now=now)
    assert case_of(the_house, her) is not None
    with the_house.database.transaction("read") as session:
        assert list(chains.verify(session)) == []
    assert worker.run_once(the_house.database, now=now).struck.cases == 1


def test_a_centre_sets_its_own_clocks(the_house: TestHouse, her: Person) -> None:
    from portal.domain.centre import Topic
    from portal.services.centre import house_settings

    days = {kind.value: number for kind, number in DEFAULT_DAYS.items()}
    with the_house.acting(the_house.coordinator) as (session, acting):
        house_settings.change(
            session,
            acting,
            Topic.RETENTION,
            days | {"file": 7, "messages": 7, "her_pages": 7},
            now=NOON,
        )
        assert session.scalar(select(SettingVersion.id))
    close(the_house, her)
    worker.run_once(the_house.database, now=NOON + timedelta(days=8))
    assert case_of(the_house, her) is None
    assert (
        retention.Struck()
        == worker.run_once(the_house.database, now=NOON + timedelta(days=8)).struck
    )
    assert Role.AUDITOR
