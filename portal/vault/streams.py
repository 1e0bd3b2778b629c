"""Long things sealed in pieces (libsodium's secretstream): none can be cut, moved or left out."""

from collections.abc import Iterator
from typing import Protocol

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_ABYTES,
    crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    crypto_secretstream_xchacha20poly1305_init_pull,
    crypto_secretstream_xchacha20poly1305_init_push,
    crypto_secretstream_xchacha20poly1305_KEYBYTES,
    crypto_secretstream_xchacha20poly1305_pull,
    crypto_secretstream_xchacha20poly1305_push,
    crypto_secretstream_xchacha20poly1305_state,
    crypto_secretstream_xchacha20poly1305_TAG_FINAL,
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE,
)

from portal.vault.errors import CannotOpen

STREAM_KEY_BYTES = crypto_secretstream_xchacha20poly1305_KEYBYTES
PIECE_BYTES = 64 * 1024
_SEALED_BYTES = PIECE_BYTES + crypto_secretstream_xchacha20poly1305_ABYTES


class Readable(Protocol):
    """A file or a pipe, from where it stands."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at its end."""


def seal_stream(key: bytes, source: Readable, context: bytes) -> Iterator[bytes]:
    """What is read, sealed under a 32-byte key; it opens only beside the same context."""
    state = crypto_secretstream_xchacha20poly1305_state()
    yield crypto_secretstream_xchacha20poly1305_init_push(state, key)
    piece = _whole(source, PIECE_BYTES)
    while True:
        after = _whole(source, PIECE_BYTES)
        tag = (
            crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
            if after
            else crypto_secretstream_xchacha20poly1305_TAG_FINAL
        )
        yield crypto_secretstream_xchacha20poly1305_push(state, piece, context, tag)
        if not after:
            return
        piece = after


def open_stream(key: bytes, source: Readable, context: bytes) -> Iterator[bytes]:
    """What was sealed, piece by piece. Raises CannotOpen, maybe after the first pieces."""
    state = crypto_secretstream_xchacha20poly1305_state()
    try:
        header = _whole(source, crypto_secretstream_xchacha20poly1305_HEADERBYTES)
        crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
        tag = crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        while tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL:
            sealed = _whole(source, _SEALED_BYTES)
            piece, tag = crypto_secretstream_xchacha20poly1305_pull(state, sealed, context)
            yield piece
    except (RuntimeError, TypeError, ValueError):
        raise CannotOpen("another key, or altered, cut or exchanged bytes") from None
    if source.read(1):
        raise CannotOpen("something was put behind the end")


def _whole(source: Readable, size: int) -> bytes:
    """So many bytes, fewer only at the end: a pipe gives them in portions."""
    portions = []
    while size and (portion := source.read(size)):
        portions.append(portion)
        size -= len(portion)
    return b"".join(portions)
