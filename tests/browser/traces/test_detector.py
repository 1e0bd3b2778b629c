"""That what `test_traces.py` looks for is found where it is: the same look at an ordinary site."""

import struct
import zlib
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.browser.traces.conftest import Visits
from tests.browser.traces.endings import Browser
from tests.browser.traces.kept import Kept, written
from tests.browser.traces.neighbourhood import CLUB
from tests.browser.traces.screen import a_screen
from tests.browser.traces.tab import Shown
from tests.browser.traces.unpacked import lz4_block, snappy, unpacked

TYPED = "herons5d81c06a"
READ = "swans93fe20b7"


@dataclass
class Ordinary:
    """What a visit to a site that takes no care leaves."""

    kept: Kept
    behind: Shown
    where: dict[str, set[str]] = field(default_factory=dict)


def an_ordinary_visit(browser: Browser, visits: Visits, copy: Path) -> Ordinary:
    """Read, type, go elsewhere, press Back."""
    around = visits.around
    tab = browser.starts()
    tab.opens(around.at(CLUB, READ))
    tab.types("input", TYPED)
    tab.clicks("button")
    # Only a page that was there as a whole is kept for the Back button.
    tab.waits_for("location.pathname == '/found' && document.readyState == 'complete'")
    # By address: what is left by a link to another site, Firefox does not keep.
    tab.opens(around.page("en"))
    tab.waits_for(f"document.documentURI == '{around.page('en')}'")
    behind = tab.steps(-1)
    # The back-forward cache is on, as it is on her phone.
    tab.waits_for("document.documentElement.dataset.cached == 'true'")
    browser.closes()
    kept = browser.kept(copy)
    return Ordinary(kept, behind, kept.where(TYPED, READ))


@pytest.mark.real
@pytest.mark.parametrize("name", ["chromium", "firefox"])
def test_an_ordinary_site_is_all_over_the_profile(
    visits: Visits, tmp_path: Path, name: str
) -> None:
    with a_screen() as display:
        browser = visits.browser(name, tmp_path, display)
        try:
            found = an_ordinary_visit(browser, visits, tmp_path / "closed")
        finally:
            browser.is_gone()
    titles = [title for _, title in found.kept.history(CLUB)]
    assert f"About {READ}" in titles
    assert len(titles) == 2
    assert len(found.kept.cookies(CLUB)) == 1
    assert TYPED in repr(found.kept.offered_again()["typed words"])
    assert READ in found.behind.text + repr(found.where)
    sessions = {"chromium": "profile/Default/Sessions/Session_", "firefox": "profile/sessionstore"}
    for word in (TYPED, READ):
        assert any(one.startswith(sessions[name]) for one in found.where[word])
        assert found.kept.of_no_leave(found.where[word]), "and in files that may not even name it"
    assert any("ache" in one for one in found.where[READ]), "pages are unpacked in the cache"


def test_words_are_found_in_every_way_of_writing_them() -> None:
    for around in (b"", b"a", b"ab"):
        for plain in (TYPED.encode(), TYPED.encode("utf-16-le")):
            hidden = b"%b%b%b" % (around, plain, around)
            assert any(way in hidden for way in written(TYPED))
            assert any(way in b64encode(hidden) for way in written(TYPED))


def test_words_are_found_inside_what_is_compressed() -> None:
    packed = zlib.compressobj(wbits=31)
    page = packed.compress(TYPED.encode() * 3) + packed.flush()
    assert list(unpacked(b"head" + page + b"tail")) == [TYPED.encode() * 3]
    # "abcd", then eight more from four back; LZ4 ends with literals.
    lz4 = b"\x44abcd\x04\x00\x20yz"
    assert lz4_block(lz4) == b"abcdabcdabcdyz"
    assert list(unpacked(b"mozLz40\0" + struct.pack("<I", 14) + lz4)) == [b"abcdabcdabcdyz"]
    # The same in snappy: a literal of four, a copy of eight from four back, a literal of two.
    assert snappy(b"\x0e\x0cabcd\x11\x04\x04yz") == b"abcdabcdabcdyz"


def test_words_are_found_in_tables_of_leveldb() -> None:
    def block(*entries: tuple[bytes, bytes]) -> bytes:
        rows = b"".join(bytes([0, len(key), len(value)]) + key + value for key, value in entries)
        return rows + struct.pack("<II", 0, 1)

    data = block((b"map-1", TYPED.encode()))
    literal = bytes([len(data), (len(data) - 1) << 2]) + data
    index = block((b"z", bytes([0, len(literal)])))
    begins = len(literal) + 5
    footer = bytes([0, 0, begins, len(index)]).ljust(40, b"\0")
    table = literal + b"\x01crc." + index + b"\x00crc." + footer
    table += struct.pack("<Q", 0xDB4775248B80FB57)
    assert list(unpacked(table)) == [b"map-1=" + TYPED.encode()]
