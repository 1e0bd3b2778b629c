"""What she reads of what is happening, in words that staff see before she does."""

from collections.abc import Mapping

from portal.domain.timeline import EntryLane, Programme
from portal.i18n import lazy_gettext as _l

LANE: Mapping[EntryLane, str] = {
    EntryLane.HELP: _l("Help"),
    EntryLane.JUSTICE: _l("Police and court"),
    EntryLane.PROGRAMME: _l("A programme"),
}
LANE_ICON: Mapping[EntryLane, str] = {
    EntryLane.HELP: "person",
    EntryLane.JUSTICE: "law",
    EntryLane.PROGRAMME: "clock",
}
STAGE: Mapping[Programme, str] = {
    Programme.INVITED: _l("The person who hurt you is invited to a programme."),
    Programme.STARTED: _l("The person who hurt you has started a programme."),
    Programme.STOPPED: _l("The person who hurt you has stopped the programme."),
    Programme.ENDED: _l("The programme of the person who hurt you has ended."),
}
WARNING = _l("This does not say if this person has changed.")
"""Stands with every stage of a programme; nothing switches it off."""
