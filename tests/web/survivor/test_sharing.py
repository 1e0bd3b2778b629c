"""Who can see, who looked, and her yes and no: from her phone, as she decides."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal.domain.acts import OPENED
from portal.domain.decisions import DecisionKind
from portal.domain.folders import FolderKind
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Folder, Grant, Membership, Referral, Service, SharingWish
from portal.services import audit
from portal.services.moderation import decisions
from portal.services.need_to_know import seeing
from portal.services.referrals import at_service
from portal.services.running import lateness
from portal.web.survivor import sharing as sharing_pages
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.people import Person
from tests.web.browser_stand_in import Phone
from tests.web.furnishing import HER_WORDS
from tests.web.survivor.hands import acting, form_of, has_button, press, text, words_in
from tests.web.whole_house import WholeHouse

HOME, WORK, _HEALTH, LAW, STOPPED = range(5)
"""Amal's needs in the furnished house, in the order in which she sent them."""


@pytest.fixture(params=WITH_AND_WITHOUT_SCRIPT)
def amal(whole: WholeHouse, request: pytest.FixtureRequest) -> Phone:
    """Amal's phone, showing who can see."""
    phone = whole.phone(whole.everybody.amal, scripting=request.param)
    phone.go("/sharing")
    return phone


def service(whole: WholeHouse, kind: ServiceKind) -> Service:
    """The service of a kind."""
    with whole.database.transaction("read") as session:
        return session.scalars(select(Service).where(Service.kind == kind)).one()


def referral(whole: WholeHouse, place: int, kind: ServiceKind) -> Referral:
    """One of Amal's needs at a service."""
    need_id = whole.everybody.ids["need"][place]
    with whole.database.transaction("read") as session:
        return session.scalars(
            select(Referral).where(
                Referral.need_id == need_id, Referral.service_id == service(whole, kind).id
            )
        ).one()


def ask(whole: WholeHouse, phone: Phone, place: int, kind: ServiceKind) -> str:
    """Show the card of a need and a service; gives its inner path."""
    path = f"/sharing/{whole.everybody.ids['need'][place]}/{service(whole, kind).id}"
    phone.go(path)
    return path


def end_of(whole: WholeHouse, place: int, kind: ServiceKind) -> str:
    """Where she stops a service seeing a need."""
    return f"/sharing/{whole.everybody.ids['need'][place]}/{service(whole, kind).id}/end"


def looks_at_messages(whole: WholeHouse, colleague: Person) -> None:
    """A colleague opens Amal's thread, and that is written down."""
    with whole.database.transaction() as session:
        case_id = whole.everybody.amal.case_id
        facts: audit.Facts = {
            "folder": "conversation",
            "folder_id": str(uuid4()),
            "purpose": "conversation",
        }
        audit.record(
            session, colleague.account_id, OPENED, now=whole.now, case_id=case_id, facts=facts
        )


def holders_of(whole: WholeHouse, made: Referral) -> set[UUID]:
    """Who holds a key of what a service may read."""
    with whole.database.transaction("read") as session:
        asked = select(Grant.holder_id).join(Folder, Folder.id == Grant.folder_id)
        return set(session.scalars(asked.where(Folder.referral_id == made.id)))


def reads(whole: WholeHouse, worker: Person, made: Referral) -> str | None:
    """What a colleague of the service reads of her words, if anything."""
    with acting(whole, worker) as (session, colleague):
        try:
            return at_service.open_referral(session, colleague, made.id, now=whole.now).words
        except NotFound:
            return None


def test_each_service_waits_for_a_yes_of_its_own(amal: Phone) -> None:
    assert sorted(words_in(amal, "section .row")) == [
        "Police desk I have questions about the law",
        "Police desk I need help with my home",
        "Prosecutor's desk I have questions about the law",
    ]


def test_before_she_decides_she_reads_exactly_what_they_would(
    amal: Phone, whole: WholeHouse
) -> None:
    ask(whole, amal, HOME, ServiceKind.POLICE)
    assert amal.heading == "May Police desk read this?"
    assert "Amal" in text(amal)
    assert "Until Monday, 24 May 2027." in text(amal)
    assert words_in(amal, ".said") == [HER_WORDS, HER_WORDS], "her words and the desk's"


