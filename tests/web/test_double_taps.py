"""A nervous finger taps twice; a slow network sends again. It counts once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from portal.domain.refusals import Busy
from portal.web.front.double_taps import one_at_a_time
from tests.web.browser_stand_in import Phone
from tests.web.door import PIN, Door


def at_once(acts: list[Callable[[], TestResponse]]) -> list[TestResponse]:
    """Do these at the same time."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(act) for act in acts]]


def sent_by(phone: Phone) -> Callable[[], TestResponse]:
    """The same form from the same page, on a connection of its own."""
    typed = {"k": phone.page_key, "do": "/write", "f": "one-form", "a": "words"}
    again = Phone(phone.app, scripting=phone.scripting)
    return lambda: again.post(typed)  # type: ignore[arg-type]


def test_a_second_tap_waits_for_the_first_and_gets_its_answer(
    inside: Phone, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(list[str]):
        def append(self, typed: str) -> None:
            time.sleep(0.3)
            super().append(typed)

    door.done = Slow()
    first, second = at_once([sent_by(inside), sent_by(inside)])
    assert door.done == ["words"]
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert first.text == second.text


def test_two_sign_ins_at_once_leave_her_a_page_that_lives(inside: Phone, door: Door) -> None:
    inside.do("/front/leave")

    def tap() -> TestResponse:
        typed = {"do": "/front/sign-in", "a": door.card, "b": PIN, "l": "en"}
        return Phone(door.app).post(typed)  # type: ignore[arg-type]

    phones = []
    for answer in at_once([tap, tap]):
        phone = Phone(door.app, page=answer.text)
        phone.go("/today")
        phones.append(phone.heading)
    assert sorted(phones) == ["November 2026", "Today"]


def test_many_taps_on_one_card_do_not_take_the_house() -> None:
    def tap() -> str:
        with one_at_a_time("1"):
            return "served"

    with ThreadPoolExecutor(1) as pool:
        with one_at_a_time("1"):
            second = pool.submit(tap)
            time.sleep(0.1)
            with pytest.raises(Busy):
                tap()
            with one_at_a_time("2"):
                assert not second.done()
        assert second.result() == "served"
