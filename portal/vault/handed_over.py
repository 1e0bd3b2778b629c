"""Something sealed so that any browser opens it with a pass phrase, far from this house.

AES-256-GCM (libsodium's) under PBKDF2-HMAC-SHA256, because a browser can open nothing else without
a library. The phrase is drawn here and is long, so that trying phrases is hopeless however cheap.
"""

import secrets
from base64 import b64encode
from dataclasses import dataclass
from hashlib import pbkdf2_hmac

from nacl.bindings import (
    crypto_aead_aes256gcm_encrypt,
    crypto_aead_aes256gcm_KEYBYTES,
    crypto_aead_aes256gcm_NPUBBYTES,
)
from nacl.exceptions import UnavailableError

from portal.vault.errors import VaultError
from portal.vault.paper_words import word_list

WORDS_IN_PHRASE = 8
"""88 bits."""
ITERATIONS = 600_000
SALT_BYTES = 16


class NoHardware(VaultError):
    """This machine's processor cannot seal in the way that browsers open."""


@dataclass(frozen=True)
class HandedOver:
    """What stands in the file, as text; nothing of it is secret."""

    salt: str
    nonce: str
    iterations: int
    sealed: str


def new_phrase() -> str:
    """Eight words, to be written down or said on the telephone."""
    words = word_list()
    return " ".join(secrets.choice(words) for _ in range(WORDS_IN_PHRASE))


def seal_for_browser(phrase: str, plain: bytes) -> HandedOver:
    """`plain` under this phrase: about a third of a second. Raises NoHardware."""
    salt, nonce = (
        secrets.token_bytes(SALT_BYTES),
        secrets.token_bytes(crypto_aead_aes256gcm_NPUBBYTES),
    )
    key = pbkdf2_hmac("sha256", phrase.encode(), salt, ITERATIONS, crypto_aead_aes256gcm_KEYBYTES)
    try:
        sealed = crypto_aead_aes256gcm_encrypt(plain, None, nonce, key)
    except UnavailableError:
        raise NoHardware("AES in hardware is missing") from None
    return HandedOver(_text(salt), _text(nonce), ITERATIONS, _text(sealed))


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii")
