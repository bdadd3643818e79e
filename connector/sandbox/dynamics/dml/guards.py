"""Why a write is refused: rights, secured columns, stale etags, disabled owners, taken keys, duplicates, own rules."""

import re
from typing import TYPE_CHECKING, Any

from connector.sandbox.dynamics.access import Access
from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.dml.request import Options, Pending
from connector.sandbox.dynamics.errors import DataverseError, no_resource

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

_ETAG = re.compile(r'(?:W/)?"(\d+)"$')
_MATCHING = "A record with matching key values already exists."
_UNSECURED = {
    "create": (
        "0x8004F502",
        "The user does not have create permissions to a secured field. The requested operation could not be completed.",
    ),
    "update": (
        "0x8004F507",
        "The user doesn't have AttributePrivilegeUpdate and not granted shared access for a secured attribute during"
        " update operation",
    ),
}


def allowed(org: "Org", entity: Entity, verb: str, options: Options) -> None:
    """Whether the user may do that with rows of the table at all, and whether anybody may."""
    if options.system:
        return
    if not entity.writable or entity.view:
        raise no_resource(f"/{entity.set_name}")
    org.access(options.user_id).demand(verb, entity)


def existing(entity: Entity, row: Pending, options: Options) -> None:
    """The conditions that a request puts on the row as it is. Raises DataverseError 412."""
    if options.if_none_match.strip() == "*":
        raise DataverseError(412, "0x80040237", _MATCHING)
    etag = options.if_match.strip()
    if not etag or etag == "*":
        return
    if not entity.concurrency:
        text = (
            f"Optimistic concurrency isn't enabled for entity type {entity.name}. The IfVersionMatches value of"
            " ConcurrencyBehavior can only be used if optimistic concurrency is enabled."
        )
        raise DataverseError(400, "0x8006088D", text)
    found = _ETAG.match(etag)
    if found is None or int(found[1]) != row.old.get("versionnumber"):
        text = "The version of the existing record doesn't match the RowVersion property provided."
        raise DataverseError(412, "0x80060882", text)


def rights(org: "Org", entity: Entity, row: Pending, options: Options) -> None:
    """Whether the user may write this row, give it away, and set its secured columns."""
    if options.system:
        return
    access = org.access(options.user_id)
    if row.old:
        access.demand("Write", entity, row.old.get("ownerid"))
        if row.changes("ownerid"):
            access.demand("Assign", entity, row.old.get("ownerid"))
    _links(org, access, entity, row)
    right = "update" if row.old else "create"
    for name in row.given:
        one = entity.attribute(name)
        if one is not None and one.secured and not access.column(entity, name, right):
            code, text = _UNSECURED[right]
            raise DataverseError(403, code, text)


def _links(org: "Org", access: Access, entity: Entity, row: Pending) -> None:
    """To point a row at another takes Append on the one's table and AppendTo on the other's."""
    for name in row.given:
        one = entity.attribute(name)
        if one is None or not one.is_lookup or one.type == "Owner" or row.new[name] is None:
            continue
        target = org.entities.get(row.new[one.type_column] if one.type_column else one.targets[0])
        access.demand("Append", entity)
        if target is not None:
            access.demand("AppendTo", target)


def owner(org: "Org", entity: Entity, row: Pending) -> None:
    """A row cannot be given to a user who is disabled."""
    if "ownerid" not in row.new or row.new.get("ownerid__type") != "systemuser" or not row.changes("ownerid"):
        return
    query = "SELECT isdisabled FROM systemuser WHERE systemuserid = ?"
    found = org.storage.db.execute(query, (row.new["ownerid"],)).fetchone()
    if found and found[0]:
        text = "The specified user is either disabled or is not a member of any business unit."
        raise DataverseError(403, "0x80040225", text)


def taken(org: "Org", entity: Entity, row: Pending) -> None:
    """The values of an alternate key belong to one row only; a key with an empty part is not looked at."""
    for key in entity.keys:
        values = [row.get(name) for name in key.attributes]
        if key.status != "Active" or None in values or not any(row.changes(name) for name in key.attributes):
            continue
        if _other(org, entity, row.id, dict(zip(key.attributes, values, strict=True))):
            names = ", ".join(entity.by_name[name].label or name for name in key.attributes)
            text = (
                f"Entity Key {key.label} violated. A record with the same value for {names} already exists. A duplicate"
                " record cannot be created. Select one or more unique values and try again."
            )
            raise DataverseError(412, "0x80060892", text)


def rules(org: "Org", entity: Entity, row: Pending, options: Options, operation: str) -> None:
    """What the environment's own logic says: duplicate rules when asked for, validation, failures that befall a row."""
    if options.system:
        return
    fault = org.rules.row_fault_for(entity.name, operation, row.id)
    if fault is not None:
        wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        raise DataverseError(fault.status, fault.code, fault.message, headers=wait)
    whole = row.whole()
    for duplicate in org.rules.duplicate_rule:
        if options.detect_duplicates and duplicate.applies(entity.name, operation):
            values = {name: whole.get(name) for name in duplicate.match}
            if None not in values.values() and _other(org, entity, row.id, values):
                raise DataverseError(duplicate.status, "0x80040333", duplicate.message)
    for rule in org.rules.validation_rule:
        bypassed = rule.plugin and "CustomSync" in options.bypass
        if not bypassed and rule.applies(entity.name, operation) and rule.breaks(whole):
            raise DataverseError(400, rule.code, rule.message)


def _other(org: "Org", entity: Entity, id: str, values: dict[str, Any]) -> bool:
    test = " AND ".join(f'"{name}" = ? COLLATE NOCASE' for name in values)
    query = f'SELECT 1 FROM "{entity.name}" WHERE {test} AND "{entity.primary_id}" <> ? LIMIT 1'
    return org.storage.db.execute(query, [*values.values(), id]).fetchone() is not None


def unused(org: "Org", entity: Entity, id: str) -> None:
    """A client may choose a row's GUID, but not one that is taken. Raises DataverseError 412."""
    query = f'SELECT 1 FROM "{entity.name}" WHERE "{entity.primary_id}" = ?'
    if org.storage.db.execute(query, (id,)).fetchone():
        raise DataverseError(412, "0x80040237", _MATCHING)
