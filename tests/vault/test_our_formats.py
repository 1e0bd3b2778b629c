"""Our own formats, fixed as bytes: what one version sealed, every later one must open.

When a test here fails, the format changed: give it a new format byte and keep opening the old one.
"""

import secrets
from pathlib import Path
from uuid import UUID

import pytest

from portal.vault import (
    CHEAP,
    KeyFile,
    Place,
    Slot,
    decoy_slot,
    key_slots,
    make_slot,
    open_sealed,
    open_slot,
    open_under_token,
    open_value,
    seal_under_token,
    seal_value,
    token_hash,
)

SEED = bytes(range(32))
KEY = SEED
WORDS = b"Dag Sofie"
PLACE = Place("message", UUID(int=1), "body", UUID(int=2), 3)
TOKEN = "A" * 43
SECRET = b"12345678 1357"

PEPPER = bytes.fromhex("7970d037829779058d139a28f289c80c93ea9580d7756a7eff59b93c2ef14971")
MAC_KEY = bytes.fromhex("df7bd7166718c96fc3a26f19d6d1af149976b02a6b9098e8529ab17e789ad5c7")
HOUSE_PRIVATE = bytes.fromhex("8e4a86e37afd27d81d57b8d2e60ff4579bfefdbe9d1bc798d71f451932e4cf70")
HOUSE_PUBLIC = bytes.fromhex("44e22a5985d92982a8b6cd2aed9839733105b4e4d6c459ee89c3e3464e00ed36")
SEALED_VALUE = bytes.fromhex(
    "01000000036465666768696a6b6c6d6e6f707172737475767778797a7b38129e90ac41efebe2b70b"
    "6f8cc6676dc7fe3d406798ab2946"
)
SEALED_UNDER_TOKEN = bytes.fromhex(
    "016465666768696a6b6c6d6e6f707172737475767778797a7bd99dfe37c58e09075b316745d6204c"
    "7276749d6c79ef785c51"
)
TOKEN_HASH = bytes.fromhex("c2414a2d049c9ddcfa6bc287d4faa5e24d2900d7a08e8cbc627f0c3f10ada1f5")
SEALED_TO_HOUSE = bytes.fromhex(
    "2515b3e62dc046585cd9772f37c03306fe7c501b70b90c17838327a729061f1f8a628653354492e8"
    "870a26917fb725c5d35a53ff559ddc0ecf"
)
SLOT = Slot(
    salt=bytes(range(100, 116)),
    ops=1,
    mem=8192,
    verifier=bytes.fromhex("2594db73ba4e937ad59fd159357b9d9d6fcff6b00bb3e68091f0f241678c69a8"),
    wrapped=bytes.fromhex(
        "6465666768696a6b6c6d6e6f707172737475767778797a7b8d2436cc0fdf254016f19c4501fe4152"
        "f09394ba123f13f65a26c5e41acb7c62a62159191b11e0eee5038826ec1ba56c"
    ),
)
DECOY_SALT = bytes.fromhex("114a6739e9c872f1887fd7e7660b7c32")
DECOY_VERIFIER = bytes.fromhex("638eb7d55c048ad91af1eac6a78ee1e9c0ece9423278be2dcb8f28e33ba4b2e7")
KEY_FILE_TEXT = """\
one-roof key file 1
000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
ba69da22
"""


@pytest.fixture
def counted_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random bytes are 100, 101, 102 and on, so that sealing can be compared."""

    def counted(count: int) -> bytes:
        return bytes(range(100, 100 + count))

    monkeypatch.setattr(secrets, "token_bytes", counted)
    monkeypatch.setattr(key_slots, "token_bytes", counted)


def test_the_keys_of_a_key_file() -> None:
    key_file = KeyFile(SEED)
    assert key_file.pepper == PEPPER
    assert key_file.mac_key == MAC_KEY
    assert key_file.house.private == HOUSE_PRIVATE
    assert key_file.house.public == HOUSE_PUBLIC


def test_the_text_of_a_key_file(tmp_path: Path) -> None:
    KeyFile(SEED).save(tmp_path / "portal.key")
    assert (tmp_path / "portal.key").read_text() == KEY_FILE_TEXT
    assert KeyFile.load(tmp_path / "portal.key").seed == SEED


def test_a_sealed_value() -> None:
    assert open_value(KEY, PLACE, SEALED_VALUE) == WORDS


@pytest.mark.usefixtures("counted_bytes")
def test_sealing_a_value() -> None:
    assert seal_value(KEY, PLACE, WORDS) == SEALED_VALUE


def test_a_value_sealed_under_a_token() -> None:
    assert token_hash(TOKEN) == TOKEN_HASH
    assert open_under_token(TOKEN, "session", SEALED_UNDER_TOKEN) == WORDS


@pytest.mark.usefixtures("counted_bytes")
def test_sealing_under_a_token() -> None:
    assert seal_under_token(TOKEN, "session", WORDS) == SEALED_UNDER_TOKEN


def test_a_thing_sealed_to_a_holder() -> None:
    assert open_sealed(KeyFile(SEED).house, SEALED_TO_HOUSE) == WORDS


def test_a_key_slot() -> None:
    assert open_slot(SECRET, PEPPER, SLOT) == KEY


@pytest.mark.usefixtures("counted_bytes")
def test_making_a_key_slot() -> None:
    assert make_slot(SECRET, PEPPER, KEY, CHEAP) == SLOT


def test_a_decoy_slot() -> None:
    decoy = decoy_slot(PEPPER, b"0000001", CHEAP)
    assert decoy == Slot(DECOY_SALT, 1, 8192, DECOY_VERIFIER, bytes(72))
