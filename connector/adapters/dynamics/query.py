"""Addresses of queries: what is selected, which rows, in which order; and pages followed to their end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

from connector.adapters.dynamics.session import Session, sequence
from connector.errors import CrmFailed

PAGE: Final = 5_000
"""Rows per page: the default and the most of a standard table [wire §2.3]."""
AMONG: Final = 400
"""Ids in one filter: with their quotes some 16 KB of the 32 KB that an address may have [wire §2.2]."""
LOGICAL_NAME: Final = "Microsoft.Dynamics.CRM.lookuplogicalname"
"""The annotation that says which table a lookup's value belongs to."""
_SAFE: Final = "$=,()'/@:"


def path(
    session: Session, entities: str, select: Sequence[str] = (), *where: str, order: str = "", expand: str = ""
) -> str:
    """The path of a query for some columns of an entity set; conditions are joined with `and`."""
    options = [
        f"$select={','.join(select)}" if select else "",
        f"$filter={quote(' and '.join(where), safe=_SAFE)}" if where else "",
        f"$orderby={quote(order, safe=_SAFE)}" if order else "",
        f"$expand={expand}" if expand else "",
    ]
    asked = "&".join(option for option in options if option)
    return f"{session.data}/{entities}{'?' if asked else ''}{asked}"


def among(column: str, ids: Iterable[str]) -> str:
    """A condition: the column is one of these ids."""
    values = ",".join(f"'{text(one)}'" for one in ids)
    return f"Microsoft.Dynamics.CRM.In(PropertyName='{column}',PropertyValues=[{values}])"


def parts(ids: Iterable[str], size: int = AMONG) -> Iterator[list[str]]:
    """Each id once, in lists that fit into one filter."""
    distinct = list(dict.fromkeys(ids))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]


def text(value: str) -> str:
    """The inside of a text literal: quotes doubled."""
    return value.replace("'", "''")


def preferences(*, annotated: bool = False, tracked: bool = False) -> tuple[str, ...]:
    """What is preferred of pages. The same must be said again with each next page, else it is forgotten [wire §2.3]."""
    return (
        *(("odata.track-changes",) if tracked else ()),
        f"odata.maxpagesize={PAGE}",
        *((f'odata.include-annotations="{LOGICAL_NAME}"',) if annotated else ()),
    )


class Pages:
    """The pages of one query. After the last one `delta` is the path from which changes can be asked for, if any."""

    def __init__(self, session: Session, first: str, prefer: Sequence[str]) -> None:
        self._session = session
        self._next: str | None = first
        self._prefer = prefer
        self._seen: set[str] = set()
        self.delta: str | None = None

    def __iter__(self) -> Iterator[Sequence[Any]]:
        return self

    def __next__(self) -> Sequence[Any]:
        """The rows of the next page. Links are followed letter for letter; one that comes twice is an error."""
        if self._next is None:
            raise StopIteration
        if self._next in self._seen:
            raise CrmFailed(
                "the pages of a query go round in a circle",
                where=self._next.partition("?")[0],
                next="run the command again; if it stays, report this",
            )
        self._seen.add(self._next)
        answer = self._session.get(self._next, *self._prefer)
        if not isinstance(answer, dict) or not isinstance(answer.get("value"), list):
            # taken for an empty page it would say that rows are gone
            raise CrmFailed(
                "the answer to a query is no list of rows",
                where=self._next.partition("?")[0],
                next="run the command again; if it stays, look at what stands between connector and the CRM (a proxy)",
            )
        link, delta = answer.get("@odata.nextLink"), answer.get("@odata.deltaLink")
        self._next = self._session.local(link) if link else None
        self.delta = self._session.local(delta) if delta else None
        return sequence(answer)


def rows(session: Session, first: str, *, annotated: bool = False) -> Iterator[Any]:
    """All rows of a query, of all its pages."""
    for page in Pages(session, first, preferences(annotated=annotated)):
        yield from page
