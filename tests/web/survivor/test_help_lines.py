"""Who answers when this house does not, for readers of each language."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from portal.i18n import LANGUAGES, use_language
from portal.web import help_lines
from portal.web.help_lines import HelpLine
from portal.web.whereabouts import Whereabouts


class _Nowhere:
    """No database answers: what the portal knows by itself is shown."""

    def find(self) -> Whereabouts:
        return WHERE


WHERE = Whereabouts(ZoneInfo("Europe/Brussels"), "BE", tuple(LANGUAGES))


@pytest.fixture(autouse=True)
def _without_a_house() -> Iterator[None]:
    app = Flask("nowhere")
    app.extensions["centre"] = _Nowhere()
    with app.app_context():
        yield


def numbers(lines: list[HelpLine]) -> list[str]:
    return [line.number for line in lines]


def test_readers_of_french_get_the_lines_that_speak_french() -> None:
    with use_language("fr"):
        assert numbers(help_lines.who_listens()) == ["107", "0800 30 030", "0800 32 123"]
        assert numbers(help_lines.to_talk()) == ["0800 30 030", "107"]


def test_readers_of_dutch_get_those_that_speak_dutch_first() -> None:
    with use_language("nl"):
        assert numbers(help_lines.who_listens()) == ["106", "107", "1813"]
        assert numbers(help_lines.to_talk()) == ["1712", "106", "107"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_line_of_a_page_is_also_on_the_page_of_all(code: str) -> None:
    with use_language(code):
        shown = {*numbers(help_lines.who_listens()), *numbers(help_lines.to_talk())}
        assert shown <= set(numbers(help_lines.all_lines()))
