"""XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) with a random nonce; all sealing ends here."""

import secrets

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_ABYTES,
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError

from portal.vault.errors import CannotOpen

KEY_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES
NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
OVERHEAD_BYTES = NONCE_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """`plain` sealed under a 32-byte key: nonce (24), ciphertext, tag (16).

    It opens only beside the same `context`. ValueError for a key of another size.
    """
    _check_key(key)
    # 24 random bytes: no counter to keep, and no collision to fear, however much is sealed.
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(plain, context, nonce, key)


def open_sealed(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """What was sealed under this key beside this context. Raises CannotOpen."""
    _check_key(key)
    # Shorter than that never came from `seal`, and the binding cannot take a negative length.
    if len(sealed) < OVERHEAD_BYTES:
        raise CannotOpen("too short to be a sealed thing")
    nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(body, context, nonce, key)
    except CryptoError:
        raise CannotOpen("another key, another place, or altered bytes") from None


def _check_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a sealing key has {KEY_BYTES} bytes")
