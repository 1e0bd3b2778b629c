"""Who of the made-up survivors lets something be sent, and what nobody took. No address is real."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.demo.diary import Act, Diary
from portal.demo.people import Survivor, sign_in
from portal.domain.safe_contact import Channel, Hours
from portal.i18n import LANGUAGES, use_language
from portal.i18n import gettext as _
from portal.services.telling import safe_contact, sending

# A number that Ofcom keeps for stories, and a host that never exists (RFC 2606).
_ADDRESSES = {Channel.SMS: "+447700900001", Channel.EMAIL: "someone@mail.example"}
_EVENINGS = Hours(frozenset(range(5)), 18, 21, "Europe/Brussels")


def note_yeses(diary: Diary, survivors: list[Survivor]) -> None:
    """One lets a text come in the evening, one a letter at any time; one test was lost."""
    first, second, *_others = survivors
    diary.note(diary.days_ago(2), _say_yes(first, Channel.SMS, _EVENINGS))
    diary.note(diary.days_ago(1), _say_yes(second, Channel.EMAIL, None))
    diary.note(diary.days_ago(1) + timedelta(minutes=2), _lose_a_test(second))


def _say_yes(her: Survivor, channel: Channel, hours: Hours | None) -> Act:
    def act(session: Session, at: datetime) -> None:
        acting = sign_in(session, her, at=at)
        with use_language(her.language if her.language in LANGUAGES else "nl"):
            words = _("Have a look when it suits you.")
        safe_contact.say_yes(
            session,
            acting,
            channel,
            typed=_ADDRESSES[channel],
            words=words,
            hours=hours,
            now=at,
        )

    return act


def _lose_a_test(her: Survivor) -> Act:
    def act(session: Session, at: datetime) -> None:
        safe_contact.send_test(session, sign_in(session, her, at=at), Channel.EMAIL, now=at)
        sending.no_way(session, [Channel.EMAIL], now=at)

    return act
