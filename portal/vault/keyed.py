"""BLAKE2b-256 under a key (RFC 7693): the one hash from which MACs and derived keys are made."""

from hashlib import blake2b
from hmac import compare_digest

from portal.vault.errors import Forged

HASH_BYTES = 32
_LONGEST_PURPOSE = 16


def keyed_hash(key: bytes, purpose: str, *parts: bytes) -> bytes:
    """32 bytes that only a holder of `key` can compute, and only for this purpose and these parts.

    `key` is 16 to 64 bytes. `purpose` is 1 to 16 printable ASCII characters and becomes BLAKE2b's
    personalisation, so that a hash made for one purpose is never accepted for another. Each part
    goes in behind its length (8 bytes): ("ab", "c") and ("a", "bc") differ. ValueError otherwise.
    """
    if not 16 <= len(key) <= 64:
        raise ValueError("a key has 16 to 64 bytes")
    return _hash(key, purpose, parts)


def check_keyed(key: bytes, purpose: str, mac: bytes, *parts: bytes) -> None:
    """Raise Forged unless `mac` is `keyed_hash(key, purpose, *parts)`; takes constant time."""
    if not compare_digest(mac, keyed_hash(key, purpose, *parts)):
        raise Forged(f"the MAC for {purpose!r} does not hold")


def unkeyed_hash(purpose: str, *parts: bytes) -> bytes:
    """The same hash without a key, for parts that are themselves long and random (tokens)."""
    return _hash(b"", purpose, parts)


def _hash(key: bytes, purpose: str, parts: tuple[bytes, ...]) -> bytes:
    # The personalisation is filled up with NUL: a purpose that ends in one would equal a shorter.
    if not (1 <= len(purpose) <= _LONGEST_PURPOSE and purpose.isascii() and purpose.isprintable()):
        raise ValueError("a purpose has 1 to 16 printable ASCII characters")
    # Python's own: libsodium gives the same bytes, and its binding takes five times as long.
    person = purpose.encode("ascii")
    return blake2b(length_prefixed(*parts), digest_size=HASH_BYTES, key=key, person=person).digest()


def length_prefixed(*parts: bytes) -> bytes:
    """The parts in one piece that no other parts give: each behind its length in 8 bytes."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)
