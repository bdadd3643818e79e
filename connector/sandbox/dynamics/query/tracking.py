"""Reads with change tracking: a full read that ends in a delta link, and the changes since one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connector.sandbox.dynamics.catalogue.types import Entity
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.query import changes, cookie, page
from connector.sandbox.dynamics.query.asked import Asked
from connector.sandbox.dynamics.query.changes import Token
from connector.sandbox.dynamics.query.rows import Record

_KEPT_DAYS = 7
"""How long changes are kept where the organization does not say [W 2.5]."""


def is_tracked(asked: Asked) -> bool:
    """Whether the request is one of change tracking: by its header, its delta token or the cookie of its page."""
    given = asked.options
    if given.delta_token or asked.preferences.track_changes:
        return True
    return bool(given.skip_token) and bool(cookie.read(given.skip_token).tracking)


def since(asked: Asked) -> Token:
    """The delta token that is asked with. Raises QueryError for one that is none, or too old."""
    token = changes.read_token(asked.options.delta_token)
    row = asked.db.execute("SELECT expirechangetrackingindays FROM organization").fetchone()
    changes.check(token, asked.org.clock(), int(row[0]) if row and row[0] is not None else _KEPT_DAYS)
    return token


def tracked(asked: Asked, entity: Entity) -> tuple[dict[str, Any], str]:
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
    query = asked.compiled(entity)
    gone: Sequence[str] = ()
    if given.delta_token:
        body = asked.context(entity, asked.options.names, "/$delta")
        delta = changes.read(asked.db, query, asked.size, since(asked), until, after)
        rows, gone, token = delta.rows, delta.deleted, delta.next_token
    else:
        body = asked.context(entity, asked.options.names)
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
