"""Need-to-know in the open: auditors search, sample and hand out; she asks about a look."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, select

from portal.domain.acts import KINDS, drawn, week_of
from portal.domain.decisions import DecisionKind
from portal.domain.folders import FolderKind
from portal.domain.refusals import NotFound
from portal.domain.roles import Role
from portal.models import AuditEvent, AuditSample, AuditSampleItem, LookQuestion, TeamCopy
from portal.services import audit
from portal.services.case_work import caseload
from portal.services.colleagues import teams
from portal.services.keys.reading import open_folder
from portal.services.moderation import decisions
from portal.services.need_to_know import look_questions, looking, samples
from portal.services.running import lateness
from portal.web.staff.need_to_know.acts_in_words import ACT, FOLDER, PURPOSE
from portal.web.survivor.vocabulary import LOOK_WORDS
from tests.people import NOON, Person, TestHouse
from tests.statements import counted
from tests.web.browser_stand_in import Phone
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock

pytestmark = pytest.mark.real

AT = "/staff/audit"
NEXT_WEEK = NOON + timedelta(days=8)


@pytest.fixture
def adil(people: TestHouse, signed_in: Callable[[Person], Browser]) -> Browser:
    """The auditor, just signed in."""
    return signed_in(people.auditor)


def looks_at(people: TestHouse, who: Person, her: Person, days: int = 0) -> UUID:
    """Somebody opens her contact card; gives the act."""
    with people.acting(who, now=NOON + timedelta(days=days)) as (session, acting):
        now = NOON + timedelta(days=days)
        assert her.case_id
        open_folder(session, acting, her.case_id, FolderKind.CONTACT_CARD, purpose="case", now=now)
        newest = select(AuditEvent.id).where(AuditEvent.kind == "folder_opened")
        found = session.scalar(newest.order_by(AuditEvent.at.desc(), AuditEvent.number.desc()))
        assert found
        return found


def told(browser: Browser) -> str:
    """The acts that were found, as words."""
    return " ".join(row.get_text(" ") for row in browser.page.select("tbody tr"))


def test_only_an_auditor_reads_the_account_of_acts(
    people: TestHouse, adil: Browser, signed_in: Callable[[Person], Browser]
) -> None:
    her = people.a_survivor("Amal")
    adil.get(f"{AT}?number={her.case_number}")
    assert "Case opened" in told(adil) and "Amal" not in adil.words
    adil.get(f"{AT}?number={her.case_number}")
    assert "Account of acts read" in told(adil), "looking is an act as well"
    for nothing in ("AA-AAAAAA", "AA-AAAAAA%00", "' OR 1=1"):
        assert "Nothing was found" in adil.get(f"{AT}?number={nothing}").words
    for other in (people.coordinator, people.director):
        browser = signed_in(other)
        for path in ("", "/samples", f"/samples/{uuid4()}"):
            assert browser.get(AT + path).status == 404


def test_acts_are_found_by_case_colleague_week_and_kind(people: TestHouse, adil: Browser) -> None:
    amal, bea = people.a_survivor("Amal"), people.a_survivor("Bea")
    looks_at(people, people.director, amal)
    looks_at(people, people.stand_in, bea, days=7)
    adil.get(f"{AT}?who={people.director.email}&kind=folder_opened")
    assert amal.case_number in adil.words and bea.case_number not in adil.words
    assert "Els" in adil.get(f"{AT}?who=els&week=2026-W48").words
    assert "Nothing was found" in adil.get(f"{AT}?who=els&week=2026-W49").words
    assert bea.case_number in adil.get(f"{AT}?week=2026-W49").words
    assert "There is no such week" in adil.get(f"{AT}?week=2026-W99").words
    assert "There is no such week" in adil.get(f"{AT}?week=soon").words


def test_a_case_is_found_in_the_lists_of_names_in_which_it_stood(
    people: TestHouse, adil: Browser
) -> None:
    her = people.a_survivor("Amal")
    with people.acting(people.director) as (session, acting):
        caseload.page(session, acting, now=NOON)
    adil.get(f"{AT}?number={her.case_number}&kind=folders_opened")
    assert "list of one's own cases" in told(adil)
    with people.acting(her) as (session, acting):
        assert "caseload" in {
            look.purpose for look in looking.who_looked(session, acting, now=NOON)
        }


def test_every_kind_of_act_is_read_in_words(people: TestHouse, adil: Browser) -> None:
    assert ACT.keys() == KINDS
    assert {kind.value for kind in FolderKind} == FOLDER.keys()
    looks_at(people, people.director, people.a_survivor("Amal"))
    adil.get(AT)
    assert "Sealed part of a case opened" in told(adil)
    assert not re.search(r"[a-z]+_[a-z]+", told(adil)), "codes are not words"


def test_why_something_was_opened_is_read_in_words_as_she_reads_it() -> None:
    assert set(LOOK_WORDS) <= set(PURPOSE)


def test_a_page_of_the_account_costs_the_same_however_much_there_is(
    people: TestHouse, app: Flask, adil: Browser
) -> None:
    her = people.a_survivor("Amal")
    path = f"{AT}?number={her.case_number}"
    adil.get(path)
    with counted(people.database) as few:
        adil.get(path)
    with people.acting(people.director) as (session, acting):
        for kind in (*sorted(KINDS), *sorted(KINDS))[:130]:
            audit.record(session, acting.account_id, kind, now=NOON, case_id=her.case_id)
    with counted(people.database) as many:
        adil.get(path)
    assert len(many) == len(few)
    pages = 1
    while any("Earlier acts" in link.get_text() for link in adil.page.find_all("a")):
        adil.follow("Earlier acts")
        pages += 1
        assert pages < 6
    assert pages >= 3, "every act is on some page"


def test_a_file_goes_out_only_on_a_fresh_proof_and_is_written_down(
    people: TestHouse, adil: Browser, clock: Clock
) -> None:
    her = people.a_survivor("Amal")
    people.a_colleague("=cmd|x", (Role.COORDINATOR, None))
    clock.later(minutes=14)
    adil.get(f"{AT}?number={her.case_number}")
    clock.later(minutes=2)
    adil.submit("All of these as a file")
    assert adil.status == 403
    adil.submit("Go on", proof_code=people.auditor.code(clock.now))
    assert adil.shown.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(adil.shown.text)))
    assert rows[0][1] == "kind" and {row[3] for row in rows[1:]} == {her.case_number}
    assert "Amal" not in adil.shown.text
    adil.get(f"{AT}?kind=account_exported")
    assert "Account of acts taken as a file" in told(adil)


def test_a_sample_is_random_recorded_and_can_be_drawn_again(
    people: TestHouse, adil: Browser, clock: Clock
) -> None:
    hers = [people.a_survivor(f"S{number}") for number in range(6)]
    for her in hers:
        looks_at(people, people.director, her)
    adil.get(f"{AT}/samples").submit("Draw", week="2026-W48", size="3")
    assert "This week is not over" in adil.words
    adil.submit("Draw", week="2026-W20", size="3")
    assert "Nobody of staff looked" in adil.words
    adil.submit("Draw", week="2026-W48", size="0")
    assert "From 1 to 200." in adil.words
    clock.later(days=8)
    adil.sign_in(people.auditor).get(f"{AT}/samples").submit("Draw", week="2026-W48", size="3")
    assert "the seed gives the same looks" in adil.words
    adil.submit("to be talked about", found="to_talk")
    assert "to be talked about" in adil.words
    assert "1 of 3 reviewed" in adil.get(f"{AT}/samples").words
    with people.database.transaction() as session:
        sample = session.scalars(select(AuditSample)).one()
        items = session.scalars(select(AuditSampleItem).order_by(AuditSampleItem.place)).all()
        of_week = select(AuditEvent.id).where(AuditEvent.kind == "folder_opened")
        ids = session.scalars(of_week.order_by(AuditEvent.at, AuditEvent.id)).all()
        assert [item.event_id for item in items] == drawn(sample.seed, ids, 3)
        said = session.scalars(select(AuditEvent).where(AuditEvent.kind == "sample_drawn")).one()
        assert said.facts["seed"] == sample.seed.hex(), "the seed cannot be changed afterwards"
        items[0].event_id = items[1].event_id
    adil.get(f"{AT}/samples/{sample.id}")
    assert "The seed does not give these looks any more" in adil.words


def test_a_week_lasts_longer_when_summer_time_ends(people: TestHouse) -> None:
    from zoneinfo import ZoneInfo

    start, end = week_of("2026-W43", ZoneInfo("Europe/Brussels"))
    assert end - start == timedelta(days=7, hours=1)


def test_two_samples_of_the_same_week_are_not_the_same(people: TestHouse) -> None:
    her = people.a_survivor()
    for minutes in range(0, 300, 11):
        with people.acting(people.director, now=NOON + timedelta(minutes=minutes)) as (s, acting):
            now = NOON + timedelta(minutes=minutes)
            assert her.case_id
            open_folder(s, acting, her.case_id, FolderKind.CONTACT_CARD, purpose="case", now=now)
    with people.acting(people.auditor, now=NEXT_WEEK, second_factor_at=NEXT_WEEK) as (s, acting):
        made = [samples.draw(s, acting, "2026-W48", size=5, now=NEXT_WEEK) for _ in range(4)]
        shown = {
            tuple(i.event_id for i, _ in samples.look_at(s, acting, m.id, now=NEXT_WEEK).looks)
            for m in made
        }
        assert len(shown) > 1


def test_she_asks_about_a_look_and_is_answered_and_her_case_team_never_reads_it(
    people: TestHouse, app: Flask, signed_in: Callable[[Person], Browser]
) -> None:
    her = people.a_survivor("Amal")
    look = looks_at(people, people.director, her)
    phone = Phone(app, "en")
    phone.open()
    phone.sign_in(her.card, her.pin)
    phone.go(f"/sharing/looked/{look}")
    phone.do(f"/sharing/looked/{look}", a="   ")
    assert "Write your question first." in phone.page
    phone.do(f"/sharing/looked/{look}", a="Why did she look on my birthday?")
    assert "We have your question." in phone.page and "You get an answer before" in phone.page
    phone.do(f"/sharing/looked/{look}", a="And again?")
    assert "And again?" not in phone.page, "one question about one look"

    for other in (people.director, people.moderator):
        assert signed_in(other).get("/staff/looks").status == 404
    cora = signed_in(people.coordinator)
    assert "Questions about who looked 1" in cora.get("/staff/house").words
    cora.get("/staff/looks").follow(her.case_number)
    assert "Why did she look on my birthday?" in cora.words
    cora.submit("Answer her", words="She planned your Monday with you.")
    assert "No question waits." in cora.words
    phone.go("/sharing/looked")
    assert "She planned your Monday with you." in phone.page

    with people.acting(people.director) as (session, acting):
        question = session.scalars(select(LookQuestion)).one()
        with pytest.raises(NotFound):
            assert her.case_id
            open_folder(
                session, acting, her.case_id, FolderKind.DECISIONS, purpose="case", now=NOON
            )
        assert question.answered_by_id == people.coordinator.account_id


def test_a_place_that_no_sample_has_is_not_found(people: TestHouse, adil: Browser) -> None:
    for place in (7, 10**6, 10**30, "9" * 5000):
        assert adil.post(f"{AT}/samples/{uuid4()}/{place}", found="to_talk").status == 404


@pytest.mark.parametrize("asked_herself", [True, False])
def test_who_has_not_got_the_teams_key_yet_is_told_so(
    people: TestHouse, signed_in: Callable[[Person], Browser], asked_herself: bool
) -> None:
    """Also when she opens something else of the same folder: a reason that she wrote."""
    her = people.a_survivor("Amal")
    look = looks_at(people, people.director, her)
    if asked_herself:
        with people.acting(people.coordinator) as (session, acting):
            decisions.ask(
                session, acting, DecisionKind.EXPORT, reason="x", case_id=her.case_id, now=NOON
            )
    with people.database.transaction() as session:
        copies = delete(TeamCopy).where(TeamCopy.member_id == people.coordinator.holder_id)
        session.execute(copies)
    with people.acting(her) as (session, acting):
        asked = look_questions.ask(session, acting, look, "Why?", now=NOON)
    cora = signed_in(people.coordinator).get("/staff/looks")
    cora.follow(her.case_number)
    assert cora.path == "/staff/looks" and "key of your team" in cora.words
    assert asked.answered_at is None


def test_nobody_answers_about_her_own_look(
    people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    her, other = people.a_survivor("Amal"), people.a_survivor("Bea")
    look = looks_at(people, people.director, her)
    with people.acting(her) as (session, acting):
        asked = look_questions.ask(session, acting, look, "Why?", now=NOON)
    with people.acting(people.auditor) as (session, acting):
        look_questions.read(session, acting, asked.id, now=NOON)
        seen = session.scalars(
            select(AuditEvent.id).where(AuditEvent.actor_id == people.auditor.account_id)
        ).all()
    with people.acting(her) as (session, acting):
        mine = [one for one in looking.who_looked(session, acting, now=NOON) if one.id in seen]
        assert [one.purpose for one in mine] == ["look_question"]
        again = look_questions.ask(session, acting, mine[0].id, "And you?", now=NOON)
    adil = signed_in(people.auditor).get(f"/staff/looks/{again.id}")
    adil.submit("Answer her", words="It was me.")
    assert "a colleague answers her" in adil.words and "It was me." in adil.page.text
    with people.acting(other) as (session, acting), pytest.raises(NotFound):
        look_questions.ask(session, acting, look, "What is this?", now=NOON)


def test_who_directs_her_file_does_not_read_her_question_as_a_coordinator(
    people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    """She was told so when she asked; an auditor answers, and any other coordinator."""
    her = people.a_survivor("Amal")
    look = looks_at(people, people.director, her)
    with people.database.transaction() as session:
        teams.give_role(session, people.director.account_id, Role.COORDINATOR, now=NOON)
    with people.acting(people.coordinator) as (session, acting):
        for membership, _ in teams.waiting_for_key(session, acting):
            teams.hand_over(session, acting, membership.id, now=NOON)
    with people.acting(her) as (session, acting):
        asked = look_questions.ask(session, acting, look, "Why?", now=NOON)
    with people.database.transaction() as session:
        lateness.climb(session, now=NOON + timedelta(days=9))
    els, cora = signed_in(people.director), signed_in(people.coordinator)
    for page in ("/staff/looks", "/staff/house"):
        assert her.case_number in cora.get(page).words
        assert her.case_number not in els.get(page).words
    one = f"/staff/looks/{asked.id}"
    assert els.get(one).status == 404 and "Why?" in cora.get(one).words
    assert els.post(one, words="I only looked.").status == 404
    assert "Answered" in cora.get(one).submit("Answer her", words="She helps you.").words
