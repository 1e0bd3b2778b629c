"""Two people who must not meet: one sentence for every cause, and two roles who know."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.domain.decisions import DecisionKind
from portal.domain.services import ServiceKind
from portal.domain.visits.house import Wishes
from portal.models import Case, Decision
from portal.services.dates import own_times
from tests.people import Person
from tests.statements import counted
from tests.web.browsers import alike
from tests.web.staff.at_work import AtWork, Colleague

NOT_POSSIBLE = "This time is not possible."
WHY = "He is named in her report."


def lay(colleague: Colleague, one: Person, other: Person, **changed: str) -> None:
    colleague.get("/staff/apart")
    typed = {"first": one.case_number, "second": other.case_number, "words": WHY}
    colleague.post("/staff/apart/lay", **{**typed, **changed})


def typed(work: AtWork, **changed: str) -> dict[str, str]:
    worker = work.house.workers[ServiceKind.HOUSING]
    usual = {
        "act": "set",
        "day": "2026-11-24",
        "time": "12:30",
        "minutes": "45",
        "with_id": str(worker.account_id),
        "place": "2nd floor, desk 1",
        "knowingly": "y",
    }
    return {**usual, **changed}


def sets(work: AtWork, colleague: Colleague, referral_id: UUID, **changed: str) -> None:
    address = f"/staff/referrals/{referral_id}/date"
    colleague.get(address)
    colleague.post(address, **typed(work, **changed))


def test_a_colleague_reads_one_sentence_for_every_cause(work: AtWork) -> None:
    linked, for_her = work.sent()
    other, for_other = work.sent(ServiceKind.POLICE)
    wisher, for_wisher = work.sent()
    lay(work.signs_in(work.house.coordinator), linked, other)
    police = work.house.workers[ServiceKind.POLICE]
    desk = work.worker(ServiceKind.POLICE)
    sets(work, desk, for_other, with_id=str(police.account_id))
    assert len(work.dates(for_other)) == 1
    with work.database.transaction() as session:
        assert wisher.case_id
        tuesdays = {**dict.fromkeys(range(7), ((time.min, time.min),)), 1: ()}
        own_times.keep(session, wisher.case_id, Wishes(hours=tuesdays))
    worker = work.worker(ServiceKind.HOUSING)
    answers = []
    for referral_id in (for_her, for_wisher):
        address = f"/staff/referrals/{referral_id}/date"
        worker.get(address)
        with counted(work.database) as queries:
            answer = worker.client.post(
                address, data={**typed(work, time="13:40"), "csrf_token": worker._csrf()}
            )
        assert NOT_POSSIBLE in answer.text
        answers.append((answer.status_code, len(answer.data), alike(answer.text), len(queries)))
        assert work.dates(referral_id) == []
    assert answers[0] == answers[1]
    worker.get(f"/staff/referrals/{for_her}/date")
    worker.post(f"/staff/referrals/{for_her}/date", **typed(work, time="15:00"))
    assert len(work.dates(for_her)) == 1


def test_two_roles_lay_it_look_at_it_and_end_it(work: AtWork) -> None:
    one, other = work.house.a_survivor("Amal"), work.house.a_survivor("Noor")
    cora, mona = (work.signs_in(who) for who in (work.house.coordinator, work.house.moderator))
    lay(cora, one, other)
    assert "From now on no date of the one comes near" in cora.text
    mona.get("/staff/apart")
    mona.post("/staff/apart/look", number=other.case_number.lower())
    assert one.case_number in mona.text
    assert WHY in mona.text
    link = mona.page.split('name="link" value="')[1].split('"')[0]
    mona.post("/staff/apart/end", number=other.case_number, link=link)
    assert "They are no longer kept apart." in mona.text
    cora.post("/staff/apart/look", number=one.case_number)
    assert "This file is kept apart from nobody." in cora.text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"second": "AB-CDEFGH"}, "No open file has this number."),
        ({"first": ""}, "Type the number of the file."),
        ({"words": " "}, "Say why."),
        ({"words": "x" * 1001}, "Longer than 1,000 characters."),
    ],
)
def test_what_makes_no_link_is_said_beside_the_field(
    work: AtWork, changed: dict[str, str], sentence: str
) -> None:
    one, other = (work.house.a_survivor(name, activated=False) for name in ("Amal", "Noor"))
    cora = work.signs_in(work.house.coordinator)
    lay(cora, one, other, **changed)
    assert sentence in cora.text
    kept = {"first": one.case_number, "second": other.case_number, "words": WHY, **changed}
    assert all(value.strip() in cora.page for value in kept.values())
    lay(cora, one, one)
    assert "Both numbers are of one file." in cora.text


def test_without_a_fresh_proof_nothing_is_opened_and_nothing_typed_is_lost(work: AtWork) -> None:
    one, other = (work.house.a_survivor(name, activated=False) for name in ("Amal", "Noor"))
    old = work.now - timedelta(minutes=20)
    cora = work.signs_in(work.house.coordinator, proved_at=old)
    lay(cora, one, other)
    assert WHY in cora.page and "code" in cora.text
    cora.post(
        "/staff/apart/lay",
        first=one.case_number,
        second=other.case_number,
        words=WHY,
        proof_code=work.house.coordinator.code(work.now),
    )
    assert "From now on no date of the one comes near" in cora.text


@pytest.mark.parametrize("who", ["director", "auditor"])
def test_nobody_else_finds_the_page(work: AtWork, who: str) -> None:
    colleague = work.signs_in(getattr(work.house, who))
    assert colleague.get("/staff/apart").status_code == 404
    assert "/staff/apart" not in (colleague.get("/staff/desk").text + colleague.page)


def test_one_time_is_allowed_by_a_second_person_and_used_once(work: AtWork) -> None:
    her, for_her = work.sent()
    other, for_other = work.sent(ServiceKind.POLICE)
    cora = work.signs_in(work.house.coordinator)
    lay(cora, her, other)
    police = work.house.workers[ServiceKind.POLICE].account_id
    sets(work, work.worker(ServiceKind.POLICE), for_other, with_id=str(police))
    housing = work.worker(ServiceKind.HOUSING)
    sets(work, housing, for_her)
    assert NOT_POSSIBLE in housing.text

    els = work.signs_in(work.house.director)
    address = f"/staff/cases/{her.case_id}/not-possible"
    els.get(f"/staff/cases/{her.case_id}")
    assert address in els.page
    els.get(address)
    talk = els.page.split('<option value="')[1].split('"')[0]
    asked = {"talk": talk, "day": "2026-11-24", "time": "12:30", "minutes": "45"}
    els.post(address, **asked, words="")
    assert "Nothing is written here yet." in els.text
    els.post(address, **asked, words="The court sits on this day alone.")
    assert "Asked. Here you see whom it waits for." in els.text
    with work.database.transaction("read") as session:
        kind = DecisionKind.SEPARATION_OVERRIDE
        (decision_id,) = session.scalars(select(Decision.id).where(Decision.kind == kind))
    cora.get(f"/staff/desk/{decision_id}")
    assert "The court sits on this day alone." in cora.text
    assert "Housing desk may give her one date with Worker housing" in cora.text
    assert "Tuesday, 24 November 2026, 12:30, 45 minutes. Once." in cora.text
    cora.post(f"/staff/desk/{decision_id}", act="accept", words="")
    assert "Accepted." in cora.text

    sets(work, housing, for_her)
    (date,) = work.dates(for_her)
    assert date.starts_at == datetime(2026, 11, 24, 11, 30, tzinfo=UTC)


def test_a_coordinator_whose_name_still_stands_on_a_file_is_not_led_back_into_it(
    work: AtWork,
) -> None:
    """She was its case director once; without that role the file opens for her no more."""
    her, _ = work.sent()
    coordinator = work.house.coordinator
    with work.database.transaction() as session:
        session.get_one(Case, her.case_id).case_director_id = coordinator.account_id
    cora = work.signs_in(coordinator)
    cora.get(f"/staff/cases/{her.case_id}/not-possible")
    assert "Ask for a time that is not possible" in cora.page
    assert f'href="/staff/cases/{her.case_id}"' not in cora.page
    assert "What I asked for" in cora.text
