"""What a refusal to ask or to decide says, and beside which field."""

from collections.abc import Mapping

from portal.domain.appointments import NoSuchTime, TimeTwice
from portal.domain.decisions import (
    AskedByYourself,
    ClaimedByColleague,
    EffectTimeGone,
    NobodyToDecide,
    TooLateToDecide,
    WaitsAlready,
)
from portal.domain.refusals import Refusal
from portal.domain.roles import RolesKeptApart
from portal.domain.safe_contact import HerCardIsStopped
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import lazy_gettext as _l
from portal.services.case_work.not_this_person import StillOnHerFile
from portal.services.colleagues.roles import RoleHeldAlready
from portal.services.endings.erasure import OnHold
from portal.services.keys.halves import KeyNotHandedOver
from portal.web.staff.colleagues import colleagues

WORDS: Mapping[type[Refusal], str] = {
    AskedByYourself: _l("You asked for this yourself: a colleague decides."),
    ClaimedByColleague: _l("A colleague took this on and answers it now."),
    TooLateToDecide: _l("Nobody answered in time: this question is gone. It can be asked again."),
    EffectTimeGone: _l("This time has passed. Choose a later one."),
    NoSuchTime: _l(
        "The clock skips this time that night, because summer time begins. Choose another."
    ),
    TimeTwice: _l(
        "The clock shows this time twice that night, because summer time ends. Choose another."
    ),
    NobodyToDecide: _l(
        "Nobody else here may decide about this, so it cannot be asked now. A coordinator sees "
        "that the role is empty."
    ),
    WaitsAlready: _l("This was asked before and still waits for an answer."),
    RolesKeptApart: colleagues.WORDS[RolesKeptApart],
    RoleHeldAlready: colleagues.WORDS[RoleHeldAlready],
    StillOnHerFile: _l(
        "This colleague is still on her file. Hand the file on first, then say yes."
    ),
    HerCardIsStopped: _l(
        "Her card is stopped: perhaps somebody else has it. Speak with her and lift that first, or "
        "decline."
    ),
    OnHold: _l("A legal hold stands on this file: nothing of it may be deleted."),
    KeyNotHandedOver: _l(
        "You have not got the key of your team yet. A colleague of the team hands it over, on her "
        "own page."
    ),
    NothingWritten: _l("Nothing is written here yet."),
    TooLong: _l("This is longer than 4,000 characters. Nothing was cut or kept: make it shorter."),
}
_FIELD_OF = {EffectTimeGone: "day", NoSuchTime: "time", TimeTwice: "time"}


def blamed(refusal: Refusal) -> str | None:
    """The field beside which it is said; None for the page."""
    if isinstance(refusal, NothingWritten | TooLong):
        return "words"
    return _FIELD_OF.get(type(refusal))


def words_of(refusal: Refusal) -> str | None:
    """Its words; None where it has none."""
    found = WORDS.get(type(refusal))
    return str(found) if found else None
