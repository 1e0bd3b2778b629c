"""Lists on a narrow screen: their columns are gone, so that each bare cell says what it is."""

from portal.models import Case
from tests.web.staff.at_work import AtWork, Colleague
from tests.web.tree import tree_of


def labels(colleague: Colleague) -> list[str]:
    """The words of the columns, in the first line of the list that is open."""
    line = tree_of(colleague.page).select_one("table.stack tbody tr")
    assert line is not None, colleague.text
    return [one.get_text(strip=True) for one in line.select(".stack-label")]


def test_how_many_referrals_wait_is_no_bare_number(work: AtWork) -> None:
    coordinator = work.signs_in(work.house.coordinator)
    coordinator.get("/staff/house")
    assert labels(coordinator) == ["Waiting referrals:"]


def test_of_two_names_it_is_said_who_leads_and_who_stands_in(work: AtWork) -> None:
    work.house.a_survivor(now=work.now)
    with work.database.transaction("read") as session:
        director_id = session.query(Case).one().case_director_id
    coordinator = work.signs_in(work.house.coordinator)
    coordinator.get(f"/staff/cover/files/{director_id}")
    assert labels(coordinator) == ["Case director:", "Stand-in:"]


def test_an_act_says_by_whom_it_was_done_and_about_which_case(work: AtWork) -> None:
    her = work.house.a_survivor(now=work.now)
    auditor = work.signs_in(work.house.auditor)
    auditor.get(f"/staff/audit?number={her.case_number}")
    assert labels(auditor) == ["By:", "Case:"]
