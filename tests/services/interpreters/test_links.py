"""The link of an interpreter shows one talk, for a while, to whoever holds it."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.domain.interpreters import MOST_OPENINGS, Means, TalkLinkEnded
from portal.domain.refusals import SlowDown, WrongState
from portal.models import Appointment, AuditEvent, TalkLink
from portal.services.dates import giving, her_dates, taken_times
from portal.services.interpreters import answering, links
from tests.people import NOON, Person, TestHouse
from tests.services.interpreters.talks import an_interpreter, asks, books, steps_of
from tests.services.journey import HOUSING, TOMORROW

ADDRESS = b"192.0.2.1"


class TestTheLink:
    """It shows one talk, for a while, to whoever holds it."""

    @pytest.fixture
    def token(self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID) -> str:
        asks(the_house, her, date_id)
        books(the_house, date_id, samira)
        return self.made(the_house, date_id)

    @staticmethod
    def made(the_house: TestHouse, date_id: UUID) -> str:
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            return links.make(
                session, acting, date_id, where="+32 2 555 12 34", name="Mira", now=NOON
            )

    @staticmethod
    def opened(the_house: TestHouse, token: str, now: datetime = NOON) -> links.Talk:
        with the_house.database.transaction() as session:
            return links.open_link(session, token, address=ADDRESS, now=now)

    def test_it_shows_the_talk_and_is_written_down(
        self, the_house: TestHouse, token: str, samira: UUID
    ) -> None:
        talk = self.opened(the_house, token)
        assert (talk.starts_at, talk.minutes, talk.name) == (TOMORROW, 45, "Mira")
        assert (talk.where, talk.language) == ("+32 2 555 12 34", "ar")
        with the_house.database.transaction("read") as session:
            asked = select(AuditEvent).where(AuditEvent.kind == "talk_link_opened")
            (event,) = session.scalars(asked)
            assert event.facts["interpreter"] == str(samira)
            row = session.execute(select(TalkLink)).scalar_one()
            for kept in (row.token_hash, row.sealed):
                assert token.encode() not in kept
                assert b"555" not in kept
                assert b"Mira" not in kept

    def test_it_ends_an_hour_after_the_talk(self, the_house: TestHouse, token: str) -> None:
        ends = TOMORROW + timedelta(minutes=45 + 60)
        self.opened(the_house, token, ends - timedelta(seconds=1))
        with pytest.raises(TalkLinkEnded):
            self.opened(the_house, token, ends)
        with the_house.database.transaction() as session:
            assert links.forget_old(session, now=ends) == 1

    def test_an_older_link_ends_with_a_new_one(
        self, the_house: TestHouse, token: str, date_id: UUID
    ) -> None:
        newer = self.made(the_house, date_id)
        with pytest.raises(TalkLinkEnded):
            self.opened(the_house, token)
        self.opened(the_house, newer)

    @pytest.mark.parametrize("why", ["cancelled", "not this person", "cannot come", "another"])
    def test_it_ends_with_what_it_was_for(
        self, the_house: TestHouse, her: Person, token: str, date_id: UUID, why: str
    ) -> None:
        if why == "another":
            books(the_house, date_id, an_interpreter(the_house, "Amina"))
        elif why == "cancelled":
            with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
                giving.cancel(session, acting, date_id, now=NOON)
        else:
            act = her_dates.cannot_come if why == "cannot come" else answering.not_this_one
            with the_house.acting(her) as (session, acting):
                act(session, acting, date_id, now=NOON)
        with pytest.raises(TalkLinkEnded):
            self.opened(the_house, token)

    def test_it_is_used_up_and_trying_many_is_slowed_down(
        self, the_house: TestHouse, token: str
    ) -> None:
        for _ in range(MOST_OPENINGS):
            self.opened(the_house, token)
        for number in range(links.WRONG_LINKS):
            with the_house.database.transaction() as session:
                tried = token if number % 2 else f"wrong {number}\ud800"
                with pytest.raises(TalkLinkEnded):
                    links.open_link(session, tried, address=ADDRESS, now=NOON)
        with pytest.raises(SlowDown):
            self.opened(the_house, token)

    def test_a_plan_that_names_an_interpreter_is_enough(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        with the_house.database.transaction() as session:
            appointment = session.get_one(Appointment, date_id)
            taken_times.take_interpreter(session, appointment, samira)
            appointment.interpreter_id = samira
        talk = self.opened(the_house, self.made(the_house, date_id))
        assert talk.means is Means.PHONE
        with the_house.acting(her) as (session, acting):
            answering.confirm(session, acting, date_id, now=NOON)
            her_dates.cannot_come(session, acting, date_id, now=NOON)
        assert steps_of(the_house, samira) == 0

    def test_without_an_interpreter_there_is_no_link(
        self, the_house: TestHouse, date_id: UUID
    ) -> None:
        with pytest.raises(WrongState):
            self.made(the_house, date_id)
