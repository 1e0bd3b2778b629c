"""A browser is answered in the language it likes best of those we speak."""

import pytest

from portal.i18n import negotiate

OFFERED = ("nl", "fr", "en", "ar")


@pytest.mark.parametrize(
    ("header", "spoken"),
    [
        ("", "nl"),
        ("fr", "fr"),
        ("FR-be,nl;q=0.8", "fr"),
        ("nl;q=0.5, ar;q=0.9", "ar"),
        ("de, en;q=0.3", "en"),
        ("de", "nl"),
        ("*", "nl"),
        ("fr;q=0, en;q=0.1", "en"),
        ("ary", "ar"),
        ("apc-SY,en", "ar"),
        ("ar_MA", "ar"),
        ("en;q=x, fr;q=0.1", "fr"),
        (";;;,,q=1,-", "nl"),
        ("fr;q=nan, ar", "ar"),
        ("e" * 100_000, "nl"),
    ],
)
def test_the_order_of_the_wishes_counts(header: str, spoken: str) -> None:
    assert negotiate(header, OFFERED) == spoken


@pytest.mark.parametrize(
    ("header", "spoken"),
    [
        ("ti-ER, en;q=0.5", "ti"),
        ("prs, en;q=0.5", "fa_AF"),
        ("fa-AF", "fa_AF"),
        ("fa", "fa"),
        ("kmr", "ku"),
        ("ku-Arab-IQ", "ckb"),
        ("rif", "zgh"),
    ],
)
def test_a_language_is_known_under_the_names_browsers_give_it(header: str, spoken: str) -> None:
    assert negotiate(header, ("en", "ti", "fa", "fa_AF", "ku", "ckb", "zgh")) == spoken


@pytest.mark.parametrize(
    ("header", "offered", "spoken"),
    [
        ("ti-ER", OFFERED, "en"),
        ("uk, ru;q=0.9", OFFERED, "en"),
        ("ru", OFFERED, "nl"),
        ("ps", ("nl", "en", "fa_AF"), "fa_AF"),
        ("prs-AF", ("nl", "en", "fa"), "fa"),
        ("prs-AF", ("nl", "en"), "en"),
        ("ar-SY", ("nl", "fr"), "fr"),
        ("ti, fr;q=0.3", OFFERED, "fr"),
    ],
)
def test_who_reads_none_of_them_is_answered_in_what_she_likely_understands(
    header: str, offered: tuple[str, ...], spoken: str
) -> None:
    assert negotiate(header, offered) == spoken
