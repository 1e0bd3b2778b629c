"""Interpreters of the demo, and what is asked of them: some asked, some booked, some confirmed."""

from collections.abc import Iterable
from datetime import datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.demo.people import Person, StaffPerson, Survivor, sign_in
from portal.domain.appointments import AppointmentState
from portal.domain.interpreters import Felt, InterpreterTaken, Means, Said, Sex
from portal.domain.refusals import WrongState
from portal.models import Appointment, Case
from portal.services.entry.sessions import SignedIn
from portal.services.interpreters import answering, asking, booking, links, people
from portal.services.interpreters.asking import Wish
from portal.services.interpreters.people import Kept

FAR, ALL = (Means.PHONE, Means.VIDEO), tuple(Means)
KEPT = (
    Kept("Samira Haddad", Sex.WOMAN, ("ar", "ary", "fr"), ALL, "Syrisch, Marokkaans", "Mechelen"),
    Kept("Youssef Amrani", Sex.MAN, ("ar", "ary", "rif"), FAR, "Marokkaans", "Genk"),
    Kept("Leyla Demir", Sex.WOMAN, ("tr", "kmr"), ALL, None, "Gent"),
    Kept("Oksana Bondar", Sex.WOMAN, ("uk", "ru"), FAR, None, "Luik"),
    Kept("Farid Noori", Sex.MAN, ("prs", "fa", "ps"), FAR, "Kabul, Herat", "Antwerpen"),
    Kept("Hiwet Tesfay", Sex.WOMAN, ("ti", "am"), (Means.PHONE,), None, "Brussel"),
    Kept("Rosa Claes", Sex.WOMAN, ("vgt",), (Means.VIDEO, Means.HERE), None, "Leuven"),
)
SPEAKS = {"ar": "ar", "tr": "tr", "uk": "uk", "fa-AF": "prs", "ti": "ti"}
"""What survivors of the demo speak, by the language in which they write."""
_ASKED, _BOOKED, _CONFIRMED = range(3)


def keep(session: Session, coordinator: StaffPerson, *, now: datetime) -> None:
    """The list of the house."""
    acting = sign_in(session, coordinator, at=now)
    for one in KEPT:
        people.add(session, acting, one, now=now)


class Interpreting:
    """Gives out states in turn, so that each is there."""

    def __init__(self) -> None:
        self._turns = count()

    def arrange(
        self,
        session: Session,
        her: Survivor,
        worker: SignedIn,
        appointment: Appointment,
        *,
        at: datetime,
    ) -> None:
        """She asks, and perhaps somebody is booked and she says yes."""
        turn = next(self._turns) % 3
        hers = sign_in(session, her, at=at)
        said = Said(sex=Sex.WOMAN if turn else None, means=Means.PHONE, not_from_near=turn != 1)
        wish = Wish(SPEAKS[her.language], said)
        asking.ask(session, hers, appointment.id, wish, now=at)
        if turn == _ASKED:
            return
        found = booking.choice(session, worker, appointment.id, now=at).candidates
        first = next((one for one in found if one.may_come), None)
        if first is None:
            return
        means = Means(first.interpreter.means[0])
        try:
            booking.book(session, worker, appointment.id, first.interpreter.id, means, now=at)
        except InterpreterTaken:  # somebody else's talk is at the same hour
            return
        if turn == _CONFIRMED:
            answering.confirm(session, hers, appointment.id, now=at)


def give_a_link(session: Session, everybody: Iterable[Person], *, now: datetime) -> None:
    """Whoever comes to the next talk with an interpreter gets the timed link for it."""
    date = session.scalars(
        select(Appointment)
        .where(
            Appointment.interpreter_id.is_not(None),
            Appointment.state == AppointmentState.PLANNED,
            Appointment.starts_at > now,
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    ).first()
    if date is None:
        return
    by_account = {one.account_id: one for one in everybody}
    case = session.get_one(Case, date.case_id)
    acting = sign_in(session, by_account[date.with_id], at=now)
    name = by_account[case.survivor_id].name
    links.make(session, acting, date.id, where="Lokaal aan het onthaal", name=name, now=now)


def judge(session: Session, survivors: Iterable[Survivor], *, now: datetime) -> None:
    """Some say how it was; one of them did not feel safe."""
    words = "Ik voelde me niet veilig bij de tolk."
    for number, her in enumerate(one for one in survivors if one.language in SPEAKS):
        hers = sign_in(session, her, at=now)
        date = answering.waits_to_be_judged(session, hers, now=now)
        if date is None or number % 2:
            continue
        felt = Felt.SAFE if number % 4 else Felt.NOT_SAFE
        try:
            answering.say_how_it_was(session, hers, date.id, felt, to_director=words, now=now)
        except WrongState:
            continue