def test_what_she_cannot_read_she_may_ask_about_before_she_says_yes(
    amal: Phone, whole: WholeHouse
) -> None:
    ask(whole, amal, HOME, ServiceKind.POLICE)
    press(amal, "Write a message")
    assert amal.heading == "Messages"


@pytest.mark.parametrize("kind", [ServiceKind.POLICE, ServiceKind.PROSECUTOR])
def test_police_and_prosecutor_are_asked_alone_and_she_does_not_have_to(
    amal: Phone, whole: WholeHouse, kind: ServiceKind
) -> None:
    ask(whole, amal, LAW, kind)
    assert "You do not have to. You still get help." in words_in(amal, ".notice")
    assert len(amal.soup.select("main form")) == 2, "yes and not now, to one service"


def test_not_now_is_as_big_as_yes(amal: Phone, whole: WholeHouse) -> None:
    ask(whole, amal, HOME, ServiceKind.POLICE)
    yes, no = (button["class"] for button in amal.soup.select("main form button"))
    assert (yes, no) == (["main"], ["plain"]), "both as wide as the page"


def test_nothing_reaches_a_service_before_her_yes(amal: Phone, whole: WholeHouse) -> None:
    made = referral(whole, HOME, ServiceKind.POLICE)
    assert made.words is None
    assert not holders_of(whole, made)
    assert reads(whole, whole.everybody.staff["police"], made) is None


def test_her_yes_opens_one_need_to_one_service(amal: Phone, whole: WholeHouse) -> None:
    ask(whole, amal, LAW, ServiceKind.PROSECUTOR)
    press(amal, "Yes")
    assert "You said yes. You can stop this at any time." in text(amal)
    made = referral(whole, LAW, ServiceKind.PROSECUTOR)
    assert reads(whole, whole.everybody.staff["prosecutor"], made) == HER_WORDS
    for place in (HOME, LAW):
        closed = referral(whole, place, ServiceKind.POLICE)
        assert closed.state is ReferralState.WAITS_FOR_YES
        assert reads(whole, whole.everybody.staff["police"], closed) is None


def test_a_double_tap_on_yes_is_one_yes(amal: Phone, whole: WholeHouse) -> None:
    ask(whole, amal, HOME, ServiceKind.POLICE)
    tap = form_of(amal, "Yes")
    first = amal.send(tap).text
    assert amal.send(tap).text == first
    with whole.database.transaction("read") as session:
        wishes = session.scalars(
            select(SharingWish).where(
                SharingWish.service_id == service(whole, ServiceKind.POLICE).id
            )
        ).all()
    assert len(wishes) == 1


def test_not_now_closes_the_card_and_she_may_change_her_mind(
    amal: Phone, whole: WholeHouse
) -> None:
    ask(whole, amal, HOME, ServiceKind.POLICE)
    press(amal, "Not now")
    assert "You said: not now. You still get help." in text(amal)
    assert len(words_in(amal, "section .row")) == 2
    amal.go(f"/needs/{whole.everybody.ids['need'][HOME]}")
    press(amal, "I changed my mind")
    press(amal, "Yes")
    made = referral(whole, HOME, ServiceKind.POLICE)
    assert reads(whole, whole.everybody.staff["police"], made) == HER_WORDS


def test_stopping_says_that_what_was_seen_cannot_be_unseen(amal: Phone, whole: WholeHouse) -> None:
    made = referral(whole, HOME, ServiceKind.HOUSING)
    assert reads(whole, whole.everybody.staff["housing"], made) == HER_WORDS
    amal.go("/sharing")
    press(amal, "Stop this")
    assert "They still know what they have read." in text(amal)
    assert "Worker housing" in text(amal), "she sees who saw it"
    press(amal, "Yes, stop")
    assert "Ended. They cannot see this any more." in text(amal)
    assert service(whole, ServiceKind.HOUSING).holder_id not in holders_of(whole, made)
    assert reads(whole, whole.everybody.staff["housing"], made) is None


def test_before_she_stops_it_the_buttons_come_before_the_list_of_looks(
    amal: Phone, whole: WholeHouse
) -> None:
    amal.go(end_of(whole, HOME, ServiceKind.HOUSING))
    parts = [one.name for one in amal.soup.select("main form, main details")]
    assert parts == ["form", "details"]


