"""What staff call things."""

import pytest

from portal.i18n import language_name, use_language
from portal.web.staff.vocabulary.languages import language_for_staff


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("nl", "Nederlands"),
        ("ti", "ትግርኛ"),
        ("fa", "فارسی"),
        ("fa-AF", "دری"),
        ("ckb", "کوردیی ناوەندی"),
        ("tlh", "tlh"),
        ("no language", "no language"),
        ("", ""),
    ],
)
def test_a_language_has_its_own_name(code: str, name: str) -> None:
    with use_language("fr"):
        assert language_name(code) == name


def test_staff_read_it_in_the_language_of_the_page_too() -> None:
    with use_language("nl"):
        assert language_for_staff("ti") == "ትግርኛ (Tigrinya)"
        assert language_for_staff("fa-AF") == "دری (Dari)"
        assert language_for_staff("ar") == "العربية (Arabisch)"
        assert language_for_staff("nl") == "Nederlands"
        assert language_for_staff("no language") == "no language"
