"""The kinds of holder of a key pair."""

from enum import StrEnum


class HolderKind(StrEnum):
    """A person, or a team whose private half is sealed to each of its members."""

    SURVIVOR = "survivor"
    STAFF = "staff"
    SERVICE = "service"
    DESK = "desk"
    COORDINATORS = "coordinators"
    AUDITORS = "auditors"
    HOUSE = "house"
    RECOVERY = "recovery"


TEAMS = frozenset(
    {HolderKind.SERVICE, HolderKind.DESK, HolderKind.COORDINATORS, HolderKind.AUDITORS}
)
