"""Keyed hashes: for one key, one purpose and these parts; a swapped public half is noticed."""

from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.vault import Forged, check_keyed, keyed_hash, new_key_pair

many = settings(deadline=None, max_examples=150)
keys = st.binary(min_size=16, max_size=64)
purposes = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=16)
parts = st.lists(st.binary(max_size=20), max_size=5)

KEY = bytes(range(32))


@many
@given(keys, purposes, parts)
def test_a_mac_holds_for_what_it_was_made_of(key: bytes, purpose: str, said: list[bytes]) -> None:
    mac = keyed_hash(key, purpose, *said)
    assert len(mac) == 32
    check_keyed(key, purpose, mac, *said)


@many
@given(keys, purposes, parts, keys, purposes, parts)
def test_it_holds_for_nothing_else(
    key: bytes, purpose: str, said: list[bytes], key2: bytes, purpose2: str, said2: list[bytes]
) -> None:
    assume((key, purpose, said) != (key2, purpose2, said2))
    with pytest.raises(Forged):
        check_keyed(key2, purpose2, keyed_hash(key, purpose, *said), *said2)


@many
@given(parts, st.data())
def test_parts_cannot_be_cut_elsewhere(said: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(said)
    cut = data.draw(st.integers(0, len(whole)))
    assume(said != [whole[:cut], whole[cut:]])
    assert keyed_hash(KEY, "p", *said) != keyed_hash(KEY, "p", whole[:cut], whole[cut:])


@many
@given(st.integers(0, 255))
def test_a_mac_with_one_bit_flipped_does_not_hold(bit: int) -> None:
    mac = bytearray(keyed_hash(KEY, "grant", b"to"))
    mac[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(Forged):
        check_keyed(KEY, "grant", bytes(mac), b"to")


@pytest.mark.parametrize("mac", [b"", bytes(31), bytes(33)])
def test_a_mac_of_another_size_does_not_hold(mac: bytes) -> None:
    with pytest.raises(Forged):
        check_keyed(KEY, "grant", mac, b"to")


def test_a_swapped_public_half_fails_its_mac() -> None:
    honest, thief = new_key_pair(), new_key_pair()
    holder, version = UUID(int=7).bytes, (1).to_bytes(4, "big")
    mac = keyed_hash(KEY, "public half", holder, version, honest.public)
    check_keyed(KEY, "public half", mac, holder, version, honest.public)
    with pytest.raises(Forged):
        check_keyed(KEY, "public half", mac, holder, version, thief.public)
    with pytest.raises(Forged):
        check_keyed(KEY, "public half", mac, UUID(int=8).bytes, version, honest.public)


@pytest.mark.parametrize("purpose", ["", "x" * 17, "row\0", "één"])
def test_a_purpose_is_short_plain_text(purpose: str) -> None:
    with pytest.raises(ValueError, match="purpose"):
        keyed_hash(KEY, purpose)


@pytest.mark.parametrize("size", [0, 15, 65])
def test_a_key_is_16_to_64_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="key"):
        keyed_hash(bytes(size), "p")
