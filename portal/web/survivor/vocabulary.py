"""The words and drawings a survivor reads for what the house calls by codes."""

from collections.abc import Mapping

from portal.domain.folders import FolderKind, Why
from portal.domain.needs import Category, HowSoon, NeedState, StayOrLeave
from portal.domain.referrals import OPEN, ReferralState
from portal.domain.services import ServiceKind, ServiceState
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l

CATEGORY_WORDS: Mapping[Category, str] = {
    Category.SAFETY: _l("I want to be safe"),
    Category.SLEEP: _l("I need a safe place to sleep"),
    Category.HOME: _l("I need help with my home"),
    Category.CHILD: _l("Help for my children"),
    Category.MONEY: _l("Help with money or debts"),
    Category.HEALTH: _l("I need a doctor"),
    Category.FEEL: _l("I feel very bad. I want to talk"),
    Category.LAW: _l("I have questions about the law"),
    Category.POLICE: _l("I want to talk to the police, or ask what happens with my report"),
    Category.PAPERS: _l("Help with papers to stay in Belgium"),
    Category.PHONE: _l("Someone sees my phone or follows me online"),
    Category.FAMILY: _l("My family or community is angry or forces me"),
    Category.PARENT: _l("Being a parent; visits with the other parent"),
    Category.WORK: _l("Work, school or learning Dutch"),
    Category.ALCOHOL: _l("Alcohol, drugs, pills, gambling"),
    Category.OTHER: _l("Something else; I do not know yet"),
}
"""What she asks for, in her voice."""

CATEGORY_ICONS: Mapping[Category, str] = {category: category.value for category in Category}
"""A drawing for each kind of need: it is named for the kind."""

HOW_SOON_WORDS: Mapping[HowSoon, str] = {
    HowSoon.TODAY: _l("Today"),
    HowSoon.THIS_WEEK: _l("This week"),
    HowSoon.LATER: _l("Later"),
    HowSoon.INFORMATION: _l("Just information"),
    HowSoon.UNSAID: _l("You did not say when"),
}

HOW_SOON_ICONS: Mapping[HowSoon, str] = {
    HowSoon.TODAY: "today",
    HowSoon.THIS_WEEK: "dates",
    HowSoon.LATER: "clock",
    HowSoon.INFORMATION: "question",
}

PLAN_WORDS: Mapping[StayOrLeave, str] = {
    StayOrLeave.STAY: _l("I want to stay"),
    StayOrLeave.LEAVE: _l("I want to leave"),
    StayOrLeave.DO_NOT_KNOW: _l("I do not know yet"),
}

CATEGORY_NOTES: Mapping[Category, str] = {
    Category.SLEEP: _l("Do not write an address here."),
    Category.MONEY: _l("You can also say when somebody controls your money."),
    Category.HEALTH: _l("After sexual violence, see a doctor in the first 7 days."),
    Category.FEEL: _l("These people listen now."),
    Category.POLICE: _l("You also get help without the police."),
    Category.PAPERS: _l("Police and town hall see this only if you say yes."),
    Category.PHONE: _l("Use another device for this, if you can."),
    Category.ALCOHOL: _l("It can be about you or about somebody else."),
    Category.OTHER: _l("You do not have to know it now."),
}
"""What she should know before she writes about a need."""

NEED_STATE_WORDS: Mapping[NeedState, str] = {
    NeedState.SENT: _l("Sent"),
    NeedState.QUESTION: _l("We need to ask you something"),
    NeedState.ROUTED: _l("We asked a service"),
    NeedState.DONE: _l("Done"),
    NeedState.STOPPED: _l("You stopped this"),
}

NEED_STATE_ICONS: Mapping[NeedState, str] = {
    NeedState.SENT: "clock",
    NeedState.QUESTION: "question",
    NeedState.ROUTED: "person",
    NeedState.DONE: "check",
    NeedState.STOPPED: "pause",
}

REFERRAL_STATE_WORDS: Mapping[ReferralState, str] = {
    ReferralState.WAITS_FOR_YES: _l("Waits for your yes"),
    ReferralState.SENT: _l("Sent"),
    ReferralState.SEEN: _l("Seen"),
    ReferralState.ACCEPTED: _l("Yes, we will help"),
    ReferralState.DATE_SET: _l("Date is set"),
    ReferralState.DONE: _l("Done"),
    ReferralState.NOT_POSSIBLE: _l("Not possible here – we look for another place"),
    ReferralState.SAID_NO: _l("You said: not now"),
    ReferralState.STOPPED: _l("You stopped this"),
}

REFERRAL_STATE_ICONS: Mapping[ReferralState, str] = {
    ReferralState.WAITS_FOR_YES: "question",
    ReferralState.SENT: "clock",
    ReferralState.SEEN: "eye",
    ReferralState.ACCEPTED: "check",
    ReferralState.DATE_SET: "dates",
    ReferralState.DONE: "check",
    ReferralState.NOT_POSSIBLE: "forward",
    ReferralState.SAID_NO: "pause",
    ReferralState.STOPPED: "pause",
}