def test_she_reads_who_looked_there_however_often_others_looked_elsewhere(
    amal: Phone, whole: WholeHouse
) -> None:
    made = referral(whole, HOME, ServiceKind.HOUSING)
    assert reads(whole, whole.everybody.staff["housing"], made) == HER_WORDS
    for _ in range(60):
        looks_at_messages(whole, whole.everybody.staff["director"])
    amal.go(end_of(whole, HOME, ServiceKind.HOUSING))
    assert "Worker housing" in words_in(amal, "main details")[0]


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("director", "Els is also your contact person and can still read this."),
        ("stand_in", "Karim also replaces your contact person and can still read this."),
    ],
)
def test_of_her_case_team_she_reads_who_works_there_and_reads_on(
    amal: Phone, whole: WholeHouse, who: str, sentence: str
) -> None:
    amal.go(end_of(whole, HOME, ServiceKind.HOUSING))
    assert "can still read this" not in text(amal)
    before = words_in(amal, "main details li")
    colleague = whole.everybody.staff[who]
    with whole.database.transaction() as session:
        session.add(
            Membership(
                account_id=colleague.account_id,
                role=Role.SERVICE_STAFF,
                service_id=service(whole, ServiceKind.HOUSING).id,
            )
        )
    looks_at_messages(whole, colleague)
    amal.go(end_of(whole, HOME, ServiceKind.HOUSING))
    assert sentence in text(amal)
    assert words_in(amal, "main details li") == before, "her messages are not what ends"
    press(amal, "Yes, stop")
    assert "Your contact person, or who replaces them, can still see this." in text(amal)
    assert "They cannot see this any more." not in text(amal)


def test_who_can_see_names_everybody_who_holds_a_key(amal: Phone) -> None:
    shown = words_in(amal, "main div.card")
    names = [words.split(" ", 1)[0] for words in shown]
    assert {"You", "Els", "Karim", "The", "Housing", "Two"} <= set(names)
    (housing,) = [words for words in shown if words.startswith("Housing desk")]
    assert "You said yes. I need help with my home Until Monday, 24 May 2027." in housing
    (els,) = [words for words in shown if words.startswith("Els")]
    assert "Your contact person." in els
    assert any("Only in an emergency. One group alone cannot open it." in words for words in shown)
    assert any(words.startswith("A key on paper, in our safe") for words in shown)


def test_whoever_asked_is_not_said_to_decide(whole: WholeHouse) -> None:
    """Who asked reads the words of it, too; deciding is for others."""
    amal, cora = whole.everybody.amal, whole.everybody.staff["coordinator"]
    for who, kind in ((amal, DecisionKind.NOT_THIS_PERSON), (cora, DecisionKind.BREAK_GLASS)):
        with acting(whole, who) as (session, asker):
            decisions.ask(
                session, asker, kind, reason="A call.", case_id=amal.case_id, now=whole.now
            )
    phone = whole.phone(amal)
    phone.go("/sharing")
    shown = words_in(phone, "main div.card")
    assert "You You asked us for this. What we decide about your file" in shown
    (card,) = [words for words in shown if words.startswith(cora.name)]
    assert card == f"{cora.name} This person asked us for this. What we decide about your file"
    assert any(words.startswith("Who leads this centre To decide") for words in shown)


def test_the_list_is_read_from_the_grants_themselves(amal: Phone, whole: WholeHouse) -> None:
    with whole.database.transaction() as session:
        folders = select(Folder.id).where(Folder.kind == FolderKind.REFERRAL)
        for grant in session.scalars(select(Grant).where(Grant.folder_id.in_(folders))):
            session.delete(grant)
    amal.go("/sharing")
    assert not [words for words in words_in(amal, "main div.card") if words.startswith("Housing")]


def test_a_yes_ends_by_the_clock_and_leaves_the_list(amal: Phone, whole: WholeHouse) -> None:
    whole.later(days=200)
    later = whole.phone(whole.everybody.amal)
    later.go("/sharing")
    assert not [words for words in words_in(later, "main div.card") if words.startswith("Housing")]
    made = referral(whole, HOME, ServiceKind.HOUSING)
    assert reads(whole, whole.everybody.staff["housing"], made) is None


def test_the_law_is_told_as_it_is(amal: Phone) -> None:
    shown = text(amal)
    for words in (
        "Sometimes the law lets us talk about you without asking.",
        "Are you or a child in great danger? Then maybe we call the police.",
        "Your (ex-)partner or family cannot see this. If they ask us, we do not say",
    ):
        assert words in shown


