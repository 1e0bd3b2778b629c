"""Who is signed in, for how long, and what a token is worth without the database."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.accounts import CardState, Frozen
from portal.domain.cards import CardDoesNotOpen
from portal.models import Card, SignIn, StaffMember
from portal.services.entry import cards, covering, sessions
from portal.services.entry.covering import PinNeeded
from portal.services.entry.sessions import SignedIn
from portal.vault import CannotOpen, new_token, token_hash
from tests.people import NOON, PIN, Person, TestHouse

MINUTE = timedelta(minutes=1)


def come_in(session: Session, person: Person, *, now: datetime = NOON) -> str:
    """A fresh sign-in of somebody."""
    return sessions.start(
        session,
        person.account_id,
        keys=person.keys,
        language="nl",
        now=now,
        pin=person.pin or None,
    )


def find(session: Session, token: str, at: datetime) -> SignedIn | None:
    """Who is behind a token, without keeping the sign-in alive."""
    return sessions.find(session, token, now=at, slide=False)


def test_a_token_brings_back_her_and_her_key(session: Session, her: Person) -> None:
    found = find(session, come_in(session, her), NOON)
    assert found is not None
    assert (found.account_id, found.case_id, found.keys) == (her.account_id, her.case_id, her.keys)
    assert (found.is_survivor, found.language, found.roles) == (True, "nl", frozenset())


def test_staff_come_with_name_and_roles(session: Session, the_house: TestHouse) -> None:
    found = find(session, come_in(session, the_house.moderator), NOON)
    assert found is not None
    assert (found.name, found.is_survivor, found.second_factor_at) == ("Mona", False, None)
    assert [role.value for role, _ in found.roles] == ["moderator"]


def test_a_token_without_its_row_is_nothing(session: Session, her: Person) -> None:
    come_in(session, her)
    for token in (new_token(), "", "x" * 5000, "\ud800", "\x00"):
        assert find(session, token, NOON) is None


def test_the_database_without_the_token_holds_no_key(session: Session, her: Person) -> None:
    token = come_in(session, her)
    row = session.scalars(select(SignIn).where(SignIn.account_id == her.account_id)).one()
    for secret in (her.keys.private, her.keys.private.hex().encode(), token.encode(), PIN.encode()):
        assert secret not in row.body
        assert secret not in row.token_hash


def test_a_row_under_another_token_does_not_open(session: Session, her: Person) -> None:
    come_in(session, her)
    mine = new_token()
    whose = SignIn.account_id == her.account_id
    session.execute(update(SignIn).where(whose).values(token_hash=token_hash(mine)))
    with pytest.raises(CannotOpen):
        find(session, mine, NOON)


def test_a_survivor_is_out_after_ten_idle_minutes(session: Session, her: Person) -> None:
    token = come_in(session, her)
    assert find(session, token, NOON + 10 * MINUTE)
    assert find(session, token, NOON + 10 * MINUTE + timedelta(seconds=1)) is None
    assert find(session, token, NOON) is None, "the row is gone, whatever the clock says next"


def test_staff_are_out_after_fifteen_idle_minutes(session: Session, the_house: TestHouse) -> None:
    token = come_in(session, the_house.director)
    assert find(session, token, NOON + 15 * MINUTE)
    assert find(session, token, NOON + 15 * MINUTE + timedelta(seconds=1)) is None


def test_being_there_keeps_her_in_and_polling_does_not(session: Session, her: Person) -> None:
    token = come_in(session, her)
    assert sessions.find(session, token, now=NOON + 9 * MINUTE)
    assert find(session, token, NOON + 18 * MINUTE), "nine minutes after she was there"
    assert find(session, token, NOON + 20 * MINUTE) is None, "polling did not slide"


def test_a_covered_page_does_not_keep_itself_alive(session: Session, her: Person) -> None:
    token = come_in(session, her)
    acting = sessions.find(session, token, now=NOON)
    assert acting is not None
    covering.cover(session, acting, now=NOON)
    for minutes in (3, 6, 9):
        assert sessions.find(session, token, now=NOON + minutes * MINUTE)
    assert sessions.find(session, token, now=NOON + 11 * MINUTE) is None


def test_who_uncovers_the_page_is_there_again(session: Session, her: Person) -> None:
    token = come_in(session, her)
    acting = sessions.find(session, token, now=NOON)
    assert acting is not None
    covering.cover(session, acting, now=NOON)
    covering.uncover(session, token, now=NOON + 9 * MINUTE, pin=her.pin)
    assert sessions.find(session, token, now=NOON + 18 * MINUTE)


def test_a_page_that_was_hidden_long_asks_for_the_pin_although_nobody_was_told(
    session: Session, her: Person
) -> None:
    token = come_in(session, her)
    covering.uncover(session, token, now=NOON, hidden_for=timedelta(seconds=60))
    with pytest.raises(PinNeeded):
        covering.uncover(session, token, now=NOON, hidden_for=timedelta(seconds=61))
    with pytest.raises(PinNeeded):
        covering.uncover(session, token, now=NOON)
    covering.uncover(session, token, now=NOON, pin=her.pin)


def test_nobody_stays_longer_than_twelve_hours(session: Session, her: Person) -> None:
    token = come_in(session, her)
    for minutes in range(8, 12 * 60, 8):
        assert sessions.find(session, token, now=NOON + minutes * MINUTE)
    assert sessions.find(session, token, now=NOON + 12 * 60 * MINUTE)
    assert sessions.find(session, token, now=NOON + 12 * 60 * MINUTE + MINUTE) is None


def test_a_survivor_is_signed_in_once(session: Session, her: Person, another: Person) -> None:
    first, hers = come_in(session, her), come_in(session, another)
    second = come_in(session, her, now=NOON + MINUTE)
    assert find(session, first, NOON + MINUTE) is None
    assert find(session, second, NOON + MINUTE)
    assert find(session, hers, NOON + MINUTE), "another survivor stays in"


def test_staff_may_be_signed_in_twice(session: Session, the_house: TestHouse) -> None:
    tokens = [come_in(session, the_house.director) for _ in range(2)]
    assert all(find(session, token, NOON) for token in tokens)


def test_she_reads_when_she_was_last_here(session: Session, her: Person) -> None:
    come_in(session, her)
    token = come_in(session, her, now=NOON + 60 * MINUTE)
    found = find(session, token, NOON + 60 * MINUTE)
    assert found is not None
    assert found.signed_in_before_at == NOON


def test_leaving_ends_it_at_once(session: Session, her: Person) -> None:
    token = come_in(session, her)
    sessions.end(session, token)
    assert find(session, token, NOON) is None
    sessions.end(session, token)


def test_signing_out_everywhere_spares_only_where_one_asks(
    session: Session, the_house: TestHouse
) -> None:
    tokens = [come_in(session, the_house.director) for _ in range(3)]
    other = come_in(session, the_house.stand_in)
    sessions.end_all(session, the_house.director.account_id, but=token_hash(tokens[1]))
    assert [find(session, token, NOON) is not None for token in tokens] == [False, True, False]
    sessions.end_all(session, the_house.director.account_id)
    assert find(session, tokens[1], NOON) is None
    assert find(session, other, NOON)


def test_with_more_rights_comes_another_token(session: Session, the_house: TestHouse) -> None:
    old = come_in(session, the_house.director)
    fresh = sessions.renew(session, old, now=NOON + MINUTE, second_factor_at=NOON + MINUTE)
    assert find(session, old, NOON + MINUTE) is None
    found = find(session, fresh, NOON + MINUTE)
    assert found is not None
    assert (found.keys, found.second_factor_at) == (the_house.director.keys, NOON + MINUTE)


def test_a_new_token_does_not_start_the_twelve_hours_again(
    session: Session, the_house: TestHouse
) -> None:
    token = come_in(session, the_house.director)
    for hours in range(1, 12):
        at = NOON + timedelta(hours=hours)
        session.execute(update(SignIn).values(last_seen_at=at))
        session.expire_all()
        token = sessions.renew(session, token, now=at)
    assert find(session, token, NOON + timedelta(hours=12, minutes=5)) is None


def test_who_left_the_house_is_out(session: Session, the_house: TestHouse) -> None:
    token = come_in(session, the_house.director)
    found = find(session, token, NOON)
    assert found is not None
    session.get_one(StaffMember, found.account_id).left_at = NOON
    session.flush()
    assert find(session, token, NOON) is None


class TestCovered:
    """The page was hidden: another app, a locked phone, a hand on the screen."""

    def cover(self, session: Session, token: str, at: datetime) -> None:
        found = find(session, token, at)
        assert found is not None
        covering.cover(session, found, now=at)

    def is_covered(self, session: Session, token: str, at: datetime) -> bool:
        found = find(session, token, at)
        assert found is not None
        return found.covered_at is not None

    def test_within_a_minute_a_tap_brings_her_back(self, session: Session, her: Person) -> None:
        token = come_in(session, her)
        self.cover(session, token, NOON)
        assert self.is_covered(session, token, NOON)
        covering.uncover(session, token, now=NOON + MINUTE)
        assert not self.is_covered(session, token, NOON + MINUTE)

    def test_later_only_the_pin_does(self, session: Session, her: Person) -> None:
        token = come_in(session, her)
        late = NOON + MINUTE + timedelta(seconds=1)
        self.cover(session, token, NOON)
        with pytest.raises(PinNeeded):
            covering.uncover(session, token, now=late)
        assert self.is_covered(session, token, late)
        covering.uncover(session, token, now=late, pin="٢٧٤ ٩٥١")
        assert not self.is_covered(session, token, late)

    def test_hiding_again_does_not_start_the_minute_again(
        self, session: Session, her: Person
    ) -> None:
        token = come_in(session, her)
        self.cover(session, token, NOON)
        self.cover(session, token, NOON + timedelta(seconds=50))
        with pytest.raises(PinNeeded):
            covering.uncover(session, token, now=NOON + 2 * MINUTE)

    def test_a_new_token_is_as_covered_as_the_old_one(self, session: Session, her: Person) -> None:
        token = come_in(session, her)
        self.cover(session, token, NOON)
        fresh = sessions.renew(session, token, now=NOON)
        assert self.is_covered(session, fresh, NOON)

    def test_ten_wrong_pins_freeze_the_card_and_sign_her_out(
        self, session: Session, her: Person
    ) -> None:
        token = come_in(session, her)
        self.cover(session, token, NOON)
        late = NOON + 2 * MINUTE
        for tried in range(10):
            assert find(session, token, late), tried
            with pytest.raises(CardDoesNotOpen):
                covering.uncover(session, token, now=late, pin=f"88{tried}888")
        assert find(session, token, late) is None
        card = cards.newest(session, her.account_id)
        assert card is not None
        assert (card.state, card.frozen_why) == (CardState.FROZEN, Frozen.WRONG_PINS)

    def test_a_right_pin_starts_the_count_again(self, session: Session, her: Person) -> None:
        token = come_in(session, her)
        late = NOON + 2 * MINUTE
        for _ in range(3):
            self.cover(session, token, NOON)
            for wrong in ("", "letters", "000000", "27495", "2749512", "888888"):
                with pytest.raises(CardDoesNotOpen):
                    covering.uncover(session, token, now=late, pin=wrong)
            covering.uncover(session, token, now=late, pin=PIN)
        assert (
            session.scalars(select(Card.wrong_pins).where(Card.account_id == her.account_id)).one()
            == 0
        )

    def test_without_a_pin_at_sign_in_no_pin_brings_back(
        self, session: Session, her: Person
    ) -> None:
        token = come_in(session, replace(her, pin=""))
        self.cover(session, token, NOON)
        for pin in ("", PIN):
            with pytest.raises(CardDoesNotOpen):
                covering.uncover(session, token, now=NOON + 2 * MINUTE, pin=pin)

    def test_after_a_change_of_pin_the_new_one_brings_back(
        self, session: Session, her: Person
    ) -> None:
        token = come_in(session, her)
        found = find(session, token, NOON)
        assert found is not None
        sessions.learn_pin(session, found, token, "86420 1")
        self.cover(session, token, NOON)
        with pytest.raises(CardDoesNotOpen):
            covering.uncover(session, token, now=NOON + 2 * MINUTE, pin=PIN)
        covering.uncover(session, token, now=NOON + 2 * MINUTE, pin="864201")
