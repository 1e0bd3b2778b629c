"""The words and drawings of staff for what the house calls by codes: the field's own terms.

Templates ask `word(state)` and `drawing(state)`; both know every kind of code below.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from portal.domain.accounts import CardState, Frozen
from portal.domain.appointments import AppointmentState
from portal.domain.decisions import RULES, DecisionKind, DecisionState
from portal.domain.needs import Category, HowSoon, Lane, NeedState, StayOrLeave
from portal.domain.outbox import OutboxKind, Reason
from portal.domain.promises import Promise, Span
from portal.domain.referrals import ReferralState
from portal.domain.roles import Permission, Role
from portal.domain.safe_contact import Channel, Wish
from portal.domain.services import Cost, PlaceKind, ServiceKind, ServiceState
from portal.i18n import current_language, dates, language_name, ngettext
from portal.i18n import lazy_gettext as _l


class Due(StrEnum):
    """How near a promised time is: lists say it as a word, a drawing and their order."""

    LATE = "late"
    TODAY = "today"
    CAN_WAIT = "can_wait"


Words = Mapping[Any, str]

DUE: Words = {Due.LATE: _l("Late"), Due.TODAY: _l("Today"), Due.CAN_WAIT: _l("Can wait")}
LANE_NAME: Words = {
    Lane.RED: _l("Red"),
    Lane.ORANGE: _l("Orange"),
    Lane.GREEN: _l("Green"),
    Lane.INFORMATION: _l("Information"),
}
CATEGORY: Words = {
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
HOW_SOON: Words = {
    HowSoon.TODAY: _l("asked for today"),
    HowSoon.THIS_WEEK: _l("asked for this week"),
    HowSoon.LATER: _l("later is fine"),
    HowSoon.INFORMATION: _l("wants information"),
    HowSoon.UNSAID: _l("did not say when"),
}
STAY_OR_LEAVE: Words = {
    StayOrLeave.STAY: _l("wants to stay"),
    StayOrLeave.LEAVE: _l("wants to leave"),
    StayOrLeave.DO_NOT_KNOW: _l("does not know yet"),
}
NEED_STATE: Words = {
    NeedState.SENT: _l("at the desk"),
    NeedState.QUESTION: _l("the desk asked her a question"),
    NeedState.ROUTED: _l("routed"),
    NeedState.DONE: _l("done"),
    NeedState.STOPPED: _l("she stopped this"),
}
REFERRAL_STATE: Words = {
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
APPOINTMENT_STATE: Words = {
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
CARD_STATE: Words = {
    CardState.NEW: _l("new card, waits for its PIN"),
    CardState.ACTIVE: _l("active card"),
    CardState.FROZEN: _l("card is frozen"),
    CardState.VOID: _l("card is void"),
}
FROZEN: Words = {
    Frozen.WRONG_PINS: _l("Ten wrong PINs were tried."),
    Frozen.BY_STAFF: _l("Staff froze it."),
    Frozen.QUIET: _l("Nobody came in with it for a long time."),
    Frozen.CASE_CLOSED: _l("The work on this file ended some time ago."),
    Frozen.SOMEBODY_ELSE: _l("Somebody else may be using it."),
}
SERVICE_KIND: Words = {
    ServiceKind.POLICE: _l("Police"),
    ServiceKind.PROSECUTOR: _l("Prosecutor"),
    ServiceKind.VICTIM_RECEPTION: _l("Victim reception"),
    ServiceKind.HOUSE_OF_JUSTICE: _l("House of Justice"),
    ServiceKind.LAWYER: _l("Legal aid"),
    ServiceKind.SHELTER: _l("Shelter"),
    ServiceKind.HOUSING: _l("Housing service"),
    ServiceKind.WELFARE: _l("Public welfare"),
    ServiceKind.CENTRE_WORK: _l("General welfare centre"),
    ServiceKind.YOUTH_CARE: _l("Youth support centre"),
    ServiceKind.CHILD_ABUSE: _l("Confidential centre child abuse"),
    ServiceKind.FAMILY_SUPPORT: _l("Child care and family support"),
    ServiceKind.COUNSELLING: _l("Mental health centre"),
    ServiceKind.MEDICAL: _l("Medical care"),
    ServiceKind.ADDICTION: _l("Addiction care"),
    ServiceKind.MIGRATION: _l("Migration and integration"),
    ServiceKind.OTHER: _l("Other service"),
}
SERVICE_STATE: Words = {
    ServiceState.OPEN: _l("open"),
    ServiceState.PAUSED: _l("paused"),
    ServiceState.CLOSED: _l("takes no requests"),
}
PLACE_KIND: Words = {
    PlaceKind.IN_HOUSE: _l("in this house"),
    PlaceKind.COMES_TO_HER: _l("comes to her"),
    PlaceKind.TOLD_WITH_DATE: _l("told only with the date"),
}
COST: Words = {
    Cost.UNSAID: _l("not said"),
    Cost.FREE: _l("costs nothing"),
    Cost.MAY_COST: _l("may cost something"),
}
ROLE: Words = {
    Role.INTAKE_WORKER: _l("Intake worker"),
    Role.CASE_DIRECTOR: _l("Case director"),
    Role.SERVICE_STAFF: _l("Service staff"),
    Role.MODERATOR: _l("Moderator"),
    Role.DUTY_OFFICER: _l("Duty officer"),
    Role.COORDINATOR: _l("Coordinator"),
    Role.PARTNER_CONTACT_WORKER: _l("Partner-contact worker"),
    Role.INTERPRETER: _l("Interpreter"),
    Role.AUDITOR: _l("Auditor"),
    Role.ADMINISTRATOR: _l("Administrator"),
}
DECISION_KIND: Words = {
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
    DecisionKind.RELEASE: _l("Showing her a justice or programme entry"),
    DecisionKind.DOCUMENT: _l("Showing her a document"),
    DecisionKind.POLICE_SHARING: _l("Sharing with police or prosecutor"),
    DecisionKind.SEPARATION_OVERRIDE: _l("A date at a time that is not possible"),
    DecisionKind.FEEDBACK: _l("Publishing feedback"),
    DecisionKind.NOT_THIS_PERSON: _l("She asks for another colleague"),
}
DECISION_STATE: Words = {
    DecisionState.WAITING: _l("waits"),
    DecisionState.ACCEPTED: _l("accepted"),
    DecisionState.GIVEN_BACK: _l("given back with a note"),
    DecisionState.ASKED_AGAIN: _l("asked again"),
    DecisionState.DECLINED: _l("declined"),
    DecisionState.WITHDRAWN: _l("withdrawn"),
    DecisionState.LAPSED: _l("not answered in time, gone"),
    DecisionState.NOT_POSSIBLE: _l("accepted, but no longer possible"),
}
PERMISSION: dict[Permission, str] = {
    Permission.OPEN_CASE: _l("Open a file"),
    Permission.ISSUE_CARD: _l("Issue a card"),
    Permission.FIND_CASE: _l("Find a file of one's own by its number"),
    Permission.WRITE_TO_SURVIVOR: _l("Write to survivors of one's own files"),
    Permission.PLAN_VISIT: _l("Plan visits for survivors of one's own files"),
    Permission.READ_DESK: _l("Read what waits at the desk"),
    Permission.DECIDE_AT_DESK: _l("Decide at the desk"),
    Permission.ANSWER_REFERRAL: _l("Answer referrals to one's own service"),
    Permission.SEE_HOUSE: _l("See counts of the house"),
    Permission.SEE_PEOPLE: _l("See colleagues and their roles"),
    Permission.MANAGE_PEOPLE: _l("Invite colleagues, give and take roles, switch accounts off"),
    Permission.ANSWER_LOOK_QUESTIONS: _l("Answer a survivor's questions about who looked"),
    Permission.KEEP_INTERPRETERS: _l("Keep the list of interpreters"),
    Permission.CLOSE_CASE: _l("End the work on a file of one's own, and take it up again"),
    Permission.SEE_ENDS: _l("See what is kept until when, by numbers and clocks"),
    Permission.SEE_COUNTS: _l("See how often people come, by month and never by person"),
    Permission.CHANGE_HOUSE: _l("Change what the house sets, such as hours and services"),
    Permission.ARRANGE_COVER: _l("Arrange cover: illness, stand-ins, files handed on"),
    Permission.READ_AUDIT: _l("See what was done, and by whom"),
    Permission.SEE_LATE: _l("See what is late in the whole house"),
    Permission.REVIEW_BREAK_GLASS: _l("Look again at an emergency opening"),
    Permission.ANSWER_NOT_THIS_PERSON: _l("Answers a survivor who asks for another colleague"),
    Permission.KEEP_APART: _l("Say who must not meet in the house, and end it"),
    Permission.ASK_ABOUT_ANY_CASE: _l("Ask for these about any file, not only one's own"),
}
for _kind, _rule in RULES.items():
    if _rule.ask is not None:
        PERMISSION.setdefault(_rule.ask, _l("Ask for: %(what)s", what=DECISION_KIND[_kind]))
    PERMISSION.setdefault(_rule.decide, _l("Decide about: %(what)s", what=DECISION_KIND[_kind]))

CHANNEL: Words = {Channel.SMS: _l("Text message"), Channel.EMAIL: _l("E-mail")}
WISH: Words = {
    Wish.NO: _l("She said no"),
    Wish.YES: _l("She said yes, at any time"),
    Wish.ONLY_THEN: _l("She said yes, only at her hours"),
}
OUTBOX_KIND: Words = {
    OutboxKind.NEW_DATE: _l("She was not told of a new date"),
    OutboxKind.DATE_GONE: _l("She was not told that a date is gone"),
    OutboxKind.REMINDER: _l("She was not reminded of a date"),
    OutboxKind.TEST: _l("Her test did not reach her"),
}
NOT_TOLD: Words = {
    Reason.DATE_CHANGED: _l("the date changed"),
    Reason.SHE_SAID_NO: _l("she said no"),
    Reason.CASE_CLOSED: _l("the file is ended"),
    Reason.LAPSED: _l("her yes had lapsed"),
    Reason.CARD_STOPPED: _l("her card did not work at that moment"),
    Reason.HOURS: _l("her hours came too late"),
    Reason.TOO_LATE: _l("it would have come too late"),
    Reason.UNREADABLE: _l("the number or address could not be opened: tell who runs the portal"),
    Reason.ADDRESS_REFUSED: _l("the number or address was not accepted: ask her if it is right"),
    Reason.NOT_TAKEN: _l("no server took it, however often it was tried"),
    Reason.NO_WAY: _l("this house cannot send by this way"),
    Reason.NOBODY_KNOWS: _l("it may have come or not: it is not sent a second time"),
}
"""Why, to whoever helps her; what to do stands with it where something can be done."""

FOR_WHAT: Words = {
    Role.INTAKE_WORKER: _l("Opens a file with a survivor and hands over her card."),
    Role.CASE_DIRECTOR: _l("Is the one contact of the survivors whose files she directs."),
    Role.SERVICE_STAFF: _l("Helps survivors who said yes to her service."),
    Role.MODERATOR: _l("Reads new needs at the desk and brings them to a service."),
    Role.DUTY_OFFICER: _l("Answers what cannot wait today."),
    Role.COORDINATOR: _l("Sees that every case has somebody, and decides as the second person."),
    Role.PARTNER_CONTACT_WORKER: _l("Tells survivors what they may know of a programme."),
    Role.INTERPRETER: _l("Comes in by a link for one talk. Opens no file."),
    Role.AUDITOR: _l("Checks who looked, and why."),
    Role.ADMINISTRATOR: _l("Keeps the portal running. Never reads what a survivor wrote."),
}
"""What each role is there for, in a sentence."""

_WORDS: Mapping[type[StrEnum], Words] = {
    Due: DUE,
    Lane: LANE_NAME,
    Category: CATEGORY,
    HowSoon: HOW_SOON,
    StayOrLeave: STAY_OR_LEAVE,
    NeedState: NEED_STATE,
    ReferralState: REFERRAL_STATE,
    AppointmentState: APPOINTMENT_STATE,
    CardState: CARD_STATE,
    Frozen: FROZEN,
    ServiceKind: SERVICE_KIND,
    ServiceState: SERVICE_STATE,
    PlaceKind: PLACE_KIND,
    Cost: COST,
    Role: ROLE,
    Permission: PERMISSION,
    DecisionKind: DECISION_KIND,
    DecisionState: DECISION_STATE,
    Channel: CHANNEL,
    Wish: WISH,
    OutboxKind: OUTBOX_KIND,
    Reason: NOT_TOLD,
}
_DRAWINGS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    Channel: {Channel.SMS: "phone", Channel.EMAIL: "messages"},
    Due: {Due.LATE: "late", Due.TODAY: "today", Due.CAN_WAIT: "clock"},
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
    CardState: {
        CardState.NEW: "clock",
        CardState.ACTIVE: "check",
        CardState.FROZEN: "late",
        CardState.VOID: "pause",
    },
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
    ServiceState: {
        ServiceState.OPEN: "check",
        ServiceState.PAUSED: "pause",
        ServiceState.CLOSED: "pause",
    },
}


def word(code: StrEnum) -> str:
    """What staff call it, in the language of the page."""
    return str(_WORDS[type(code)][code])


def drawing(code: StrEnum) -> str:
    """The name of the drawing that stands beside the word."""
    return _DRAWINGS[type(code)][code]


def due(promised_at: datetime, now: datetime) -> Due:
    """Whether a promised time has passed, is still to come today, or can wait."""
    if promised_at < now:
        return Due.LATE
    same_day = dates.here(promised_at).date() == dates.here(now).date()
    return Due.TODAY if same_day else Due.CAN_WAIT


def lane_promise(lane: Lane, promise: Promise) -> str:
    """A lane with what this centre promises in it: "Red: within 30 minutes"."""
    name = word(lane)
    if promise.span is Span.MINUTES:
        return ngettext(
            "%(lane)s: within %(num)s minute",
            "%(lane)s: within %(num)s minutes",
            promise.amount,
            lane=name,
        )
    return ngettext(
        "%(lane)s: within %(num)s working day",
        "%(lane)s: within %(num)s working days",
        promise.amount,
        lane=name,
    )


def clock_time(moment: datetime, now: datetime) -> str:
    """A promised time as a clock time: "17:00" today, "Tuesday 17:00" this week, else the date."""
    apart = abs(dates.here(moment).date() - dates.here(now).date())
    if not apart:
        return dates.time(moment)
    near = moment > now and apart <= timedelta(days=6)
    return dates.weekday_time(moment) if near else dates.date_time(moment)


def language_for_staff(code: str) -> str:
    """A language by its own name, and in the language of the page for who cannot read that."""
    own = language_name(code)
    known = current_language().locale.languages.get(code.replace("-", "_"))
    return f"{own} ({known})" if known and known != own else own
