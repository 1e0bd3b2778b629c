"""How staff read what is said of interpreters and requests."""

from collections.abc import Mapping
from typing import Any

from portal.domain.interpreters import Felt, Means, RequestState, Sex
from portal.i18n import lazy_gettext as _l
from portal.services.interpreters.booking import Fit

STATE: Mapping[RequestState, str] = {
    RequestState.ASKED: _l("interpreter asked"),
    RequestState.BOOKED: _l("booked, waits for her yes"),
    RequestState.CONFIRMED: _l("she said yes to this person"),
    RequestState.DONE: _l("interpreted"),
    RequestState.NOT_WANTED: _l("no interpreter wanted"),
}
SEX: Mapping[Sex, str] = {Sex.WOMAN: _l("woman"), Sex.MAN: _l("man")}
MEANS: Mapping[Means, str] = {
    Means.PHONE: _l("by telephone"),
    Means.VIDEO: _l("by video"),
    Means.HERE: _l("in the house"),
}
FIT: Mapping[Fit, str] = {
    Fit.FREE: _l("free"),
    Fit.NOT_THERE: _l("not there then, say the hours"),
    Fit.TAKEN: _l("has another talk then"),
    Fit.NOT_THIS_PERSON: _l("not this person"),
}
FELT: Mapping[Felt, str] = {
    Felt.SAFE: _l("She felt safe with this interpreter."),
    Felt.NOT_SAFE: _l("She did not feel safe with this interpreter."),
    Felt.SKIPPED: _l("She did not say how the interpreter was."),
}
ALL: Mapping[str, Mapping[Any, str]] = {
    "state": STATE,
    "sex": SEX,
    "means": MEANS,
    "fit": FIT,
    "felt": FELT,
}
"""For templates: `said.fit[candidate.fit]`."""
