"""What is happening: written by one, shown by another's yes, with keys that follow."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal import worker
from portal.domain.accounts import CaseState
from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Role
from portal.domain.timeline import ContractSaysNo, EntryLane, EntryState, Programme
from portal.domain.words import NothingWritten, TooLong
from portal.models import AuditEvent, Case, Decision, Membership, TimelineEntry
from portal.services.case_work import cases, cover, emergency, lying_open
from portal.services.colleagues import staff
from portal.services.endings import erasure, handover
from portal.services.keys.halves import KeyNotHandedOver
from portal.services.moderation import deciding, decisions
from portal.services.timeline import reading, writing
from portal.services.today import show as today
from tests.people import NOON, Person, TestHouse
from tests.services.reach import case_of, open_with_bare_keys

WORDS = "The hearing is on Friday 4 December. You may come, and you may stay at home."
MINE = "timeline_entry.words"


def entry_of(the_house: TestHouse, decision_id: UUID) -> TimelineEntry:
    """The entry that a question is about, as it is now."""
    with the_house.database.transaction("read") as session:
        decision = session.get_one(Decision, decision_id)
        return session.get_one(TimelineEntry, decision.subject_id)


def says_yes(the_house: TestHouse, asked: UUID, **more: Any) -> None:
    """The moderator lets her read it."""
    with the_house.acting(the_house.moderator) as (session, acting):
        deciding.accept(session, acting, asked, now=NOON, **more)


def her_page(the_house: TestHouse, her: Person, **more: Any) -> list[reading.ShownEntry]:
    """What she reads."""
    with the_house.acting(her) as (session, acting):
        return reading.hers(session, acting, now=NOON, **more).entries


def opens(the_house: TestHouse, her: Person, *people: Person) -> list[str]:
    """Whose bare keys open an entry of hers."""
    return [one.name for one in people if MINE in open_with_bare_keys(the_house, one, her.case_id)]


@pytest.fixture
def pia(the_house: TestHouse) -> Person:
    """A partner-contact worker."""
    return the_house.a_colleague("Pia", (Role.PARTNER_CONTACT_WORKER, None))


def of_a_programme(
    the_house: TestHouse, pia: Person, number: str, stage: Programme = Programme.STOPPED
) -> UUID:
    """She says how far the programme is."""
    with the_house.acting(pia) as (session, acting):
        return writing.write_programme(
            session, acting, number, stage, contract_allows=True, reason="Called her.", now=NOON
        ).id


class TestKeys:
    """Who can open an entry is who holds its key, from the writing to the taking back."""

    def test_the_key_follows_the_yes(self, the_house: TestHouse, her: Person) -> None:
        everybody = (
            her, the_house.director, the_house.stand_in, the_house.moderator,
            the_house.coordinator, the_house.auditor, *the_house.workers.values(),
        )  # fmt: skip
        asked = the_house.an_entry(her, WORDS)
        assert opens(the_house, her, *everybody) == ["Els", "Karim", "Mona", "Cora"]
        assert her_page(the_house, her) == []
        says_yes(the_house, asked)
        assert opens(the_house, her, *everybody) == ["Amal", "Els", "Karim"]
        (shown,) = her_page(the_house, her)
        assert (shown.words, shown.author, shown.shown_by) == (WORDS, "Els", "Mona")
        with the_house.acting(the_house.stand_in) as (session, acting):
            writing.take_back(session, acting, shown.entry.id, now=NOON)
        assert opens(the_house, her, *everybody) == ["Els", "Karim"]
        (gone,) = her_page(the_house, her)
        assert (gone.words, gone.is_taken_back, gone.taken_back_by) == (None, True, "Karim")

    def test_one_entry_opens_no_other(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, the_house.an_entry(her, "One."))
        the_house.an_entry(her, "Two.")
        assert [one.words for one in her_page(the_house, her)] == ["One."]
        with the_house.acting(the_house.coordinator) as (session, acting):
            decision = session.scalars(
                select(Decision).where(Decision.state == DecisionState.WAITING)
            ).one()
            to_read = reading.to_decide(session, acting, decision, now=NOON)
            assert to_read is not None
            assert to_read.words == "Two."

    @pytest.mark.parametrize("said", ["decline", "withdraw"])
    def test_what_is_not_to_be_shown_opens_for_the_case_team_alone(
        self, the_house: TestHouse, her: Person, said: str
    ) -> None:
        asked = the_house.an_entry(her, WORDS)
        who = the_house.moderator if said == "decline" else the_house.director
        with the_house.acting(who) as (session, acting):
            if said == "decline":
                deciding.decline(session, acting, asked, reason="Not yet.", now=NOON)
            else:
                deciding.withdraw(session, acting, asked, now=NOON)
        assert entry_of(the_house, asked).state is EntryState.NOT_SHOWN
        house = the_house
        assert opens(house, her, her, house.moderator, house.coordinator, house.stand_in) == [
            "Karim"
        ]
        assert her_page(the_house, her) == []

    def test_who_cannot_read_it_cannot_say_that_she_may(
        self, the_house: TestHouse, her: Person
    ) -> None:
        mia = the_house.a_colleague("Mia", (Role.MODERATOR, None))
        asked = the_house.an_entry(her, WORDS)
        with the_house.acting(mia) as (session, acting), pytest.raises(KeyNotHandedOver):
            deciding.accept(session, acting, asked, now=NOON)

    def test_a_successor_of_the_case_director_reads_what_was_written_before(
        self, the_house: TestHouse, her: Person
    ) -> None:
        asked = the_house.an_entry(her, WORDS)
        says_yes(the_house, asked)
        lead = (Role.CASE_DIRECTOR, next(iter(the_house.services.values())).id)
        nadia = the_house.a_colleague("Nadia", lead)
        with the_house.acting(the_house.director) as (session, acting):
            case = session.get_one(Case, case_of(her))
            cover.replace(
                session, acting, case, the_house.director.account_id, nadia.account_id, now=NOON
            )
        with the_house.acting(nadia) as (session, acting):
            case = cases.get_case(session, acting, case_of(her))
            (shown,) = reading.of_case(session, acting, case, now=NOON)
        assert shown.words == WORDS


class TestAsking:
    """Written and asked for in one step."""

    def test_nothing_is_asked_for_that_is_not_written(
        self, the_house: TestHouse, her: Person
    ) -> None:
        with the_house.acting(the_house.director) as (session, acting), pytest.raises(NotFound):
            decisions.ask(
                session, acting, DecisionKind.RELEASE, reason="So", case_id=her.case_id, now=NOON
            )

    @pytest.mark.parametrize(
        ("words", "reason", "refusal"),
        [
            ("", "So", NothingWritten),
            (" \u202e \n", "So", NothingWritten),
            ("x" * 4001, "So", TooLong),
            (WORDS, " ", NothingWritten),
            (WORDS, "x" * 4001, TooLong),
        ],
    )
    def test_words_that_do_not_do_leave_nothing(
        self,
        the_house: TestHouse,
        her: Person,
        words: str,
        reason: str,
        refusal: type[Exception],
    ) -> None:
        with pytest.raises(refusal):
            the_house.an_entry(her, words, reason=reason)
        with the_house.database.transaction("read") as session:
            assert session.scalars(select(TimelineEntry)).all() == []
            assert session.scalars(select(Decision)).all() == []

    def test_overrides_of_direction_are_not_kept(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, the_house.an_entry(her, "The \u202eyadirF\u202c is free."))
        assert [one.words for one in her_page(the_house, her)] == ["The yadirF is free."]

    def test_her_own_case_team_writes_and_nobody_else(
        self, the_house: TestHouse, her: Person
    ) -> None:
        lead = (Role.CASE_DIRECTOR, next(iter(the_house.services.values())).id)
        other = the_house.a_colleague("Otto", lead)
        with pytest.raises(NotFound):
            the_house.an_entry(her, by=other)
        for person in (the_house.moderator, the_house.coordinator):
            with pytest.raises(NotYours):
                the_house.an_entry(her, by=person)
        the_house.an_entry(her, by=the_house.stand_in)

    def test_the_case_team_says_nothing_of_a_programme(
        self, the_house: TestHouse, her: Person
    ) -> None:
        with pytest.raises(NotYours):
            the_house.an_entry(her, "stopped", lane=EntryLane.PROGRAMME)
        with the_house.acting(the_house.director) as (session, acting), pytest.raises(NotYours):
            writing.write_programme(
                session,
                acting,
                her.case_number,
                Programme.ENDED,
                contract_allows=True,
                reason="So",
                now=NOON,
            )

    def test_given_back_it_can_be_asked_again_with_the_same_words(
        self, the_house: TestHouse, her: Person
    ) -> None:
        asked = the_house.an_entry(her, WORDS)
        with the_house.acting(the_house.moderator) as (session, acting):
            deciding.give_back(session, acting, asked, note="Which court?", now=NOON)
        assert her_page(the_house, her) == []
        with the_house.acting(the_house.director) as (session, acting):
            again = decisions.ask_again(session, acting, asked, reason="Antwerp.", now=NOON).id
        says_yes(the_house, again)
        assert [one.words for one in her_page(the_house, her)] == [WORDS]

    def test_work_that_had_ended_begins_again(self, the_house: TestHouse, her: Person) -> None:
        with the_house.database.transaction() as session:
            case = session.get_one(Case, case_of(her))
            case.state, case.closed_at = CaseState.CLOSED, NOON
        the_house.an_entry(her)
        with the_house.database.transaction("read") as session:
            assert session.get_one(Case, case_of(her)).state is CaseState.OPEN


class TestProgramme:
    """A partner-contact worker writes a stage, and reads nothing."""

    def test_she_opens_nothing_of_the_case_not_even_what_she_wrote(
        self, the_house: TestHouse, her: Person, pia: Person
    ) -> None:
        asked = of_a_programme(the_house, pia, her.case_number.lower().replace("-", " "))
        # Her reason is her own: who asked can read why, and what is answered to it.
        assert open_with_bare_keys(the_house, pia, her.case_id) == {"decision.reason"}
        says_yes(the_house, asked)
        (shown,) = her_page(the_house, her)
        assert (shown.stage, shown.author, shown.shown_by) == (Programme.STOPPED, "Pia", "Mona")
        with the_house.acting(pia) as (session, acting):
            (mine,) = writing.of_mine(session, acting)
            assert mine.case_number == her.case_number
            assert mine.decision is not None
            writing.take_back(session, acting, mine.entry.id, now=NOON)
        assert [one.is_taken_back for one in her_page(the_house, her)] == [True]

    def test_foreign_ended_and_missing_are_the_same(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        lead = (Role.CASE_DIRECTOR, next(iter(the_house.services.values())).id)
        both = the_house.a_colleague("Bo", lead, (Role.PARTNER_CONTACT_WORKER, None))
        own = the_house.a_survivor("Ina", director=both)
        with the_house.database.transaction() as session:
            session.get_one(Case, case_of(another)).state = CaseState.CLOSED
        # Nobody works for both sides.
        for number in (own.case_number, another.case_number, "AB-234567", "", "\u202e", "x" * 999):
            with pytest.raises(NotFound):
                of_a_programme(the_house, both, number)
        of_a_programme(the_house, both, her.case_number)

    def test_where_the_contract_says_no_nothing_is_told(
        self, the_house: TestHouse, her: Person, pia: Person
    ) -> None:
        with the_house.acting(pia) as (session, acting), pytest.raises(ContractSaysNo):
            writing.write_programme(
                session,
                acting,
                her.case_number,
                Programme.STARTED,
                contract_allows=False,
                reason="So",
                now=NOON,
            )

    def test_she_takes_back_nothing_that_others_wrote(
        self, the_house: TestHouse, her: Person, pia: Person
    ) -> None:
        asked = the_house.an_entry(her, WORDS)
        says_yes(the_house, asked)
        entry_id = entry_of(the_house, asked).id
        for person in (pia, the_house.moderator):
            with the_house.acting(person) as (session, acting):
                for one in (entry_id, uuid4()):
                    with pytest.raises(NotFound):
                        writing.take_back(session, acting, one, now=NOON)


class TestHerPage:
    """Newest first, page by page, and what is new once."""

    def test_at_a_safe_moment_the_worker_shows_it_without_anybodys_keys(
        self, the_house: TestHouse, her: Person
    ) -> None:
        asked, moment = the_house.an_entry(her, WORDS), NOON + timedelta(hours=3)
        says_yes(the_house, asked, takes_effect_at=moment)
        assert her_page(the_house, her) == []
        worker.run_once(the_house.database, now=moment)
        (shown,) = her_page(the_house, her)
        assert (shown.words, shown.entry.shown_at, shown.shown_by) == (WORDS, moment, "Mona")

    def test_withdrawn_before_its_moment_it_is_never_shown_and_her_key_is_gone(
        self, the_house: TestHouse, her: Person
    ) -> None:
        asked, moment = the_house.an_entry(her, WORDS), NOON + timedelta(hours=3)
        says_yes(the_house, asked, takes_effect_at=moment)
        with the_house.acting(the_house.director) as (session, acting):
            deciding.withdraw(session, acting, asked, now=NOON)
        worker.run_once(the_house.database, now=moment)
        assert her_page(the_house, her) == []
        assert opens(the_house, her, her) == []

    def test_page_by_page_each_is_shown_once(self, the_house: TestHouse, her: Person) -> None:
        for number in range(12):
            says_yes(the_house, the_house.an_entry(her, f"{number} " + "long " * 100))
        found: list[str | None] = []
        older = None
        with the_house.acting(her) as (session, acting):
            while older is not None or not found:
                page = reading.hers(session, acting, now=NOON, older=older)
                found += [one.words for one in page.entries]
                older = page.older
        assert len(found) == len(set(found)) == 12

    def test_what_is_new_is_new_until_she_was_shown_it(
        self, the_house: TestHouse, her: Person
    ) -> None:
        asked = the_house.an_entry(her, WORDS)
        with the_house.acting(her) as (session, acting):
            assert today(session, acting, now=NOON).new_entries == 0
        says_yes(the_house, asked)
        with the_house.acting(her) as (session, acting):
            assert today(session, acting, now=NOON).new_entries == 1
            assert reading.hers(session, acting, now=NOON).entries[0].is_new
            assert today(session, acting, now=NOON).new_entries == 0
        with the_house.acting(the_house.director) as (session, acting):
            entry_id = entry_of(the_house, asked).id
            writing.take_back(session, acting, entry_id, now=NOON)
            with pytest.raises(WrongState):
                writing.take_back(session, acting, entry_id, now=NOON)
        with the_house.acting(her) as (session, acting):
            assert today(session, acting, now=NOON).new_entries == 1, "that is news too"

    def test_a_lane_by_itself_and_never_of_another(
        self, the_house: TestHouse, her: Person, another: Person, pia: Person
    ) -> None:
        says_yes(the_house, the_house.an_entry(her, "Help.", lane=EntryLane.HELP))
        says_yes(the_house, the_house.an_entry(her, "Court."))
        says_yes(the_house, of_a_programme(the_house, pia, her.case_number, Programme.ENDED))
        says_yes(the_house, the_house.an_entry(another, "Of another."))
        both = {one.words for one in her_page(the_house, her, lane=EntryLane.JUSTICE)}
        assert both == {"Court.", "ended"}
        assert [one.words for one in her_page(the_house, her, lane=EntryLane.HELP)] == ["Help."]
        foreign = her_page(the_house, another)[0].entry.id
        assert len(her_page(the_house, her, older=foreign)) == 3

    def test_every_opening_is_in_the_account(self, the_house: TestHouse, her: Person) -> None:
        asked = the_house.an_entry(her, WORDS)
        with the_house.acting(the_house.moderator) as (session, acting):
            reading.to_decide(session, acting, session.get_one(Decision, asked), now=NOON)
        says_yes(the_house, asked)
        her_page(the_house, her)
        with the_house.database.transaction("read") as session:
            opened = select(AuditEvent).where(AuditEvent.kind == "folder_opened")
            by = {
                (event.actor_id, event.facts["purpose"])
                for event in session.scalars(opened)
                if event.facts["folder"] == "timeline"
            }
            kinds = set(session.scalars(select(AuditEvent.kind)))
        assert by == {
            (the_house.moderator.account_id, "decision"),
            (her.account_id, "own_entries"),
        }
        assert "entry_shown" in kinds


def test_the_stand_in_stops_what_waits_for_its_moment_while_its_author_is_away(
    the_house: TestHouse, her: Person, pia: Person
) -> None:
    asked, moment = the_house.an_entry(her, WORDS), NOON + timedelta(hours=3)
    says_yes(the_house, asked, takes_effect_at=moment)
    entry_id = entry_of(the_house, asked).id
    other = entry_of(the_house, of_a_programme(the_house, pia, her.case_number)).id
    for person, one in ((the_house.moderator, entry_id), (pia, other), (the_house.director, other)):
        with the_house.acting(person) as (session, acting), pytest.raises(NotFound):
            writing.stop(session, acting, one, now=NOON)
    with the_house.acting(the_house.stand_in) as (session, acting):
        writing.stop(session, acting, entry_id, now=NOON)
        with pytest.raises(WrongState):
            writing.stop(session, acting, entry_id, now=NOON)
    worker.run_once(the_house.database, now=moment)
    assert her_page(the_house, her) == []
    assert opens(the_house, her, her, the_house.moderator) == ["Mona"], "the programme's alone"
    with the_house.database.transaction("read") as session:
        assert session.get_one(Decision, asked).state is DecisionState.WITHDRAWN


def test_a_copy_holds_what_she_was_shown_and_nothing_else(
    the_house: TestHouse, her: Person
) -> None:
    says_yes(the_house, the_house.an_entry(her, "Shown."))
    wrong = the_house.an_entry(her, "Wrong.")
    says_yes(the_house, wrong)
    the_house.an_entry(her, "Waits.")
    with the_house.acting(the_house.director) as (session, acting):
        writing.take_back(session, acting, entry_of(the_house, wrong).id, now=NOON)
        export = decisions.ask(
            session, acting, DecisionKind.EXPORT, reason="So", case_id=her.case_id, now=NOON
        ).id
    with the_house.acting(the_house.auditor) as (session, acting):
        deciding.accept(session, acting, export, now=NOON)
    with the_house.acting(the_house.director) as (session, acting):
        copy = handover.make(session, acting, case_of(her), now=NOON)
    assert {(one.words, one.is_taken_back) for one in copy.entries} == {
        ("Shown.", False),
        (None, True),
    }


def test_in_an_emergency_what_she_was_shown_lies_open_too(
    the_house: TestHouse, her: Person
) -> None:
    says_yes(the_house, the_house.an_entry(her, WORDS))
    with the_house.acting(the_house.coordinator) as (session, acting):
        asked = emergency.ask(session, acting, her.case_number, reason="Now", now=NOON).id
    with the_house.acting(the_house.auditor) as (session, acting):
        deciding.accept(session, acting, asked, now=NOON)
    with the_house.acting(the_house.coordinator) as (session, acting):
        found = lying_open.read_case(session, acting, case_of(her), now=NOON)
    assert [one.words for one in found.entries] == [WORDS]


def test_an_erasure_takes_every_entry_with_it(
    the_house: TestHouse, her: Person, another: Person, pia: Person
) -> None:
    says_yes(the_house, of_a_programme(the_house, pia, her.case_number))
    the_house.an_entry(her, WORDS)
    the_house.an_entry(another, "Stays.")
    with the_house.database.transaction() as session:
        erasure.erase(session, case_of(her), actor_id=None, facts={}, now=NOON)
        left = session.scalars(select(TimelineEntry.case_id)).all()
    assert left == [another.case_id]


def test_a_role_taken_away_takes_nothing_back_any_more(
    the_house: TestHouse, her: Person, pia: Person
) -> None:
    asked = of_a_programme(the_house, pia, her.case_number)
    says_yes(the_house, asked)
    with the_house.database.transaction() as session:
        held = select(Membership).where(Membership.account_id == pia.account_id)
        session.delete(session.scalars(held).one())
        assert staff.get_member(session, pia.account_id)
    with the_house.acting(pia) as (session, acting):
        with pytest.raises(NotFound):
            writing.take_back(session, acting, entry_of(the_house, asked).id, now=NOON)
        with pytest.raises(NotYours):
            writing.of_mine(session, acting)
