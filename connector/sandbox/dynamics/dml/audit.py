"""Audit: one row for each audited write, with the columns that the request named and their values before and after.

All three switches must be on: the organization's, the table's and the column's.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from connector.sandbox.dynamics.base import ORGANIZATION_ID
from connector.sandbox.dynamics.catalogue import Attribute, Entity
from connector.sandbox.dynamics.dml.request import Options, Pending
from connector.sandbox.dynamics.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

CREATE, UPDATE, DELETE, ASSIGN, QUALIFY, DISQUALIFY, SET_STATE, WIN, LOSE = 1, 2, 3, 13, 24, 25, 41, 44, 45
"""Numbers of `audit.action`; the first three are those of `audit.operation`, too."""
_LONGEST = 5 * 1024


def created(org: "Org", entity: Entity, row: Pending, options: Options) -> None:
    """A row was created."""
    names = [name for name, value in row.new.items() if value is not None]
    _write(org, entity, row.id, CREATE, CREATE, names, {}, row.new, options)


def updated(org: "Org", entity: Entity, row: Pending, options: Options) -> None:
    """A row was changed. A new owner makes an audit row of its own; a state set alone is not called an update."""
    names = [name for name in row.new if name in row.given or row.changes(name)]
    if row.changes("ownerid"):
        _write(org, entity, row.id, UPDATE, ASSIGN, ["ownerid"], row.old, row.new, options)
        names.remove("ownerid")
    action = options.event
    if action == UPDATE and row.changes("statecode") and {"statecode", "statuscode"} >= row.given:
        action = SET_STATE
    _write(org, entity, row.id, UPDATE, action, names, row.old, row.new, options)


def deleted(org: "Org", entity: Entity, row: Pending, options: Options) -> None:
    """A row was deleted."""
    names = [name for name, value in row.old.items() if value is not None]
    _write(org, entity, row.id, DELETE, DELETE, names, row.old, {}, options)


def is_on(org: "Org", entity: Entity) -> bool:
    """Whether the organization and the table are audited."""
    if not entity.audited:
        return False
    query = "SELECT isauditenabled FROM organization WHERE organizationid = ?"
    found = org.storage.db.execute(query, (ORGANIZATION_ID,)).fetchone()
    return bool(found and found[0])


def change(
    entity: Entity, names: Iterable[str], old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[str, str] | None:
    """The attribute mask (column numbers) and changedata of a change of those columns; None if none is audited."""
    audited = [one for one in map(entity.attribute, names) if one is not None and one.audited and one.stored]
    audited = [one for one in audited if one.name != entity.primary_id]
    if not audited:
        return None
    changed = [{"logicalName": one.name, "oldValue": _shown(one, old), "newValue": _shown(one, new)} for one in audited]
    mask = ",".join(str(number) for number in sorted(one.number for one in audited))
    return mask, msgspec.json.encode({"changedAttributes": changed}).decode()


def _shown(one: Attribute, values: Mapping[str, Any]) -> str | None:
    value = values.get(one.name)
    if value is None:
        return None
    if one.is_lookup:
        return f"{values.get(one.type_column or '') or one.targets[0]},{value}"
    if one.type == "Boolean":
        return "True" if value else "False"
    text = str(value)
    return text if len(text.encode()) <= _LONGEST else text.encode()[:_LONGEST].decode("utf-8", "ignore") + "…"


def _write(
    org: "Org", entity: Entity, id: str, operation: int, action: int, names: Iterable[str], old: Mapping[str, Any],
    new: Mapping[str, Any], options: Options,
) -> None:  # fmt: skip
    if not is_on(org, entity):
        return
    made = change(entity, names, old, new)
    if made is None and operation != DELETE:
        return
    mask, data = made or ("", None)
    version = org.next_version()
    org.storage.db.execute(
        "INSERT INTO audit (auditid, createdon, operation, action, objecttypecode, objectid, objectid__type, userid,"
        " attributemask, changedata, transactionid, versionnumber) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            org.id_of(version), stamp(org.clock()), operation, action, entity.name, id, entity.name, options.user_id,
            mask, data, org.id_of(version ^ 0x800000), version,
        ),
    )  # fmt: skip
