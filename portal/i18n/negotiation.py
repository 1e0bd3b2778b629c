"""Which of the offered languages a browser's wish means; a visible choice always goes before it."""

from collections.abc import Iterable, Iterator, Sequence

# What browsers call a language that we offer under another code.
ALIASES = {
    "prs": "fa-af",
    "kmr": "ku",
    "ku-arab": "ckb",
    **dict.fromkeys(("ber", "kab", "rif", "shi", "tzm"), "zgh"),
    **dict.fromkeys(("acm", "acq", "aeb", "afb", "ajp", "apc", "ary", "arq", "arz"), "ar"),
    "vls": "nl",
}
_LONGEST_HEADER = 1000


def negotiate(accept_language: str, offered: Sequence[str]) -> str:
    """The offered code that the header `Accept-Language` likes best, else the first offered one.

    The order of the wishes counts, not how exactly they match: `ti-ER, en;q=0.5` is Tigrinya.
    """
    known = {_plain(code): code for code in offered}
    for wish in _wishes(accept_language[:_LONGEST_HEADER]):
        for name in _names(wish):
            if name in known:
                return known[name]
    return offered[0]


def _plain(tag: str) -> str:
    return tag.strip().replace("_", "-").lower()


def _wishes(header: str) -> Iterable[str]:
    weighed = []
    for part in header.split(","):
        tag, _, rest = part.partition(";")
        weight = _weight(rest)
        if tag.strip() and weight > 0:
            weighed.append((weight, _plain(tag)))
    # Sorting keeps the order of equal weights.
    return [tag for _, tag in sorted(weighed, key=lambda one: -one[0])]


def _weight(rest: str) -> float:
    name, _, value = rest.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _names(tag: str) -> Iterator[str]:
    while tag:
        yield tag
        if tag in ALIASES:
            yield ALIASES[tag]
        tag = tag.rpartition("-")[0]
