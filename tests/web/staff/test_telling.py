"""What she was perhaps not told stands on the list of her case team until somebody notes it."""

from collections.abc import Callable

import pytest

from portal.domain.safe_contact import Channel
from portal.services.telling import sending
from tests.people import NOON, Person, TestHouse
from tests.services.journey import a_date, a_shared_need
from tests.services.ways import ADDRESSES, EVENINGS, says_no, says_yes, types
from tests.web.staff.browser import Browser


@pytest.fixture
def her(people: TestHouse) -> Person:
    """She has a date, and nobody took what was to be sent about it."""
    her = people.a_survivor("Amal")
    says_yes(people, her, Channel.SMS)
    a_date(people, a_shared_need(people, her))
    with people.database.transaction() as session:
        sending.no_way(session, [Channel.SMS], now=NOON)
    return her


def test_her_case_director_sees_why_and_what_to_do_and_notes_it(
    her: Person, people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    els = signed_in(people.director)
    els.get("/staff/people")
    assert "Perhaps not told" in els.words
    assert "She was not told of a new date, a plan or an interpreter" in els.words
    els.get(f"/staff/cases/{her.case_id}")
    assert "this house cannot send by this way" in els.words
    els.submit("Noted")
    assert "Noted. It is off the list." in els.words
    assert "She was not told of a new date, a plan or an interpreter" not in els.words
    els.get("/staff/people")
    assert "Perhaps not told" not in els.words


def test_the_stand_in_sees_the_same_and_others_nothing(
    her: Person, people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    karim = signed_in(people.stand_in)
    karim.get("/staff/people")
    assert "Perhaps not told" in karim.words
    mona = signed_in(people.moderator)
    mona.get(f"/staff/cases/{her.case_id}")
    assert "Perhaps" not in mona.words


def test_staff_see_what_she_said_of_a_way_and_never_an_address(
    her: Person, people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    says_yes(people, her, Channel.EMAIL, hours=EVENINGS)
    els = signed_in(people.director)
    els.get(f"/staff/cases/{her.case_id}")
    assert "She said yes, at any time" in els.words
    assert "She said yes, only at her hours" in els.words
    for address in ADDRESSES.values():
        assert address not in els.shown.get_data(as_text=True)
    types(people, her, Channel.SMS, typed="+32499000000")
    els.get(f"/staff/cases/{her.case_id}")
    assert "A new number or address waits for a colleague's yes" in els.words
    assert "Call her at a number known from before" in els.words
    assert "499" not in els.shown.get_data(as_text=True)
    says_no(people, her, Channel.EMAIL)
    els.get(f"/staff/cases/{her.case_id}")
    assert "No yes counts: nothing is sent" in els.words
