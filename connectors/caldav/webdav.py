"""What WebDAV adds to HTTP: asking a collection for properties, and reading an answer about many things at once.

Sources: RFC 4918 (207 Multi-Status), RFC 4791 (calendars), RFC 6578 (what has changed since a token).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

_DAV, _CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
_NAMES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'

WHAT_IT_IS = (
    f"<D:propfind {_NAMES}><D:prop><D:resourcetype/><C:supported-calendar-component-set/></D:prop></D:propfind>"
).encode()


@dataclass(frozen=True)
class Entry:
    """One thing an answer tells of: where it is, whether it is gone, its revision and its content where asked for."""

    href: str
    gone: bool
    etag: str | None
    content: bytes | None

    @property
    def name(self) -> str:
        """Its name within the collection."""
        return unquote(self.href.rstrip("/").rpartition("/")[2])


@dataclass(frozen=True)
class Answer:
    """The entries of an answer, and the token from which to ask on."""

    entries: tuple[Entry, ...]
    token: str | None


def since(token: str) -> bytes:
    """The question what has changed since the token; everything where it is empty."""
    return (
        f"<D:sync-collection {_NAMES}><D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level>"
        "<D:prop><D:getetag/></D:prop></D:sync-collection>"
    ).encode()


def contents(hrefs: Iterable[str]) -> bytes:
    """The question for the content of these calendar objects."""
    listed = "".join(f"<D:href>{escape(href)}</D:href>" for href in hrefs)
    return (
        f"<C:calendar-multiget {_NAMES}><D:prop><D:getetag/><C:calendar-data/></D:prop>{listed}</C:calendar-multiget>"
    ).encode()


def told(content: bytes) -> Answer:
    """What a 207 tells; ValueError for what is none."""
    root = _parsed(content)
    token = root.findtext(f"{_DAV}sync-token")
    return Answer(tuple(_entry(one) for one in root.iter(f"{_DAV}response")), token)


def holds_tasks(content: bytes) -> bool:
    """Whether the collection asked for what it is, is a calendar that takes tasks; ValueError for what is no answer."""
    root = _parsed(content)
    kinds = [one.get("name", "").upper() for one in root.iter(f"{_CALDAV}comp")]
    return root.find(f".//{_DAV}resourcetype/{_CALDAV}calendar") is not None and (not kinds or "VTODO" in kinds)


def refuses_token(content: bytes) -> bool:
    """Whether a refusal means that the token is too old, and not that we may not ask."""
    try:
        return _parsed(content).find(f".//{_DAV}valid-sync-token") is not None
    except ValueError:
        return False


def _entry(response: Any) -> Entry:
    content = response.findtext(f".//{_CALDAV}calendar-data")
    return Entry(
        href=response.findtext(f"{_DAV}href", "").strip(),
        gone=" 404 " in f"{response.findtext(f'{_DAV}status', '')} ",
        etag=response.findtext(f".//{_DAV}getetag"),
        content=content.encode() if content else None,
    )


def _parsed(content: bytes) -> Any:
    try:
        return fromstring(content)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError("no XML") from error