SERVICE_KIND_WORDS: Mapping[ServiceKind, str] = {
    ServiceKind.POLICE: _l("Police"),
    ServiceKind.PROSECUTOR: _l("Prosecutor: decides about the police case"),
    ServiceKind.VICTIM_RECEPTION: _l("Explains the court to you"),
    ServiceKind.HOUSE_OF_JUSTICE: _l("Help with the court"),
    ServiceKind.LAWYER: _l("Lawyer you do not pay"),
    ServiceKind.SHELTER: _l("Safe place to sleep"),
    ServiceKind.HOUSING: _l("Help with a home"),
    ServiceKind.WELFARE: _l("Help with money and home"),
    ServiceKind.CENTRE_WORK: _l("Help with many problems"),
    ServiceKind.YOUTH_CARE: _l("Help for children and young people"),
    ServiceKind.CHILD_ABUSE: _l("Help when a child is hurt"),
    ServiceKind.FAMILY_SUPPORT: _l("Help for parents of young children"),
    ServiceKind.COUNSELLING: _l("Talk with a psychologist"),
    ServiceKind.MEDICAL: _l("Doctor and nurse"),
    ServiceKind.ADDICTION: _l("Help with alcohol, drugs, pills, gambling"),
    ServiceKind.MIGRATION: _l("Help with papers to stay"),
    ServiceKind.OTHER: _l("Other help"),
}
"""What a service does for her, in place of the field's own names."""

TALK_LINES: Mapping[ServiceKind, str] = {
    ServiceKind.POLICE: _l("The police write down what you tell them. You may ask for a break."),
    ServiceKind.PROSECUTOR: _l("The prosecutor decides about the police case."),
    ServiceKind.VICTIM_RECEPTION: _l("They tell you what happens at the court."),
    ServiceKind.HOUSE_OF_JUSTICE: _l("They tell you what the judge decided and what comes next."),
    ServiceKind.LAWYER: _l("The lawyer tells you your rights. You do not pay."),
    ServiceKind.SHELTER: _l("You talk about a safe place to sleep. You decide if you go there."),
    ServiceKind.HOUSING: _l("You talk about your home: to stay there, or to find another one."),
    ServiceKind.WELFARE: _l("You talk about money, bills and where you live."),
    ServiceKind.CENTRE_WORK: _l("You talk about what you need and who can help."),
    ServiceKind.YOUTH_CARE: _l("You talk about your children and what helps them."),
    ServiceKind.CHILD_ABUSE: _l("You talk about how your child is safe and gets help."),
    ServiceKind.FAMILY_SUPPORT: _l("You talk about being a parent of young children."),
    ServiceKind.COUNSELLING: _l("You talk about how you feel. You say only what you want."),
    ServiceKind.MEDICAL: _l("A doctor or a nurse helps you. They ask you first, each time."),
    ServiceKind.ADDICTION: _l("You talk about alcohol, drugs, pills or gambling. Nobody judges."),
    ServiceKind.MIGRATION: _l("You talk about your papers to stay in Belgium."),
    ServiceKind.OTHER: _l("You talk about what you asked for."),
}
"""What happens in a talk with such a service, in one plain line."""

SERVICE_NOTICES: Mapping[ServiceState, str] = {
    ServiceState.PAUSED: _l("They cannot help anybody new now. Your question stays with us."),
    ServiceState.CLOSED: _l("They do not work here any more. We look for another place."),
}
"""What she reads of a service that takes no requests, where the centre wrote nothing itself."""

FOLDER_WORDS: Mapping[FolderKind, str] = {
    FolderKind.CONTACT_CARD: _l("Your name"),
    FolderKind.NEEDS: _l("What you need"),
    FolderKind.STORY: _l("Your story"),
    FolderKind.CONVERSATION: _l("Your messages"),
    FolderKind.TIMELINE: _l("What is happening"),
    FolderKind.STAFF_NOTES: _l("Notes of your contact person"),
    FolderKind.REFERRAL: _l("What you let a service read"),
    FolderKind.DRAFT: _l("What you have not sent yet"),
    FolderKind.DECISIONS: _l("What we decide about your file"),
    FolderKind.SAFE_SMS: _l("Your phone number"),
    FolderKind.SAFE_EMAIL: _l("Your e-mail address"),
}

WHY_WORDS: Mapping[Why, str] = {
    Why.HER_OWN: _l("This is yours."),
    Why.CASE_TEAM: _l("Your contact person and one more of us."),
    Why.DESK_UNROUTED: _l("It reads this to find the right service."),
    Why.SHE_SAID_YES: _l("You said yes."),
    Why.DECISION: _l("To decide about something in your file."),
    Why.RECOVERY: _l("Only if everything else is lost."),
    Why.EMERGENCY: _l("Only in an emergency. One group alone cannot open it."),
    Why.TO_TELL_HER: _l("To send what you allowed."),
}

LOOK_WORDS: Mapping[str, str] = {
    "case": _l("To help you."),
    "caseload": _l("To see who waits for an answer."),
    "handover": _l("To make a copy of your file. Two people decided that."),
    "conversation": _l("To read and answer your messages."),
    "desk": _l("To find the right service."),
    "referral": _l("To send it to a service that you allowed."),
    "service": _l("To help you with this."),
    "service_list": _l("To see who waits for an answer."),
    "service_dates": _l("To plan a date with you."),
    "visit": _l("To plan a date with you."),
    "reasons": _l("To read why a service cannot help."),
    "note": _l("To write something down for your contact person."),
    "notes": _l("To check that it is you, or to read our notes."),
    "look_question": _l("To answer your question about who looked."),
    "emergency": _l("An emergency. Two people decided this."),
    "card_issued_again": _l("To give you a new card."),
    "decision": _l("To decide about something in your file."),
}
"""Why a colleague opened something of hers, by the purpose that was written down."""


def referral_words(
    state: ReferralState, name: str, service_state: ServiceState, *, is_over: bool
) -> str:
    """Where a need is at a service, in words; a service that pauses says so.

    `is_over`: the date that was set is over.
    """
    if state in OPEN and service_state is not ServiceState.OPEN:
        return _("Paused")
    if is_over:
        return _("The date is over")
    if state is ReferralState.SEEN:
        return _("Seen by %(name)s", name=name)
    return str(REFERRAL_STATE_WORDS[state])
