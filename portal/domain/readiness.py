"""Is a portal good for her? What is asked before a file is opened, and what may follow from it."""

from dataclasses import dataclass
from enum import StrEnum

from portal.domain.refusals import Refusal


class Said(StrEnum):
    """An answer to one question of the readiness check."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class Outcome(StrEnum):
    """What she and the worker decide in the end."""

    YES = "yes"
    OTHER_DEVICE = "other_device"
    WE_CALL = "we_call"


class NotAlone(Refusal):
    """Somebody else is in the room: what she says now may not be what she wants."""


class PhoneMayBeRead(Refusal):
    """By her own answers somebody else can read this phone."""


class NoOtherDevice(Refusal):
    """Only on another device, and there is none."""


class WeCall(Refusal):
    """She said no: no file is opened for the portal."""


@dataclass(frozen=True)
class Readiness:
    """The answers of one check, as she gave them."""

    alone: Said
    phone_is_hers: Said
    passcode_known: Said
    signs_of_spyware: Said
    other_device: Said
    outcome: Outcome

    @property
    def phone_may_be_read(self) -> bool:
        """Whether somebody else may read what stands on her own phone."""
        return (
            self.phone_is_hers is Said.NO
            or self.passcode_known is Said.YES
            or self.signs_of_spyware is Said.YES
        )


def check_ready(readiness: Readiness) -> None:
    """Refuse a file that her own answers speak against. Raises one of the refusals above."""
    if readiness.outcome is Outcome.WE_CALL:
        raise WeCall
    if readiness.alone is not Said.YES:
        raise NotAlone
    if readiness.outcome is Outcome.YES and readiness.phone_may_be_read:
        raise PhoneMayBeRead
    if readiness.outcome is Outcome.OTHER_DEVICE and readiness.other_device is not Said.YES:
        raise NoOtherDevice
