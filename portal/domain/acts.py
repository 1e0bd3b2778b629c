"""Acts as the account names them, and what an auditor finds of one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.domain.refusals import Refusal

OPENED = "folder_opened"
"""Somebody opened a folder of one case."""
LISTED = "folders_opened"
"""A list of names was opened: one act with the ids of all."""
LOOKS = (OPENED, LISTED)
KINDS = frozenset(
    [
        "account_exported",
        "account_read",
        "answer_missed",
        "answer_published",
        "answer_taken_down",
        "apart_ended",
        "apart_laid",
        "apart_looked",
        "backup_key_destroyed",
        "browser_confirmed",
        "browser_disowned",
        "calendar_added",
        "calendar_differs",
        "calendar_leave",
        "calendar_removed",
        "calendar_write_again",
        "card_activated",
        "card_freeze_lifted",
        "card_frozen",
        "card_issued",
        "card_issued_from_paper",
        "card_made_again",
        "card_voided",
        "case_closed",
        "case_erased",
        "case_keys_ended",
        "case_keys_given",
        "case_keys_wait",
        "case_opened",
        "case_recovered",
        "case_reopened",
        "case_team_changed",
        "chain_erased",
        "conversation_erased",
        "date_asked_again",
        "date_came",
        "date_cancelled",
        "date_cannot_come",
        "date_kept",
        "date_not_come",
        "date_other_time",
        "date_set",
        "date_set_knowingly",
        "date_taken_along",
        "dates_hidden",
        "day_set",
        "decision_accepted",
        "decision_asked",
        "decision_claimed",
        "decision_declined",
        "decision_given_back",
        "decision_lapsed",
        "decision_not_possible",
        "decision_read",
        "decision_released",
        "decision_took_effect",
        "decision_withdrawn",
        "emergency_opened",
        "entry_shown",
        "entry_taken_back",
        "exception_used",
        "feedback_forgotten",
        "feedback_read",
        "file_copied",
        "folder_opened",
        "folders_opened",
        "grant_ended",
        "hold_lifted",
        "hold_set",
        "hours_removed",
        "hours_set",
        "house_changed",
        "house_founded",
        "interpreter_added",
        "interpreter_asked",
        "interpreter_booked",
        "interpreter_changed",
        "interpreter_confirmed",
        "interpreter_let_go",
        "interpreter_not_wanted",
        "interpreter_talk_over",
        "interpreter_told",
        "invitation_taken_back",
        "key_file_replaced",
        "keys_renewed",
        "leave_ended",
        "leave_entered",
        "link_made_again",
        "look_answered",
        "look_asked",
        "look_reviewed",
        "message_taken_back",
        "message_written",
        "need_added_to",
        "need_at_desk_again",
        "need_given_back",
        "need_routed",
        "need_sent",
        "need_stopped",
        "not_told_noted",
        "note_written",
        "passkey_copied",
        "passphrase_accepted",
        "passphrase_changed",
        "pin_changed",
        "promise_missed",
        "reading_added",
        "recovery_code_used",
        "recovery_codes_made",
        "recovery_sheets_used",
        "referral_accepted",
        "referral_done",
        "referral_not_possible",
        "referral_sent",
        "role_given",
        "role_taken",
        "room_added",
        "room_in_use",
        "room_out_of_use",
        "safe_contact_set",
        "sample_drawn",
        "second_factor_enrolled",
        "second_factor_proved",
        "second_factor_removed",
        "second_factor_reset",
        "service_added",
        "sharing_no",
        "sharing_yes",
        "signed_in",
        "signed_out_everywhere",
        "staff_added",
        "staff_back",
        "staff_invited",
        "staff_left",
        "talk_link_made",
        "talk_link_opened",
        "team_key_given",
        "team_key_recovered",
        "told",
        "training_set",
        "unknown_browser",
        "visit_agreed",
        "visit_lapsed",
        "visit_part_refused",
        "visit_proposed",
        "visit_refused",
        "visit_taken_back",
        "visit_wishes_set",
    ]
)
"""Every kind of act that the account may hold; staff read each in words."""
EMERGENCY = "emergency"
"""A fact of a look that an emergency access made possible."""
SAMPLE_SIZES = range(1, 201)


class Found(StrEnum):
    """What an auditor found of a look that was drawn."""

    IN_ORDER = "in_order"
    TO_TALK = "to_talk"
    """Somebody has to be asked: that talk, and its words, are not kept here."""


class WeekIsNotOver(Refusal):
    """A sample is drawn of a week that has ended: else later looks could never be drawn."""


class NothingToDraw(Refusal):
    """Nobody looked at anything in this week."""


class NoSuchWeek(Refusal):
    """No week of the calendar is called this."""


class AskedAlready(Refusal):
    """She asked about this look before; the answer comes on the same page."""


class AboutYourself(Refusal):
    """A colleague cannot answer for a look of her own."""


def week_of(named: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when until when a week such as 2026-W47 lasts. Raises NoSuchWeek.

    On the clock of the centre: the week in which the clock changes has an hour more or less.
    """
    try:
        monday = date.fromisoformat(f"{named}-1") if len(named) == len("2026-W47") else None
    except ValueError:
        monday = None
    if monday is None or not date(2000, 1, 1) < monday < date(2200, 1, 1):
        raise NoSuchWeek
    ends = [datetime.combine(monday + timedelta(days=days), time(), zone) for days in (0, 7)]
    return ends[0].astimezone(UTC), ends[1].astimezone(UTC)


def name_of_week(day: date) -> str:
    """The name of the week of a day, such as 2026-W47."""
    return f"{day:%G-W%V}"


def drawn(seed: bytes, ids: Sequence[UUID], size: int) -> list[UUID]:
    """Some of these, chosen by nothing but the seed: the same seed always draws the same.

    Each is ranked by the hash of seed and id. Whoever knows the seed only afterwards can place no
    look so that it is missed.
    """
    return sorted(ids, key=lambda one: sha256(seed + one.bytes).digest())[:size]
