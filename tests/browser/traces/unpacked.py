"""What browsers compress before they write it down, unpacked: nothing here trusts its input.

Each function gives bytes, or nothing where a file only looks like one of its kind.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

_GZIP, _MOZ_LZ4, _LEVELDB = b"\x1f\x8b\x08", b"mozLz40\0", 0xDB4775248B80FB57
_SNAPPY = 1


def unpacked(kept: bytes) -> Iterator[bytes]:
    """Everything compressed that is found inside the bytes of a file."""
    if kept.startswith(_MOZ_LZ4):
        with suppress(IndexError, struct.error):
            yield lz4_block(kept[12:])
    if kept[-8:] == struct.pack("<Q", _LEVELDB):
        with suppress(IndexError, struct.error):
            yield from leveldb_blocks(kept)
    at = kept.find(_GZIP)
    while at >= 0:
        with suppress(zlib.error):
            yield zlib.decompressobj(wbits=31).decompress(kept[at:])
        at = kept.find(_GZIP, at + 1)


def lz4_block(packed: bytes) -> bytes:
    """Firefox's session files after their head: one LZ4 block."""
    out, at = bytearray(), 0
    while at < len(packed):
        token = packed[at]
        length, at = _lz4_length(packed, at + 1, token >> 4)
        out += packed[at : at + length]
        at += length
        if at >= len(packed):
            break
        (back,) = struct.unpack_from("<H", packed, at)
        length, at = _lz4_length(packed, at + 2, token & 15)
        _repeat(out, back, length + 4)
    return bytes(out)


def snappy(packed: bytes) -> bytes:
    """Blocks of Chromium's LevelDB tables, and values of Firefox's storage."""
    _, at = _varint(packed, 0)
    out = bytearray()
    while at < len(packed):
        tag, kind = packed[at], packed[at] & 3
        at += 1
        if kind == 0:
            more = max(0, (tag >> 2) - 59)
            length = int.from_bytes(packed[at : at + more], "little") if more else tag >> 2
            at += more
            out += packed[at : at + length + 1]
            at += length + 1
        elif kind == 1:
            _repeat(out, (tag >> 5) << 8 | packed[at], (tag >> 2 & 7) + 4)
            at += 1
        else:
            size = 2 * (kind - 1)
            _repeat(out, int.from_bytes(packed[at : at + size], "little"), (tag >> 2) + 1)
            at += size
    return bytes(out)


def leveldb_blocks(table: bytes) -> Iterator[bytes]:
    """The blocks of a LevelDB table, with the keys put together again."""
    at = len(table) - 48
    for _ in range(2):
        _, at = _varint(table, at)
    start, at = _varint(table, at)
    size, _ = _varint(table, at)
    for _, handle in _entries(_block(table, start, size)):
        start, after = _varint(handle, 0)
        block = _block(table, start, _varint(handle, after)[0])
        yield b"\n".join(key + b"=" + value for key, value in _entries(block))


def _block(table: bytes, start: int, size: int) -> bytes:
    block = table[start : start + size]
    return snappy(block) if table[start + size] == _SNAPPY else block


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    (restarts,) = struct.unpack_from("<I", block, len(block) - 4)
    ends, at, key = len(block) - 4 - 4 * restarts, 0, b""
    while at < ends:
        shared, at = _varint(block, at)
        fresh, at = _varint(block, at)
        length, at = _varint(block, at)
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        yield key, block[at : at + length]
        at += length


def _lz4_length(packed: bytes, at: int, length: int) -> tuple[int, int]:
    if length == 15:
        while (more := packed[at]) == 255:
            length, at = length + 255, at + 1
        length, at = length + more, at + 1
    return length, at


def _varint(kept: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while (byte := kept[at]) & 128:
        value |= (byte & 127) << shift
        shift, at = shift + 7, at + 1
    return value | byte << shift, at + 1


def _repeat(out: bytearray, back: int, length: int) -> None:
    """Copy what stands `back` bytes before the end; it may run into what it writes."""
    if not 0 < back <= len(out):
        raise IndexError(back)
    piece = bytes(out[-back:])
    out += (piece * (length // back + 1))[:length]
