"""Answers a read: from the query string and the Prefer header of one request to the JSON of the Web API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from connector.sandbox.dynamics.catalogue.types import Entity
from connector.sandbox.dynamics.errors import missing
from connector.sandbox.dynamics.query import apply, changes, cookie, page
from connector.sandbox.dynamics.query.asked import Asked, Within
from connector.sandbox.dynamics.query.fault import syntax
from connector.sandbox.dynamics.query.fetch import compile_fetch
from connector.sandbox.dynamics.query.rows import LARGEST, Record
from connector.sandbox.dynamics.query.statement import Query
from connector.sandbox.dynamics.query.tracking import is_tracked, since, tracked

_TOTAL = "Microsoft.Dynamics.CRM.totalrecordcount"
_EXCEEDED = "Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"
_SCHEMA = "Microsoft.Dynamics.CRM.globalmetadataversion"
_COOKIE = "Microsoft.Dynamics.CRM.fetchxmlpagingcookie"
_MORE = "Microsoft.Dynamics.CRM.morerecords"


def collection(asked: Asked, entity: Entity, within: Within | None = None) -> tuple[dict[str, Any], str]:
    """The body of a read of many rows, and the `Preference-Applied` header ("" for none). Raises DataverseError."""
    given = asked.options
    fetch = _fetch_text(asked, entity)
    if fetch is not None:
        return _fetched(asked, entity, fetch)
    if given.apply:
        return _grouped(asked, entity)
    if is_tracked(asked):
        return tracked(asked, entity)
    query = asked.compiled(entity, within)
    body = asked.context(entity, asked.options.names)
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
        return changes.count(asked.db, entity, since(asked))
    return min(page.count(asked.compiled(entity, within), asked.db), page.COUNTED)


def one(asked: Asked, entity: Entity, key: str) -> Record | None:
    """The row of that primary key with its context, as `$select` and `$expand` ask for, or None if there is none (that
    the user may read). Raises DataverseError.
    """
    given = asked.options
    if given.filter or given.order or given.top is not None or given.count:
        raise syntax("Only $select and $expand can be used for a single row.")
    query = asked.compiled(entity)
    root = query.tables.root
    query.where.append(f"{root.key} = ?")
    query.parameters.append(key)
    rows = page.top(query, asked.db, 1)
    if not rows:
        return None
    context = asked.context(entity, asked.options.names, "/$entity")
    return {**context, **asked.writer().records(query.shape, rows)[0]}


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
    groups = apply.compile_apply(asked.caller, entity, given.apply, given.aliases)
    body = asked.context(entity, groups.names)
    body["value"] = apply.read(groups, asked.db, asked.preferences)
    return body, asked.preferences.applied("odata.include-annotations")


def _fetch_text(asked: Asked, entity: Entity) -> str | None:
    """The FetchXML that a read brings, or that of the view it names. Raises QueryError."""
    others = asked.options.others
    for name, view in (("savedQuery", "savedquery"), ("userQuery", "userquery")):
        if name in others:
            sql = f'SELECT fetchxml FROM "{view}" WHERE "{view}id" = ? AND returnedtypecode = ?'
            row = asked.db.execute(sql, (others[name].lower(), entity.name)).fetchone()
            if row is None:
                raise missing(view, others[name])
            return str(row[0])
    return others.get("fetchXml")


def _fetched(asked: Asked, entity: Entity, text: str) -> tuple[dict[str, Any], str]:
    fetch = compile_fetch(asked.caller, entity, text)
    applied = asked.preferences.applied("odata.include-annotations")
    if not isinstance(fetch.found, Query):
        body = asked.context(entity, fetch.found.names)
        return {**body, "value": apply.read(fetch.found, asked.db, asked.preferences)}, applied
    body = asked.context(entity, "")
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
