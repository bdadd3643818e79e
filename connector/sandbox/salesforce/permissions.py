"""Changing what the integration user may see and do, as an administrator would."""

from typing import TYPE_CHECKING

from connector.sandbox.salesforce.base import PROFILE_SET_ID

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def hide_field(org: "Org", object_name: str, field_name: str) -> None:
    """Take a field away altogether: describe, SOQL and DML no longer know it."""
    _field(org, object_name, field_name, None)


def lock_field(org: "Org", object_name: str, field_name: str) -> None:
    """Leave a field readable only."""
    _field(org, object_name, field_name, False)


def grant_field(org: "Org", object_name: str, field_name: str) -> None:
    """Let a field be read and, unless it is calculated or the platform's own, written."""
    field = org.objects[object_name].by_name[field_name.lower()]
    _field(org, object_name, field_name, field.updateable or field.createable)


def deny(org: "Org", object_name: str, *rights: str) -> None:
    """Take rights on an object's records away: "Create", "Read", "Edit", "Delete"."""
    off = ", ".join(f"Permissions{right} = 0" for right in rights)
    with org.storage.transaction() as db:
        query = f"UPDATE ObjectPermissions SET {off} WHERE SobjectType = ?"
        if db.execute(query, (object_name,)).rowcount == 0:
            raise ValueError(f"{object_name} has no object permissions to take away")
    org.after_load(org.objects["ObjectPermissions"])


def revoke(org: "Org", permission: str) -> None:
    """Take a system permission away, such as "ApiEnabled", "CustomizeApplication" or "ViewSetup"."""
    with org.storage.transaction() as db:
        db.execute(f'UPDATE PermissionSet SET "Permissions{permission}" = 0')
        db.execute(f'UPDATE Profile SET "Permissions{permission}" = 0')
    org.after_load(org.objects["PermissionSet"])


def _field(org: "Org", object_name: str, field_name: str, edit: bool | None) -> None:
    field = org.objects[object_name].by_name[field_name.lower()]
    if not field.permissionable:
        raise ValueError(f"field access does not apply to {object_name}.{field.name}")
    name = f"{object_name}.{field.name}"
    with org.storage.transaction() as db:
        db.execute("DELETE FROM FieldPermissions WHERE Field = ?", (name,))
        if edit is not None:
            columns = ["ParentId", "SobjectType", "Field", "PermissionsRead", "PermissionsEdit"]
            org.load("FieldPermissions", columns, [[PROFILE_SET_ID, object_name, name, True, edit]])
    org.after_load(org.objects["FieldPermissions"])
