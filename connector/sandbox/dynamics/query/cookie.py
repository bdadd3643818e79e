"""The cookie of `$skiptoken`: where the next page begins, as XML within XML, percent-encoded as Dataverse does.

`<cookie pagenumber="2" pagingcookie="%3ccookie%20page…" istracking="False" />`, the inner one holding for each sort
column the values of the page's first and last row [recorded paging links].
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from connector.sandbox.dynamics.query.fault import QueryError
from connector.sandbox.dynamics.query.places import Parameter

_MOST_PAGES = 1_000_000_000
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_ESCAPE = re.compile(r"%[0-9A-F]{2}")
_ENTITIES = {'"': "&quot;"}


@dataclass(frozen=True, slots=True)
class Cookie:
    """Begin page `page` behind the row whose sort columns (with the primary key last) have the values `last`.

    `tracking` is the delta token with which a first, full read of tracked changes will end.
    """

    page: int
    last: tuple[tuple[str, str | None], ...]
    tracking: str = ""


def write(
    page: int, names: Sequence[str], first: Sequence[Parameter], last: Sequence[Parameter], tracking: str = ""
) -> str:
    """The token that leads to `page`, percent-encoded for a URL."""
    inner = _lower(quote(inner_xml(page - 1, names, first, last), safe=""))
    told = f' trackingtoken="{escape(tracking, _ENTITIES)}"' if tracking else ""
    token = f'<cookie pagenumber="{page}" pagingcookie="{inner}" istracking="{bool(tracking)}"{told} />'
    return quote(token, safe="=/")


def annotation(page: int, names: Sequence[str], first: Sequence[Parameter], last: Sequence[Parameter]) -> str:
    """The cookie as FetchXML's annotation: its inner one is percent-encoded twice."""
    inner = _lower(quote(_lower(quote(inner_xml(page - 1, names, first, last), safe="")), safe=""))
    return f'<cookie pagenumber="{page}" pagingcookie="{inner}" istracking="False" />'


def inner_xml(page: int, names: Sequence[str], first: Sequence[Parameter], last: Sequence[Parameter]) -> str:
    """The inner cookie of the page that was just read."""
    parts = []
    for name, low, high in zip(names, first, last, strict=True):
        parts.append(f"<{name} {_bound('last', high)} {_bound('first', low)} />")
    return f'<cookie page="{page}">{"".join(parts)}</cookie>'


def read(token: str) -> Cookie:
    """The cookie in a skip token that was percent-decoded once; without an inner one it says but which page to count
    off. Raises QueryError if it was tampered with.
    """
    outer = _parsed(token)
    page = outer.get("pagenumber", "")
    if not page.isdecimal() or not 2 <= int(page) < _MOST_PAGES:
        raise _malformed()
    inner = outer.get("pagingcookie")
    last = () if inner is None else read_inner(unquote(inner))
    return Cookie(int(page), last, outer.get("trackingtoken", ""))


def read_inner(text: str) -> tuple[tuple[str, str | None], ...]:
    """The last values of an inner cookie, by column. Raises QueryError."""
    return tuple((one.tag, _plain(one.get("last")) if "last" in one.attrib else None) for one in _parsed(text))


def _bound(which: str, value: Parameter) -> str:
    if value is None:
        return f'{which}null="1"'
    text = str(value)
    if _GUID.match(text):
        text = "{" + text.upper() + "}"
    return f'{which}="{escape(text, _ENTITIES)}"'


def _plain(text: str | None) -> str | None:
    if text is not None and text.startswith("{") and text.endswith("}"):
        return text[1:-1].lower()
    return text


def _parsed(text: str) -> ElementTree.Element:
    try:
        found = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise _malformed() from error
    if found.tag != "cookie":
        raise _malformed()
    return found


def _malformed() -> QueryError:
    return QueryError("0x8004111e", "Malformed XML in the Paging Cookie")


def _lower(text: str) -> str:
    """Percent-encodings in small letters, as Dataverse writes them."""
    return _ESCAPE.sub(lambda found: found.group().lower(), text)
