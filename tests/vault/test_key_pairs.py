"""What is sealed to a holder opens with that holder's private half and no other."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.vault import (
    CannotOpen,
    Forged,
    key_pair_from,
    new_key_pair,
    open_own,
    open_sealed,
    seal_to,
    seal_to_self,
)

many = settings(deadline=None, max_examples=80)
PAIR, OTHER = new_key_pair(), new_key_pair()


@many
@given(st.binary(max_size=200))
def test_its_holder_opens_it_and_nobody_else(plain: bytes) -> None:
    sealed = seal_to(PAIR.public, plain)
    assert open_sealed(PAIR, sealed) == plain
    assert len(sealed) == len(plain) + 48
    with pytest.raises(CannotOpen):
        open_sealed(OTHER, sealed)


@many
@given(st.binary(max_size=50), st.data())
def test_altered_or_cut_it_never_opens(plain: bytes, data: st.DataObject) -> None:
    sealed = seal_to(PAIR.public, plain)
    flipped = bytearray(sealed)
    # The last bit of the sender's point is ignored by X25519, but the nonce is made of it too.
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    flipped[bit // 8] ^= 1 << (bit % 8)
    end = data.draw(st.integers(0, len(sealed) - 1))
    for altered in (bytes(flipped), sealed[:end], sealed[1:], sealed + b"\0"):
        with pytest.raises(CannotOpen):
            open_sealed(PAIR, altered)


@many
@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_private_half_gives_back_its_pair(one: bytes, other: bytes) -> None:
    pair = key_pair_from(one)
    assert pair.private == one
    assert open_sealed(pair, seal_to(pair.public, b"words")) == b"words"
    # Two private halves that differ only in the bits that X25519 sets itself are the same.
    assume(key_pair_from(other).public != pair.public)
    with pytest.raises(CannotOpen):
        open_sealed(key_pair_from(other), seal_to(pair.public, b"words"))


def test_a_new_pair_is_a_new_pair() -> None:
    assert key_pair_from(PAIR.private) == PAIR
    assert len({new_key_pair().public for _ in range(50)}) == 50


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_private_half_has_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        key_pair_from(bytes(size))


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(32), b"\x01" + bytes(31)])
def test_nothing_is_sealed_to_a_public_half_that_anybody_could_open(public: bytes) -> None:
    with pytest.raises(Forged):
        seal_to(public, b"words")


@many
@given(st.binary(max_size=100), st.text(max_size=20))
def test_what_she_seals_to_herself_opens_for_her_and_for_its_purpose_alone(
    plain: bytes, purpose: str
) -> None:
    pair = new_key_pair()
    sealed = seal_to_self(pair, purpose, plain)
    assert open_own(pair, purpose, sealed) == plain
    with pytest.raises(CannotOpen):
        open_own(new_key_pair(), purpose, sealed)
    with pytest.raises(CannotOpen):
        open_own(pair, purpose + "x", sealed)
    with pytest.raises(CannotOpen):
        open_sealed(pair, sealed)


@many
@given(st.binary(max_size=100), st.data())
def test_what_she_sealed_to_herself_does_not_open_when_altered_or_cut(
    plain: bytes, data: st.DataObject
) -> None:
    pair = new_key_pair()
    sealed = seal_to_self(pair, "p", plain)
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    altered = bytearray(sealed)
    altered[bit // 8] ^= 1 << (bit % 8)
    for wrong in (bytes(altered), sealed[: data.draw(st.integers(0, len(sealed) - 1))]):
        with pytest.raises(CannotOpen):
            open_own(pair, "p", wrong)
