"""Half-way answers: hers alone, for a day, forgotten in one tap."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.domain.refusals import NotFound
from portal.models import Draft
from portal.services import drafts
from tests.people import NOON, Person, TestHouse

ANSWERS = {"needs": ["home"], "words": "canary \U0001f44d \x00 \ud800"}


def test_what_she_typed_comes_back_for_a_day(the_house: TestHouse, her: Person) -> None:
    with the_house.acting(her) as (session, acting):
        assert drafts.find(session, acting, "needs", now=NOON) is None
        drafts.keep(session, acting, "needs", {"first": "try"}, now=NOON)
        drafts.keep(session, acting, "needs", ANSWERS, now=NOON)
    with the_house.acting(her) as (session, acting):
        assert drafts.find(session, acting, "needs", now=NOON) == ANSWERS
        late = NOON + drafts.KEPT
        assert drafts.find(session, acting, "needs", now=late - timedelta(seconds=1)) == ANSWERS
        assert drafts.find(session, acting, "needs", now=late) is None
        assert drafts.forget_expired(session, now=late) == 1
        (count,) = session.scalars(select(func.count()).select_from(Draft))
        assert count == 0


def test_typing_on_keeps_it_for_another_day(the_house: TestHouse, her: Person) -> None:
    with the_house.acting(her) as (session, acting):
        drafts.keep(session, acting, "needs", {}, now=NOON)
        later = NOON + timedelta(hours=20)
        drafts.keep(session, acting, "needs", ANSWERS, now=later)
        assert drafts.find(session, acting, "needs", now=NOON + timedelta(hours=30)) == ANSWERS


def test_forget_this_forgets_at_once(the_house: TestHouse, her: Person) -> None:
    with the_house.acting(her) as (session, acting):
        drafts.keep(session, acting, "needs", ANSWERS, now=NOON)
        drafts.keep(session, acting, "other", ANSWERS, now=NOON)
        drafts.forget(session, acting, "needs")
        assert drafts.find(session, acting, "needs", now=NOON) is None
        assert drafts.find(session, acting, "other", now=NOON) == ANSWERS
        drafts.forget(session, acting)
        assert drafts.find(session, acting, "other", now=NOON) is None


def test_nobody_else_has_a_draft_of_hers(
    the_house: TestHouse, her: Person, another: Person
) -> None:
    with the_house.acting(her) as (session, acting):
        drafts.keep(session, acting, "needs", ANSWERS, now=NOON)
        (row,) = session.scalars(select(Draft)).all()
        assert b"canary" not in row.body
    with the_house.acting(another) as (session, acting):
        assert drafts.find(session, acting, "needs", now=NOON) is None
        drafts.forget(session, acting)
    with the_house.acting(the_house.director) as (session, acting):
        with pytest.raises(NotFound):
            drafts.find(session, acting, "needs", now=NOON)
        with pytest.raises(NotFound):
            drafts.keep(session, acting, "needs", {}, now=NOON)
    with the_house.acting(her) as (session, acting):
        assert drafts.find(session, acting, "needs", now=NOON) == ANSWERS
