"""She says, or the service says, whom she wants and whom not."""

from uuid import UUID

import pytest

from portal.domain.interpreters import RequestState, Said, Sex
from portal.domain.refusals import NotFound
from portal.services.interpreters import asking
from portal.services.interpreters.asking import Wish
from tests.people import NOON, Person, TestHouse
from tests.services.interpreters.talks import asks, books, request_of, steps_of
from tests.services.journey import HOUSING, POLICE


class TestAsking:
    """By her, or by the service."""

    def test_what_she_says_is_sealed_and_read_by_her_and_the_service(
        self, the_house: TestHouse, her: Person, date_id: UUID
    ) -> None:
        said = Said("From Aleppo", Sex.WOMAN, not_from_near=True, not_these="Fatima from the shop")
        asks(the_house, her, date_id, said)
        kept = request_of(the_house, date_id)
        assert (kept.state, kept.language) == (RequestState.ASKED, "ar")
        assert kept.said is not None
        assert b"Aleppo" not in kept.said
        for reader in (her, the_house.workers[HOUSING]):
            with the_house.acting(reader) as (session, acting):
                appointment = asking.get_date(session, acting, date_id)
                wish = asking.wish_of(session, acting, appointment, now=NOON)
                assert wish is not None
                assert wish.said.not_these == "Fatima from the shop"
        police = the_house.workers[POLICE]
        with the_house.acting(police) as (session, acting), pytest.raises(NotFound):
            asking.get_date(session, acting, date_id)

    def test_everything_can_be_left_out(
        self, the_house: TestHouse, her: Person, date_id: UUID
    ) -> None:
        with the_house.acting(her) as (session, acting):
            asking.ask(session, acting, date_id, Wish(), now=NOON)
            assert asking.last_wish(session, acting, now=NOON) == Wish()

    def test_a_date_of_somebody_else_is_none(
        self, the_house: TestHouse, another: Person, date_id: UUID
    ) -> None:
        with pytest.raises(NotFound):
            asks(the_house, another, date_id)

    def test_the_next_date_is_asked_with_what_she_said_last(
        self, the_house: TestHouse, her: Person, date_id: UUID
    ) -> None:
        asks(the_house, her, date_id, Said(dialect="From Aleppo"))
        with the_house.acting(her) as (session, acting):
            last = asking.last_wish(session, acting, now=NOON)
        assert last == Wish("ar", Said(dialect="From Aleppo"))

    def test_none_is_needed_after_all(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        asks(the_house, her, date_id)
        books(the_house, date_id, samira)
        with the_house.acting(her) as (session, acting):
            asking.take_back(session, acting, date_id, now=NOON)
        assert request_of(the_house, date_id).state is RequestState.NOT_WANTED
        assert steps_of(the_house, samira) == 0
