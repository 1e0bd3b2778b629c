"""A calendar file of one date: a time and a title of her choice, and nothing that tells.

The format is RFC 5545. It names no place, no people, no house and no product.
"""

from datetime import UTC, datetime
from uuid import UUID

_LINE = 75
"""Octets after which a line goes on in the next one (RFC 5545, 3.1)."""


def calendar_file(
    name: UUID,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    is_cancelled: bool = False,
) -> bytes:
    """One date, or its end: a later file by the same name takes the place of an earlier one."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-",
        f"METHOD:{'CANCEL' if is_cancelled else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{name.hex}",
        f"DTSTAMP:{_moment(now)}",
        f"SEQUENCE:{int(now.timestamp()) // 60}",
        f"DTSTART:{_moment(starts_at)}",
        f"DTEND:{_moment(ends_at)}",
        f"SUMMARY:{_text(title)}",
        "CLASS:PRIVATE",
        f"STATUS:{'CANCELLED' if is_cancelled else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for plain in ("\\", ";", ","):
        words = words.replace(plain, "\\" + plain)
    return words.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """The line in pieces of at most 75 octets, cut between letters."""
    pieces: list[bytes] = []
    piece = b""
    for letter in line:
        octets = letter.encode()
        # Every piece but the first begins with the space that says: this goes on.
        if len(piece) + len(octets) > _LINE - bool(pieces):
            pieces.append(piece)
            piece = b""
        piece += octets
    return b"\r\n ".join([*pieces, piece])
