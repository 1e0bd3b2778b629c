"""A secret in two halves, each of them random noise alone (XOR with a one-time pad)."""

from secrets import token_bytes

from portal.vault.errors import CannotOpen


def split(secret: bytes) -> tuple[bytes, bytes]:
    """Two halves, each as long as the secret; either alone tells nothing but that length."""
    pad = token_bytes(len(secret))
    return pad, _xor(pad, secret)


def join(first: bytes, second: bytes) -> bytes:
    """The secret of two halves, in either order. Raises CannotOpen when their lengths differ.

    Halves of different secrets join to noise without a word: what the secret opens is the proof.
    """
    if len(first) != len(second):
        raise CannotOpen("these halves do not belong together")
    return _xor(first, second)


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(first, second, strict=True))
