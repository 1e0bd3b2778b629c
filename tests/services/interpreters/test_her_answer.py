"""She says yes to a person or no, before the talk and after it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.domain.interpreters import Felt, RequestState, Said
from portal.domain.refusals import NotFound, WrongState
from portal.models import AuditEvent
from portal.services import messages
from portal.services.dates import her_dates
from portal.services.interpreters import answering, booking, coming, left_out, times
from portal.services.interpreters.booking import Fit
from portal.services.keys import new_key_file
from portal.services.running import paper
from portal.vault import KeyFile
from tests.people import NOON, Person, TestHouse
from tests.services.interpreters.talks import LATER, asks, books, fits, request_of, steps_of
from tests.services.journey import HOUSING, TOMORROW


class TestHerAnswer:
    """Before the talk, and after it."""

    def test_she_says_yes(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        asks(the_house, her, date_id)
        books(the_house, date_id, samira)
        with the_house.acting(her) as (session, acting):
            (date,) = her_dates.listed(session, acting, now=NOON)
            assert date.interpreter is not None
            assert date.interpreter.first_name == "Samira"
            answering.confirm(session, acting, date_id, now=NOON)
            with pytest.raises(WrongState):
                answering.confirm(session, acting, date_id, now=NOON)
        assert request_of(the_house, date_id).state is RequestState.CONFIRMED
        over = TOMORROW + timedelta(hours=2)
        with the_house.database.transaction("read") as session:
            state = coming.of_dates(session, [date_id], now=over)[date_id].state
            assert state is RequestState.DONE

    def test_not_this_person_counts_everywhere_and_nobody_reads_why(
        self, the_house: TestHouse, her: Person, another: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        with the_house.acting(her) as (session, acting):
            answering.not_this_one(session, acting, date_id, now=NOON)
        assert request_of(the_house, date_id).state is RequestState.ASKED
        assert steps_of(the_house, samira) == 0
        assert fits(the_house, date_id) == {"Samira Haddad": Fit.NOT_THIS_PERSON}
        days = NOON.date(), LATER.date()
        with the_house.database.transaction("read") as session:
            assert her.case_id
            assert another.case_id
            assert times.free(session, ["ar"], *days, case_id=her.case_id, now=NOON) == ()
            assert len(times.free(session, ["ar"], *days, case_id=another.case_id, now=NOON)) == 1
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            (to_tell,) = booking.not_told(session, acting)
            assert to_tell.name == "Samira Haddad"
            booking.have_told(session, acting, to_tell.row.id, now=NOON)
            assert booking.not_told(session, acting) == []

    def test_a_no_afterwards_goes_to_her_case_team_alone(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        over = TOMORROW + timedelta(hours=2)
        with the_house.acting(her, now=over) as (session, acting):
            assert answering.waits_to_be_judged(session, acting, now=over) is not None
            words = "I did not feel safe with the interpreter."
            answering.say_how_it_was(
                session, acting, date_id, Felt.NOT_SAFE, to_director=words, now=over
            )
            answering.not_again(session, acting, date_id, now=over)
            assert answering.waits_to_be_judged(session, acting, now=over) is None
            with pytest.raises(WrongState):
                answering.say_how_it_was(session, acting, date_id, Felt.SAFE, now=over)
        kept = request_of(the_house, date_id)
        assert kept.felt is not None
        assert b"safe" not in kept.felt
        assert her.case_id is not None
        with the_house.acting(the_house.director, now=over) as (session, acting):
            felt = answering.felt_of(session, acting, [kept], now=over)
            assert felt == {date_id: Felt.NOT_SAFE}
            page = messages.open_stretch(session, acting, her.case_id, now=over).show()
            assert words in [one.words for one in page.messages]
            assert left_out.among_ids(session, her.case_id, [samira]) == {samira}
        housing = the_house.workers[HOUSING]
        with the_house.acting(housing, now=over) as (session, acting), pytest.raises(NotFound):
            answering.felt_of(session, acting, [kept], now=over)

    def test_before_the_end_nobody_asks_how_it_was(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        with the_house.acting(her) as (session, acting):
            assert answering.waits_to_be_judged(session, acting, now=NOON) is None
            with pytest.raises(WrongState):
                answering.say_how_it_was(session, acting, date_id, Felt.SAFE, now=NOON)


def test_with_a_new_key_file_somebody_asks_her_anew(
    the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
) -> None:
    asks(the_house, her, date_id, Said(not_these="Haddad"))
    with the_house.database.transaction() as session:
        session.info["key_file"] = KeyFile(bytes(32))
        sheets = paper.keys_of_sheets(session, *the_house.sheets)
        proved = new_key_file.sign_everything_again(session, sheets, now=NOON)
        said = f"case {her.case_number}: ask her anew which interpreters must not come"
        assert said in proved.faults


class TestNoActTells:
    """Who was booked stands in clear beside a date: no act may say that she left that one out."""

    def acts_of_hers(self, the_house: TestHouse, her: Person) -> list[tuple[str, object]]:
        with the_house.database.transaction("read") as session:
            asked = select(AuditEvent).where(
                AuditEvent.actor_id == her.account_id, AuditEvent.kind.startswith("interpreter_")
            )
            events = session.scalars(asked.order_by(AuditEvent.number))
            return [(event.kind, event.facts) for event in events]

    def test_before_the_talk_it_is_the_act_of_one_who_asks_for_something_else(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        asks(the_house, her, date_id)
        books(the_house, date_id, samira)
        with the_house.acting(her) as (session, acting):
            answering.not_this_one(session, acting, date_id, now=NOON)
        first, second = self.acts_of_hers(the_house, her)
        assert first == second == ("interpreter_asked", {"appointment": str(date_id)})

    def test_after_the_talk_there_is_none(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        over = TOMORROW + timedelta(hours=2)
        with the_house.acting(her, now=over) as (session, acting):
            answering.say_how_it_was(session, acting, date_id, Felt.NOT_SAFE, now=over)
            answering.not_again(session, acting, date_id, now=over)
        assert [kind for kind, _ in self.acts_of_hers(the_house, her)] == ["interpreter_talk_over"]
        assert fits(the_house, date_id) == {"Samira Haddad": Fit.NOT_THIS_PERSON}
