"""What rows of permissions must satisfy themselves: one per set and field, and only where field access applies."""

from typing import TYPE_CHECKING

from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.dml.pending import Pending
from connector.sandbox.salesforce.dml.results import RowError

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_UNIQUE = {
    "FieldPermissions": ("ParentId", "Field"),
    "ObjectPermissions": ("ParentId", "SobjectType"),
    "PermissionSetAssignment": ("PermissionSetId", "AssigneeId"),
    "PermissionSet": ("Name",),
}


def refusal(org: "Org", found: ObjectType, row: Pending) -> RowError | None:
    """Why a new or changed row of permissions cannot be."""
    key = _UNIQUE.get(found.name)
    if key is None:
        return None
    if found.name == "FieldPermissions":
        error = _misplaced(org, row)
        if error is not None:
            return error
    same = " AND ".join(f'"{name}" = ?' for name in key)
    query = f'SELECT "Id" FROM "{found.name}" WHERE {same} AND "Id" <> ?'
    other = org.storage.db.execute(query, [*(row.get(name) for name in key), row.id]).fetchone()
    if other is None or row.old:
        return None
    text = f"duplicate value found: {key[-1]} duplicates value on record with id: {other[0][:15]}"
    return RowError("DUPLICATE_VALUE", text, ())


def _misplaced(org: "Org", row: Pending) -> RowError | None:
    """Required and master-detail fields, and those of the platform, take no field access."""
    if "Field" not in row.new:
        return None
    object_name, _, name = str(row.new["Field"]).partition(".")
    found = org.objects.get(object_name)
    field = found.field(name) if found else None
    if field is None:
        text = f"Field Name: bad value for restricted picklist field: {row.new['Field']}"
        return RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, ("Field",))
    if not field.permissionable:
        text = f"You cannot deploy to a required field: {object_name}.{field.name}"
        return RowError("FIELD_INTEGRITY_EXCEPTION", text, ("Field",))
    if row.get("PermissionsEdit") and not (field.createable or field.updateable):
        text = f"Field {object_name}.{field.name} cannot be made editable"
        return RowError("FIELD_INTEGRITY_EXCEPTION", text, ("PermissionsEdit",))
    return None
