"""A long thing sealed in pieces opens whole and unaltered, or not at all."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.vault import CannotOpen, open_stream, seal_stream
from portal.vault.streams import PIECE_BYTES

KEY, CONTEXT = bytes(range(32)), b"the backup of a day"
sizes = st.sampled_from([0, 1, 24, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])


def sealed(plain: bytes) -> bytes:
    return b"".join(seal_stream(KEY, BytesIO(plain), CONTEXT))


def opened(content: bytes, *, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    return b"".join(open_stream(key, BytesIO(content), context))


class Drip:
    """A pipe that gives a few bytes at a time."""

    def __init__(self, content: bytes) -> None:
        self.content = BytesIO(content)

    def read(self, size: int, /) -> bytes:
        return self.content.read(min(size, 999))


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 200_000])
def test_what_was_sealed_opens(size: int) -> None:
    plain = bytes(number % 251 for number in range(size))
    assert opened(sealed(plain)) == plain
    assert opened(b"".join(seal_stream(KEY, Drip(plain), CONTEXT))) == plain


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_nothing_else_opens(data: st.DataObject) -> None:
    content = sealed(bytes(data.draw(sizes)))
    cut = data.draw(st.integers(0, len(content) - 1))
    place = data.draw(st.integers(0, len(content) - 1))
    flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    for wrong in (content[:cut], flipped, content + b"0"):
        with pytest.raises(CannotOpen):
            opened(wrong)
    with pytest.raises(CannotOpen):
        opened(content, key=bytes(32))
    with pytest.raises(CannotOpen):
        opened(content, context=b"another day")


def test_pieces_do_not_change_places() -> None:
    content = sealed(bytes(3 * PIECE_BYTES))
    whole = PIECE_BYTES + 17
    first, second = content[24 : 24 + whole], content[24 + whole : 24 + 2 * whole]
    with pytest.raises(CannotOpen):
        opened(content[:24] + second + first + content[24 + 2 * whole :])
