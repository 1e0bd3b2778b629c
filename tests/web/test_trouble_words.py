"""What is said when something went wrong: to her warmly, to staff as in an office."""

import pytest

from portal.i18n import use_language
from portal.web.errors import HER_WORDS, STAFF_WORDS


@pytest.mark.parametrize("status", [413, 429, 500])
def test_she_and_a_colleague_have_their_own_sentence(status: int) -> None:
    with use_language("fr"):
        hers, of_staff = str(HER_WORDS[status][1]), str(STAFF_WORDS[status][1])
    assert "ez" not in hers
    assert "ez" in of_staff


def test_every_trouble_has_words_for_both() -> None:
    assert set(HER_WORDS) == set(STAFF_WORDS)
