"""What staff call the way of a need through a service, and of the dates that come of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from portal.domain.appointments import AppointmentState
from portal.domain.referrals import ReferralState
from portal.i18n import lazy_gettext as _l

REFERRAL_STATE: Mapping[ReferralState, str] = {
    ReferralState.WAITS_FOR_YES: _l("waits for her yes"),
    ReferralState.SENT: _l("sent, not opened yet"),
    ReferralState.SEEN: _l("seen"),
    ReferralState.ACCEPTED: _l("accepted"),
    ReferralState.DATE_SET: _l("date is set"),
    ReferralState.DONE: _l("done"),
    ReferralState.NOT_POSSIBLE: _l("not possible here"),
    ReferralState.SAID_NO: _l("she said: not this service"),
    ReferralState.STOPPED: _l("she stopped this"),
}
APPOINTMENT_STATE: Mapping[AppointmentState, str] = {
    AppointmentState.PROPOSED: _l("proposed, waits for her yes"),
    AppointmentState.PLANNED: _l("planned"),
    AppointmentState.CANNOT_COME: _l("she cannot come"),
    AppointmentState.OTHER_TIME: _l("she asks for another time"),
    AppointmentState.MOVED: _l("moved"),
    AppointmentState.CANCELLED: _l("taken away by the service"),
    AppointmentState.DONE: _l("took place"),
    AppointmentState.NOT_COME: _l("did not come"),
    AppointmentState.NOT_AGREED: _l("proposed, not agreed"),
}
WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    ReferralState: REFERRAL_STATE,
    AppointmentState: APPOINTMENT_STATE,
}
DRAWINGS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    ReferralState: {
        ReferralState.WAITS_FOR_YES: "question",
        ReferralState.SENT: "clock",
        ReferralState.SEEN: "eye",
        ReferralState.ACCEPTED: "check",
        ReferralState.DATE_SET: "dates",
        ReferralState.DONE: "check",
        ReferralState.NOT_POSSIBLE: "late",
        ReferralState.SAID_NO: "pause",
        ReferralState.STOPPED: "pause",
    },
    AppointmentState: {
        AppointmentState.PROPOSED: "question",
        AppointmentState.NOT_AGREED: "pause",
        AppointmentState.PLANNED: "dates",
        AppointmentState.CANNOT_COME: "late",
        AppointmentState.OTHER_TIME: "question",
        AppointmentState.MOVED: "forward",
        AppointmentState.CANCELLED: "pause",
        AppointmentState.DONE: "check",
        AppointmentState.NOT_COME: "pause",
    },
}
