"""Who of the made-up survivors lets something be sent, what waits for a colleague who asks her
first, and what nobody took. No address is real.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.demo.diary import Act, Diary
from portal.demo.people import StaffPerson, Survivor, sign_in
from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.safe_contact import Channel, Hours
from portal.i18n import LANGUAGES, use_language
from portal.i18n import gettext as _
from portal.models import Decision
from portal.services.moderation import deciding
from portal.services.telling import safe_contact, sending

# A number that Ofcom keeps for stories, and a host that never exists (RFC 2606).
_ADDRESSES = {Channel.SMS: "+447700900001", Channel.EMAIL: "someone@mail.example"}
# She reads it, and so does whoever holds her phone: not how a colleague made sure that it was she.
_SAID_YES = {"nl": "In orde. Dank je.", "ar": "تم الأمر. شكرًا لك."}
_NOT_NOW = "Tell me the number when you are here."
_EVENINGS = Hours(frozenset(range(5)), 18, 21, "Europe/Brussels")


def note_yeses(diary: Diary, survivors: list[Survivor], moderator: StaffPerson) -> None:
    """One lets a text come in the evening, one a letter at any time; a colleague asked them first.

    One test was lost. A third typed a number that waits, and a fourth one that could not be
    confirmed.
    """
    first, second, third, fourth, *_others = survivors
    minutes, asked = timedelta(minutes=1), _decide(moderator, says_yes=True)
    for her, days, channel, hours in (
        (first, 2, Channel.SMS, _EVENINGS),
        (second, 1, Channel.EMAIL, None),
    ):
        diary.note(diary.days_ago(days) - 40 * minutes, _say_yes(her, channel, hours))
        diary.note(diary.days_ago(days), asked(her))
    diary.note(diary.days_ago(1) + 2 * minutes, _lose_a_test(second))
    diary.note(diary.days_ago(3), _say_yes(fourth, Channel.SMS, None))
    diary.note(diary.days_ago(2), _decide(moderator, says_yes=False)(fourth))
    diary.note(diary.now - 50 * minutes, _say_yes(third, Channel.SMS, _EVENINGS))


def _decide(moderator: StaffPerson, *, says_yes: bool) -> Callable[[Survivor], Act]:
    """A colleague spoke with her about the new number or address."""

    def about(her: Survivor) -> Act:
        def act(session: Session, at: datetime) -> None:
            waits = select(Decision.id).where(
                Decision.kind == DecisionKind.CONTACT_CHANGE,
                Decision.case_id == her.case_id,
                Decision.state == DecisionState.WAITING,
            )
            asked, acting = session.scalars(waits).one(), sign_in(session, moderator, at=at)
            if says_yes:
                deciding.accept(session, acting, asked, note=_SAID_YES[her.language], now=at)
            else:
                deciding.decline(session, acting, asked, reason=_NOT_NOW, now=at)

        return act

    return about


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
