"""Deleting a row: its activities and notes go with it, lookups to it become empty."""

import sqlite3
from typing import TYPE_CHECKING

from connector.sandbox.dynamics.catalogue import Attribute, Entity
from connector.sandbox.dynamics.dml import audit, guards
from connector.sandbox.dynamics.dml.request import Options, Pending
from connector.sandbox.dynamics.errors import missing
from connector.sandbox.dynamics.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

_GO_ALONG = frozenset({"regardingobjectid", "activityid"})
_GO_ALONG_FROM = frozenset({"annotation", "queueitem"})


def delete(org: "Org", entity: Entity, id: str, options: Options) -> None:
    """Delete one row. Raises DataverseError."""
    guards.allowed(org, entity, "Delete", options)
    with org.storage.transaction() as db:
        old = org.get(entity, id)
        if old is None:
            raise missing(entity.name, id)
        row = Pending(id, {}, old)
        guards.existing(entity, row, options)
        if not options.system:
            org.access(options.user_id).demand("Delete", entity, old.get("ownerid"))
            guards.rules(org, entity, row, options, "delete")
        _let_go(org, db, entity, id, options)
        db.execute(f'DELETE FROM "{entity.name}" WHERE "{entity.primary_id}" = ?', (id,))
        version, now = org.next_version(), stamp(org.clock())
        names = [entity.name, "activitypointer"] if entity.activity else [entity.name]
        db.executemany("INSERT INTO deleted VALUES (?, ?, ?, ?)", [(name, id, version, now) for name in names])
        audit.deleted(org, entity, row, options)
        org.after_write(entity.name)


def _let_go(org: "Org", db: sqlite3.Connection, entity: Entity, id: str, options: Options) -> None:
    for other in org.entities.values():
        for one in other.attributes:
            if entity.name in one.targets and one.stored and not other.view and other.name != "audit":
                _from(org, db, other, one, id, options)


def _from(org: "Org", db: sqlite3.Connection, other: Entity, one: Attribute, id: str, options: Options) -> None:
    """What becomes of the rows that point here with that column."""
    rows = db.execute(f'SELECT "{other.primary_id}" FROM "{other.name}" WHERE "{one.name}" = ?', (id,)).fetchall()
    system = Options(user_id=options.user_id, system=True)
    for (found,) in rows:
        if one.name in _GO_ALONG or other.name in _GO_ALONG_FROM:
            org.delete(other, found, system)
        else:
            cleared = f', "{one.type_column}" = NULL' if one.type_column else ""
            version = org.next_version()
            db.execute(
                f'UPDATE "{other.name}" SET "{one.name}" = NULL{cleared}, versionnumber = ?'
                f' WHERE "{other.primary_id}" = ?',
                (version, found),
            )
