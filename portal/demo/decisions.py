"""What colleagues of the demo ask each other to decide, lately and made up."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.demo.diary import Act, Diary
from portal.demo.people import StaffPerson, Survivor, sign_in
from portal.domain.decisions import DecisionKind
from portal.models import Case
from portal.services.case_work import card_again, emergency, not_this_person
from portal.services.moderation import deciding, decisions

_ASKED = (
    (1, 200, DecisionKind.POLICE_SHARING, "Zij vraagt dat de wijkagent haar afspraken kent."),
    (2, 340, DecisionKind.EXPORT, "Haar advocaat vraagt een kopie. Ze heeft ja gezegd."),
)
"""For whom, how many minutes ago, what, and why."""
_LOSES_CARD, _WANTS_ANOTHER, _IN_DANGER = 4, 5, 6
_LOST = "Kaart verloren op de bus. Ze zei het codewoord."
_URGENT = "Zij belt in paniek; haar casusregisseur en vervanger zijn niet te bereiken."
_WHICH = "Welke brief? Zet de datum erbij."


def note_decisions(diary: Diary, survivors: list[Survivor], coordinator: StaffPerson) -> None:
    """Case directors ask; one question comes back with a note, the rest waits."""
    now = diary.now
    diary.note(now - timedelta(minutes=25), _lose_card(survivors[_LOSES_CARD]))
    diary.note(now - timedelta(minutes=90), _want_somebody_else(survivors[_WANTS_ANOTHER]))
    diary.note(now - timedelta(minutes=15), _emergency(survivors[_IN_DANGER], coordinator))
    for number, minutes, kind, reason in _ASKED:
        asked = _ask(survivors[number], kind, reason, coordinator)
        diary.note(now - timedelta(minutes=minutes), asked)


def _lose_card(her: Survivor) -> Act:
    def act(session: Session, at: datetime) -> None:
        acting = sign_in(session, her.director, at=at)
        card_again.ask(session, acting, her.case_id, reason=_LOST, now=at)

    return act


def _want_somebody_else(her: Survivor) -> Act:
    def act(session: Session, at: datetime) -> None:
        acting = sign_in(session, her, at=at)
        not_this_person.ask(session, acting, her.stand_in.account_id, now=at)

    return act


def _emergency(her: Survivor, coordinator: StaffPerson) -> Act:
    def act(session: Session, at: datetime) -> None:
        acting = sign_in(session, coordinator, at=at)
        number = session.get_one(Case, her.case_id).number
        emergency.ask(session, acting, number, reason=_URGENT, now=at)

    return act


def _ask(her: Survivor, kind: DecisionKind, reason: str, coordinator: StaffPerson) -> Act:
    def act(session: Session, at: datetime) -> None:
        acting = sign_in(session, her.director, at=at)
        asked = decisions.ask(session, acting, kind, reason=reason, case_id=her.case_id, now=at)
        if kind is DecisionKind.EXPORT:
            decider = sign_in(session, coordinator, at=at)
            deciding.give_back(session, decider, asked.id, note=_WHICH, now=at)

    return act
