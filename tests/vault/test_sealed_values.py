"""A sealed value opens under its own key, in its own place, unaltered; never otherwise."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.vault import (
    CannotOpen,
    Place,
    new_folder_key,
    open_value,
    seal_value,
    sealed_version,
)

many = settings(deadline=None, max_examples=150)
keys = st.binary(min_size=32, max_size=32)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
versions = st.integers(0, 2**32 - 1)
places = st.builds(
    Place, table=names, row=st.uuids(), column=names, folder=st.uuids(), version=versions
)
words = st.binary(max_size=300)

KEY = bytes(range(32))
PLACE = Place("message", UUID(int=1), "body", UUID(int=2), 3)


def never_opens(key: bytes, place: Place, sealed: bytes) -> None:
    with pytest.raises(CannotOpen):
        open_value(key, place, sealed)


@many
@given(keys, places, words)
def test_it_opens_where_it_was_sealed(key: bytes, place: Place, plain: bytes) -> None:
    sealed = seal_value(key, place, plain)
    assert open_value(key, place, sealed) == plain
    assert sealed_version(sealed) == place.version
    assert len(sealed) == len(plain) + 45


@many
@given(keys, keys, places, words)
def test_another_key_never_opens_it(key: bytes, other: bytes, place: Place, plain: bytes) -> None:
    assume(key != other)
    never_opens(other, place, seal_value(key, place, plain))


@many
@given(keys, places, places, words)
def test_moved_to_another_place_it_never_opens(
    key: bytes, here: Place, there: Place, plain: bytes
) -> None:
    assume(here != there)
    never_opens(key, there, seal_value(key, here, plain))


@many
@given(
    words,
    st.one_of(
        names.map(lambda table: replace(PLACE, table=table)),
        st.uuids().map(lambda row: replace(PLACE, row=row)),
        names.map(lambda column: replace(PLACE, column=column)),
        st.uuids().map(lambda folder: replace(PLACE, folder=folder)),
        versions.map(lambda version: replace(PLACE, version=version)),
        st.just(replace(PLACE, row=PLACE.folder, folder=PLACE.row)),
        st.just(replace(PLACE, table=PLACE.column, column=PLACE.table)),
        st.just(replace(PLACE, table="messageb", column="ody")),
    ),
)
def test_moved_by_one_step_it_never_opens(plain: bytes, there: Place) -> None:
    assume(there != PLACE)
    never_opens(KEY, there, seal_value(KEY, PLACE, plain))


@many
@given(words, versions)
def test_relabelled_with_another_version_it_never_opens(plain: bytes, version: int) -> None:
    assume(version != PLACE.version)
    sealed = seal_value(KEY, PLACE, plain)
    relabelled = sealed[:1] + version.to_bytes(4, "big") + sealed[5:]
    assert sealed_version(relabelled) == version
    never_opens(KEY, PLACE, relabelled)
    never_opens(KEY, replace(PLACE, version=version), relabelled)


@many
@given(words, st.data())
def test_with_one_bit_flipped_it_never_opens(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal_value(KEY, PLACE, plain))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << (bit % 8)
    never_opens(KEY, PLACE, bytes(sealed))


@many
@given(words, st.data())
def test_cut_or_lengthened_it_never_opens(plain: bytes, data: st.DataObject) -> None:
    sealed = seal_value(KEY, PLACE, plain)
    start = data.draw(st.integers(0, len(sealed)))
    end = data.draw(st.integers(start, len(sealed)))
    assume((start, end) != (0, len(sealed)))
    never_opens(KEY, PLACE, sealed[start:end])
    never_opens(KEY, PLACE, sealed + data.draw(st.binary(min_size=1, max_size=20)))


@many
@given(st.binary(max_size=100))
def test_noise_never_opens(noise: bytes) -> None:
    never_opens(KEY, PLACE, noise)
    never_opens(KEY, PLACE, b"\x01\x00\x00\x00\x03" + noise)


@many
@given(places, places)
def test_no_two_places_are_written_alike(one: Place, other: Place) -> None:
    assert (one.encoded() == other.encoded()) == (one == other)


def test_the_same_words_are_never_sealed_alike() -> None:
    assert len({seal_value(KEY, PLACE, b"ja") for _ in range(1000)}) == 1000


def test_every_folder_key_is_new() -> None:
    made = {new_folder_key() for _ in range(100)}
    assert len(made) == 100
    assert {len(key) for key in made} == {32}


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_size_is_a_mistake_of_the_caller(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal_value(bytes(size), PLACE, b"")
    with pytest.raises(ValueError, match="32 bytes"):
        open_value(bytes(size), PLACE, seal_value(KEY, PLACE, b""))


@pytest.mark.parametrize("version", [-1, 2**32])
def test_a_version_fits_in_four_bytes(version: int) -> None:
    with pytest.raises(ValueError, match="4 bytes"):
        replace(PLACE, version=version)
