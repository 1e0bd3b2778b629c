"""Tokens: random words that find a row by their hash and open what is sealed in it.

Token without database, or database without token: nothing. The hash and the key are made of the
token under different purposes, so the stored hash does not lead to the key.
"""

from base64 import urlsafe_b64encode
from secrets import token_bytes

from portal.vault import authenticated
from portal.vault.errors import CannotOpen
from portal.vault.keyed import keyed_hash, length_prefixed, unkeyed_hash

FORMAT = b"\x01"
_TOKEN_BYTES = 32


def new_token() -> str:
    """32 random bytes as 43 characters that need no quoting in a page or a cookie."""
    return urlsafe_b64encode(token_bytes(_TOKEN_BYTES)).rstrip(b"=").decode("ascii")


def token_hash(token: str) -> bytes:
    """The 32 bytes by which a token's row is found; any text has them, so no input crashes it."""
    return unkeyed_hash("token hash", _bytes(token))


def seal_under_token(token: str, purpose: str, plain: bytes) -> bytes:
    """`plain` sealed for whoever brings this token, for this purpose only; 41 bytes longer.

    `purpose` is any text: name what it is and, where it matters, the row it lies in.
    """
    return FORMAT + authenticated.seal(_key(token, purpose), plain, _context(purpose))


def open_under_token(token: str, purpose: str, sealed: bytes) -> bytes:
    """What was sealed under this token for this purpose. Raises CannotOpen."""
    if sealed[:1] != FORMAT:
        raise CannotOpen("not sealed under a token in a known format")
    return authenticated.open_sealed(_key(token, purpose), sealed[1:], _context(purpose))


def _key(token: str, purpose: str) -> bytes:
    return keyed_hash(unkeyed_hash("token key", _bytes(token)), "token seal", _bytes(purpose))


def _context(purpose: str) -> bytes:
    return length_prefixed(b"one-roof token", FORMAT, _bytes(purpose))


def _bytes(text: str) -> bytes:
    # A form may bring lone surrogates; they are a wrong token like any other.
    return text.encode("utf-8", "surrogatepass")
