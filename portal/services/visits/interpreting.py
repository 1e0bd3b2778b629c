"""In which language each talk of a plan is, who may interpret it, and who comes at her yes."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.domain.interpreters import RequestState, Sex
from portal.domain.visits import house as plain
from portal.services.dates import taken_times
from portal.services.entry.sessions import SignedIn
from portal.services.interpreters import asking, following, left_out, people, times
from portal.services.interpreters.asking import Wish
from portal.services.visits.ground import ANY
from portal.services.visits.proposal import ProposedPart
from portal.services.visits.talks import TalkToPlan


class Interpreting:
    """What she asked of interpreters, for the plans of one case."""

    def __init__(
        self, session: Session, acting: SignedIn, case_id: UUID, language: str, *, now: datetime
    ) -> None:
        self.language = language
        """That of her pages, or ANY: who plans looks for no interpreter."""
        self._session, self._case_id, self._now = session, case_id, now
        self._wished = times.wished(session, acting, case_id, now=now)

    def spoken_in(self, talk: TalkToPlan) -> tuple[str, Sex | None]:
        """The language of a talk and whom she wants: as she asked, or whoever speaks hers."""
        keys = (key for key in talk.asked_by if key in self._wished)
        wish = next((self._wished[key] for key in keys), Wish())
        if self.language == ANY or wish is None:
            return ANY, None
        return wish.language or self.language, wish.said.sex

    def free(
        self, talks: Iterable[TalkToPlan], first: date, last: date, *, but: Collection[UUID]
    ) -> tuple[plain.Interpreter, ...]:
        """Who may interpret one of these talks, and when; whom she left out is not there.

        The times of the dates of `but` are free too.
        """
        languages = {self.spoken_in(talk)[0] for talk in talks} - {ANY}
        if not languages:
            return ()
        case_id, now = self._case_id, self._now
        return times.free(self._session, languages, first, last, case_id=case_id, now=now, but=but)

    def left_out(self, held: Iterable[TalkToPlan]) -> list[TalkToPlan]:
        """Held talks to which somebody would come whom she left out since."""
        planned = [(one, one.date.interpreter_id) for one in held if one.date]
        ids = {who for _, who in planned if who is not None}
        out = left_out.among_ids(self._session, self._case_id, ids)
        return [one for one, who in planned if who in out]


def as_it_would_be(
    session: Session, case_id: UUID, parts: Iterable[ProposedPart]
) -> tuple[ProposedPart, ...]:
    """The parts of a visit, each with whether who was planned to interpret still comes."""
    found = tuple(parts)
    planned = [part.interpreter for part in found if part.interpreter is not None]
    if not planned:
        return found
    out = left_out.among(session, case_id, planned)
    return tuple(
        replace(part, comes=part.interpreter.id not in out and _fits(session, part))
        if part.interpreter is not None
        else part
        for part in found
    )


def begin(session: Session, acting: SignedIn, part: ProposedPart, *, now: datetime) -> None:
    """Who was planned comes, unless left out, gone or not wanted since: nobody was told of it."""
    appointment = part.appointment
    if part.interpreter is None:
        return
    request = following.find(session, appointment.id)
    request = request or asking.begin(session, acting, appointment, now=now)
    if part.comes:
        request.state = RequestState.BOOKED
        following.comes_again(session, request, appointment)
        return
    taken_times.free_interpreter(session, appointment)
    appointment.interpreter_id = None
    if request.state is not RequestState.NOT_WANTED:
        request.state = RequestState.ASKED


def _fits(session: Session, part: ProposedPart) -> bool:
    """Whether this person still works here then, and is what she asked for since."""
    who, asked = part.interpreter, part.asked
    if who is None or not people.works_here(session, who, part.appointment):
        return False
    if asked is None:
        return True
    is_understood = asked.language is None or asked.language in who.languages
    return is_understood and asked.state is not RequestState.NOT_WANTED
