"""What a role opens, on the page of all staff and in the hands of those who lose one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from portal.domain.roles import PERMISSIONS, Permission, Role
from portal.models import Membership, StaffMember
from portal.web.staff.vocabulary.roles import PERMISSION
from tests.people import NOON, Person, TestHouse
from tests.web.browsers import csrf_token, methods, path_of, rules
from tests.web.staff.browser import Browser
from tests.web.whole_house import WholeHouse, foreign

OPEN_WITHOUT_TRAINING = {
    "staff.inside.proof.go_on",
    "staff.inside.account.change_passphrase",
    "staff.inside.account.sign_out_everywhere",
    "staff.inside.what_stays.go_on",
}
"""All that may be sent when the training date has passed, written out once more by hand."""


def test_everybody_reads_the_whole_table_in_words(
    people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    browser = signed_in(people.workers[next(iter(people.workers))]).get("/staff/house")
    browser.follow("See the table")
    for role in Role:
        part = browser.page.find(id=f"role-{role.value}")
        assert part is not None
        words = part.find_parent("section").get_text(" ")  # type: ignore[union-attr]
        for permission in Permission:
            said = str(PERMISSION[permission]) in " ".join(words.split())
            assert said is (role in PERMISSIONS[permission]), (role, permission)
    assert "yours" in browser.words


def test_a_role_taken_away_while_its_holder_is_on_the_page(
    people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    people.a_need(people.a_survivor())
    mona = signed_in(people.moderator).get("/staff/desk")
    line = mona.page.select_one("a.line")
    assert line is not None
    mona.get(str(line["href"]))
    with people.database.transaction() as session:
        held = Membership.account_id == people.moderator.account_id
        session.execute(delete(Membership).where(held))
    mona.submit("Keep the reading only", reading="A new lock is wanted.")
    assert mona.status == 404
    assert "a role of yours was taken away" in mona.words
    assert "112" in mona.page.get_text()


def test_a_case_director_without_her_role_opens_none_of_her_files(whole: WholeHouse) -> None:
    """Her name may still stand on them, and their keys be hers: the role is asked first."""
    director, case_id = whole.everybody.staff["director"], whole.everybody.amal.case_id
    browser = whole.browser(director).get(f"/staff/cases/{case_id}/notes")
    assert "Amal" in browser.words
    with whole.database.transaction() as session:
        session.execute(delete(Membership).where(Membership.account_id == director.account_id))
    before, wrong, tried = whole.rows(), [], 0
    for rule in rules(whole.app, "staff"):
        if ".inside." not in rule.endpoint or rule.arguments != {"case_id"}:
            continue
        for method in methods(rule):
            fields = {"csrf_token": csrf_token(browser.page), "act": "x"}
            path = path_of(rule, {"case_id": str(case_id)})
            answer = browser.client.open(path, method=method, data=fields, follow_redirects=True)
            tried += 1
            if answer.status_code != 404 or "Amal" in answer.text:
                wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert tried > 10
    assert wrong == []
    assert whole.rows() == before


def lapse(whole: WholeHouse, person: Person) -> None:
    """Her training ended the day before yesterday."""
    with whole.database.transaction() as session:
        member = session.get_one(StaffMember, person.account_id)
        member.trained_until = (NOON - timedelta(days=2)).date()


@pytest.mark.parametrize(
    "who",
    [
        "director",
        *(
            pytest.param(one, marks=pytest.mark.real)
            for one in ("moderator", "housing", "coordinator", "auditor")
        ),
    ],
)
def test_a_training_date_that_has_passed_makes_the_account_read_only(
    whole: WholeHouse, who: str
) -> None:
    person = whole.everybody.staff[who]
    lapse(whole, person)
    browser = whole.browser(person)
    before, wrong, tried = whole.rows(), [], 0
    for rule in rules(whole.app, "staff"):
        if ".inside." not in rule.endpoint or "POST" not in methods(rule):
            continue
        if rule.endpoint in OPEN_WITHOUT_TRAINING:
            continue
        ids: dict[str, Any] = next(foreign(whole, rule), {}) if rule.arguments else {}
        fields = {"csrf_token": csrf_token(browser.page), "act": "x", "proof_code": "123456"}
        answer = browser.client.post(path_of(rule, ids), data=fields)
        tried += 1
        if answer.status_code != 403 or "your training date has passed" not in answer.text:
            wrong.append(f"{rule.rule}: {answer.status_code}")
    assert tried > 10
    assert wrong == []
    assert whole.rows() == before


def test_who_may_not_change_anything_still_reads(whole: WholeHouse) -> None:
    director = whole.everybody.staff["director"]
    lapse(whole, director)
    browser = whole.browser(director)
    browser.get(f"/staff/cases/{whole.everybody.amal.case_id}")
    assert browser.status == 200
    assert "The words that only her own people read." in browser.words
    assert "Your training date has passed: you can read, and change nothing." in browser.words


def test_the_last_day_of_the_training_is_a_day_of_work(whole: WholeHouse) -> None:
    director = whole.everybody.staff["director"]
    with whole.database.transaction() as session:
        session.get_one(StaffMember, director.account_id).trained_until = whole.now.date()
    browser = whole.browser(director).get("/staff/me/away")
    browser.submit("Save the days", away_from="2026-11-30", away_until="2026-12-03")
    assert "Saved." in browser.words
