"""Cards: issued, given again, voided, frozen, and their PIN changed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from portal.database import Database
from portal.domain.accounts import CardState, Frozen
from portal.domain.cards import (
    CardDoesNotOpen,
    CheckDigitWrong,
    PinsDiffer,
    PinTooPlain,
    new_card_number,
)
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.words import NothingWritten, TooLong
from portal.models import Account, Card, Grant, KeySlot
from portal.services.case_work import cases, opening
from portal.services.entry import cards, pins, sessions, sign_in, slots, stopped_cards
from portal.services.house import House
from portal.vault import key_pair_from, random_digits
from tests.people import NOON, PIN, READY, Person, TestHouse
from tests.services.reach import read_through_the_house

DAY = timedelta(days=1)
NEW_PIN = "864201"


def come_in(the_house: TestHouse, card: str, pin: str = PIN, *, again: str | None = None) -> str:
    """Sign in on the front page."""
    return sign_in.sign_in_with_card(
        the_house.database.transaction,
        the_house.house,
        card=card,
        pin=pin,
        language="nl",
        address=b"here",
        now=NOON,
        new_pin_again=again,
    )


def test_the_number_is_kept_nowhere(the_house: TestHouse, her: Person) -> None:
    with the_house.database.transaction("read") as session:
        card = cards.newest(session, her.account_id)
        assert card is not None
        slot = session.get_one(KeySlot, card.slot_id)
    for kept in (card.locator_hash, slot.salt, slot.verifier, slot.wrapped):
        for part in (her.card, her.card[:7], her.card[7:15], PIN):
            assert part.encode() not in kept


class TestVoid:
    """A wrongly issued card."""

    def test_it_opens_nothing_and_whoever_came_in_is_out(
        self, the_house: TestHouse, her: Person
    ) -> None:
        token = come_in(the_house, her.card)
        with the_house.acting(the_house.director) as (session, acting):
            card = cards.newest(session, her.account_id)
            assert card is not None
            slot_id = card.slot_id
            stopped_cards.void(session, card, actor_id=acting.account_id, now=NOON)
            assert sessions.find(session, token, now=NOON) is None
            assert session.get(KeySlot, slot_id) is None
            for act in (stopped_cards.void, stopped_cards.freeze, stopped_cards.lift_freeze):
                with pytest.raises(WrongState):
                    act(session, card, actor_id=acting.account_id, now=NOON)
        with pytest.raises(CardDoesNotOpen):
            come_in(the_house, her.card)


class TestIssuedAgain:
    """For a card that never came to life."""

    def again(self, the_house: TestHouse, person: Person, *, now: datetime = NOON) -> Person:
        new = cards.prepare(the_house.house)
        assert person.case_id is not None
        with the_house.acting(the_house.director, now=now) as (session, acting):
            case = cases.get_case(session, acting, person.case_id)
            opening.issue_again(session, acting, case, new, now=now)
        return replace(person, keys=new.keys, card=new.number, pin=PIN)

    def void(self, the_house: TestHouse, person: Person) -> None:
        with the_house.acting(the_house.director) as (session, acting):
            card = cards.newest(session, person.account_id)
            assert card is not None
            stopped_cards.void(session, card, actor_id=acting.account_id, now=NOON)

    def test_after_48_hours_she_gets_another_and_reads_her_folders(
        self, the_house: TestHouse
    ) -> None:
        late = the_house.a_survivor("Late", activated=False)
        fresh = self.again(the_house, late, now=NOON + 2 * DAY)
        token = sign_in.sign_in_with_card(
            the_house.database.transaction,
            the_house.house,
            card=fresh.card,
            pin=PIN,
            language="nl",
            address=b"here",
            now=NOON + 2 * DAY,
            new_pin_again=PIN,
        )
        with the_house.database.transaction() as session:
            acting = sessions.find(session, token, now=NOON + 2 * DAY)
            assert acting is not None
            assert acting.keys == fresh.keys
            case = the_house.case_of(session, fresh)
            shown = cases.contact_card(session, acting, case, purpose="own", now=NOON)
        assert shown == ("Late", "ar")

    def test_after_a_voided_card_too(self, the_house: TestHouse) -> None:
        wrong = the_house.a_survivor("Wrong", activated=False)
        self.void(the_house, wrong)
        fresh = self.again(the_house, wrong)
        assert come_in(the_house, fresh.card, again=PIN)
        assert "case.name" in read_through_the_house(the_house, fresh, fresh.case_id)

    def test_the_first_card_and_its_key_open_nothing_any_more(self, the_house: TestHouse) -> None:
        late = the_house.a_survivor("Late", activated=False)
        self.again(the_house, late, now=NOON + 2 * DAY)
        with the_house.database.transaction("read") as session:
            new, old = session.scalars(
                select(Card)
                .where(Card.account_id == late.account_id)
                .order_by(Card.issued_at.desc())
            ).all()
            slots = session.scalars(
                select(KeySlot).where(KeySlot.holder_id == late.holder_id)
            ).all()
            assert (old.state, old.slot_id) == (CardState.VOID, None)
            assert [slot.id for slot in slots] == [new.slot_id]
            versions = session.scalars(
                select(Grant.holder_version).where(Grant.holder_id == late.holder_id)
            ).all()
        assert set(versions) == {2}

    def test_not_while_the_first_one_waits(self, the_house: TestHouse) -> None:
        waiting = the_house.a_survivor("Waiting", activated=False)
        with pytest.raises(WrongState):
            self.again(the_house, waiting)

    def test_not_for_a_card_that_was_used(self, the_house: TestHouse, her: Person) -> None:
        """She may have words that only her key opens: that way takes two people."""
        with pytest.raises(WrongState):
            self.again(the_house, her)
        self.void(the_house, her)
        with pytest.raises(WrongState):
            self.again(the_house, her)

    def test_not_by_a_stranger(self, the_house: TestHouse) -> None:
        late = the_house.a_survivor("Late", activated=False)
        new = cards.prepare(the_house.house)
        after = NOON + 2 * DAY
        for person in (the_house.coordinator, the_house.moderator):
            with the_house.acting(person, now=after) as (session, acting):
                case = the_house.case_of(session, late)
                with pytest.raises(NotYours):
                    opening.issue_again(session, acting, case, new, now=after)
        assert late.case_id is not None
        with the_house.acting(the_house.moderator) as (session, acting), pytest.raises(NotFound):
            cases.get_case(session, acting, late.case_id)


class TestFreeze:
    """Staff stop a card for now."""

    def test_a_frozen_card_signs_her_out_until_it_is_lifted(
        self, the_house: TestHouse, her: Person
    ) -> None:
        token = come_in(the_house, her.card)
        with the_house.acting(the_house.director) as (session, acting):
            card = cards.newest(session, her.account_id)
            assert card is not None
            with pytest.raises(WrongState):
                stopped_cards.lift_freeze(session, card, actor_id=acting.account_id, now=NOON)
            stopped_cards.freeze(session, card, actor_id=acting.account_id, now=NOON)
            assert (card.state, card.frozen_why) == (CardState.FROZEN, Frozen.BY_STAFF)
            assert sessions.find(session, token, now=NOON) is None
            stopped_cards.lift_freeze(session, card, actor_id=acting.account_id, now=NOON)
            session.flush()
            assert (card.state, card.wrong_pins, card.frozen_why) == (CardState.ACTIVE, 0, None)
        assert come_in(the_house, her.card)


class TestChangingThePin:
    """With the card again, and all other sign-ins end."""

    def change(
        self,
        the_house: TestHouse,
        her: Person,
        *,
        card: str | None = None,
        pin: str = PIN,
        new: str = NEW_PIN,
        again: str = NEW_PIN,
    ) -> str:
        token = come_in(the_house, her.card)
        with the_house.database.transaction() as session:
            acting = sessions.find(session, token, now=NOON)
        assert acting is not None
        pins.change_pin(
            the_house.database.transaction,
            the_house.house,
            her.account_id,
            acting.session_id,
            card_number=card or her.card,
            pin=pin,
            new_pin=new,
            new_pin_again=again,
            now=NOON,
        )
        return token

    def test_the_new_pin_opens_the_same_key_and_the_old_one_nothing(
        self, the_house: TestHouse, her: Person, house: House
    ) -> None:
        here = self.change(the_house, her)
        with the_house.database.transaction() as session:
            assert sessions.find(session, here, now=NOON), "she stays in where she changed it"
        with pytest.raises(CardDoesNotOpen):
            come_in(the_house, her.card)
        assert come_in(the_house, her.card, NEW_PIN)
        with the_house.database.transaction("read") as session:
            rows = session.scalars(select(KeySlot).where(KeySlot.holder_id == her.holder_id)).all()
            (slot,) = [slots.as_slot(row) for row in rows]
        secret = f"{her.card[7:15]}:{NEW_PIN}".encode()
        assert key_pair_from(house.try_slot(secret, slot)) == her.keys

    def test_without_the_right_card_nothing_changes(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        for card in (another.card, new_card_number(random_digits)):
            with pytest.raises(CardDoesNotOpen):
                self.change(the_house, her, card=card)
        with pytest.raises(CheckDigitWrong):
            self.change(the_house, her, card=her.card[:-1])
        assert come_in(the_house, her.card)

    def test_a_plain_or_mistyped_new_pin_is_told(self, the_house: TestHouse, her: Person) -> None:
        with pytest.raises(PinTooPlain):
            self.change(the_house, her, new="111111", again="111111")
        with pytest.raises(PinsDiffer):
            self.change(the_house, her, again="864202")

    def test_whoever_holds_the_open_phone_and_the_card_cannot_try_for_ever(
        self, the_house: TestHouse, database: Database, her: Person
    ) -> None:
        token = come_in(the_house, her.card)
        with the_house.database.transaction() as session:
            acting = sessions.find(session, token, now=NOON)
        assert acting is not None
        for number in range(10):
            with pytest.raises(CardDoesNotOpen):
                pins.change_pin(
                    database.transaction,
                    the_house.house,
                    her.account_id,
                    acting.session_id,
                    card_number=her.card,
                    pin=f"1357{number}0",
                    new_pin=NEW_PIN,
                    new_pin_again=NEW_PIN,
                    now=NOON,
                )
        with database.transaction() as session:
            assert sessions.find(session, token, now=NOON) is None
            card = cards.newest(session, her.account_id)
            assert card is not None
            assert card.state is CardState.FROZEN


class TestOpeningACase:
    """Case director and stand-in hold its keys from the first day."""

    def test_both_read_her_name_and_the_number_tells_nothing(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        assert her.case_id is not None
        for person in (the_house.director, the_house.stand_in):
            with the_house.acting(person) as (session, acting):
                case = cases.get_case(session, acting, her.case_id)
                shown = cases.contact_card(session, acting, case, purpose="case", now=NOON)
                assert shown == ("Amal", "ar")
                assert cases.find_case(session, acting, case.number.lower().replace("-", " "))
        assert len({her.case_number, another.case_number}) == 2

    @pytest.mark.parametrize(
        "typed", ["", "Amal", "AB-1234567", "AB-\x00\ud80012345", "%", "A" * 9, "ŸŸ-ÅÅÅÅÅÅ"]
    )
    def test_nobody_is_found_by_anything_but_a_whole_number(
        self, the_house: TestHouse, her: Person, typed: str
    ) -> None:
        with the_house.acting(the_house.director) as (session, acting):
            assert cases.find_case(session, acting, typed) is None

    def test_a_foreign_number_finds_nothing(self, the_house: TestHouse, her: Person) -> None:
        for person in (the_house.moderator, the_house.coordinator):
            with the_house.acting(person) as (session, acting):
                assert cases.find_case(session, acting, her.case_number) is None

    def test_nobody_stands_in_for_herself(self, the_house: TestHouse) -> None:
        with pytest.raises(WrongState):
            the_house.a_survivor("Two", director=the_house.director, stand_in=the_house.director)

    def test_a_name_of_only_spaces_opens_no_case(self, the_house: TestHouse) -> None:
        with pytest.raises(NothingWritten):
            the_house.a_survivor(" \u200b ")
        with pytest.raises(TooLong):
            the_house.a_survivor("A" * 81)

    def test_only_who_may_opens_one(self, the_house: TestHouse) -> None:
        new = cards.prepare(the_house.house)
        for person in (the_house.moderator, the_house.auditor, the_house.coordinator):
            with the_house.acting(person) as (session, acting), pytest.raises(NotYours):
                opening.open_case(
                    session,
                    acting,
                    new,
                    name="Nobody",
                    language="nl",
                    case_director_id=the_house.director.account_id,
                    stand_in_id=the_house.stand_in.account_id,
                    readiness=READY,
                    now=NOON,
                )
        with the_house.database.transaction("read") as session:
            assert len(session.scalars(select(Account)).all()) == 11
