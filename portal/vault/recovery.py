"""The centre's recovery key: its private half exists on two sheets of paper and nowhere else."""

from collections.abc import Sequence

from portal.vault.errors import BadWords
from portal.vault.halves import join, split
from portal.vault.key_pairs import KeyPair, key_pair_from, new_key_pair
from portal.vault.paper_words import from_words, to_words


def new_recovery() -> tuple[bytes, list[str], list[str]]:
    """A public half to keep, and two sheets of 24 words to write down; both are needed."""
    pair = new_key_pair()
    one, two = split(pair.private)
    return pair.public, to_words(one), to_words(two)


def recovery_pair(
    sheet_one: Sequence[str], sheet_two: Sequence[str], *, public: bytes | None = None
) -> KeyPair:
    """The recovery pair of two sheets, in either order.

    Raises BadWords naming sheet ("one", "two") and word number; also when both are the same sheet,
    and, when the kept `public` half is given, when the sheets are not those of this centre.
    """
    one, two = from_words(sheet_one, "one"), from_words(sheet_two, "two")
    # The same sheet twice would join to a key of zeros, which anybody can make.
    if one == two:
        raise BadWords("two", None, "This is the same sheet twice; both sheets are needed.")
    pair = key_pair_from(join(one, two))
    if public is not None and pair.public != public:
        raise BadWords("two", None, "These two sheets do not belong together or to this centre.")
    return pair
