"""What a coordinator does with colleagues: roles, keys, training dates, closing accounts."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.needs import Category
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Folder, Grant, Holder, Membership, StaffMember, TeamCopy
from portal.services.colleagues import staff
from tests.people import NOON, Person, TestHouse
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock
from tests.web.whole_house import WholeHouse

SignIn = Callable[[Person], Browser]


@pytest.fixture
def cora(signed_in: SignIn, people: TestHouse) -> Browser:
    """The coordinator, at the list of colleagues."""
    return signed_in(people.coordinator).get("/staff/colleagues")


def page_of(browser: Browser, person: Person) -> Browser:
    return browser.get(f"/staff/colleagues/{person.account_id}")


def copies(people: TestHouse, person: Person) -> int:
    with people.database.transaction("read") as session:
        held = select(TeamCopy).where(TeamCopy.member_id == person.holder_id)
        return len(session.scalars(held).all())


def take(browser: Browser, people: TestHouse, person: Person, **more: str) -> Browser:
    with people.database.transaction("read") as session:
        held = select(Membership.id).where(Membership.account_id == person.account_id)
        membership_id = session.scalars(held).first()
    page_of(browser, person)
    return browser.post(f"/staff/colleagues/{person.account_id}/roles/{membership_id}/take", **more)


def test_the_list_names_everybody_with_their_roles(cora: Browser) -> None:
    assert cora.heading == "Colleagues"
    for words in ("Mona", "Moderator", "Karim", "Housing desk", "no date"):
        assert words in cora.words
    cora.get("/staff/colleagues?name=mon")
    assert "Mona" in cora.words
    assert "Karim" not in cora.words
    assert cora.get("/staff/colleagues?name=%25").words.endswith("Nobody.")


def test_a_long_list_is_paged_by_key(
    cora: Browser, people: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "portal.services.colleagues.listing.page.__kwdefaults__",
        {
            **__import__(
                "portal.services.colleagues.listing", fromlist=["page"]
            ).page.__kwdefaults__,
            "size": 4,
        },
    )
    seen = []
    cora.get("/staff/colleagues")
    for _ in range(5):
        seen += [one.get_text() for one in cora.page.select("a[data-line]")]
        if "Next page" not in cora.words:
            break
        cora.follow("Next page")
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 9
    assert cora.get("/staff/colleagues?after=none").status == 200


def test_a_person_holds_several_roles_in_several_services(cora: Browser, people: TestHouse) -> None:
    page_of(cora, people.director)
    for kind in (ServiceKind.HOUSING, ServiceKind.POLICE):
        cora.submit("Give this role", role="service_staff", service=str(people.services[kind].id))
        assert "The role is given." in cora.words
    cora.submit("Give this role", role="intake_worker", service="")
    for words in ("Housing desk", "Police desk", "Intake worker"):
        assert words in cora.words


def test_a_team_key_waits_for_whom_the_page_names(
    cora: Browser, people: TestHouse, signed_in: SignIn
) -> None:
    page_of(cora, people.stand_in)
    cora.submit("Give this role", role="moderator", service="")
    assert "access comes when confirmed by: Mona" in cora.words
    assert copies(people, people.stand_in) == 0
    karim = signed_in(people.stand_in).get("/staff/me")
    assert "Keys that you wait for" in karim.words
    assert "access comes when confirmed by: Mona" in karim.words
    mona = signed_in(people.moderator).get("/staff/me")
    mona.submit("Confirm and hand over the key")
    assert copies(people, people.stand_in) == 1
    assert "access comes" not in page_of(cora, people.stand_in).words


def test_a_coordinator_hands_over_a_key_that_she_holds_herself(
    cora: Browser, people: TestHouse
) -> None:
    housing = people.services[ServiceKind.HOUSING]
    with people.database.transaction() as session:
        own = people.coordinator.account_id
        staff.give_role(session, own, Role.SERVICE_STAFF, now=NOON, service_id=housing.id)
    worker = people.workers[ServiceKind.HOUSING]
    with people.acting(worker) as (session, acting):
        for membership, _ in staff.waiting_for_key(session, acting):
            staff.hand_over(session, acting, membership.id, now=NOON)
    page_of(cora, people.director)
    cora.submit("Give this role", role="service_staff", service=str(housing.id))
    assert copies(people, people.director) == 1


@pytest.mark.parametrize(
    ("role", "in_service", "said"),
    [
        ("service_staff", False, "Service staff sit in a service"),
        ("moderator", True, "Service staff sit in a service"),
        ("administrator", False, "These roles are kept apart"),
        ("auditor", False, "These roles are kept apart"),
        ("queen", False, "Not a valid choice."),
    ],
)
def test_a_role_that_does_not_fit_is_refused_beside_the_field(
    cora: Browser, people: TestHouse, role: str, in_service: bool, said: str
) -> None:
    housing = str(people.services[ServiceKind.HOUSING].id) if in_service else ""
    page_of(cora, people.director).submit("Give this role", role=role, service=housing)
    assert said in cora.words
    assert "The role is given." not in cora.words


def test_the_same_role_twice_is_one_role(cora: Browser, people: TestHouse) -> None:
    page_of(cora, people.moderator).submit("Give this role", role="moderator", service="")
    assert "This role is held there already." in cora.words


def test_who_leaves_a_team_loses_its_key_at_once_and_the_team_takes_a_new_one(
    cora: Browser, people: TestHouse, signed_in: SignIn
) -> None:
    second = people.a_colleague("Sara", (Role.MODERATOR, None))
    signed_in(people.moderator).get("/staff/me").submit("Confirm and hand over the key")
    her = people.a_survivor()
    people.a_need(her)
    with people.database.transaction("read") as session:
        team = session.scalars(select(Holder).where(Holder.kind == "desk")).one()
        before, team_id = team.version, team.id
    mona = signed_in(people.moderator).get("/staff/desk")
    take(cora, people, people.moderator)
    assert "The role is taken away." in cora.words
    assert copies(people, people.moderator) == 0
    assert mona.get("/staff/desk").path != "/staff/desk" or "Housing" not in mona.words
    with people.database.transaction("read") as session:
        assert session.get_one(Holder, team_id).version == before + 1
        granted = select(Folder).join(Grant).where(Grant.holder_id == team_id)
        assert all(folder.stale for folder in session.scalars(granted))
    assert copies(people, second) == 2, "she keeps the old version and has the new one"
    people.a_need(her, Category.MONEY, words="A second thing.")
    sara = signed_in(second).get("/staff/desk")
    lines = [str(one["href"]) for one in sara.page.select("a.line")]
    words = [sara.get(line).words for line in lines]
    assert any("A second thing." in one for one in words)
    assert any("The lock of my door is broken." in one for one in words)


def test_the_last_who_holds_a_key_is_not_let_go_by_mistake(
    cora: Browser, people: TestHouse
) -> None:
    take(cora, people, people.moderator)
    assert "Nobody else holds this key" in cora.words
    assert copies(people, people.moderator) == 1
    cora.submit("Go on all the same")
    assert "The role is taken away." in cora.words
    assert copies(people, people.moderator) == 0
    page_of(cora, people.director).submit("Give this role", role="moderator", service="")
    assert "nobody present holds this key: it waits for the paper words" in cora.words


def test_a_case_director_hands_her_files_on_before_her_role_goes(
    cora: Browser, people: TestHouse, signed_in: SignIn
) -> None:
    her = people.a_survivor()
    lead = (Role.CASE_DIRECTOR, people.services[ServiceKind.CENTRE_WORK].id)
    nadia = people.a_colleague("Nadia", lead)
    take(cora, people, people.director)
    assert "1 file has this colleague as case director or stand-in. Hand it on first" in cora.words
    els = signed_in(people.director)
    assert "Amal" in els.get(f"/staff/cases/{her.case_id}").words
    cora.get(f"/staff/cover/files/{people.director.account_id}")
    cora.submit("Hand these files on", files=[str(her.case_id)], stand_in=str(nadia.account_id))
    take(cora, people, people.director)
    assert "The role is taken away." in cora.words
    assert els.get(f"/staff/cases/{her.case_id}/notes").status == 404


def test_of_two_places_as_case_director_one_goes_though_files_are_hers(
    cora: Browser, people: TestHouse
) -> None:
    people.a_survivor()
    housing = people.services[ServiceKind.HOUSING].id
    with people.database.transaction() as session:
        els = people.director.account_id
        staff.give_role(session, els, Role.CASE_DIRECTOR, now=NOON, service_id=housing)
    take(cora, people, people.director)
    assert "The role is taken away." in cora.words
    take(cora, people, people.director)
    assert "Hand it on first" in cora.words


def test_a_training_date_is_set_and_counts_at_the_next_act(
    cora: Browser, people: TestHouse, signed_in: SignIn
) -> None:
    els = signed_in(people.director).get("/staff/me")
    page_of(cora, people.director).submit("Save the training date", trained_until="2026-11-22")
    assert "The training date is saved." in cora.words
    els.submit("Make ten new recovery codes")
    assert els.status == 403
    assert "your training date has passed" in els.words
    assert "Els" in cora.get("/staff/colleagues?show=untrained").words
    page_of(cora, people.director).submit("Save the training date", trained_until="")
    with people.database.transaction("read") as session:
        assert session.get_one(StaffMember, people.director.account_id).trained_until is None
    cora.submit("Save the training date", trained_until="22/11/2026")
    assert "Not a valid date value." in cora.words


def test_nobody_changes_her_own_account(cora: Browser, people: TestHouse) -> None:
    own = f"/staff/colleagues/{people.coordinator.account_id}"
    assert not cora.get(own).has_button("Give this role")
    cora.post(f"{own}/roles", role="auditor", service="")
    assert "another coordinator does it" in cora.words
    cora.post(f"{own}/training", trained_until="2030-01-01")
    assert "another coordinator does it" in cora.words
    cora.post(f"{own}/close")
    assert "another coordinator does it" in cora.words


def test_a_role_is_changed_on_a_fresh_proof_only(
    cora: Browser, people: TestHouse, clock: Clock
) -> None:
    page_of(cora, people.director)
    clock.later(minutes=14)
    page_of(cora, people.director)
    clock.later(minutes=2)
    cora.submit("Give this role", role="intake_worker", service="")
    assert cora.heading == "Your code again"
    cora.submit("Go on", proof_code=people.coordinator.code(clock.now))
    assert "The role is given." in cora.words


def test_a_closed_account_is_locked_out_in_the_same_request(
    cora: Browser, people: TestHouse, signed_in: SignIn, app: Flask
) -> None:
    people.a_survivor()
    els = signed_in(people.director).get("/staff/people")
    page_of(cora, people.director).submit("Switch the account off")
    assert "Its sign-ins, roles and team keys have ended." in cora.words
    assert els.get("/staff/people").path == "/staff/sign-in"
    with people.database.transaction("read") as session:
        held = select(Membership).where(Membership.account_id == people.director.account_id)
        assert session.scalars(held).all() == []
    again = Browser(app).get("/staff/sign-in")
    again.submit("Go on", email=people.director.email, passphrase=people.director.passphrase)
    assert again.path == "/staff/sign-in"
    assert "Els" in cora.get("/staff/colleagues?show=left").words


def test_an_account_is_opened_again_without_its_roles(
    cora: Browser, people: TestHouse, app: Flask, clock: Clock
) -> None:
    page_of(cora, people.director).submit("Switch the account off")
    cora.submit("Switch the account on again")
    assert "Give the roles anew." in cora.words
    clock.later(minutes=1)
    els = Browser(app).sign_in(people.director)
    assert els.path == "/staff/house"
    assert els.get("/staff/people").status == 404
    cora.post(f"/staff/colleagues/{people.director.account_id}/open-again")
    assert "This account has changed since the page was shown." in cora.words


def test_the_last_of_two_teams_is_not_closed_by_mistake(cora: Browser, people: TestHouse) -> None:
    page_of(cora, people.moderator).submit("Switch the account off")
    assert "Nobody else holds this key" in cora.words
    with people.database.transaction("read") as session:
        assert session.get_one(StaffMember, people.moderator.account_id).left_at is None
    cora.submit("Go on all the same")
    assert "The account is switched off." in cora.words


def test_nobody_leaves_files_in_which_nobody_answers_by_mistake(
    cora: Browser, people: TestHouse, signed_in: SignIn
) -> None:
    people.a_survivor()
    karim = signed_in(people.stand_in).get("/staff/me/away")
    karim.submit("Save the days", away_from="", away_until="2026-12-03")
    page_of(cora, people.director).submit("Switch the account off")
    assert "1 file of hers has no other reader who answers today." in cora.words
    with people.database.transaction("read") as session:
        assert session.get_one(StaffMember, people.director.account_id).left_at is None
    cora.submit("Go on all the same")
    assert "The account is switched off." in cora.words


def test_an_administrator_sees_who_works_here_and_changes_nothing(
    people: TestHouse, signed_in: SignIn
) -> None:
    ada = signed_in(people.a_colleague("Ada", (Role.ADMINISTRATOR, None)))
    ada.get("/staff/colleagues")
    assert "Mona" in ada.words
    assert not page_of(ada, people.director).has_button("Give this role")
    ada.post(f"/staff/colleagues/{people.director.account_id}/roles", role="moderator", service="")
    assert ada.status == 404
    assert ada.get("/staff/colleagues/invite").status == 404


@pytest.mark.parametrize("who", ["director", "moderator", "auditor"])
def test_only_those_who_must_see_the_list_of_colleagues(
    people: TestHouse, signed_in: SignIn, who: str
) -> None:
    browser = signed_in(getattr(people, who))
    assert browser.get("/staff/colleagues").status == 404
    assert browser.get(f"/staff/colleagues/{people.coordinator.account_id}").status == 404


def test_an_approver_who_leaves_takes_her_open_links_with_her(
    people: TestHouse, signed_in: SignIn, app: Flask, cora: Browser
) -> None:
    boss = people.a_colleague("Vera", (Role.COORDINATOR, None))
    vera = signed_in(boss).get("/staff/colleagues/invite")
    vera.submit("Make the link", name="Nele", email="nele@house.example")
    shown = vera.page.select_one(".secret")
    assert shown is not None
    page_of(cora, boss).submit("Switch the account off")
    stranger = Browser(app).get(shown.get_text().partition("localhost")[2])
    assert stranger.heading == "This link does not open"


def test_what_bears_the_name_of_who_left_is_shown_to_the_coordinator(whole: WholeHouse) -> None:
    cora = whole.browser(whole.everybody.staff["coordinator"])
    page_of(cora, whole.everybody.staff["housing"]).submit("Switch the account off")
    cora.submit("Go on all the same")
    assert "give each to somebody who is there" in cora.words
    assert "coming dates with survivors" in cora.words
    assert "The words that only her own people read." not in cora.words


def test_a_coordinator_changes_nothing_about_herself_and_reads_why(
    cora: Browser, people: TestHouse
) -> None:
    take(cora, people, people.coordinator)
    assert cora.status == 200
    assert "This is your own account: another coordinator does it." in cora.words
