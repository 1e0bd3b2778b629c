"""What she may ask for and how urgent it is, computed from what is in clear."""

import pytest

from portal.domain.needs import (
    MOVES,
    AlreadyAsked,
    Category,
    HowSoon,
    Lane,
    NeedAnswer,
    NothingChosen,
    Statement,
    check_statement,
    clean_statement,
    lane_of,
    shows_emergency_first,
)
from portal.domain.services import USUAL, ServiceKind, usual_first
from portal.domain.words import TooLong

TODAY = HowSoon.TODAY


@pytest.mark.parametrize("category", [Category.SAFETY, Category.SLEEP])
def test_whoever_is_not_safe_or_has_nowhere_to_sleep_today_is_red(category: Category) -> None:
    assert lane_of(category, TODAY) is Lane.RED


@pytest.mark.parametrize("category", list(Category))
@pytest.mark.parametrize("how_soon", list(HowSoon))
def test_a_child_in_danger_is_red_whatever_is_asked(category: Category, how_soon: HowSoon) -> None:
    assert lane_of(category, how_soon, child_in_danger=True) is Lane.RED


@pytest.mark.parametrize("how_soon", list(HowSoon))
def test_safety_never_waits_with_the_questions(how_soon: HowSoon) -> None:
    assert lane_of(Category.SAFETY, how_soon) in (Lane.RED, Lane.ORANGE)


@pytest.mark.parametrize(
    ("how_soon", "lane"),
    [
        (HowSoon.TODAY, Lane.ORANGE),
        (HowSoon.THIS_WEEK, Lane.ORANGE),
        (HowSoon.LATER, Lane.GREEN),
        (HowSoon.UNSAID, Lane.GREEN),
        (HowSoon.INFORMATION, Lane.INFORMATION),
    ],
)
def test_other_needs_go_by_how_soon(how_soon: HowSoon, lane: Lane) -> None:
    assert lane_of(Category.MONEY, how_soon) is lane


def test_emergency_numbers_come_first_only_for_safety_today() -> None:
    assert shows_emergency_first(Category.SAFETY, TODAY)
    assert not shows_emergency_first(Category.SAFETY, HowSoon.LATER)
    assert not shows_emergency_first(Category.SLEEP, TODAY)


def test_there_are_sixteen_kinds_of_need_and_each_has_a_usual_service() -> None:
    assert len(Category) == 16
    assert USUAL.keys() == set(Category)
    assert all(USUAL.values())


def test_usual_services_are_offered_first_and_none_is_left_out() -> None:
    offered = sorted(ServiceKind, key=lambda kind: usual_first(Category.HOME, kind))
    assert offered[:2] == [ServiceKind.HOUSING, ServiceKind.WELFARE]
    assert set(offered) == set(ServiceKind)


def test_a_statement_of_nothing_is_refused() -> None:
    with pytest.raises(NothingChosen):
        check_statement(Statement(needs=()), open_categories=frozenset())


def test_she_is_not_asked_to_wait_twice_for_the_same_need() -> None:
    asks = Statement(needs=(NeedAnswer(Category.HOME),))
    check_statement(asks, open_categories=frozenset({Category.MONEY}))
    with pytest.raises(AlreadyAsked):
        check_statement(asks, open_categories=frozenset({Category.HOME}))


def test_one_statement_does_not_ask_twice_for_the_same() -> None:
    twice = Statement(needs=(NeedAnswer(Category.HOME), NeedAnswer(Category.HOME, TODAY)))
    with pytest.raises(AlreadyAsked):
        check_statement(twice, open_categories=frozenset())


def test_every_word_of_a_statement_is_made_safe_to_keep() -> None:
    said = clean_statement(
        Statement(
            needs=(NeedAnswer(Category.HOME, own_words=" a\x00b\u202e "), NeedAnswer(Category.LAW)),
            not_wanted="\ud800 no police\x07",
            interpreter="  ",
            accessibility="wheelchair ♿",
        )
    )
    assert [need.own_words for need in said.needs] == ["ab", None]
    assert (said.not_wanted, said.interpreter) == ("no police", None)
    assert said.accessibility == "wheelchair ♿"


def test_a_statement_with_twenty_thousand_characters_is_refused() -> None:
    long = Statement(needs=(NeedAnswer(Category.HOME, own_words="a" * 20_000),))
    with pytest.raises(TooLong):
        clean_statement(long)
    with pytest.raises(TooLong):
        clean_statement(Statement(needs=(), not_wanted="a" * 20_000))


def test_a_need_that_is_over_stays_over() -> None:
    over = {state for state, moves in MOVES.items() if not moves}
    assert {state.value for state in over} == {"done", "stopped"}
