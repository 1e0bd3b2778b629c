"""Whom she means when she writes a name: rather one interpreter too few than the one she fears."""

import pytest

from portal.domain.interpreters import is_named


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("fátima", "Fatima Z."),
        ("The brother of Yusuf", "Yusuf El Amrani"),
        ("Jo", "Jo Peeters"),
        ("Li Na", "Na Li"),
        ("王芳", "王芳"),
        ("不要王芳", "王芳"),
        ("王", "王 芳"),
        ("سميرة", "سميرة حداد"),
        ("El", "El Peeters"),
    ],
)
def test_a_part_of_the_name_is_enough_however_short_it_is(written: str, name: str) -> None:
    assert is_named(written, name)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (None, "Fatima Z."),
        ("", ""),
        ("Fatima El Idrissi", "Yusuf El Amrani"),
        ("Fatima Z.", "Amina Z."),
        ("Jo", "Joke Peeters"),
        ("王芳", "李娜"),
    ],
)
def test_a_letter_an_article_and_a_part_of_a_word_are_nobody(
    written: str | None, name: str
) -> None:
    assert not is_named(written, name)
