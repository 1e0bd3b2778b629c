"""What was really painted: the frames of a page, as the browser's own screencast gives them.

An element that is in the document need not be on the glass yet. A page is dyed before (its content
red), so a frame covers it when no red is left; CDP works with JavaScript switched off, too.
"""

import base64
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import CDPSession, Page

DYE = "rgb(255, 0, 0)"
_SMALL = {"maxWidth": 90, "maxHeight": 160}


@dataclass
class Frame:
    """One painted frame: when (seconds of the browser's clock), and how much of it is red."""

    at: float
    red: float

    @property
    def covers(self) -> bool:
        """Whether nothing of the dyed page can be seen."""
        return self.red < 0.002


@dataclass
class Film:
    """Frames of a page, in the order in which they were painted."""

    raw: list[tuple[float, str]] = field(default_factory=list)

    @property
    def frames(self) -> list[Frame]:
        """The frames that have come so far."""
        return [Frame(at, share_of_red(base64.b64decode(data))) for at, data in self.raw]

    def covered_after(self, moment: float) -> float | None:
        """Milliseconds from `moment` to the first covered frame that no other followed."""
        later = [one for one in self.frames if one.at >= moment]
        bare = [one.at for one in later if not one.covers]
        clean = [one.at for one in later if one.covers and one.at > max(bare, default=0)]
        return (clean[0] - moment) * 1000 if clean else None


def dye(page: Page) -> None:
    """Paint all of the page but its way out red: through the CSSOM, which no policy forbids."""
    page.evaluate(
        """red => { for (const one of document.querySelectorAll("main, .top, .bar, body"))
            one.style.setProperty("background", red, "important"); }""",
        DYE,
    )


@contextmanager
def filmed(page: Page, cdp: CDPSession) -> Iterator[Film]:
    """Take every frame that is painted in here."""
    film = Film()

    def take(event: dict[str, Any]) -> None:
        film.raw.append((event["metadata"]["timestamp"], event["data"]))
        cdp.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    cdp.on("Page.screencastFrame", take)
    cdp.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1, **_SMALL})
    try:
        yield film
    finally:
        cdp.remove_listener("Page.screencastFrame", take)


Place = dict[str, float]


def place_of(page: Page, selector: str = "#x") -> Place:
    """Where a finger meets something: asked beforehand, a page on its way answers nothing."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}


def touch(cdp: CDPSession, place: Place, hold: float = 0.06) -> float:
    """A finger on a place for some seconds; gives the moment at which it came down.

    Past Playwright, whose own tap waits for what it leads to.
    """
    at = put_finger_down(cdp, place)
    time.sleep(hold)
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    return at


def put_finger_down(cdp: CDPSession, place: Place) -> float:
    """A finger that stays where it is put; gives the moment."""
    at = time.time()
    cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
    return at


def share_of_red(png: bytes) -> float:
    """How much of a picture is red, from 0 to 1."""
    width, rows = _rows(png)
    found = 0
    for row in rows:
        step = len(row) // width
        found += sum(
            red > 180 and green < 90 and blue < 90
            for red, green, blue in zip(row[0::step], row[1::step], row[2::step], strict=True)
        )
    return found / (width * len(rows))


def _rows(png: bytes) -> tuple[int, list[bytearray]]:
    """The lines of a PNG of eight bits a colour, as plain bytes."""
    width, height, packed, place = 0, 0, b"", 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        kind, data = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, _depth, colours = struct.unpack(">IIBB", data[:10])
            step = {2: 3, 6: 4}[colours]
        elif kind == b"IDAT":
            packed += data
        place += 12 + length
    flat, long = zlib.decompress(packed), width * step + 1
    rows: list[bytearray] = []
    before = bytearray(long - 1)
    for number in range(height):
        line = flat[number * long : (number + 1) * long]
        before = _unfiltered(line[0], bytearray(line[1:]), before, step)
        rows.append(before)
    return width, rows


def _unfiltered(kind: int, row: bytearray, above: bytearray, step: int) -> bytearray:
    for place, value in enumerate(row):
        left = row[place - step] if place >= step else 0
        corner = above[place - step] if place >= step else 0
        add = (0, left, above[place], (left + above[place]) // 2, 0)[kind]
        if kind == 4:
            add = _paeth(left, above[place], corner)
        row[place] = (value + add) & 255
    return row


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))
