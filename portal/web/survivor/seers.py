"""Who can see what is hers: one card for each person or group that holds keys, in plain words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.domain.needs import Category
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.case_work.case_team import Team
from portal.services.need_to_know.seeing import CanSee
from portal.web.survivor.vocabulary import WHY_WORDS

ORDER = (
    Why.HER_OWN,
    Why.CASE_TEAM,
    Why.DESK_UNROUTED,
    Why.DECISION,
    Why.SHE_SAID_YES,
    Why.TO_TELL_HER,
    Why.EMERGENCY,
    Why.RECOVERY,
)
ICONS: Mapping[Why, str] = {
    Why.HER_OWN: "person",
    Why.CASE_TEAM: "person",
    Why.DESK_UNROUTED: "needs",
    Why.DECISION: "needs",
    Why.SHE_SAID_YES: "check",
    Why.TO_TELL_HER: "phone",
    Why.EMERGENCY: "safety",
    Why.RECOVERY: "key",
}

DECIDING_TEAMS: Mapping[HolderKind, str] = {
    HolderKind.COORDINATORS: _l("Who leads this centre"),
    HolderKind.AUDITORS: _l("Who checks this centre"),
}

ASKED_WORDS: Mapping[HolderKind, str] = {
    HolderKind.SURVIVOR: _l("You asked us for this."),
    HolderKind.STAFF: _l("This person asked us for this."),
}
"""Only teams decide: a person who holds a key of a decision is the one who asked for it."""


@dataclass(frozen=True)
class Seer:
    """Somebody who can see something of hers."""

    icon: str
    name: str
    why: str
    folders: tuple[FolderKind, ...]
    need_id: UUID | None
    category: Category | None
    service_id: UUID | None
    until: datetime | None
    colleague_id: UUID | None = None
    """Of her case team: she may ask for somebody else."""

    @property
    def is_service(self) -> bool:
        """Whether she let a service in, and can end it."""
        return self.service_id is not None


def seers(lines: Iterable[CanSee], team: Team) -> list[Seer]:
    """The cards, from herself to the paper words in the safe."""
    by_whom = groupby(sorted(lines, key=_who), key=_who)
    return [_seer(list(lines), team) for _key, lines in by_whom]


def _who(line: CanSee) -> tuple[int, str, str]:
    # The two emergency halves are one card: neither group can see anything alone.
    if line.why is Why.EMERGENCY and line.holder is not HolderKind.STAFF:
        return ORDER.index(line.why), "", ""
    if line.why is Why.DECISION:
        # Teams have no name of their own: each is a card.
        return ORDER.index(line.why), line.name, line.holder.value
    service = str(line.need.id) if line.why is Why.SHE_SAID_YES and line.need else ""
    return ORDER.index(line.why), line.name, service


def _seer(lines: list[CanSee], team: Team) -> Seer:
    first = lines[0]
    ends = [line.until for line in lines if line.until]
    is_service = first.why is Why.SHE_SAID_YES
    found = {line.folder for line in lines}
    return Seer(
        icon=ICONS[first.why],
        name=_name(first),
        why=_why(first, team),
        folders=tuple(folder for folder in FolderKind if folder in found),
        need_id=first.need.id if is_service and first.need else None,
        category=first.need.category if is_service and first.need else None,
        service_id=first.service_id if is_service else None,
        until=max(ends) if ends else None,
        colleague_id=_colleague(first, team),
    )


def _colleague(line: CanSee, team: Team) -> UUID | None:
    if line.why is not Why.CASE_TEAM:
        return None
    ids = {team.case_director: team.case_director_id, team.stand_in: team.stand_in_id}
    return ids.get(line.name)


def _name(line: CanSee) -> str:
    if line.name:
        return line.name
    if line.why is Why.DECISION and line.holder in DECIDING_TEAMS:
        return str(DECIDING_TEAMS[line.holder])
    return {
        HolderKind.SURVIVOR: _("You"),
        HolderKind.DESK: _("The desk"),
        HolderKind.HOUSE: _("Our computer"),
        HolderKind.RECOVERY: _("A key on paper, in our safe"),
        HolderKind.COORDINATORS: _("Two groups of our staff"),
        HolderKind.AUDITORS: _("Two groups of our staff"),
    }.get(line.holder, "")


def _why(line: CanSee, team: Team) -> str:
    if line.why is Why.EMERGENCY and line.holder is HolderKind.STAFF:
        return _("An emergency. Two people decided this.")
    if line.why is Why.CASE_TEAM and line.name == team.case_director:
        return _("Your contact person.")
    if line.why is Why.CASE_TEAM and line.name == team.stand_in:
        return _("Is there when your contact person is away.")
    if line.why is Why.DECISION and line.holder in ASKED_WORDS:
        return str(ASKED_WORDS[line.holder])
    return str(WHY_WORDS[line.why])
