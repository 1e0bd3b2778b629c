"""The primitives agree with the vectors that their authors published."""

import hashlib
import secrets

import pytest

from portal.vault import authenticated, key_pair_from, keyed_hash
from portal.vault.key_slots import STANDARD, Cost, argon2id
from portal.vault.keyed import unkeyed_hash
from portal.vault.paper_words import from_words, to_words

# libsodium, test/default/pwhash_argon2id.c and .exp, fifth vector (3 rounds, 1432947 bytes).
ARGON2ID_PASSWORD = bytes.fromhex(
    "4a857e2ee8aa9b6056f2424e84d24a72473378906ee04a46cb05311502d5250b82ad86b83c8f20a2"
    "3dbb74f6da60b0b6ecffd67134d45946ac8ebfb3064294bc097d43ced68642bfb8bbbdd0f50b3011"
    "8f5e"
)
ARGON2ID_SALT = bytes.fromhex("39d82eef32010b8b79cc5ba88ed539fb")
ARGON2ID_OUT = bytes.fromhex(
    "08d8cd330c57e1b4643241d05bb468ba4ee4e932cd0858816be9ef15360b27bbd06a87130ee92222"
    "be267a29b81f5ae8fe8613324cfc4832dc49387fd0602f1c57b4d0f3855db94fb7e12eb05f9a484a"
    "ed4a4307abf586cd3d55c809bc081541e00b682772fb2066504ff935b8ebc551a2083882f874bc0f"
    "ae68e56848ae34c91097c3bf0cca8e75c0797eef3efde3f75e005815018db3cf7c109a812264c4de"
    "69dcb22322dbbcfa447f5b00ecd1b04a7be1569c8e556adb7bba48adf81d"
)
# Computed with another implementation, argon2-cffi 25.1.0, for the sizes that we use.
ARGON2ID_STANDARD = bytes.fromhex(
    "18a781c1e40a4b0fb5d93eb0f389106ba11ba8b25d7630b68331988f95f504df3eccac45f543deb4"
    "f58fca98a10a99b670d0f29540b7c53ef585094351da57fe"
)
# draft-irtf-cfrg-xchacha-03, A.3.1.
LADIES_AND_GENTLEMEN = (
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
    b"future, sunscreen would be it."
)
XCHACHA_NONCE = bytes.fromhex("404142434445464748494a4b4c4d4e4f5051525354555657")
XCHACHA_CONTEXT = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
XCHACHA_OUT = bytes.fromhex(
    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa644"
    "0bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e"
    "3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7"
    "987947deafd8780acf49"
)
# The official BLAKE2b test vectors (blake2-kat.json): keyed, empty input, 64 bytes out.
BLAKE2B_KEYED = bytes.fromhex(
    "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786b5e996e8f0f4eb98"
    "1fc214b005f42d2ff4233499391653df7aefcbc13fc51568"
)
LEGAL_WINNER = ["legal", "winner", "thank", "year", "wave", "sausage", "worth", "useful"]


def test_argon2id_gives_the_vector_of_libsodium() -> None:
    out = argon2id(ARGON2ID_PASSWORD, ARGON2ID_SALT, Cost(3, 1432947), len(ARGON2ID_OUT))
    assert out == ARGON2ID_OUT


def test_argon2id_at_the_standard_cost_agrees_with_another_implementation() -> None:
    assert argon2id(b"\x07" * 32, bytes(range(16)), STANDARD) == ARGON2ID_STANDARD


def test_xchacha20_poly1305_gives_the_vector_of_the_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    key = bytes(range(0x80, 0xA0))
    monkeypatch.setattr(secrets, "token_bytes", lambda _: XCHACHA_NONCE)
    sealed = authenticated.seal(key, LADIES_AND_GENTLEMEN, XCHACHA_CONTEXT)
    assert sealed == XCHACHA_NONCE + XCHACHA_OUT
    assert authenticated.open_sealed(key, sealed, XCHACHA_CONTEXT) == LADIES_AND_GENTLEMEN


def test_the_oracle_for_blake2b_gives_the_official_vector() -> None:
    assert hashlib.blake2b(b"", key=bytes(range(64))).digest() == BLAKE2B_KEYED


@pytest.mark.parametrize("parts", [(), (b"",), (b"one", b"", b"three"), (b"x" * 1000,)])
def test_keyed_hash_is_blake2b_over_length_prefixed_parts(parts: tuple[bytes, ...]) -> None:
    text = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    for key in (bytes(range(16)), bytes(range(32)), bytes(range(64))):
        expected = hashlib.blake2b(text, digest_size=32, key=key, person=b"row mac").digest()
        assert keyed_hash(key, "row mac", *parts) == expected
    bare = hashlib.blake2b(text, digest_size=32, person=b"token hash").digest()
    assert unkeyed_hash("token hash", *parts) == bare


def test_public_halves_are_those_of_rfc_7748() -> None:
    alice = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
    public = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
    assert key_pair_from(bytes.fromhex(alice)).public.hex() == public


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (bytes(32), ["abandon"] * 23 + ["art"]),
        (b"\xff" * 32, ["zoo"] * 23 + ["vote"]),
        (
            b"\x7f" * 32,
            LEGAL_WINNER * 2 + [*LEGAL_WINNER[:-1], "title"],
        ),
    ],
)
def test_words_are_those_of_bip_39(secret: bytes, words: list[str]) -> None:
    assert to_words(secret) == words
    assert from_words(words, "one") == secret
