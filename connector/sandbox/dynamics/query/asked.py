"""One read as it was asked for: the query string, the preferences, who asks."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_plus

from connector.sandbox.dynamics.catalogue.types import Entity
from connector.sandbox.dynamics.query import options, statement
from connector.sandbox.dynamics.query.caller import Caller
from connector.sandbox.dynamics.query.options import Options
from connector.sandbox.dynamics.query.places import Children
from connector.sandbox.dynamics.query.preferences import Preferences
from connector.sandbox.dynamics.query.rows import LARGEST, Writer
from connector.sandbox.dynamics.query.statement import Query

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org


@dataclass(frozen=True, slots=True)
class Within:
    """The rows behind a collection-valued navigation property of one row: `leads(<guid>)/Lead_Tasks`."""

    parent: Entity
    key: str
    children: Children


@dataclass(slots=True)
class Asked:
    """One read: `query` is the raw query string, `prefer` the header, `root` the address of the API without a slash at
    its end, `path` what follows it, such as `leads`.
    """

    org: Org
    user_id: str
    root: str
    path: str
    query: str
    prefer: str = ""
    options: Options = field(init=False)
    preferences: Preferences = field(init=False)

    def __post_init__(self) -> None:
        self.options = options.read(parse_qsl(self.query, keep_blank_values=True))
        self.preferences = Preferences.read(self.prefer)

    @property
    def db(self) -> sqlite3.Connection:
        """The connection to read with."""
        return self.org.storage.reader()

    @property
    def size(self) -> int:
        """Rows a page."""
        return min(self.preferences.page_size or LARGEST, LARGEST)

    @property
    def caller(self) -> Caller:
        """Who asks and when."""
        query = "SELECT teamid FROM teammembership WHERE systemuserid = ?"
        teams = tuple(row[0] for row in self.db.execute(query, (self.user_id,)))
        query = "SELECT businessunitid FROM systemuser WHERE systemuserid = ?"
        unit = self.db.execute(query, (self.user_id,)).fetchone()
        access = self.org.access(self.user_id)
        return Caller(self.user_id, self.org.clock(), (unit and unit[0]) or "", teams, self.org.entities, access)

    def writer(self) -> Writer:
        """What writes rows for this read."""
        return Writer(self.caller, self.db, self.preferences, self.root, self.size)

    def link(self, *more: tuple[str, str]) -> str:
        """The address of this read with other paging options: pairs of name and value, the value percent-encoded."""
        paging = ("$skiptoken", "$deltatoken")
        parts = self.query.split("&")
        kept = [part for part in parts if part and unquote_plus(part.partition("=")[0]) not in paging]
        kept += [f"{name}={value}" for name, value in more]
        return f"{self.root}/{self.path}?{'&'.join(kept)}"

    def compiled(self, entity: Entity, within: Within | None = None) -> Query:
        """The query that is asked for. Raises DataverseError."""
        query = statement.compile_query(self.caller, entity, self.options)
        if within is not None:
            statement.restrict(query, within.children, within.parent, within.key)
        return query

    def context(self, entity: Entity, names: str, suffix: str = "") -> dict[str, Any]:
        """The beginning of a body: its context, with the columns that were named."""
        columns = f"({names})" if names else ""
        return {"@odata.context": f"{self.root}/$metadata#{entity.set_name}{columns}{suffix}"}
