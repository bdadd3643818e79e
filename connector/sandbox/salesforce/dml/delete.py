"""Deleting and bringing back: deleted rows go to the recycle bin with what hangs on them, or vanish if so wanted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.dml import guards
from connector.sandbox.salesforce.dml.pending import Pending
from connector.sandbox.salesforce.dml.results import Options, RowError, RowResult, refused, rolled_back
from connector.sandbox.salesforce.dml.update import read
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def delete(org: "Org", object_name: str, ids: Sequence[str], options: Options) -> list[RowResult]:
    """Delete records by id; one result per id, in order. Raises BadRequestError."""
    found = guards.writable(org, object_name, options, "delete")
    with org.storage.transaction() as db:
        results: dict[int, RowResult] = {}
        pending = _prepare(found, ids, results)
        read(org, db, found, pending)
        good: list[Pending] = []
        for row in pending:
            error = guards.gone(found, row.old)
            if error is None and not options.system:
                error = _untouchable(org, found, row, options)
            if error is None:
                good.append(row)
            results[row.place] = RowResult(row.id, (error,) if error else ())
        ordered = [results[place] for place in range(len(ids))]
        if options.all_or_none and len(good) < len(ordered):
            return rolled_back(ordered)
        remove(org, found, [row.id for row in good], hard=options.hard)
        org.after_load(found)
    return ordered


def _prepare(found: ObjectType, ids: Sequence[str], results: dict[int, RowResult]) -> list[Pending]:
    pending: list[Pending] = []
    seen: set[str] = set()
    for place, raw in enumerate(ids):
        id18 = to18(raw) if isinstance(raw, str) else None
        if id18 is None:
            results[place] = refused("MALFORMED_ID", f"malformed id {raw}")
        elif id18[:3] != found.prefix or id18 in seen:
            results[place] = refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", id=id18)
        else:
            seen.add(id18)
            pending.append(Pending(place, id18, {}, {}))
    return pending


def _untouchable(org: "Org", found: ObjectType, row: Pending, options: Options) -> RowError | None:
    """As for changes, except that a converted lead may be deleted."""
    return guards.untouchable(org, found, row.id, {**row.old, "IsConverted": 0}, options, "delete")


def remove(org: "Org", found: ObjectType, ids: Sequence[str], *, hard: bool = False) -> None:
    """Take these records away, and with them what is deleted with its parent."""
    if not ids:
        return
    db, now = org.storage.db, stamp(org.clock())
    for child in org.objects.values():
        for field in child.fields:
            if field.cascade_delete and found.name in field.reference_to:
                alive = " AND NOT IsDeleted" if child.soft_delete else ""
                query = f'SELECT "Id" FROM "{child.name}" WHERE "{field.name}" = ?{alive}'
                children = [row[0] for id18 in ids for row in db.execute(query, (id18,))]
                remove(org, child, children, hard=hard)
    if hard or not found.soft_delete:
        db.executemany(f'DELETE FROM "{found.name}" WHERE "Id" = ?', [(id18,) for id18 in ids])
        return
    bump = ", SystemModstamp = ?" if "SystemModstamp" in found else ""
    values = [(now, id18) if bump else (id18,) for id18 in ids]
    db.executemany(f'UPDATE "{found.name}" SET IsDeleted = 1{bump} WHERE "Id" = ?', values)


def undelete(org: "Org", object_name: str, ids: Sequence[str], options: Options) -> list[RowResult]:
    """Bring records back from the recycle bin (not what hung on them); one result per id, in order."""
    found = guards.writable(org, object_name, options, "delete")
    with org.storage.transaction() as db:
        results: dict[int, RowResult] = {}
        pending = _prepare(found, ids, results)
        read(org, db, found, pending)
        for row in pending:
            if not row.old.get("IsDeleted"):
                results[row.place] = refused("UNDELETE_FAILED", "entity is not in the recycle bin", id=row.id)
                continue
            query = f'UPDATE "{found.name}" SET IsDeleted = 0, SystemModstamp = ? WHERE "Id" = ?'
            db.execute(query, (stamp(org.clock()), row.id))
            results[row.place] = RowResult(row.id)
    return [results[place] for place in range(len(ids))]
