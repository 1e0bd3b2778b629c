"""A key slot opens to its secret under its pepper, at the price of exactly one slow pass."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.vault import (
    CHEAP,
    STANDARD,
    Busy,
    CannotOpen,
    Cost,
    Slot,
    VaultError,
    WrongSecret,
    decoy_slot,
    key_slots,
    make_slot,
    open_slot,
)

many = settings(deadline=None, max_examples=60)
peppers = st.binary(min_size=32, max_size=32)
secrets = st.binary(max_size=40)

PEPPER, PRIVATE, SECRET = b"p" * 32, bytes(range(32)), b"12345678 1357"
SLOT = make_slot(SECRET, PEPPER, PRIVATE, CHEAP)


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[Cost]:
    """The cost of every slow pass that was made, in order."""
    made: list[Cost] = []
    real: Callable[..., bytes] = key_slots.argon2id

    def counted(password: bytes, salt: bytes, cost: Cost, *rest: int) -> bytes:
        made.append(cost)
        return real(password, salt, cost, *rest)

    monkeypatch.setattr(key_slots, "argon2id", counted)
    return made


@many
@given(secrets, peppers, peppers)
def test_its_secret_opens_it(secret: bytes, pepper: bytes, private: bytes) -> None:
    slot = make_slot(secret, pepper, private, CHEAP)
    assert open_slot(secret, pepper, slot) == private
    assert (len(slot.salt), len(slot.verifier), len(slot.wrapped)) == (16, 32, 72)


@many
@given(secrets)
def test_a_wrong_secret_never_opens_it(secret: bytes) -> None:
    assume(secret != SECRET)
    with pytest.raises(WrongSecret):
        open_slot(secret, PEPPER, SLOT)


@many
@given(peppers)
def test_a_wrong_pepper_never_opens_it(pepper: bytes) -> None:
    assume(pepper != PEPPER)
    with pytest.raises(WrongSecret):
        open_slot(SECRET, pepper, SLOT)


def with_column(column: str, stored: bytes) -> Slot:
    """The slot with other bytes in one column."""
    columns = {"salt": SLOT.salt, "verifier": SLOT.verifier, "wrapped": SLOT.wrapped}
    return Slot(ops=SLOT.ops, mem=SLOT.mem, **(columns | {column: stored}))


@many
@given(st.sampled_from(["salt", "verifier", "wrapped"]), st.data())
def test_an_altered_slot_never_opens(column: str, data: st.DataObject) -> None:
    stored = bytearray(getattr(SLOT, column))
    bit = data.draw(st.integers(0, len(stored) * 8 - 1))
    stored[bit // 8] ^= 1 << (bit % 8)
    cut = getattr(SLOT, column)[: data.draw(st.integers(0, len(stored) - 1))]
    for altered in (bytes(stored), cut):
        with pytest.raises(VaultError):
            open_slot(SECRET, PEPPER, with_column(column, altered))


def test_a_slot_with_another_cost_never_opens() -> None:
    for slot in (replace(SLOT, ops=2), replace(SLOT, mem=16384)):
        with pytest.raises(WrongSecret):
            open_slot(SECRET, PEPPER, slot)


def test_what_is_wrapped_does_not_move_to_another_slot_of_the_same_secret() -> None:
    other = make_slot(SECRET, PEPPER, bytes(32), CHEAP)
    with pytest.raises(CannotOpen):
        open_slot(SECRET, PEPPER, replace(SLOT, wrapped=other.wrapped))


@pytest.mark.parametrize(("ops", "mem"), [(0, 8192), (17, 8192), (1, 8191), (1, 2**30 + 1)])
def test_an_absurd_cost_is_refused_before_it_is_paid(
    ops: int, mem: int, passes: list[Cost]
) -> None:
    with pytest.raises(ValueError, match="slow pass"):
        Cost(ops, mem)
    with pytest.raises(CannotOpen):
        open_slot(SECRET, PEPPER, replace(SLOT, ops=ops, mem=mem))
    assert passes == []


def test_making_a_slot_costs_one_slow_pass(passes: list[Cost]) -> None:
    make_slot(SECRET, PEPPER, PRIVATE, CHEAP)
    assert passes == [CHEAP]


def test_opening_it_costs_one_right_or_wrong(passes: list[Cost]) -> None:
    assert open_slot(SECRET, PEPPER, SLOT) == PRIVATE
    assert passes == [CHEAP]
    with pytest.raises(WrongSecret):
        open_slot(b"00000000 1357", PEPPER, SLOT)
    assert passes == [CHEAP, CHEAP]


def test_an_unknown_name_costs_one_as_well(passes: list[Cost]) -> None:
    decoy = decoy_slot(PEPPER, b"0000001", CHEAP)
    assert passes == []
    with pytest.raises(WrongSecret):
        open_slot(SECRET, PEPPER, decoy)
    assert passes == [CHEAP]


def test_every_slot_is_opened_at_its_own_cost(passes: list[Cost]) -> None:
    dearer = Cost(2, 16384)
    slot = make_slot(SECRET, PEPPER, PRIVATE, dearer)
    assert open_slot(SECRET, PEPPER, slot) == PRIVATE
    assert passes == [dearer, dearer]


def test_the_standard_cost_is_64_mebibytes_three_times() -> None:
    assert Cost(3, 67108864) == STANDARD


@many
@given(secrets, st.binary(max_size=20), peppers)
def test_a_decoy_never_opens(secret: bytes, locator: bytes, pepper: bytes) -> None:
    with pytest.raises(WrongSecret):
        open_slot(secret, pepper, decoy_slot(pepper, locator, CHEAP))


def test_a_decoy_is_the_same_each_time_and_has_the_shape_of_a_slot() -> None:
    decoy = decoy_slot(PEPPER, b"0000001", CHEAP)
    assert decoy == decoy_slot(PEPPER, b"0000001", CHEAP)
    assert decoy.salt != decoy_slot(PEPPER, b"0000002", CHEAP).salt
    assert decoy.salt != decoy_slot(b"q" * 32, b"0000001", CHEAP).salt

    def shape(slot: Slot) -> tuple[int, ...]:
        return (len(slot.salt), slot.ops, slot.mem, len(slot.verifier), len(slot.wrapped))

    assert shape(decoy) == shape(SLOT)


def test_two_slots_of_one_secret_share_nothing() -> None:
    other = make_slot(SECRET, PEPPER, PRIVATE, CHEAP)
    assert other.salt != SLOT.salt
    assert other.verifier != SLOT.verifier
    assert other.wrapped != SLOT.wrapped


def test_only_private_halves_are_wrapped() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        make_slot(SECRET, PEPPER, b"short", CHEAP)


def test_a_machine_without_memory_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    import nacl.exceptions

    def no_memory(*_: object) -> bytes:
        raise nacl.exceptions.RuntimeError("Unexpected failure in key derivation")

    monkeypatch.setattr(key_slots, "crypto_pwhash_alg", no_memory)
    with pytest.raises(Busy):
        open_slot(SECRET, PEPPER, SLOT)
