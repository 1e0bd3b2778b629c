"""Floors in words, for whoever looks for a desk in the house."""

from portal.i18n import gettext as _


def floor_words(floor: int) -> str:
    """ "2nd floor", as a sign says it in this language; 0 is the ground floor."""
    if floor == 0:
        return _("ground floor")
    if floor < 0:
        return _("level %(number)s, below the ground", number=floor)
    return _("floor %(number)s", number=floor)
