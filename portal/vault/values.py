"""Sealed values: words of one folder, bound to the one place in the database where they lie."""

from dataclasses import dataclass
from functools import lru_cache
from secrets import token_bytes
from uuid import UUID

from portal.vault import authenticated
from portal.vault.errors import CannotOpen
from portal.vault.keyed import length_prefixed

# A sealed value: format (1 byte), folder version (4, big-endian), nonce (24), ciphertext, tag (16).
FORMAT = b"\x01"
HEADER_BYTES = 5
HIGHEST_VERSION = 2**32 - 1
_UUID_BYTES = 16


@dataclass(frozen=True)
class Place:
    """Where a sealed value lies, and the folder and version whose key it is sealed under.

    `version` is 0 to 2**32 - 1; ValueError otherwise.
    """

    table: str
    row: UUID
    column: str
    folder: UUID
    version: int

    def __post_init__(self) -> None:
        if not 0 <= self.version <= HIGHEST_VERSION:
            raise ValueError("a folder version fits in 4 bytes")

    def encoded(self) -> bytes:
        """The place as bytes that no other place gives: the associated data of the sealing."""
        before, after = _around_row(self.table, self.column, self.folder, self.version)
        return before + self.row.bytes + after


@lru_cache(maxsize=256)
def _around_row(table: str, column: str, folder: UUID, version: int) -> tuple[bytes, bytes]:
    # A page opens fifty rows of one folder: what stands around the row is the same for all.
    before = length_prefixed(b"one-roof value", FORMAT, table.encode())
    after = length_prefixed(column.encode(), folder.bytes, version.to_bytes(4, "big"))
    return before + _UUID_BYTES.to_bytes(8, "big"), after


def new_folder_key() -> bytes:
    """A fresh random key of 32 bytes for one version of one folder."""
    return token_bytes(authenticated.KEY_BYTES)


def seal_value(key: bytes, place: Place, plain: bytes) -> bytes:
    """`plain` sealed for this place only; 45 bytes longer. ValueError unless the key has 32."""
    header = FORMAT + place.version.to_bytes(4, "big")
    return header + authenticated.seal(key, plain, place.encoded())


def open_value(key: bytes, place: Place, sealed: bytes) -> bytes:
    """What was sealed for this place under this key.

    Raises CannotOpen when it was moved from another table, row, column, folder or version, altered,
    cut, or sealed under another key.
    """
    # The header is no part of what the tag covers, its version is: they must say the same.
    if sealed_version(sealed) != place.version:
        raise CannotOpen("sealed under another version of the folder")
    return authenticated.open_sealed(key, sealed[HEADER_BYTES:], place.encoded())


def sealed_version(sealed: bytes) -> int:
    """Which version of the folder's key a value says it needs. Raises CannotOpen on another format.

    Only a label to find the key by: `open_value` is what proves it.
    """
    if len(sealed) < HEADER_BYTES + authenticated.OVERHEAD_BYTES or sealed[:1] != FORMAT:
        raise CannotOpen("not a sealed value of a known format")
    return int.from_bytes(sealed[1:HEADER_BYTES], "big")
