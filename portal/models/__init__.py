"""The tables of the house, one noun a module."""

from portal.models.account import (
    Account,
    Card,
    Invitation,
    KnownBrowser,
    Membership,
    Passkey,
    RecoveryCode,
    SecondFactor,
    SignIn,
    StaffMember,
)
from portal.models.answer import FormOutcome, KeptAnswer, Tries
from portal.models.audit import (
    AuditEvent,
    AuditHead,
    AuditMention,
    AuditNight,
    AuditSample,
    AuditSampleItem,
    LookQuestion,
)
from portal.models.availability import OpeningException, OpeningPattern, Room
from portal.models.base import Base, insert_into, plain_rows
from portal.models.calendar import BusyTime, Calendar, CalendarEntry, CalendarPart
from portal.models.case import Case, Folder, Grant, Look
from portal.models.centre import Centre, Service, SettingVersion
from portal.models.cover import Leave, PendingGrant
from portal.models.decision import Decision, DecisionKey, Told
from portal.models.draft import Draft
from portal.models.feedback import Feedback, FeedbackAnswer, FeedbackKey
from portal.models.holder import Half, Holder, HolderKey, KeySlot, LentHalf, TeamCopy
from portal.models.interpreter import (
    Interpreter,
    InterpreterRequest,
    NotThisInterpreter,
    NotTold,
    TalkLink,
)
from portal.models.kept_apart import AllowedTime, KeptApart, KeptApartKey
from portal.models.need import Addition, Need, Reading, Statement
from portal.models.note import CalledInstead, StaffNote
from portal.models.outbox_item import OutboxItem
from portal.models.own_times import OwnTimes
from portal.models.referral import Appointment, Referral, SharingWish
from portal.models.safe_contact import SafeContact
from portal.models.taken_time import TakenTime
from portal.models.thread import Message, Thread
from portal.models.timeline import TimelineEntry
from portal.models.visit import Visit, VisitWishes

__all__ = [
    "Account",
    "Addition",
    "AllowedTime",
    "Appointment",
    "AuditEvent",
    "AuditHead",
    "AuditMention",
    "AuditNight",
    "AuditSample",
    "AuditSampleItem",
    "Base",
    "BusyTime",
    "Calendar",
    "CalendarEntry",
    "CalendarPart",
    "CalledInstead",
    "Card",
    "Case",
    "Centre",
    "Decision",
    "DecisionKey",
    "Draft",
    "Feedback",
    "FeedbackAnswer",
    "FeedbackKey",
    "Folder",
    "FormOutcome",
    "Grant",
    "Half",
    "Holder",
    "HolderKey",
    "Interpreter",
    "InterpreterRequest",
    "Invitation",
    "KeptAnswer",
    "KeptApart",
    "KeptApartKey",
    "KeySlot",
    "KnownBrowser",
    "Leave",
    "LentHalf",
    "Look",
    "LookQuestion",
    "Membership",
    "Message",
    "Need",
    "NotThisInterpreter",
    "NotTold",
    "OpeningException",
    "OpeningPattern",
    "OutboxItem",
    "OwnTimes",
    "Passkey",
    "PendingGrant",
    "Reading",
    "RecoveryCode",
    "Referral",
    "Room",
    "SafeContact",
    "SecondFactor",
    "Service",
    "SettingVersion",
    "SharingWish",
    "SignIn",
    "StaffMember",
    "StaffNote",
    "Statement",
    "TakenTime",
    "TalkLink",
    "TeamCopy",
    "Thread",
    "TimelineEntry",
    "Told",
    "Tries",
    "Visit",
    "VisitWishes",
    "insert_into",
    "plain_rows",
]
