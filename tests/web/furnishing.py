"""What happens in the house of the walks before the tests begin, and who lives in it then."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.domain.centre import Topic
from portal.domain.feedback import AnswerState
from portal.domain.interpreters import Means, Said, Sex
from portal.domain.needs import Category, HowSoon, NeedAnswer, Statement
from portal.domain.opening import Pattern
from portal.domain.outbox import OutboxState
from portal.domain.roles import Role
from portal.domain.safe_contact import Channel
from portal.domain.services import ServiceKind
from portal.domain.timeline import EntryLane, Programme
from portal.models import Decision, Invitation, Membership, OutboxItem
from portal.services import drafts, messages
from portal.services.availability import hours
from portal.services.case_work import cover
from portal.services.centre import house_settings
from portal.services.colleagues import invitations, roles
from portal.services.colleagues.invitations import NewColleague
from portal.services.dates import giving as dates_giving
from portal.services.dates import her_dates
from portal.services.dates.shown_dates import Details
from portal.services.entry import browsers, second_factor
from portal.services.feedback import answers as feedback_answers
from portal.services.feedback import giving
from portal.services.interpreters import asking, booking, people
from portal.services.interpreters.asking import Wish
from portal.services.interpreters.people import Kept
from portal.services.keys import pending
from portal.services.moderation import deciding, desk
from portal.services.need_to_know import look_questions, looking, samples, sharing
from portal.services.needs import her_needs, statements, stories
from portal.services.referrals import answers, at_service
from portal.services.telling import safe_contact, sending
from portal.services.timeline import writing
from portal.services.visits import planning, proposing
from portal.services.visits.talks import Asked
from tests.people import NOON, Person, TestHouse

HER_WORDS = "The words that only her own people read."
ORDINARY = [
    "tomorrow", "school", "bus", "rain", "key", "letter", "doctor", "card", "paper", "bag",
    "phone", "brother", "morning", "coffee", "train", "child", "sleep", "money", "court",
    "lawyer", "bank", "number", "please", "thanks", "maybe", "after", "before", "always", "never",
    "late", "early", "street", "door", "window", "room", "floor", "question", "answer", "again",
    "together", "afraid", "better", "worse", "quiet", "Thursday", "Friday", "week", "month",
    "week-end", "appointment", "interpreter", "neighbour", "mother", "shoes", "jacket",
]  # fmt: skip


@dataclass
class Everybody:
    """Who is in the house, and what happened to the first of its survivors, by its noun."""

    amal: Person
    bea: Person
    noor: Person
    """Her card is new: she has not chosen a PIN."""
    staff: dict[str, Person]
    ids: dict[str, list[UUID]] = field(default_factory=dict)


class Furnishing:
    """What happens in the house before the tests begin."""

    def __init__(self, house: TestHouse) -> None:
        self.house = house
        self.ids: dict[str, list[UUID]] = {}

    def everybody(self) -> Everybody:
        house = self.house
        amal, bea = house.a_survivor("Amal"), house.a_survivor("Bea", language="nl")
        housing = house.services[ServiceKind.HOUSING]
        lead = (Role.CASE_DIRECTOR, house.services[ServiceKind.CENTRE_WORK].id)
        staff = {
            "director": house.director,
            "stand_in": house.stand_in,
            "other_director": house.a_colleague("Nadia", lead),
            "moderator": house.moderator,
            "coordinator": house.coordinator,
            "auditor": house.auditor,
            "housing": house.workers[ServiceKind.HOUSING],
            "police": house.workers[ServiceKind.POLICE],
            "prosecutor": house.workers[ServiceKind.PROSECUTOR],
            "partner_contact": house.a_colleague("Pia", (Role.PARTNER_CONTACT_WORKER, None)),
            "administrator": house.a_colleague("Ada", (Role.ADMINISTRATOR, None)),
            # She joined a team that has its key already, and nobody has handed it over yet.
            "newcomer": house.a_colleague("Wim", (Role.SERVICE_STAFF, housing.id)),
        }
        self._note("membership", self._membership(staff["newcomer"]))
        self._note("invitation", self._invitation())
        factor, browser = self._of_sign_in(house.director)
        self._note("factor", factor)
        self._note("browser", browser)
        self._note("case", amal.case_id)
        self._note("account", amal.account_id)
        self._note("service", housing.id)
        self._note("colleague", staff["other_director"].account_id)
        self._house_set(staff["coordinator"])
        self._on_duty(staff["moderator"])
        self._of_amal(amal)
        self._happening(amal, staff["partner_contact"])
        self._interpreters(amal)
        self._without_a_name(amal)
        self._messages(amal, 54)
        self._telling(amal)
        house.a_need(bea, Category.MONEY, words="Something of another.")
        self._messages(bea, 2)
        self._looks(amal)
        noor = house.a_survivor("Noor", activated=False)
        self._cover(noor, staff["other_director"])
        return Everybody(amal, bea, noor, staff, self.ids)

    def _looks(self, amal: Person) -> None:
        """She asked about two looks, and one was answered; a sample was drawn."""
        with self.house.acting(amal) as (session, acting):
            looks = looking.who_looked(session, acting, now=NOON)[:2]
            for look in looks:
                asked = look_questions.ask(session, acting, look.id, HER_WORDS, now=NOON)
                self._note("event", look.id)
                self._note("question", asked.id)
        with self.house.acting(self.house.coordinator) as (session, acting):
            answered = self.ids["question"][-1]
            look_questions.answer(session, acting, answered, "To help you.", now=NOON)
        week_later = NOON + timedelta(days=8)
        with self.house.acting(self.house.auditor, now=week_later, second_factor_at=week_later) as (
            session,
            acting,
        ):
            drawn = samples.draw(session, acting, "2026-W48", size=3, now=week_later)
            self._note("sample", drawn.id)

    def _telling(self, amal: Person) -> None:
        """She said yes to one way, and once nobody took what was sent; of another she is asked."""
        with self.house.acting(amal) as (session, acting):
            typed = "someone@house.example"
            safe_contact.say_yes(
                session, acting, Channel.EMAIL, typed=typed, words="News.", hours=None, now=NOON
            )
        self.house.asks_her(amal, Channel.EMAIL)
        with self.house.acting(amal) as (session, acting):
            safe_contact.send_test(session, acting, Channel.EMAIL, now=NOON)
        with self.house.database.transaction() as session:
            sending.no_way(session, [Channel.EMAIL], now=NOON)
            given_up = select(OutboxItem.id).where(OutboxItem.state == OutboxState.GIVEN_UP)
            self._note("item", session.scalars(given_up).first())
        with self.house.acting(amal) as (session, acting):
            safe_contact.say_yes(
                session,
                acting,
                Channel.SMS,
                typed="+32470123456",
                words="News.",
                hours=None,
                now=NOON,
            )
        asked = self.house.question_about(amal, Channel.SMS)
        assert asked is not None
        with self.house.acting(self.house.moderator) as (session, acting):
            deciding.give_back(session, acting, asked, note="Is it your own phone?", now=NOON)

    def _house_set(self, coordinator: Person) -> None:
        """The coordinator gave the house a legal text."""
        texts = {code: f"What the law says ({code})." for code in ("nl", "fr", "en", "ar")}
        with self.house.acting(coordinator) as (session, acting):
            version = house_settings.change(
                session, acting, Topic.LEGAL_TEXT, texts, about="rights", now=NOON
            )
            self._note("version", version.id)

    def _cover(self, noor: Person, other: Person) -> None:
        """Days away next summer, and keys that wait for whoever holds them."""
        assert noor.case_id is not None
        with self.house.acting(self.house.director) as (session, acting):
            days = NOON.date() + timedelta(days=200), NOON.date() + timedelta(days=210)
            self._note("leave", cover.plan_leave(session, acting, *days, now=NOON).id)
        with self.house.acting(self.house.coordinator) as (session, acting):
            leaver, to = self.house.stand_in.account_id, other.account_id
            cover.move_files(session, acting, leaver, to, [noor.case_id], now=NOON)
            (waiting,) = pending.everywhere(session)
            self._note("pending", waiting.pending.id)

    def _of_amal(self, amal: Person) -> None:
        """Needs in every state, each with what belongs to it."""
        helped = self._need(amal, Category.HOME)
        self._routed(helped, ServiceKind.HOUSING, ServiceKind.POLICE)
        housing = self._said_yes(amal, helped, ServiceKind.HOUSING)
        for days in (-3, 2, 3, 30):
            self._dated(housing, days)
        self._by_her(amal, her_dates.another_time, self.ids["appointment"][-1])
        refused = self._need(amal, Category.WORK)
        self._routed(refused, ServiceKind.HOUSING)
        self._refused(self._said_yes(amal, refused, ServiceKind.HOUSING))
        asked = self._need(amal, Category.HEALTH)
        self._asked(asked)
        waiting = self._need(amal, Category.LAW)
        self._routed(waiting, ServiceKind.POLICE, ServiceKind.PROSECUTOR)
        stopped = self._need(amal, Category.PHONE)
        self._by_her(amal, her_needs.take_back, stopped)
        self._need(amal, Category.CHILD, how_soon=HowSoon.TODAY)
        self._note("decision", self._decision(self._need(amal, Category.MONEY)))
        with self.house.acting(amal) as (session, acting):
            drafts.keep(session, acting, "message", {"words": HER_WORDS}, now=NOON)

    def _happening(self, amal: Person, partner_contact: Person) -> None:
        """An entry in every state, and how far a programme is."""
        taken_back, _waits, told = (
            self.house.an_entry(amal, HER_WORDS, lane=lane, reason=HER_WORDS)
            for lane in (EntryLane.HELP, EntryLane.JUSTICE, EntryLane.HELP)
        )
        with self.house.acting(partner_contact) as (session, acting):
            programme = writing.write_programme(
                session,
                acting,
                amal.case_number,
                Programme.STOPPED,
                contract_allows=True,
                reason=HER_WORDS,
                now=NOON,
            ).id
        with self.house.acting(self.house.moderator) as (session, acting):
            for asked in (taken_back, told, programme):
                decided = deciding.accept(session, acting, asked, now=NOON)
                self._note("entry", decided.subject_id)
        with self.house.acting(self.house.director) as (session, acting):
            writing.take_back(session, acting, self.ids["entry"][0], now=NOON)

    def _without_a_name(self, amal: Person) -> None:
        """Last week somebody told how it was; an answer in every state."""
        lately = NOON - timedelta(days=1)
        for words in ("The bench in the hall is hard.", "Kind people. The letters are long."):
            with self.house.acting(amal, now=lately) as (session, acting):
                giving.give(session, acting, words, now=lately)
        said = dict.fromkeys(("nl", "en"), ("It is cold in the hall.", "We put a heater there."))
        for state in AnswerState:
            self._note("answer", self._answer(said, state))

    def _answer(self, said: feedback_answers.Typed, state: AnswerState) -> UUID:
        cora, mona = self.house.coordinator, self.house.moderator
        with self.house.acting(mona) as (session, acting):
            asked = feedback_answers.write(session, acting, said, reason="Winter.", now=NOON)
            answer_id = asked.subject_id
            assert answer_id is not None
        with self.house.acting(cora) as (session, acting):
            if state is AnswerState.NOT_PUBLISHED:
                deciding.decline(session, acting, asked.id, reason="Too early.", now=NOON)
            elif state is not AnswerState.WAITING:
                deciding.accept(session, acting, asked.id, now=NOON)
            if state is AnswerState.TAKEN_DOWN:
                feedback_answers.take_down(session, acting, answer_id, now=NOON)
        return answer_id

    def _interpreters(self, amal: Person) -> None:
        """One date with an interpreter behind her, one to come, and one for which she asked."""
        kept = Kept("Samira Haddad", Sex.WOMAN, ("ar", "ary"), tuple(Means), town="Genk")
        with self.house.acting(self.house.coordinator) as (session, acting):
            samira = people.add(session, acting, kept, now=NOON).id
            owner = people.hours_of(session, acting, samira)
            week = {day: ((time(8), time(18)),) for day in range(7)}
            hours.add_pattern(session, acting, owner, Pattern(week), now=NOON)
        self._note("interpreter", samira)
        was, asked, comes, _ = self.ids["appointment"]
        for date, now in ((was, NOON - timedelta(days=4)), (comes, NOON)):
            with self.house.acting(self.house.workers[ServiceKind.HOUSING], now=now) as (
                session,
                acting,
            ):
                booking.book(session, acting, date, samira, Means.PHONE, now=now)
        with self.house.acting(amal) as (session, acting):
            said = Said(dialect=HER_WORDS, not_from_near=True, not_these=HER_WORDS)
            asking.ask(session, acting, asked, Wish("ar", said), now=NOON)

    def _need(self, her: Person, category: Category, **more: Any) -> UUID:
        with self.house.acting(her) as (session, acting):
            answer = NeedAnswer(category, own_words=HER_WORDS, **more)
            statement = Statement(needs=(answer,), not_wanted=HER_WORDS, accessibility=HER_WORDS)
            need_id = statements.send(session, acting, statement, now=NOON)[0].id
        self._note("need", need_id)
        return need_id

    def _decision(self, need_id: UUID) -> UUID:
        with self.house.database.transaction("read") as session:
            found = session.scalar(select(Decision.id).where(Decision.need_id == need_id))
        assert found is not None
        return found

    def _membership(self, colleague: Person) -> UUID:
        with self.house.database.transaction("read") as session:
            asked = select(Membership.id).where(Membership.account_id == colleague.account_id)
            return session.execute(asked).scalar_one()

    def _on_duty(self, colleague: Person) -> None:
        with self.house.acting(self.house.coordinator) as (session, acting):
            roles.give(session, acting, colleague.account_id, Role.DUTY_OFFICER, None, now=NOON)

    def _invitation(self) -> UUID:
        wanted = NewColleague("Nele", "nele@house.example")
        with self.house.acting(self.house.coordinator) as (session, acting):
            invitations.invite(session, acting, wanted, now=NOON)
            return session.execute(select(Invitation.id)).scalar_one()

    def _of_sign_in(self, colleague: Person) -> tuple[UUID, UUID]:
        with self.house.acting(colleague) as (session, acting):
            browsers.arrive(session, acting, "a mark", now=NOON)
            browsers.arrive(session, acting, "another mark", now=NOON)
            (factor,) = second_factor.factors(session, colleague.account_id)
            return factor.id, browsers.mine(session, acting)[0].id

    def _routed(self, need_id: UUID, *kinds: ServiceKind) -> None:
        ids = [self.house.services[kind].id for kind in kinds]
        with self.house.acting(self.house.moderator) as (session, acting):
            decision_id = self._decision(need_id)
            desk.route(session, acting, decision_id, ids, now=NOON, reading=HER_WORDS)

    def _asked(self, need_id: UUID) -> None:
        with self.house.acting(self.house.moderator) as (session, acting):
            desk.give_back(session, acting, self._decision(need_id), HER_WORDS, now=NOON)

    def _said_yes(self, her: Person, need_id: UUID, kind: ServiceKind) -> UUID:
        with self.house.acting(her) as (session, acting):
            service_id = self.house.services[kind].id
            sharing.say_yes(session, acting, need_id, service_id, now=NOON)
            referral = next(
                one
                for story in stories.hers(session, acting, now=NOON)
                for one, service in story.referrals
                if (story.need.id, service.id) == (need_id, service_id)
            )
        self._note("referral", referral.id)
        return referral.id

    def _dated(self, referral_id: UUID, days: int) -> None:
        worker = self.house.workers[ServiceKind.HOUSING]
        starts_at = NOON + timedelta(days=days, hours=2)
        then = min(NOON, starts_at - timedelta(hours=3))
        with self.house.acting(worker, now=then) as (session, acting):
            date = dates_giving.set_date(
                session,
                acting,
                referral_id,
                starts_at=starts_at,
                minutes=45,
                with_id=worker.account_id,
                details=Details(HER_WORDS, HER_WORDS, HER_WORDS),
                now=then,
            )
            self._note("appointment", date.id)

    def propose(self, her: Person) -> None:
        """A service said yes, and her case director sends her a visit."""
        kind = ServiceKind.CENTRE_WORK
        need_id = self._need(her, Category.FEEL)
        self._routed(need_id, kind)
        referral_id = self._said_yes(her, need_id, kind)
        with self.house.acting(self.house.workers[kind]) as (session, acting):
            answers.accept(session, acting, referral_id, now=NOON)
        # The clocks of the walks go on for days.
        then = NOON + timedelta(minutes=50)
        with self.house.acting(self.house.director, now=then) as (session, acting):
            case, asked = self.house.case_of(session, her), Asked(without_interpreter=True)
            found = planning.plan(session, acting, case, asked, now=then)
            visit = proposing.send(
                session,
                acting,
                case,
                asked,
                found.choices[0].key,
                now=then,
            )
            self._note("visit", visit.id)

    def _refused(self, referral_id: UUID) -> None:
        with self.house.acting(self.house.workers[ServiceKind.HOUSING]) as (session, acting):
            at_service.open_referral(session, acting, referral_id, now=NOON)
            answers.not_possible(session, acting, referral_id, HER_WORDS, now=NOON)

    def _by_her(self, her: Person, act: Callable[..., Any], subject: UUID) -> None:
        with self.house.acting(her) as (session, acting):
            act(session, acting, subject, now=NOON)

    def _messages(self, her: Person, number: int) -> None:
        """Turn by turn; what the last ones say nobody has seen yet."""
        assert her.case_id is not None
        start: datetime = NOON - timedelta(days=3)
        # Each its own words: fifty times the same would weigh nothing when it is compressed.
        lots = Random(number)
        for one in range(number):
            writer = her if one % 2 else self.house.director
            with self.house.acting(writer, now=start) as (session, acting):
                at = start + timedelta(minutes=20 * one)
                words = f"{HER_WORDS} {' '.join(lots.sample(ORDINARY, 9))}."
                written = messages.write(session, acting, her.case_id, words, now=at)
            if one % 2 and her.name == "Amal":
                self._note("message", written.id)
        reader = self.house.director
        with self.house.acting(reader) as (session, acting):
            messages.open_stretch(session, acting, her.case_id, now=NOON, before=number - 3).show()

    def _note(self, noun: str, found: UUID | None) -> None:
        assert found is not None
        self.ids.setdefault(noun, []).append(found)
