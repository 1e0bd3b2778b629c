"""What staff call what she asks for, and how it stands."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from portal.domain.needs import Category, HowSoon, Lane, NeedState, StayOrLeave
from portal.i18n import lazy_gettext as _l

LANE: Mapping[Lane, str] = {
    Lane.RED: _l("Red"),
    Lane.ORANGE: _l("Orange"),
    Lane.GREEN: _l("Green"),
    Lane.INFORMATION: _l("Information"),
}
CATEGORY: Mapping[Category, str] = {
    Category.SAFETY: _l("Safety"),
    Category.SLEEP: _l("Shelter, a place to sleep"),
    Category.HOME: _l("Housing"),
    Category.CHILD: _l("Children"),
    Category.MONEY: _l("Money and debts"),
    Category.HEALTH: _l("Health"),
    Category.FEEL: _l("Mental health"),
    Category.LAW: _l("Legal questions"),
    Category.POLICE: _l("Police and report"),
    Category.PAPERS: _l("Residence papers"),
    Category.PHONE: _l("Phone and digital safety"),
    Category.FAMILY: _l("Family, community, honour"),
    Category.PARENT: _l("Parenting and contact"),
    Category.WORK: _l("Work, school, language"),
    Category.ALCOHOL: _l("Alcohol, drugs, gambling"),
    Category.OTHER: _l("Something else"),
}
HOW_SOON: Mapping[HowSoon, str] = {
    HowSoon.TODAY: _l("asked for today"),
    HowSoon.THIS_WEEK: _l("asked for this week"),
    HowSoon.LATER: _l("later is fine"),
    HowSoon.INFORMATION: _l("wants information"),
    HowSoon.UNSAID: _l("did not say when"),
}
STAY_OR_LEAVE: Mapping[StayOrLeave, str] = {
    StayOrLeave.STAY: _l("wants to stay"),
    StayOrLeave.LEAVE: _l("wants to leave"),
    StayOrLeave.DO_NOT_KNOW: _l("does not know yet"),
}
NEED_STATE: Mapping[NeedState, str] = {
    NeedState.SENT: _l("at the desk"),
    NeedState.QUESTION: _l("the desk asked her a question"),
    NeedState.ROUTED: _l("routed"),
    NeedState.DONE: _l("done"),
    NeedState.STOPPED: _l("she stopped this"),
}
WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    Lane: LANE,
    Category: CATEGORY,
    HowSoon: HOW_SOON,
    StayOrLeave: STAY_OR_LEAVE,
    NeedState: NEED_STATE,
}
DRAWINGS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    Lane: {
        Lane.RED: "late",
        Lane.ORANGE: "today",
        Lane.GREEN: "clock",
        Lane.INFORMATION: "question",
    },
    Category: {category: category.value for category in Category},
    NeedState: {
        NeedState.SENT: "clock",
        NeedState.QUESTION: "question",
        NeedState.ROUTED: "forward",
        NeedState.DONE: "check",
        NeedState.STOPPED: "pause",
    },
}
