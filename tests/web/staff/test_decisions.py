"""What one colleague asks and another decides, through the front door."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from portal import worker
from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.needs import Category, HowSoon
from portal.domain.roles import Role
from portal.models import Decision, Membership, StaffMember
from portal.services.case_work import emergency
from portal.services.moderation import decisions
from tests.people import Person
from tests.services.ways import types
from tests.statements import counted
from tests.web.staff.at_work import AtWork, Colleague
from tests.web.tree import tree_of

WHY = "Her brother waits at the door."


@pytest.fixture
def her(work: AtWork) -> Person:
    return work.house.a_survivor(now=work.now)


def ask(work: AtWork, person: Person, kind: DecisionKind, her: Person | None = None) -> UUID:
    """Something asked for through the services; a release with its entry."""
    if kind is DecisionKind.RELEASE:
        assert her is not None
        return work.house.an_entry(her, by=person, reason=WHY, now=work.now)
    with work.house.acting(person, now=work.now, second_factor_at=work.now) as (session, acting):
        case_id = her.case_id if her else None
        return decisions.ask(session, acting, kind, reason=WHY, case_id=case_id, now=work.now).id


def state(work: AtWork, asked: UUID) -> DecisionState:
    with work.database.transaction("read") as session:
        return session.get_one(Decision, asked).state


class TestFromAskingToTheAnswer:
    """A case director asks; a coordinator answers; the case director reads it."""

    def test_the_whole_way(self, work: AtWork, her: Person) -> None:
        els = work.signs_in(work.house.director)
        els.get("/staff/desk/ask")
        els.post(
            "/staff/desk/ask", kind="police_sharing", number=her.case_number.lower(), words=WHY
        )
        assert "Asked. Here you see whom it waits for." in els.text
        assert "Sharing with police or prosecutor" in els.text
        assert "Waiting for: Coordinator" in els.text

        cora = work.signs_in(work.house.coordinator)
        cora.get("/staff/desk")
        assert "Sharing with police or prosecutor" in cora.text and "asked by Els" in cora.text
        assert WHY not in cora.page
        (path,) = re.findall(r"/staff/desk/[0-9a-f-]{36}", cora.page)
        cora.get(path)
        assert WHY in cora.text
        cora.post(path, act="give_back", words="Which brother?")
        assert "Given back." in cora.text

        els.get("/staff/desk/asked")
        assert "given back with a note" in els.text
        els.get(path)
        assert "Which brother?" in els.text
        els.post(path, act="again", words="The eldest.")
        assert "Asked again, with a new promised time." in els.text

        cora.get("/staff/desk")
        (again,) = set(re.findall(r"/staff/desk/[0-9a-f-]{36}", cora.page))
        cora.get(again)
        cora.post(again, act="accept", words="")
        els.get("/staff/desk/asked")
        assert "accepted" in els.text and "Cora" in els.text
        assert "asked again" in els.text, "nothing is dropped"

    def test_a_decline_wants_a_reason_and_nothing_typed_is_lost(
        self, work: AtWork, her: Person
    ) -> None:
        asked = ask(work, work.house.director, DecisionKind.EXPORT, her)
        cora = work.signs_in(work.house.coordinator)
        cora.get(f"/staff/desk/{asked}")
        cora.post(f"/staff/desk/{asked}", act="decline", words=" ")
        assert "Nothing is written here yet." in cora.text
        cora.post(f"/staff/desk/{asked}", act="decline", words="x" * 4001)
        assert "x" * 4001 in cora.page
        cora.post(f"/staff/desk/{asked}", act="decline", words="Not now.")
        assert state(work, asked) is DecisionState.DECLINED

    def test_who_asked_sees_no_buttons_to_decide_and_may_withdraw(
        self, work: AtWork, her: Person
    ) -> None:
        asked = ask(work, work.house.coordinator, DecisionKind.EXPORT, her)
        cora = work.signs_in(work.house.coordinator)
        cora.get(f"/staff/desk/{asked}")
        assert 'value="accept"' not in cora.page
        cora.post(f"/staff/desk/{asked}", act="accept", words="")
        assert "You asked for this yourself: a colleague decides." in cora.text
        cora.post(f"/staff/desk/{asked}", act="withdraw")
        assert state(work, asked) is DecisionState.WITHDRAWN

    def test_an_emergency_is_accepted_or_declined_and_not_given_back(
        self, work: AtWork, her: Person
    ) -> None:
        with work.house.acting(work.house.coordinator, now=work.now, second_factor_at=work.now) as (
            session,
            acting,
        ):
            asked = emergency.ask(session, acting, her.case_number, reason=WHY, now=work.now).id
        adil = work.signs_in(work.house.auditor)
        adil.get(f"/staff/desk/{asked}")
        assert 'value="accept"' in adil.page and 'value="decline"' in adil.page
        assert 'value="give_back"' not in adil.page
        assert "Needed to decline. Only who asked, who decides and the case team" in adil.text
        adil.post(f"/staff/desk/{asked}", act="decline", words="Call her instead.")
        assert "Declined." in adil.text

    @pytest.mark.parametrize("act", ["withdraw", "again"])
    def test_who_may_decide_takes_nothing_back_that_another_asked(
        self, work: AtWork, her: Person, act: str
    ) -> None:
        asked = ask(work, work.house.director, DecisionKind.EXPORT, her)
        cora = work.signs_in(work.house.coordinator)
        cora.get(f"/staff/desk/{asked}")
        assert cora.post(f"/staff/desk/{asked}", act=act, words=WHY).status_code == 404
        assert state(work, asked) is DecisionState.WAITING

    @pytest.mark.parametrize("who", ["moderator", "stand_in"])
    def test_whoever_neither_asked_nor_decides_finds_nothing(
        self, work: AtWork, her: Person, who: str
    ) -> None:
        asked = ask(work, work.house.director, DecisionKind.EXPORT, her)
        somebody = work.signs_in(getattr(work.house, who))
        assert somebody.get(f"/staff/desk/{asked}").status_code == 404
        assert somebody.get("/staff/desk/asked").status_code == 200
        assert "Copy of a file" not in somebody.text

    def test_no_question_is_chosen_for_who_asks(self, work: AtWork, her: Person) -> None:
        els = work.signs_in(work.house.director)
        els.get("/staff/desk/ask")
        kind = tree_of(els.page).find("select", id="kind")
        assert kind and [one["value"] for one in kind.find_all("option", selected=True)] == [""]
        els.post("/staff/desk/ask", kind="", number=her.case_number, words=WHY)
        assert "Choose what you ask for." in els.text
        els.get("/staff/desk/ask?kind=export")
        kind = tree_of(els.page).find("select", id="kind")
        assert kind and [one["value"] for one in kind.find_all("option", selected=True)] == [
            "export"
        ]

    def test_asking_explains_what_stands_in_the_way(self, work: AtWork, her: Person) -> None:
        els = work.signs_in(work.house.director)
        els.get("/staff/desk/ask")
        sent = {"kind": "police_sharing", "number": "ZZ-ZZZZZZ", "words": WHY}
        els.post("/staff/desk/ask", **sent)
        assert "You have no case with this number." in els.text and WHY in els.page
        els.post("/staff/desk/ask", **sent | {"number": her.case_number, "words": ""})
        assert "Nothing is written here yet." in els.text
        els.post("/staff/desk/ask", **sent | {"number": her.case_number})
        els.get("/staff/desk/ask")
        els.post("/staff/desk/ask", **sent | {"number": her.case_number})
        assert "This was asked before and still waits for an answer." in els.text
        els.post("/staff/desk/ask", **sent | {"kind": "break_glass"})
        assert els.page.count("Not a valid choice") == 1


class TestTakingOn:
    """Two do not answer at once."""

    def test_a_claim_is_seen_by_others_and_lapses(self, work: AtWork, her: Person) -> None:
        need_id = work.house.a_need(her, now=work.now)
        path = f"/staff/desk/{work.decision_of(need_id)}"
        mona = work.signs_in(work.house.moderator)
        mila = work.signs_in(work.house.a_colleague("Mila", (Role.MODERATOR, None), now=work.now))
        mona.get(path)
        mona.post(path, act="claim")
        assert "You took this on." in mona.text
        mila.get("/staff/desk")
        assert "Mona answers this" in mila.text
        mila.get("/staff/desk?whose=unclaimed")
        assert "Nothing of this kind waits." in mila.text
        mona.get("/staff/desk?whose=mine")
        assert "Housing" in mona.text
        work.later(minutes=14)
        mona.get(path)
        mona.post(path, act="release")
        assert "Take this on for 15 minutes" in mona.text

    def test_somebody_elses_claim_refuses_a_decision_until_it_lapses(
        self, work: AtWork, her: Person
    ) -> None:
        asked = ask(work, work.house.director, DecisionKind.RELEASE, her)
        mona, cora = (work.signs_in(one) for one in (work.house.moderator, work.house.coordinator))
        mona.get(f"/staff/desk/{asked}")
        cora.get(f"/staff/desk/{asked}")
        mona.post(f"/staff/desk/{asked}", act="claim")
        cora.post(f"/staff/desk/{asked}", act="decline", words="No.")
        assert "A colleague took this on and answers it now." in cora.text
        assert "Mona took this on" in cora.text
        cora.post(f"/staff/desk/{asked}", act="claim")
        assert "A colleague took this on and answers it now." in cora.text
        work.later(minutes=15)
        cora.post(f"/staff/desk/{asked}", act="claim")
        assert "You took this on." in cora.text


class TestMeanwhile:
    """Things move on while a page is open."""

    def test_the_second_of_two_who_decide_gets_her_words_back(
        self, work: AtWork, her: Person
    ) -> None:
        asked = ask(work, work.house.director, DecisionKind.RELEASE, her)
        mona, cora = (work.signs_in(one) for one in (work.house.moderator, work.house.coordinator))
        mona.get(f"/staff/desk/{asked}")
        cora.get(f"/staff/desk/{asked}")
        mona.post(f"/staff/desk/{asked}", act="accept", words="")
        answer = cora.post(f"/staff/desk/{asked}", act="decline", words="Not yet, she said.")
        assert answer.status_code == 409
        assert "This was decided or withdrawn meanwhile." in cora.text
        assert "Not yet, she said." in cora.text

    def test_a_role_taken_away_while_its_holder_is_on_the_page(
        self, work: AtWork, her: Person
    ) -> None:
        asked = ask(work, work.house.director, DecisionKind.RELEASE, her)
        mona = work.signs_in(work.house.moderator)
        mona.get(f"/staff/desk/{asked}")
        with work.database.transaction() as session:
            held = select(Membership).where(
                Membership.account_id == work.house.moderator.account_id
            )
            session.delete(session.scalars(held).one())
        answer = mona.post(f"/staff/desk/{asked}", act="accept", words="")
        assert answer.status_code == 404
        assert "a role of yours was taken away" in mona.text
        assert state(work, asked) is DecisionState.WAITING

    def test_when_the_last_who_decides_leaves_the_act_is_closed_and_the_coordinator_sees_it(
        self, work: AtWork, her: Person
    ) -> None:
        els = work.signs_in(work.house.director)
        cora = work.signs_in(work.house.coordinator)
        cora.get("/staff/house")
        assert "Nobody here decides about this" not in cora.text
        with work.database.transaction() as session:
            session.get_one(StaffMember, work.house.auditor.account_id).left_at = work.now
        cora.get("/staff/house")
        assert "Nobody here decides about this" in cora.text
        assert "Emergency opening of a file" in cora.text
        with work.database.transaction() as session:
            session.get_one(StaffMember, work.house.coordinator.account_id).left_at = work.now
        els.get("/staff/desk/ask")
        sent = {"kind": "police_sharing", "number": her.case_number, "words": WHY}
        els.post("/staff/desk/ask", **sent)
        assert "Nobody else here may decide about this, so it cannot be asked now." in els.text
        assert WHY in els.page

    def test_an_old_proof_asks_for_a_code_and_loses_nothing(
        self, work: AtWork, her: Person
    ) -> None:
        asked = ask(work, work.house.director, DecisionKind.RELEASE, her)
        old = work.now - timedelta(minutes=20)
        mona = work.signs_in(work.house.moderator, proved_at=old)
        mona.get(f"/staff/desk/{asked}")
        assert "Your last code is older than 15 minutes." in mona.text
        answer = mona.post(f"/staff/desk/{asked}", act="decline", words="Not yet, she said.")
        assert answer.status_code == 403
        assert "Not yet, she said." in mona.page
        assert state(work, asked) is DecisionState.WAITING


class TestASafeMoment:
    """A yes that holds from a chosen moment on."""

    def test_it_takes_effect_then_and_not_before(self, work: AtWork, her: Person) -> None:
        asked = ask(work, work.house.director, DecisionKind.RELEASE, her)
        mona = work.signs_in(work.house.moderator)
        mona.get(f"/staff/desk/{asked}")
        sent = {"act": "accept", "words": "", "day": "2026-11-23", "time": "11:00"}
        mona.post(f"/staff/desk/{asked}", **sent)
        assert "This time has passed. Choose a later one." in mona.text
        mona.post(f"/staff/desk/{asked}", **sent | {"day": "2026-11-24"})
        assert "Accepted. It takes effect at the time you chose." in mona.text
        els = work.signs_in(work.house.director)
        els.get("/staff/desk/asked")
        assert "takes effect Tuesday 11:00" in els.text
        worker.run_once(work.database, now=work.now + timedelta(days=1))
        els.get("/staff/desk/asked")
        assert "takes effect" not in els.text

    @pytest.mark.parametrize(
        ("day", "time", "words"),
        [
            ("2027-03-28", "02:30", "The clock skips this time that night"),
            ("2027-10-31", "02:30", "The clock shows this time twice that night"),
        ],
    )
    def test_a_time_that_the_clock_skips_or_shows_twice(
        self, work: AtWork, her: Person, day: str, time: str, words: str
    ) -> None:
        asked = ask(work, work.house.director, DecisionKind.RELEASE, her)
        mona = work.signs_in(work.house.moderator)
        mona.get(f"/staff/desk/{asked}")
        mona.post(f"/staff/desk/{asked}", act="accept", words="", day=day, time=time)
        assert words in mona.text
        assert state(work, asked) is DecisionState.WAITING


def test_filters_need_nothing_unsealed(work: AtWork, her: Person) -> None:
    work.house.a_need(her, Category.SAFETY, how_soon=HowSoon.TODAY, now=work.now)
    ask(work, work.house.director, DecisionKind.RELEASE, her)
    types(work.house, work.house.a_survivor("Noor"), now=work.now)
    mona = work.signs_in(work.house.moderator)
    before = work.openings()
    shown = {
        "": 3,
        "kind=release": 1,
        "category=safety": 1,
        f"number={her.case_number.replace('-', ' ').lower()}": 2,
        "late=yes": 0,
        "kind=release&lane=red": 0,
        "kind=export": 3,
        "whose=claimed": 0,
        "number=%00%27": 0,
    }
    for query, number in shown.items():
        mona.get(f"/staff/desk?{query}")
        assert mona.page.count('class="line"') == number, query
    assert work.openings() == before


def test_what_climbed_stands_on_ones_own_page(work: AtWork, her: Person) -> None:
    work.house.a_need(her, Category.SAFETY, how_soon=HowSoon.TODAY, now=work.now)
    for minutes in (31, 61, 91):
        worker.run_once(work.database, now=work.now + timedelta(minutes=minutes))
    work.later(minutes=92)
    for person in (work.house.director, work.house.stand_in):
        colleague = work.signs_in(person)
        colleague.get("/staff/people")
        assert "Late: you were told" in colleague.text
        assert "new time 14:00" in colleague.text
    cora = work.signs_in(work.house.coordinator)
    cora.get("/staff/house")
    assert "Late in this house" in cora.text


def test_five_hundred_wait_and_the_desk_asks_no_more_of_the_database(
    work: AtWork, her: Person
) -> None:
    ask(work, work.house.director, DecisionKind.RELEASE, her)
    cora = work.signs_in(work.house.coordinator)
    cora.get("/staff/desk")
    with counted(work.database) as few:
        cora.get("/staff/desk")
    with work.database.transaction() as session:
        one = session.scalars(select(Decision)).one()
        kept = {column.key for column in Decision.__mapper__.columns} - {"id"}
        for _ in range(499):
            session.add(Decision(**{name: getattr(one, name) for name in kept}))
    with counted(work.database) as many:
        cora.get("/staff/desk")
    assert len(many) == len(few)
    assert cora.page.count('class="line"') == 50
    assert "450 more in this lane" in cora.text
    cora.get("/staff/desk?lane=orange")
    after = re.search(r"after=([0-9a-f-]{36})", cora.page)
    assert after is not None
    with counted(work.database) as further:
        cora.get(f"/staff/desk?lane=orange&after={after[1]}")
    assert len(further) <= len(few) + 1


@pytest.mark.parametrize("who", ["director", "moderator", "coordinator", "auditor"])
def test_everybody_who_decides_has_the_room_in_the_bar(work: AtWork, who: str) -> None:
    colleague: Colleague = work.signs_in(getattr(work.house, who))
    colleague.get("/staff/house")
    assert ('href="/staff/desk"' in colleague.page) is (who != "director")
