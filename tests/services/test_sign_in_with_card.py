"""She comes in with card and PIN. Every failure costs one slow pass and says the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.database import Database
from portal.domain.accounts import CardState, Frozen
from portal.domain.cards import (
    WRONG_PINS_BEFORE_FREEZE,
    CardDoesNotOpen,
    CheckDigitWrong,
    PinsDiffer,
    PinTooPlain,
    check_digit,
    new_card_number,
)
from portal.domain.refusals import Busy, SlowDown
from portal.models import AuditEvent, Card, KeySlot, SignIn, Tries
from portal.services.case_work import caseload
from portal.services.entry import cards, sessions, sign_in, stopped_cards
from portal.services.house import House
from portal.vault import SlowPasses, random_digits
from tests.people import NOON, PIN, Person, TestHouse

Enter = Callable[..., str]
HERE = b"198.51.100.7"


@pytest.fixture
def enter(database: Database, house: House) -> Enter:
    """Type card and PIN on the front page."""

    def attempt(
        card: str,
        pin: str = PIN,
        *,
        again: str | None = None,
        now: datetime = NOON,
        address: bytes = HERE,
    ) -> str:
        return sign_in.sign_in_with_card(
            database.transaction,
            house,
            card=card,
            pin=pin,
            language="ar",
            address=address,
            now=now,
            new_pin_again=again,
        )

    return attempt


@pytest.fixture
def passes(house: House) -> Callable[[], int]:
    """How many slow passes there were since it was last asked."""
    seen = house.slow_passes.count

    def since() -> int:
        nonlocal seen
        before, seen = seen, house.slow_passes.count
        return seen - before

    return since


def a_card_like(card: str) -> str:
    """Another number that finds the same account: its secret digits are wrong."""
    body = card[:7] + random_digits(8)
    return body + check_digit(body)


def test_card_and_pin_open_her_pages_with_one_pass(
    database: Database, enter: Enter, passes: Callable[[], int], her: Person
) -> None:
    token = enter(her.card)
    assert passes() == 1
    with database.transaction() as session:
        found = sessions.find(session, token, now=NOON)
    assert found is not None
    assert (found.case_id, found.keys, found.language) == (her.case_id, her.keys, "ar")


def test_card_and_pin_may_be_typed_in_arabic_with_spaces(enter: Enter, her: Person) -> None:
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    assert enter(f" {her.card[:4]} {her.card[4:]}".translate(arabic), PIN.translate(arabic))


class TestEveryFailureIsTheSame:
    """One sentence and one slow pass, whatever is behind it."""

    @pytest.fixture(autouse=True)
    def _one_pass(self, passes: Callable[[], int]) -> object:
        passes()
        yield
        assert passes() == 1

    @pytest.mark.parametrize("pin", ["274952", "", "no digits", "9" * 500, "\ud800", "\x00"])
    def test_a_wrong_pin(self, enter: Enter, her: Person, pin: str) -> None:
        with pytest.raises(CardDoesNotOpen):
            enter(her.card, pin)

    def test_a_card_that_nobody_has(self, enter: Enter) -> None:
        with pytest.raises(CardDoesNotOpen):
            enter(new_card_number(random_digits))

    def test_a_card_with_wrong_secret_digits(self, enter: Enter, her: Person) -> None:
        with pytest.raises(CardDoesNotOpen):
            enter(a_card_like(her.card))

    def test_an_active_card_said_to_be_new(self, enter: Enter, her: Person) -> None:
        with pytest.raises(CardDoesNotOpen):
            enter(her.card, "864201", again="864201")


class TestCardsThatOpenNoMore:
    """The same for cards in every state but active."""

    def refused(self, enter: Enter, passes: Callable[[], int], card: str, **more: object) -> None:
        passes()
        with pytest.raises(CardDoesNotOpen):
            enter(card, **more)
        assert passes() == 1

    def test_a_frozen_card(
        self, the_house: TestHouse, enter: Enter, passes: Callable[[], int], her: Person
    ) -> None:
        with the_house.acting(the_house.director) as (session, acting):
            card = cards.newest(session, her.account_id)
            assert card is not None
            stopped_cards.freeze(session, card, actor_id=acting.account_id, now=NOON)
        self.refused(enter, passes, her.card)

    def test_a_void_card(
        self, the_house: TestHouse, enter: Enter, passes: Callable[[], int], her: Person
    ) -> None:
        with the_house.acting(the_house.director) as (session, acting):
            card = cards.newest(session, her.account_id)
            assert card is not None
            stopped_cards.void(session, card, actor_id=acting.account_id, now=NOON)
        self.refused(enter, passes, her.card)

    def test_a_new_card_after_48_hours(
        self, the_house: TestHouse, enter: Enter, passes: Callable[[], int]
    ) -> None:
        late = the_house.a_survivor("Late", activated=False)
        after = NOON + timedelta(hours=48)
        self.refused(enter, passes, late.card, pin=PIN, again=PIN, now=after)

    def test_a_new_card_used_as_an_old_one(
        self, the_house: TestHouse, enter: Enter, passes: Callable[[], int]
    ) -> None:
        fresh = the_house.a_survivor("Fresh", activated=False)
        for pin in (PIN, "", "letters"):
            self.refused(enter, passes, fresh.card, pin=pin)

    def test_an_activation_used_again(
        self, the_house: TestHouse, enter: Enter, passes: Callable[[], int]
    ) -> None:
        fresh = the_house.a_survivor("Fresh", activated=False)
        enter(fresh.card, PIN, again=PIN)
        self.refused(enter, passes, fresh.card, pin="864201", again="864201")


def test_ten_wrong_numbers_make_a_new_card_void_and_staff_see_it(
    the_house: TestHouse, enter: Enter, database: Database
) -> None:
    fresh = the_house.a_survivor("Fresh", activated=False)
    for left in range(WRONG_PINS_BEFORE_FREEZE, 0, -1):
        with database.transaction("read") as session:
            card = cards.newest(session, fresh.account_id)
            assert card is not None
            assert card.state is CardState.NEW, left
        with pytest.raises(CardDoesNotOpen):
            enter(a_card_like(fresh.card), PIN, again=PIN)
    with database.transaction("read") as session:
        card = cards.newest(session, fresh.account_id)
        assert card is not None
        assert (card.state, card.slot_id) == (CardState.VOID, None)
    with pytest.raises(CardDoesNotOpen):
        enter(fresh.card, PIN, again=PIN)


def test_only_a_wrong_check_digit_is_told_at_once(
    enter: Enter, passes: Callable[[], int], her: Person, another: Person
) -> None:
    for card in (her.card, another.card, new_card_number(random_digits)):
        wrong = card[:-1] + str((int(card[-1]) + 1) % 10)
        with pytest.raises(CheckDigitWrong):
            enter(wrong)
    assert passes() == 0


class TestNewCard:
    """She chooses her PIN; the card alone opens nothing from then on."""

    def test_she_comes_in_and_staff_see_when(
        self, the_house: TestHouse, enter: Enter, database: Database
    ) -> None:
        fresh = the_house.a_survivor("Fresh", activated=False)
        token = enter(fresh.card, PIN, again=PIN)
        with database.transaction() as session:
            found = sessions.find(session, token, now=NOON)
            assert found is not None
            assert found.keys == fresh.keys
            card = cards.newest(session, fresh.account_id)
            assert card is not None
            assert (card.state, card.activated_at) == (CardState.ACTIVE, NOON)
            slots = session.scalars(
                select(KeySlot).where(KeySlot.holder_id == fresh.holder_id)
            ).all()
            assert [slot.id for slot in slots] == [card.slot_id], "the first slot is gone"
        assert enter(fresh.card, PIN)

    def test_a_plain_or_mistyped_pin_is_told_without_a_pass(
        self, the_house: TestHouse, enter: Enter, passes: Callable[[], int]
    ) -> None:
        fresh = the_house.a_survivor("Fresh", activated=False)
        passes()
        with pytest.raises(PinTooPlain):
            enter(fresh.card, "000000", again="000000")
        with pytest.raises(PinsDiffer):
            enter(fresh.card, PIN, again="274952")
        assert passes() == 0
        assert enter(fresh.card, PIN, again=PIN)
        assert passes() == 2, "one to open, one for the new slot"


class TestTenWrongPins:
    """They freeze the card, end her sign-in and tell the case director."""

    def test_the_tenth_freezes_and_tells(
        self, the_house: TestHouse, database: Database, enter: Enter, her: Person
    ) -> None:
        token = enter(her.card)
        for number in range(10):
            with pytest.raises(CardDoesNotOpen):
                enter(her.card, f"1357{number}0")
        with pytest.raises(CardDoesNotOpen):
            enter(her.card, PIN)
        with database.transaction() as session:
            assert sessions.find(session, token, now=NOON) is None
            card = cards.newest(session, her.account_id)
            assert card is not None
            assert (card.state, card.frozen_why) == (CardState.FROZEN, Frozen.WRONG_PINS)
            assert session.scalar(
                select(func.count()).where(
                    AuditEvent.kind == "card_frozen", AuditEvent.case_id == her.case_id
                )
            )
        with the_house.acting(the_house.director) as (session, acting):
            lines = caseload.page(session, acting, now=NOON).lines
        assert [line.is_frozen for line in lines if line.case.id == her.case_id] == [True]

    def test_nine_do_not_and_a_right_one_starts_again(
        self, database: Database, enter: Enter, her: Person
    ) -> None:
        for _ in range(2):
            for number in range(9):
                with pytest.raises(CardDoesNotOpen):
                    enter(her.card, f"1357{number}0")
            enter(her.card)
        with database.transaction("read") as session:
            card = cards.newest(session, her.account_id)
            assert card is not None
            assert (card.state, card.wrong_pins) == (CardState.ACTIVE, 0)

    def test_when_staff_lift_it_the_old_pin_opens_again(
        self, the_house: TestHouse, enter: Enter, her: Person
    ) -> None:
        for number in range(10):
            with pytest.raises(CardDoesNotOpen):
                enter(her.card, f"1357{number}0")
        with the_house.acting(the_house.director) as (session, acting):
            card = cards.newest(session, her.account_id)
            assert card is not None
            stopped_cards.lift_freeze(session, card, actor_id=acting.account_id, now=NOON)
        assert enter(her.card)


class TestAddresses:
    """A shelter shares one address: only failures count, and only for a while."""

    def fail(self, enter: Enter, times: int, now: datetime = NOON) -> None:
        for _ in range(times):
            with pytest.raises(CardDoesNotOpen):
                enter(new_card_number(random_digits), now=now)

    def test_many_failures_slow_the_address_down(
        self, enter: Enter, passes: Callable[[], int], her: Person
    ) -> None:
        self.fail(enter, sign_in.FAILURES_PER_ADDRESS)
        passes()
        with pytest.raises(SlowDown) as slow:
            enter(her.card)
        assert 0 < slow.value.seconds <= 15 * 60
        assert passes() == 0, "a slowed address costs nothing"
        assert enter(her.card, address=b"203.0.113.9"), "another address is no matter"
        assert enter(her.card, now=NOON + sign_in.SPAN)

    def test_a_line_with_many_addresses_counts_as_one(
        self, database: Database, enter: Enter
    ) -> None:
        for address in (b"2001:db8:1:2::1", b"2001:db8:1:2:ffff::1", b"2001:db8:1:3::1", b""):
            with pytest.raises(CardDoesNotOpen):
                enter(new_card_number(random_digits), address=address)
        with database.transaction("read") as session:
            counted = session.scalars(select(Tries.count).order_by(Tries.count)).all()
        assert counted == [1, 1, 2]

    @pytest.mark.real
    def test_thirty_people_who_come_in_do_not_slow_each_other(
        self, database: Database, enter: Enter, her: Person
    ) -> None:
        for _ in range(sign_in.FAILURES_PER_ADDRESS + 5):
            enter(her.card)
        with database.transaction("read") as session:
            assert session.scalar(select(func.count()).select_from(Tries)) == 0

    def test_neither_address_nor_card_can_be_read_from_the_count(
        self, database: Database, enter: Enter
    ) -> None:
        self.fail(enter, 1)
        with database.transaction("read") as session:
            (row,) = session.scalars(select(Tries)).all()
        assert HERE not in row.key
        assert len(row.key) == 32


def test_a_full_house_counts_nothing_and_says_busy(
    database: Database, house: House, her: Person
) -> None:
    full = replace(house, slow_passes=SlowPasses(house.settings.data_dir / "one", 1))

    def meanwhile() -> None:
        with pytest.raises(Busy):
            sign_in.sign_in_with_card(
                database.transaction,
                full,
                card=her.card,
                pin="135790",
                language="nl",
                address=HERE,
                now=NOON,
            )

    full.slow_passes.run(meanwhile)
    with database.transaction("read") as session:
        assert session.scalar(select(func.sum(Card.wrong_pins))) == 0
        assert session.scalar(select(func.count()).select_from(Tries)) == 0


def test_a_card_voided_during_the_slow_pass_opens_nothing(
    the_house: TestHouse, database: Database, house: House, her: Person
) -> None:
    class Voiding(SlowPasses):
        def run(self, function: Callable[..., object], *args: object) -> object:  # type: ignore[override]
            outcome = super().run(function, *args)
            with the_house.acting(the_house.director) as (session, acting):
                card = cards.newest(session, her.account_id)
                assert card is not None
                stopped_cards.void(session, card, actor_id=acting.account_id, now=NOON)
            return outcome

    slow = replace(house, slow_passes=Voiding(house.settings.data_dir / "slow-passes", 8))
    with pytest.raises(CardDoesNotOpen):
        sign_in.sign_in_with_card(
            database.transaction,
            slow,
            card=her.card,
            pin=PIN,
            language="nl",
            address=HERE,
            now=NOON,
        )
    with database.transaction("read") as session:
        assert not session.scalars(select(SignIn).where(SignIn.case_id == her.case_id)).all()
