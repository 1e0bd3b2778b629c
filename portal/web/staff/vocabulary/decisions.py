"""What staff call decisions, and how they stand."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from portal.domain.decisions import DecisionKind, DecisionState
from portal.i18n import lazy_gettext as _l

DECISION_KIND: Mapping[DecisionKind, str] = {
    DecisionKind.NEED: _l("A need of hers"),
    DecisionKind.CARD_AGAIN: _l("A new card for her file"),
    DecisionKind.BREAK_GLASS: _l("Emergency opening of a file"),
    DecisionKind.BREAK_GLASS_REVIEW: _l("Second look at an emergency opening"),
    DecisionKind.EXPORT: _l("Copy of a file to hand over"),
    DecisionKind.ERASURE: _l("Erasing a file"),
    DecisionKind.LEGAL_HOLD: _l("Legal hold on a file"),
    DecisionKind.ROLE_CHANGE: _l("Change of a colleague's roles"),
    DecisionKind.SIGN_IN_AGAIN: _l("New way in for a colleague"),
    DecisionKind.CONTACT_CHANGE: _l("Change of her contact data"),
    DecisionKind.RELEASE: _l("Showing her what is happening"),
    DecisionKind.POLICE_SHARING: _l("Sharing with police or prosecutor"),
    DecisionKind.SEPARATION_OVERRIDE: _l("A date at a time that is not possible"),
    DecisionKind.FEEDBACK: _l("Publishing an answer to feedback"),
    DecisionKind.NOT_THIS_PERSON: _l("She asks for another colleague"),
}
DECISION_STATE: Mapping[DecisionState, str] = {
    DecisionState.WAITING: _l("waits"),
    DecisionState.ACCEPTED: _l("accepted"),
    DecisionState.GIVEN_BACK: _l("given back with a note"),
    DecisionState.ASKED_AGAIN: _l("asked again"),
    DecisionState.DECLINED: _l("declined"),
    DecisionState.WITHDRAWN: _l("withdrawn"),
    DecisionState.LAPSED: _l("not answered in time, gone"),
    DecisionState.NOT_POSSIBLE: _l("accepted, but no longer possible"),
}
WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    DecisionKind: DECISION_KIND,
    DecisionState: DECISION_STATE,
}
DRAWINGS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    DecisionState: {
        DecisionState.WAITING: "clock",
        DecisionState.ACCEPTED: "check",
        DecisionState.GIVEN_BACK: "question",
        DecisionState.ASKED_AGAIN: "forward",
        DecisionState.DECLINED: "pause",
        DecisionState.WITHDRAWN: "pause",
        DecisionState.LAPSED: "late",
        DecisionState.NOT_POSSIBLE: "late",
    },
}
