"""What is happening, as the house of the demo lets its survivors know: made up, in their words."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.demo.diary import Act, Diary
from portal.demo.people import StaffPerson, Survivor, sign_in
from portal.domain.timeline import EntryLane, Programme
from portal.models import Case
from portal.services.moderation import deciding
from portal.services.timeline import writing

_HELP, _JUSTICE = EntryLane.HELP, EntryLane.JUSTICE
_WRITTEN = (
    (0, 96, _HELP, "De sociale dienst heeft je aanvraag. Je krijgt binnen 14 dagen een brief."),
    (0, 70, _JUSTICE, "De rechter heeft het huisverbod verlengd. De dag staat in de brief."),
    (0, 26, _JUSTICE, "De zitting is verplaatst. Je mag komen, het hoeft niet. Ik ga met je mee."),
    (1, 48, _HELP, "وصل طلبك إلى خدمة السكن. الجواب خلال أسبوع."),
    (1, 30, _JUSTICE, "حُدّد موعد الجلسة. يمكنك الحضور أو البقاء في البيت. المحامية تشرح لك كل شيء."),
    (2, 52, _JUSTICE, "L’audience est reportée. Tu peux venir ou non. L’avocate t’explique tout."),
    (3, 40, _HELP, "The school knows that your child comes later this month. They keep the place."),
)  # fmt: skip
"""Whose, how many hours ago, in which lane, what."""
_WHY = "De brief ligt bij mij. Ze vroeg ernaar."
_STAGES = (
    (0, 49, Programme.STARTED, "De groep is begonnen. Ze vroeg om dit te weten."),
    (0, 2, Programme.STOPPED, "Gestopt gisteren. Ik heb haar eerst gebeld."),
)
_YES_TO = Programme.STARTED


def note_what_happens(
    diary: Diary, survivors: list[Survivor], decider: StaffPerson, partner_contact: StaffPerson
) -> None:
    """Case directors write and a moderator says yes; how a programme stands waits for one."""
    for number, hours, lane, words in _WRITTEN:
        asked = _write(survivors[number], lane, words, decider)
        diary.note(diary.working(diary.now - timedelta(hours=hours)), asked)
    for number, hours, stage, why in _STAGES:
        says_yes = decider if stage is _YES_TO else None
        told = _tell(survivors[number], stage, why, partner_contact, says_yes)
        diary.note(diary.now - timedelta(hours=hours), told)


def _write(her: Survivor, lane: EntryLane, words: str, decider: StaffPerson) -> Act:
    def act(session: Session, at: datetime) -> None:
        acting = sign_in(session, her.director, at=at)
        asked = writing.write(session, acting, her.case_id, lane, words, reason=_WHY, now=at)
        deciding.accept(session, sign_in(session, decider, at=at), asked.id, now=at)

    return act


def _tell(
    her: Survivor, stage: Programme, why: str, by: StaffPerson, decider: StaffPerson | None
) -> Act:
    def act(session: Session, at: datetime) -> None:
        acting = sign_in(session, by, at=at)
        number = session.get_one(Case, her.case_id).number
        asked = writing.write_programme(
            session, acting, number, stage, contract_allows=True, reason=why, now=at
        )
        if decider is not None:
            deciding.accept(session, sign_in(session, decider, at=at), asked.id, now=at)

    return act
