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
# What somebody who reads a language is likely to understand when it is not offered. By what people
# learn and speak, never by the map: nobody who reads Ukrainian is answered in Russian.
UNDERSTOOD = {
    "ar": ("en", "fr"),
    "fa": ("fa-af", "en"),
    "fa-af": ("fa", "en"),
    "ps": ("fa-af", "fa", "en"),
    "ti": ("en",),
    "uk": ("en",),
}
_LONGEST_HEADER = 1000


def negotiate(accept_language: str, offered: Sequence[str]) -> str:
    """The offered code that the header `Accept-Language` likes best, else one that is understood.

    The order of the wishes counts, not how exactly they match: `ti-ER, en;q=0.5` is Tigrinya. Who
    wishes for nothing that is offered or likely understood gets the first one.
    """
    known = {_plain(code): code for code in offered}
    wished = [name for wish in _wishes(accept_language[:_LONGEST_HEADER]) for name in _names(wish)]
    understood = [other for name in wished for other in UNDERSTOOD.get(name, ())]
    found = (known[name] for name in (*wished, *understood) if name in known)
    return next(found, offered[0])


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
