"""Reading what a browser sends, whatever it sends."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Fields = MultiDict[str, str]

MAX_FIELDS = 500
READ_AND_DROPPED = 8 * 1024 * 1024
"""Bytes of a body over the limit that are still read, so that a browser gets to see the answer."""
GREATEST = 2**31 - 1
"""The greatest number of a row: with a longer one a database fails, instead of finding nothing."""

_NEVER_TYPED = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


def read_body(environ: "WSGIEnvironment", limit: int) -> bytes | None:
    """The body, or None when it is larger than the limit or does not say how large it is."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return None
    stream = environ["wsgi.input"]
    if 0 <= length <= limit and "HTTP_TRANSFER_ENCODING" not in environ:
        body: bytes = stream.read(length)
        return body
    left = min(length, READ_AND_DROPPED)
    while left > 0 and (chunk := stream.read(min(left, 65536))):
        left -= len(chunk)
    return None


def typed_fields(body: bytes) -> Fields:
    """What was typed, without what nobody types: broken UTF-8, NUL and its like."""
    text = body.decode("ascii", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return MultiDict()
    return MultiDict((name, value.translate(_NEVER_TYPED)) for name, value in pairs)


def number_in(fields: Fields, name: str) -> int | None:
    """A number of a row, as far as what was asked for can be one."""
    # Asked first: Werkzeug makes an exception of every name that is missing.
    asked = fields.get(name, type=int) if name in fields else None
    return asked if asked is not None and 0 < asked <= GREATEST else None
