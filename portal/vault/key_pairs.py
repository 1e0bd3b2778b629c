"""X25519 key pairs of holders (RFC 7748): sealing to a public half, and by a holder to herself."""

from dataclasses import dataclass, field

from nacl.bindings import (
    crypto_box_keypair,
    crypto_box_seal,
    crypto_box_seal_open,
    crypto_box_SEALBYTES,
    crypto_scalarmult_base,
)
from nacl.exceptions import CryptoError

from portal.vault import authenticated
from portal.vault.errors import CannotOpen, Forged
from portal.vault.keyed import keyed_hash, length_prefixed

KEY_BYTES = 32
SEAL_OVERHEAD_BYTES = crypto_box_SEALBYTES


@dataclass(frozen=True)
class KeyPair:
    """A holder's two halves, 32 bytes each; the private one never shows in a repr."""

    private: bytes = field(repr=False)
    public: bytes


def new_key_pair() -> KeyPair:
    """A fresh random pair."""
    public, private = crypto_box_keypair()
    return KeyPair(private=private, public=public)


def key_pair_from(private: bytes) -> KeyPair:
    """The pair that belongs to a private half. ValueError unless it has 32 bytes."""
    # Checked here because the binding does not: it would read past the end of a shorter one.
    if len(private) != KEY_BYTES:
        raise ValueError(f"a private half has {KEY_BYTES} bytes")
    return KeyPair(private=bytes(private), public=crypto_scalarmult_base(bytes(private)))


def seal_to(public: bytes, plain: bytes) -> bytes:
    """`plain` for whoever holds the other half of `public`; 48 bytes longer.

    It proves nothing about who sealed it and is bound to no place: that is what the MAC of a grant
    is for. The caller has checked the MAC of `public`. Raises Forged for a public half that cannot
    be one (wrong size, or a point of low order, to which anybody could open).
    """
    try:
        return crypto_box_seal(plain, public)
    except CryptoError:
        raise Forged("not a usable public half") from None


def open_sealed(pair: KeyPair, sealed: bytes) -> bytes:
    """What was sealed to this pair's public half. Raises CannotOpen."""
    if len(sealed) < SEAL_OVERHEAD_BYTES:
        raise CannotOpen("too short to be sealed to anybody")
    try:
        return crypto_box_seal_open(sealed, pair.public, pair.private)
    except CryptoError:
        raise CannotOpen("sealed to another holder, or altered bytes") from None


def seal_to_self(pair: KeyPair, purpose: str, plain: bytes) -> bytes:
    """`plain` for the holder of this pair alone, for this purpose only; 40 bytes longer.

    For what she hands to somebody to keep for her. Unlike a sealed box nobody else can have made
    it, and it costs no work with curves. `purpose` is any text.
    """
    return authenticated.seal(_own_key(pair, purpose), plain, _own_context(purpose))


def open_own(pair: KeyPair, purpose: str, sealed: bytes) -> bytes:
    """What this holder sealed to herself for this purpose. Raises CannotOpen."""
    return authenticated.open_sealed(_own_key(pair, purpose), sealed, _own_context(purpose))


def _own_key(pair: KeyPair, purpose: str) -> bytes:
    return keyed_hash(pair.private, "own seal", purpose.encode())


def _own_context(purpose: str) -> bytes:
    return length_prefixed(b"one-roof own", purpose.encode())
