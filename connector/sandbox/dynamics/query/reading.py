"""Answers a read: from the query string and the Prefer header of one request to the JSON of the Web API."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote_plus

from connector.sandbox.dynamics.catalogue.types import Attribute, Entity
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.query import apply, changes, cookie, options, page, statement
from connector.sandbox.dynamics.query.changes import Token
from connector.sandbox.dynamics.query.fault import syntax
from connector.sandbox.dynamics.query.fetch import compile_fetch
from connector.sandbox.dynamics.query.functions import Caller
from connector.sandbox.dynamics.query.options import Options
from connector.sandbox.dynamics.query.places import Children
from connector.sandbox.dynamics.query.preferences import Preferences
from connector.sandbox.dynamics.query.rows import LARGEST, Record, Writer
from connector.sandbox.dynamics.query.statement import Query

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

_TOTAL = "Microsoft.Dynamics.CRM.totalrecordcount"
_EXCEEDED = "Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"
_SCHEMA = "Microsoft.Dynamics.CRM.globalmetadataversion"
_COOKIE = "Microsoft.Dynamics.CRM.fetchxmlpagingcookie"
_MORE = "Microsoft.Dynamics.CRM.morerecords"


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

        def reach(entity: Entity, alias: str) -> tuple[str, list[str]]:
            access.demand("Read", entity)
            return access.rows(entity, alias)

        return Caller(self.user_id, self.org.clock(), (unit and unit[0]) or "", teams, reach)

    def writer(self) -> Writer:
        """What writes rows for this read."""

        def hidden(entity: Entity, attribute: Attribute) -> bool:
            return attribute.name in self.org.access(self.user_id).hidden(entity)

        return Writer(self.org.entities, self.db, self.preferences, self.root, self.size, hidden, self.caller)

    def link(self, *more: tuple[str, str]) -> str:
        """The address of this read with other paging options: pairs of name and value, the value percent-encoded."""
        paging = ("$skiptoken", "$deltatoken")
        parts = self.query.split("&")
        kept = [part for part in parts if part and unquote_plus(part.partition("=")[0]) not in paging]
        kept += [f"{name}={value}" for name, value in more]
        return f"{self.root}/{self.path}?{'&'.join(kept)}"


def collection(asked: Asked, entity: Entity, within: Within | None = None) -> tuple[dict[str, Any], str]:
    """The body of a read of many rows, and the `Preference-Applied` header ("" for none). Raises DataverseError."""
    given = asked.options
    if "fetchXml" in given.others:
        return _fetched(asked, entity, given.others["fetchXml"])
    if given.apply:
        return _grouped(asked, entity)
    if given.delta_token or asked.preferences.track_changes or _is_tracking(given.skip_token):
        return _tracked(asked, entity)
    query = _compiled(asked, entity, within)
    body = _head(asked, entity, asked.options.names, "")
    if given.count or asked.preferences.annotations:
        body.update(_counts(asked, query))
    if query.top is not None:
        body["value"] = asked.writer().records(query.shape, page.top(query, asked.db, query.top))
        return body, asked.preferences.applied("odata.include-annotations")
    after = cookie.read(given.skip_token) if given.skip_token else None
    found = page.read(query, asked.db, asked.size, after)
    body["value"] = asked.writer().records(query.shape, found.rows)
    if found.next_token is not None:
        stuck = after is not None and entity.name in asked.org.rules.stuck_paging
        token = quote(given.skip_token, safe="=/") if stuck else found.next_token
        body["@odata.nextLink"] = asked.link(("$skiptoken", token))
    return body, asked.preferences.applied("odata.include-annotations", "odata.maxpagesize")


def count(asked: Asked, entity: Entity, within: Within | None = None) -> int:
    """The number behind `/$count`, never above 5,000; with a delta token that of the changes. Raises DataverseError."""
    if asked.options.delta_token:
        asked.org.access(asked.user_id).demand("Read", entity)
        changes.check_options(entity, asked.options)
        return changes.count(asked.db, entity, _since(asked))
    return min(page.count(_compiled(asked, entity, within), asked.db), page.COUNTED)


def one(asked: Asked, entity: Entity, key: str) -> Record | None:
    """The row of that primary key with its context, as `$select` and `$expand` ask for, or None if there is none (that
    the user may read). Raises DataverseError.
    """
    given = asked.options
    if given.filter or given.order or given.top is not None or given.count:
        raise syntax("Only $select and $expand can be used for a single row.")
    query = _compiled(asked, entity, None)
    root = query.tables.root
    query.where.append(f"{root.key} = ?")
    query.parameters.append(key)
    rows = page.top(query, asked.db, 1)
    if not rows:
        return None
    context = f"{asked.root}/$metadata#{_context(entity, asked.options.names)}/$entity"
    return {"@odata.context": context, **asked.writer().records(query.shape, rows)[0]}


def _compiled(asked: Asked, entity: Entity, within: Within | None) -> Query:
    query = statement.compile_query(asked.org.entities, entity, asked.options, asked.caller)
    if within is not None:
        statement.restrict(query, within.children, within.parent, within.key)
    return query


def _head(asked: Asked, entity: Entity, names: str, suffix: str) -> dict[str, Any]:
    return {"@odata.context": f"{asked.root}/$metadata#{_context(entity, names)}{suffix}"}


def _context(entity: Entity, names: str) -> str:
    return f"{entity.set_name}({names})" if names else entity.set_name


def _counts(asked: Asked, query: Query) -> dict[str, Any]:
    """What stands before the rows: the count, as asked for, and the annotations of the whole answer."""
    told: dict[str, Any] = {}
    total = page.count(query, asked.db) if asked.options.count else None
    if total is not None:
        told["@odata.count"] = min(total, page.COUNTED)
    wants = asked.preferences.wants
    if wants(_TOTAL):
        told[f"@{_TOTAL}"] = -1 if total is None else min(total, page.COUNTED)
    if wants(_EXCEEDED):
        told[f"@{_EXCEEDED}"] = total is not None and total > page.COUNTED
    if wants(_SCHEMA):
        told[f"@{_SCHEMA}"] = str(asked.org.schema_version)
    return told


def _grouped(asked: Asked, entity: Entity) -> tuple[dict[str, Any], str]:
    given = asked.options
    if given.select or given.filter or given.order or given.expand or given.top is not None:
        raise syntax("$apply cannot be combined with other query options: filter within it.")
    groups = apply.compile_apply(asked.org.entities, entity, given.apply, given.aliases, asked.caller)
    body = _head(asked, entity, groups.names, "")
    body["value"] = apply.read(groups, asked.db, asked.preferences)
    return body, asked.preferences.applied("odata.include-annotations")


def _fetched(asked: Asked, entity: Entity, text: str) -> tuple[dict[str, Any], str]:
    fetch = compile_fetch(asked.org.entities, entity, text, asked.caller)
    applied = asked.preferences.applied("odata.include-annotations")
    if not isinstance(fetch.found, Query):
        body = _head(asked, entity, fetch.found.names, "")
        return {**body, "value": apply.read(fetch.found, asked.db, asked.preferences)}, applied
    body = _head(asked, entity, "", "")
    if fetch.found.top is not None:
        rows, more = page.top(fetch.found, asked.db, min(fetch.found.top, LARGEST)), None
    else:
        found = page.read(fetch.found, asked.db, fetch.size, fetch.after)
        rows, more = found.rows, found.annotation
    if more is not None and asked.preferences.wants(_COOKIE):
        body[f"@{_COOKIE}"] = more
    if asked.preferences.wants(_MORE):
        body[f"@{_MORE}"] = more is not None
    return {**body, "value": asked.writer().records(fetch.found.shape, rows)}, applied


def _is_tracking(skip_token: str) -> bool:
    return bool(skip_token) and bool(cookie.read(skip_token).tracking)


def _since(asked: Asked) -> Token:
    since = changes.read_token(asked.options.delta_token)
    row = asked.db.execute("SELECT expirechangetrackingindays FROM organization").fetchone()
    changes.check(since, asked.org.clock(), int(row[0]) if row and row[0] is not None else 7)
    return since


def _tracked(asked: Asked, entity: Entity) -> tuple[dict[str, Any], str]:
    """A full read that ends in a delta link, or the changes since one."""
    given = asked.options
    changes.check_options(entity, given)
    asked.org.access(asked.user_id).demand("Read", entity)
    if asked.org.access(asked.user_id).rows(entity)[0]:
        text = f"Principal user (Id={asked.user_id}) needs organization-level read on '{entity.name}' to track changes."
        raise DataverseError(403, "0x80040220", text)
    after = cookie.read(given.skip_token) if given.skip_token else None
    until = changes.read_token(after.tracking) if after else changes.issue(asked.db, entity, asked.org.clock())
    applied = asked.preferences.applied("odata.track-changes", "odata.include-annotations", "odata.maxpagesize")
    query = _compiled(asked, entity, None)
    gone: Sequence[str] = ()
    if given.delta_token:
        body = _head(asked, entity, asked.options.names, "/$delta")
        delta = changes.read(asked.db, query.shape, asked.size, _since(asked), until, after)
        rows, gone, token = delta.rows, delta.deleted, delta.next_token
    else:
        body = _head(asked, entity, asked.options.names, "")
        found = page.read(query, asked.db, asked.size, after, str(until))
        rows, token = found.rows, found.next_token
    value: list[Any] = asked.writer().records(query.shape, rows)
    body.update(_onward(asked, token, until))
    body["value"] = value + list(_deletions(asked, entity, gone))
    return body, applied


def _onward(asked: Asked, token: str | None, until: Token) -> dict[str, str]:
    """The link to the next page of tracked changes, or the delta link at their end."""
    if token is None:
        return {"@odata.deltaLink": asked.link(("$deltatoken", until.url))}
    paging = [("$skiptoken", token)]
    if asked.options.delta_token:
        paging.insert(0, ("$deltatoken", changes.read_token(asked.options.delta_token).url))
    return {"@odata.nextLink": asked.link(*paging)}


def _deletions(asked: Asked, entity: Entity, ids: Iterable[str]) -> Iterable[Record]:
    context = f"{asked.root}/$metadata#{entity.set_name}/$deletedEntity"
    return ({"@odata.context": context, "id": id, "reason": "deleted"} for id in ids)
