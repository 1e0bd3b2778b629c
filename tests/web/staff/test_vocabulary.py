"""What staff call things."""

import pytest

from portal.i18n import language_name, use_language
from portal.web.staff.vocabulary.languages import interpreted_for_staff, language_for_staff


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


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("nl", {"ar": "العربية (Arabisch)", "vgt": "Vlaamse Gebarentaal", "prs": "دری (Dari)"}),
        ("fr", {"ar": "العربية (arabe)", "fr": "Français", "kmr": "Kurmancî (kurde kurmandji)"}),
        ("ar", {"ar": "العربية", "fr": "Français (الفرنسية)", "rif": "Tarifit (الريفية)"}),
    ],
)
def test_what_interpreters_speak_is_named_in_no_third_language(
    page: str, names: dict[str, str]
) -> None:
    with use_language(page):
        found = interpreted_for_staff()
    assert {code: found[code] for code in names} == names
    assert "(Arabic)" not in "".join(found.values())
