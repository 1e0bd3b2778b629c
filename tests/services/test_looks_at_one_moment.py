"""A question about who looked, answered while her file changes at the same moment."""

import pytest

from portal.domain.refusals import NotFound
from portal.services.endings import erasure
from portal.services.holding import hold_case
from portal.services.need_to_know import look_questions
from tests.people import NOON, Person, TestHouse
from tests.services.conftest import Meanwhile
from tests.services.test_lateness import a_question_about_a_look

pytestmark = pytest.mark.real


def test_a_file_can_be_erased_while_her_question_is_answered(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None]
) -> None:
    """Who answers finds nothing any more, and nobody waits for each other in a circle."""
    question_id = a_question_about_a_look(the_house, her)
    assert her.case_id is not None

    def answer() -> None:
        with the_house.acting(the_house.auditor) as (session, acting):
            look_questions.answer(session, acting, question_id, "He helps you.", now=NOON)

    with the_house.database.transaction() as session:
        hold_case(session, her.case_id)
        answered = meanwhile(answer)
        assert erasure.erase(session, her.case_id, actor_id=None, facts={}, now=NOON)
    with pytest.raises(NotFound):
        answered.result(timeout=30)
