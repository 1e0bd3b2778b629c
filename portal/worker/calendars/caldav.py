"""CalDAV, as much of it as a calendar in step needs (RFC 4791, RFC 6578)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from posixpath import normpath
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from portal.domain.calendars import Trouble
from portal.worker.calendars.asking import Failed, Host, Reply, check

DAV, CAL = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
AT_ONCE = 100
MOST_PARTS = 20_000
MOST_PAGES = 50
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_TEXT = {"Content-Type": "text/calendar; charset=utf-8"}
_SYNC = (
    '<?xml version="1.0"?><d:sync-collection xmlns:d="DAV:"><d:sync-token>{}</d:sync-token>'
    "<d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>"
)
_LIST = '<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop></d:propfind>'
_FETCH = (
    '<?xml version="1.0"?><c:calendar-multiget xmlns:d="DAV:" '
    'xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop>'
    "{}</c:calendar-multiget>"
)


@dataclass
class Changes:
    """What is new since a token: versions by name within the calendar, and what is gone."""

    token: str | None
    is_whole: bool
    etags: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Fetched:
    """A resource of a calendar."""

    etag: str
    text: bytes


class Collection:
    """A calendar on a CalDAV server."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._path = _directory(host.path)

    def changes(self, token: str | None) -> Changes:
        """What changed since a token; everything, where there is none or it is refused.

        Servers that know no tokens are asked for a list each time.
        """
        found = Changes(token, is_whole=token is None)
        for _ in range(MOST_PAGES):
            body = _SYNC.format(escape(found.token or "")).encode()
            reply = self._host.ask("REPORT", self._path, body, {**_XML, "Depth": "0"})
            if reply.status != 207:
                return self._without_token(reply, token)
            root = _read(reply)
            is_cut = self._note(root, found)
            found.token = root.findtext(f"{DAV}sync-token") or None
            if not is_cut:
                return found
        raise Failed(Trouble.TOO_LARGE)

    def fetch(self, names: Sequence[str]) -> Iterator[tuple[str, Fetched]]:
        """The texts of some resources, a hundred a request; what is gone meanwhile is left out."""
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            asked = "".join(f"<d:href>{escape(self._href(name))}</d:href>" for name in some)
            body = _FETCH.format(asked).encode()
            reply = self._host.ask("REPORT", self._path, body, {**_XML, "Depth": "1"})
            root = _read(check(reply, 207))
            for response in root.iter(f"{DAV}response"):
                name = self._name(response)
                if name not in some:
                    # What nobody asked for is not ours to read, and no mistake of ours either.
                    raise Failed(Trouble.ANOTHERS)
                fetched = _fetched(response)
                if fetched is not None:
                    yield name, fetched

    def fetch_one(self, name: str) -> Fetched | None:
        """One resource as it stands now, or None."""
        reply = self._host.ask("GET", self._href(name))
        if reply.status in (404, 410):
            return None
        check(reply, 200)
        return Fetched(reply.etag or "", reply.body)

    def put(self, name: str, text: bytes, *, over: str | None) -> Reply | None:
        """Write a resource: a new one, or over this version. None when another one is there."""
        condition = {"If-Match": over} if over else {"If-None-Match": "*"}
        reply = self._host.ask("PUT", self._href(name), text, {**_TEXT, **condition})
        return self._done(reply, 200, 201, 204)

    def delete(self, name: str, *, over: str) -> Reply | None:
        """Delete this version of a resource. None when another one is there."""
        reply = self._host.ask("DELETE", self._href(name), headers={"If-Match": over})
        return self._done(reply, 200, 204, 404, 410)

    def _done(self, reply: Reply, *fine: int) -> Reply | None:
        if reply.status == 412:
            return None
        if reply.status in (403, 405):
            raise Failed(Trouble.ONLY_READABLE)
        return check(reply, *fine)

    def _without_token(self, reply: Reply, token: str | None) -> Changes:
        """The token was refused (RFC 6578, 3.2), or the server knows none."""
        if reply.status in (401, 404, 410) or reply.status >= 500:
            check(reply)
        if token is not None:
            return self.changes(None)
        found = Changes(None, is_whole=True)
        listed = self._host.ask("PROPFIND", self._path, _LIST.encode(), {**_XML, "Depth": "1"})
        self._note(_read(check(listed, 207)), found)
        return found

    def _note(self, root: Element, found: Changes) -> bool:
        """Add what an answer says; gives whether the server has more of it."""
        is_cut = False
        for response in root.iter(f"{DAV}response"):
            if _of_collection(response, self._path):
                is_cut = is_cut or "507" in (response.findtext(f"{DAV}status") or "")
                continue
            name = self._name(response)
            if " 404" in (response.findtext(f"{DAV}status") or ""):
                found.gone.add(name)
                found.etags.pop(name, None)
            else:
                found.etags[name] = _property(response, f"{DAV}getetag") or ""
                found.gone.discard(name)
            if len(found.etags) > MOST_PARTS:
                raise Failed(Trouble.TOO_LARGE)
        return is_cut

    def _name(self, response: Element) -> str:
        """The name of a resource within this calendar. Raises Failed for another calendar's."""
        path = _path_of(response)
        name = path.removeprefix(self._path)
        if not path.startswith(self._path) or not name or "/" in name or name in (".", ".."):
            raise Failed(Trouble.ANOTHERS)
        return name

    def _href(self, name: str) -> str:
        return quote(self._path + name, safe="/@:!$&'()*+,;=~")


def _directory(path: str) -> str:
    plain = unquote(path)
    return plain if plain.endswith("/") else f"{plain}/"


def _path_of(response: Element) -> str:
    return unquote(urlsplit((response.findtext(f"{DAV}href") or "").strip()).path)


def _of_collection(response: Element, own: str) -> bool:
    return normpath(_path_of(response) or "/") == normpath(own)


def _property(response: Element, name: str) -> str | None:
    found: Iterable[Element] = response.iter(name)
    return next((one.text for one in found if one.text), None)


def _fetched(response: Element) -> Fetched | None:
    text = _property(response, f"{CAL}calendar-data")
    return (text and Fetched(_property(response, f"{DAV}getetag") or "", text.encode())) or None


def _read(reply: Reply) -> Element:
    try:
        # No document type at all: entities grow without end, or fetch what lies on this machine.
        root: Element = fromstring(reply.body, forbid_dtd=True)
    except DefusedXmlException:
        raise Failed(Trouble.UNSAFE_ANSWER) from None
    except (ParseError, ValueError, LookupError):
        raise Failed(Trouble.NOT_A_CALENDAR) from None
    if root.tag != f"{DAV}multistatus":
        raise Failed(Trouble.NOT_A_CALENDAR)
    return root
