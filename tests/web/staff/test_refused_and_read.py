"""What a page shows after a refusal was opened for it, and is in the account like any look."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from portal.domain import acts
from portal.domain.decisions import DecisionState
from portal.models import AuditEvent, Decision, Need
from tests.people import Person
from tests.web.whole_house import WholeHouse


def looks(whole: WholeHouse, person: Person, case_id: UUID) -> int:
    """How often this colleague opened something of the case, by the account."""
    asked = select(func.count()).where(
        AuditEvent.actor_id == person.account_id,
        AuditEvent.case_id == case_id,
        AuditEvent.kind == acts.OPENED,
    )
    with whole.database.transaction("read") as session:
        return session.scalar(asked) or 0


@pytest.mark.parametrize("times", [1, 3])
def test_who_sends_a_question_without_words_has_read_her_need(
    whole: WholeHouse, times: int
) -> None:
    moderator = whole.everybody.staff["moderator"]
    asked = (
        select(Decision.id, Decision.case_id)
        .join(Need, Need.id == Decision.need_id)
        .where(Decision.state == DecisionState.WAITING, Need.own_words.is_not(None))
    )
    with whole.database.transaction("read") as session:
        decision_id, case_id = session.execute(asked).all()[0]
    assert case_id
    browser = whole.browser(moderator)
    before = looks(whole, moderator, case_id)
    for _ in range(times):
        browser.post(f"/staff/desk/{decision_id}", act="question", reading="x", question="")
        assert browser.status == 200
    assert looks(whole, moderator, case_id) == before + 1


def test_who_sends_a_plan_that_is_gone_has_read_her_name_and_her_wishes(whole: WholeHouse) -> None:
    director, her = whole.everybody.staff["director"], whole.everybody.amal
    assert her.case_id
    browser = whole.browser(director)
    before = looks(whole, director, her.case_id)
    browser.post(f"/staff/cases/{her.case_id}/visit", plan="none of them")
    assert "Amal" in browser.shown.text
    after = looks(whole, director, her.case_id)
    assert after > before
    browser.get(f"/staff/cases/{her.case_id}/visit")
    assert looks(whole, director, her.case_id) == after, "and what was read again is counted once"
