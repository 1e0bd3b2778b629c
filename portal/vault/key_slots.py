"""Key slots: one way to unlock a private half with what a person knows, for one slow pass.

The pass is Argon2id (RFC 9106, parallelism 1) over BLAKE2b(pepper, secret), 64 bytes out: the
first half is the verifier, of which only a hash is stored; the second wraps the private half.
Without the pepper, which is not in the database, a stolen slot cannot even be guessed at.
"""

from dataclasses import dataclass, field
from hmac import compare_digest
from secrets import token_bytes

from nacl.bindings import (
    crypto_pwhash_alg,
    crypto_pwhash_ALG_ARGON2ID13,
    crypto_pwhash_SALTBYTES,
)
from nacl.exceptions import CryptoError

from portal.vault import authenticated
from portal.vault.errors import Busy, CannotOpen, WrongSecret
from portal.vault.key_pairs import KEY_BYTES
from portal.vault.keyed import keyed_hash, length_prefixed

SALT_BYTES = crypto_pwhash_SALTBYTES
WRAPPED_BYTES = KEY_BYTES + authenticated.OVERHEAD_BYTES
_HALF = 32


@dataclass(frozen=True)
class Cost:
    """How slow a pass is: `ops` rounds (1 to 16) over `mem` bytes (8 KiB to 1 GiB).

    ValueError outside: less libsodium refuses, and more would let a row altered in the database
    hold a worker for minutes.
    """

    ops: int
    mem: int

    def __post_init__(self) -> None:
        if not (1 <= self.ops <= 16 and 8 * 1024 <= self.mem <= 1024**3):
            raise ValueError("a slow pass has 1 to 16 rounds over 8 KiB to 1 GiB")


STANDARD = Cost(ops=3, mem=64 * 1024**2)  # about 100 ms
CHEAP = Cost(ops=1, mem=8 * 1024)  # protects nothing; for tests, through the settings


@dataclass(frozen=True)
class Slot:
    """What is stored: salt (16 bytes), cost, hash of the verifier (32), wrapped half (72)."""

    salt: bytes = field(repr=False)
    ops: int
    mem: int
    verifier: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)


def make_slot(secret: bytes, pepper: bytes, private: bytes, cost: Cost = STANDARD) -> Slot:
    """A slot through which `secret` unlocks `private`; one slow pass.

    ValueError unless `private` has 32 bytes; Busy when there is no memory for a pass.
    """
    if len(private) != KEY_BYTES:
        raise ValueError(f"a private half has {KEY_BYTES} bytes")
    salt = token_bytes(SALT_BYTES)
    verifier, wrapping = _halves_of_pass(secret, pepper, salt, cost)
    wrapped = authenticated.seal(wrapping, private, _context(salt, cost))
    return Slot(salt, cost.ops, cost.mem, _stored(verifier, salt), wrapped)


def open_slot(secret: bytes, pepper: bytes, slot: Slot) -> bytes:
    """The private half behind a slot; one slow pass, whether it opens or not.

    Raises WrongSecret when the secret or the pepper is another, Busy when there is no memory for a
    pass, and CannotOpen when the stored bytes are not those that were made (cost or salt out of
    bounds, or the secret is right and what is wrapped was altered): that is no wrong guess.
    """
    try:
        cost = Cost(slot.ops, slot.mem)
    except ValueError:
        raise CannotOpen("the cost of this slot is not one of ours") from None
    if len(slot.salt) != SALT_BYTES:
        raise CannotOpen("the salt of this slot is not one of ours")
    verifier, wrapping = _halves_of_pass(secret, pepper, slot.salt, cost)
    if not compare_digest(slot.verifier, _stored(verifier, slot.salt)):
        raise WrongSecret("this secret does not open this slot")
    return authenticated.open_sealed(wrapping, slot.wrapped, _context(slot.salt, cost))


def decoy_slot(pepper: bytes, locator: bytes, cost: Cost = STANDARD) -> Slot:
    """A slot for a name nobody has: `open_slot` of it costs one slow pass and never opens.

    Making it costs none. The same locator gives the same slot, as it would if it existed; give the
    cost that real slots have, or the time tells them apart.
    """
    salt = keyed_hash(pepper, "decoy salt", locator)[:SALT_BYTES]
    # Nothing hashes to this but by chance of 1 in 2**256, so what is wrapped is never looked at.
    verifier = keyed_hash(pepper, "decoy verifier", locator)
    return Slot(salt, cost.ops, cost.mem, verifier, bytes(WRAPPED_BYTES))


def argon2id(password: bytes, salt: bytes, cost: Cost, size: int = 2 * _HALF) -> bytes:
    """The slow pass itself; the only call of it in the house, so that tests can count it.

    Raises Busy when the machine has no memory left for one.
    """
    try:
        return crypto_pwhash_alg(
            size, password, salt, cost.ops, cost.mem, crypto_pwhash_ALG_ARGON2ID13
        )
    except RuntimeError as failed:
        if not isinstance(failed, CryptoError):
            raise
        raise Busy("no memory for a slow pass") from None


def _halves_of_pass(secret: bytes, pepper: bytes, salt: bytes, cost: Cost) -> tuple[bytes, bytes]:
    out = argon2id(keyed_hash(pepper, "slot secret", secret), salt, cost)
    return out[:_HALF], out[_HALF:]


def _stored(verifier: bytes, salt: bytes) -> bytes:
    return keyed_hash(verifier, "slot verifier", salt)


def _context(salt: bytes, cost: Cost) -> bytes:
    return length_prefixed(
        b"one-roof slot", salt, cost.ops.to_bytes(4, "big"), cost.mem.to_bytes(8, "big")
    )
