"""A piece of a page that is read again: made once, and kept sealed as long as it would be the same.

Opening fifty words one by one and setting them is half the work of such a page (measured). What is
kept lies in the memory of this process only, sealed to her whose page it is: nothing opens before
she signs in and her own key is unlocked.
"""

from collections import OrderedDict
from threading import Lock
from typing import cast
from uuid import UUID

from flask import current_app
from markupsafe import Markup

from portal import i18n
from portal.vault import open_own, seal_to_self
from portal.web.guards import signed_in
from portal.web.shared_pages import with_keys, without_keys

_PURPOSE = "kept piece"
MOST = 200
"""For how many people each process keeps a piece: about 35 KB each."""


class KeptPieces:
    """One piece for each person, whoever was longest away forgotten first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._guard = Lock()
        self._pieces: OrderedDict[UUID, tuple[object, bytes]] = OrderedDict()

    def find(self, whose: UUID, made_of: object) -> bytes | None:
        """What was kept for this person, if it was made of the same."""
        with self._guard:
            known, sealed = self._pieces.get(whose, (None, None))
            if sealed is not None:
                self._pieces.move_to_end(whose)
        return sealed if known == made_of else None

    def keep(self, whose: UUID, made_of: object, sealed: bytes) -> None:
        """Keep this instead of what was kept for the person before."""
        with self._guard:
            self._pieces[whose] = made_of, sealed
            self._pieces.move_to_end(whose)
            if len(self._pieces) > self._most:
                self._pieces.popitem(last=False)


def find(*made_of: object) -> Markup | None:
    """The piece of her page made of these, in her language, if it was kept.

    `made_of` is all that it depends on; equal means the same piece.
    """
    her = signed_in()
    sealed = _pieces().find(her.account_id, _whole(made_of))
    if sealed is None:
        return None
    # Safe, since nobody but herself can have sealed it.
    return with_keys(open_own(her.keys, _PURPOSE, sealed).decode())


def keep(piece: Markup, *made_of: object) -> None:
    """Keep a piece of her page for the next time that it would be made of the same."""
    her = signed_in()
    sealed = seal_to_self(her.keys, _PURPOSE, without_keys(piece).encode())
    _pieces().keep(her.account_id, _whole(made_of), sealed)


def _pieces() -> KeptPieces:
    return cast(KeptPieces, current_app.extensions["kept_pieces"])


def _whole(made_of: tuple[object, ...]) -> object:
    return signed_in().keys.public, i18n.current_language().code, *made_of
