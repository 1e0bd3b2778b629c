"""In which language each talk of a plan is, who may interpret it, and who comes at her yes."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.domain.interpreters import RequestState, Sex
from portal.domain.visits import house as plain
from portal.models import Appointment, Interpreter
from portal.services.dates import taken_times
from portal.services.entry.sessions import SignedIn
from portal.services.interpreters import asking, following, left_out, people, times
from portal.services.interpreters.asking import Wish
from portal.services.visits.ground import ANY
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


def begin(session: Session, acting: SignedIn, appointment: Appointment, *, now: datetime) -> None:
    """Who was planned comes, unless left out, or gone, since: nobody was told of it yet."""
    if appointment.interpreter_id is None:
        return
    request = following.find(session, appointment.id)
    request = request or asking.begin(session, acting, appointment, now=now)
    planned = session.get_one(Interpreter, appointment.interpreter_id)
    if people.may_come(session, planned, appointment):
        request.state = RequestState.BOOKED
        following.comes_again(session, request, appointment)
    else:
        taken_times.free_interpreter(session, appointment)
        appointment.interpreter_id, request.state = None, RequestState.ASKED
