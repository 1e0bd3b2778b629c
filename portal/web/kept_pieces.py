"""A piece of a page that is read again: made once, and kept sealed as long as it would be the same.

Opening fifty words one by one and setting them is half the work of such a page (measured). What is
kept lies in the memory of this process only, sealed under the page key that she brings with each
request: without it nothing opens, and nothing of it outlives her visit.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import cast

from flask import current_app
from markupsafe import Markup

from portal import i18n
from portal.vault import open_under_token, seal_under_token
from portal.web.guards import signed_in
from portal.web.inside import get_inside

_PURPOSE = "kept piece"
MOST = 100
"""How many visits each process keeps a piece for: about 70 KB each, rows and words."""


class KeptPieces:
    """One piece for each visit, the visits that were longest away forgotten first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._guard = Lock()
        self._pieces: OrderedDict[bytes, tuple[object, bytes]] = OrderedDict()

    def find(self, visit: bytes, made_of: object) -> bytes | None:
        """What was kept for this visit, if it was made of the same."""
        with self._guard:
            known, sealed = self._pieces.get(visit, (None, None))
            if sealed is not None:
                self._pieces.move_to_end(visit)
        return sealed if known == made_of else None

    def keep(self, visit: bytes, made_of: object, sealed: bytes) -> None:
        """Keep this instead of what was kept for the visit before."""
        with self._guard:
            self._pieces[visit] = made_of, sealed
            self._pieces.move_to_end(visit)
            if len(self._pieces) > self._most:
                self._pieces.popitem(last=False)


def find_or_make(*made_of: object, make: Callable[[], Markup]) -> Markup:
    """The piece of her page made of these, in her language: as it was kept, or made now.

    `made_of` must be all that it depends on, sealed values as they lie; equal means the same piece.
    """
    kept = cast(KeptPieces, current_app.extensions["kept_pieces"])
    visit, page_key = signed_in().session_id, get_inside().page_key
    whole = i18n.current_language().code, *made_of
    sealed = kept.find(visit, whole)
    if sealed is not None:
        # It was safe when it was sealed, and nobody without her page key can have sealed it.
        return Markup(open_under_token(page_key, _PURPOSE, sealed).decode())  # noqa: S704
    piece = make()
    kept.keep(visit, whole, seal_under_token(page_key, _PURPOSE, piece.encode()))
    return piece