def test_she_sees_who_looked_when_and_why(amal: Phone, whole: WholeHouse) -> None:
    reads(whole, whole.everybody.staff["housing"], referral(whole, HOME, ServiceKind.HOUSING))
    amal.go("/sharing/looked")
    newest = words_in(amal, "main div.card")[0]
    assert newest.startswith("Worker housing · Housing desk Monday, 23 November 2026")
    assert newest.endswith("What you let a service read To help you with this. Ask about this")


def test_a_late_answer_about_a_look_gets_a_new_time_and_the_coordinators_see_it(
    whole: WholeHouse,
) -> None:
    whole.later(days=7)
    amal = whole.phone(whole.everybody.amal)
    amal.go("/sharing/looked")
    assert "We are late. Sorry." in text(amal)
    with whole.database.transaction() as session:
        lateness.climb(session, now=whole.now)
    amal.go("/sharing/looked")
    assert "We are late. Sorry. New time:" in text(amal)
    house = whole.browser(whole.everybody.staff["coordinator"])
    house.get("/staff/house")
    lane = house.page.select_one(".lane-late")
    assert lane is not None and "Questions about who looked" in lane.get_text(" ")


def test_who_looked_is_paged_to_the_first_look(
    amal: Phone, whole: WholeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    amal.go("/sharing/looked")
    everything = words_in(amal, "main div.card")
    assert len(everything) > 1
    monkeypatch.setattr(sharing_pages, "LOOKS", 1)
    amal.go("/sharing/looked")
    found = words_in(amal, "main div.card")
    while has_button(amal, "Who looked before"):
        press(amal, "Who looked before")
        found += words_in(amal, "main div.card")
    assert found == everything


def test_what_a_service_refused_or_she_stopped_is_not_hers_to_decide(
    amal: Phone, whole: WholeHouse
) -> None:
    path = ask(whole, amal, WORK, ServiceKind.HOUSING)
    assert not has_button(amal, "Yes")
    for decision in ("yes", "no", "end"):
        amal.do(f"{path}/{decision}", f=f"a key {decision}")
        assert "This has changed meanwhile." in text(amal)
    made = referral(whole, WORK, ServiceKind.HOUSING)
    assert made.state is ReferralState.NOT_POSSIBLE


@pytest.mark.parametrize("inner", ["", "/end"])
@pytest.mark.parametrize("act", ["yes", "no", "end"])
def test_a_card_of_another_and_one_that_never_was_are_the_same(
    whole: WholeHouse, inner: str, act: str
) -> None:
    bea = whole.phone(whole.everybody.bea)
    housing = service(whole, ServiceKind.HOUSING).id
    before = whole.rows()
    for need_id in (whole.everybody.ids["need"][HOME], uuid4()):
        for service_id in (housing, uuid4()):
            path = f"/sharing/{need_id}/{service_id}"
            bea.go(path + inner)
            assert (bea.heading, HER_WORDS in bea.page) == ("This is not here", False)
            bea.do(f"{path}/{act}", f=f"{need_id}{service_id}{act}")
            assert bea.heading == "This is not here"
    assert whole.rows() == before


def test_a_service_that_nobody_proposed_cannot_be_let_in_by_guessing(whole: WholeHouse) -> None:
    amal = whole.phone(whole.everybody.amal)
    ask(whole, amal, LAW, ServiceKind.HOUSING)
    assert amal.heading == "This is not here"


def test_a_yes_to_a_need_that_she_took_back_meanwhile_changes_nothing(
    amal: Phone, whole: WholeHouse
) -> None:
    ask(whole, amal, LAW, ServiceKind.POLICE)
    tap = form_of(amal, "Yes")
    with whole.database.transaction() as session:
        made = referral(whole, LAW, ServiceKind.POLICE)
        found = session.get_one(Referral, made.id)
        found.state = ReferralState.STOPPED
    amal.send(tap)
    assert "This has changed meanwhile." in text(amal)
    assert not holders_of(whole, made)


def test_a_colleague_outside_her_team_is_not_on_the_list(whole: WholeHouse) -> None:
    with acting(whole, whole.everybody.amal) as (session, her):
        lines = seeing.who_can_see(session, her, now=whole.now)
    assert "Nadia" not in {line.name for line in lines}
