"""Who may see and change what: the sum of a user's permission sets, as describe, SOQL and DML honour it."""

import sqlite3
from typing import NamedTuple

from connector.sandbox.salesforce.catalogue import FieldType, ObjectType


class Rights(NamedTuple):
    """What a user may do with an object's records."""

    create: bool = False
    read: bool = False
    edit: bool = False
    delete: bool = False


_ALL = Rights(True, True, True, True)
_LOOK = Rights(read=True)


class Access:
    """One user's view of the org. Objects that people never see on a page (setup, history, values) are open to read."""

    def __init__(self, db: sqlite3.Connection, user_id: str, objects: dict[str, ObjectType]) -> None:
        sets = "SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = ?"
        self._objects = objects
        self._rights = {
            name: Rights(*(bool(flag) for flag in flags))
            for name, *flags in db.execute(
                "SELECT SobjectType, max(PermissionsCreate), max(PermissionsRead), max(PermissionsEdit),"
                f" max(PermissionsDelete) FROM ObjectPermissions WHERE ParentId IN ({sets}) GROUP BY SobjectType",
                (user_id,),
            )
        }
        fields = db.execute(
            "SELECT Field, max(PermissionsEdit) FROM FieldPermissions"
            f" WHERE PermissionsRead AND ParentId IN ({sets}) GROUP BY Field",
            (user_id,),
        )
        self._fields: dict[str, int] = dict(fields.fetchall())
        cursor = db.execute(f"SELECT * FROM PermissionSet WHERE Id IN ({sets})", (user_id,))
        names = [column[0] for column in cursor.description]
        self.permissions = frozenset(
            name for row in cursor for name, on in zip(names, row, strict=True) if name.startswith("Permissions") and on
        )
        self._lower = {name.lower(): name for name in objects}
        self._visible: dict[str, ObjectType | None] = {}

    def may(self, permission: str) -> bool:
        """Whether the user has a system permission, such as "ApiEnabled" or "CustomizeApplication"."""
        return f"Permissions{permission}" in self.permissions

    def rights(self, found: ObjectType) -> Rights:
        """What the user may do with that object's records."""
        if found.layoutable:
            return self._rights.get(found.name, Rights())
        return _ALL if self.may("ManageUsers") else _LOOK

    def visible(self, object_name: str) -> ObjectType | None:
        """The object, its name in any case, with only the fields that the user may see; None if he may not read it."""
        name = self._lower.get(object_name.lower())
        if name is None:
            return None
        if name not in self._visible:
            found = self._objects[name]
            readable = self.rights(found).read
            self._visible[name] = self._without_hidden(found) if readable else None
        return self._visible[name]

    def _without_hidden(self, found: ObjectType) -> ObjectType:
        fields = tuple(field for field in found.fields if self.sees(found, field))
        return found if len(fields) == len(found.fields) else found.with_fields(fields)

    def sees(self, found: ObjectType, field: FieldType) -> bool:
        """Whether the user may see that field."""
        return not field.permissionable or f"{found.name}.{field.name}" in self._fields

    def edits(self, found: ObjectType, field: FieldType) -> bool:
        """Whether field access lets the user change that field; whether it can be changed at all is the field's own."""
        return not field.permissionable or bool(self._fields.get(f"{found.name}.{field.name}"))
