"""What a user may see and do: privileges with their depth, the rows in reach, and secured columns."""

import sqlite3
from collections.abc import Callable, Mapping

from connector.sandbox.dynamics.base import BUSINESS_UNIT_ID, privilege_name
from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.errors import DataverseError

USER, GLOBAL = 1, 8
"""Depths of a privilege: the user's own rows, all rows. There is one business unit here, so 2 and 4 mean all, too."""
_PRIVILEGES = """
SELECT p.name, max(rp.privilegedepthmask) FROM roleprivileges AS rp JOIN privilege AS p USING (privilegeid)
WHERE rp.roleid IN (SELECT roleid FROM systemuserroles WHERE systemuserid = ?) GROUP BY p.name
"""
_COLUMNS = """
SELECT entityname, attributelogicalname, max(canread), max(cancreate), max(canupdate) FROM fieldpermission
WHERE fieldsecurityprofileid IN (SELECT fieldsecurityprofileid FROM systemuserprofiles WHERE systemuserid = ?)
GROUP BY 1, 2
"""
_RIGHTS = {"read": 0, "create": 1, "update": 2}


class Access:
    """One user's rights. `privileges` maps names to depths; `roles` counts the security roles that give them."""

    def __init__(
        self,
        db: sqlite3.Connection,
        user_id: str,
        entities: Mapping[str, Entity],
        audited_until: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.user_id = user_id
        self.privileges: dict[str, int] = dict(db.execute(_PRIVILEGES, (user_id,)).fetchall())
        query = "SELECT roleid FROM systemuserroles WHERE systemuserid = ?"
        roles = {row[0] for row in db.execute(query, (user_id,))}
        self.roles = len(roles)
        query = "SELECT 1 FROM role WHERE name = 'System Administrator' AND roleid = ?"
        self.administrator = any(db.execute(query, (role,)).fetchone() for role in roles)
        query = "SELECT teamid FROM teammembership WHERE systemuserid = ?"
        self._owners = (user_id, *(row[0] for row in db.execute(query, (user_id,))))
        self._columns = {(row[0], row[1]): row[2:] for row in db.execute(_COLUMNS, (user_id,))}
        self._entities = entities
        self._audited_until = audited_until

    def may(self, privilege: str) -> bool:
        """Whether the user holds a privilege, at any depth. Administrators hold all, those of new tables, too."""
        return self.administrator or privilege in self.privileges

    def demand(self, verb: str, entity: Entity, owner: str | None = None) -> None:
        """Raise the refusal unless the user may `Read`, `Write`, `Create`, `Delete`, `Assign`… rows of that table;
        with the `owner` of a row, that row.
        """
        name = privilege_name(verb, entity)
        if self.administrator:
            return
        depth = self.privileges.get(name, 0)
        if not depth:
            raise self._missing(name, entity)
        if owner is not None and depth == USER and entity.ownership == "UserOwned" and owner not in self._owners:
            text = (
                f"Principal user (Id={self.user_id}) does not have {verb}Access right(s) for record of entity"
                f" '{entity.name}'"
            )
            raise DataverseError(403, "0x80040220", text)

    def _missing(self, name: str, entity: Entity) -> DataverseError:
        from connector.sandbox.dynamics.base import privilege_id

        text = (
            f"Principal user (Id={self.user_id}, type=8, roleCount={self.roles}, privilegeCount={len(self.privileges)},"
            f" accessMode='4 Non-interactive', BusinessUnitId={BUSINESS_UNIT_ID}) is missing {name} privilege"
            f" (Id={privilege_id(name)}) on OTC={entity.code} for entity '{entity.name}'"
        )
        return DataverseError(403, "0x80040220", text)

    def rows(self, entity: Entity, table: str = "") -> tuple[str, list[str]]:
        """An SQL condition, with its values, that holds for the rows the user may read: rows out of reach are absent
        from lists, without an error. `table` is the name or alias that the columns belong to. "" means all rows.
        Audit rows that are still being written are left out.
        """
        prefix = f'"{table}".' if table else ""
        until = self._audited_until() if entity.name == "audit" else None
        if until is not None:
            return f"{prefix}createdon <= ?", [until]
        depth = self.privileges.get(privilege_name("Read", entity), 0)
        if self.administrator or depth > USER or entity.ownership != "UserOwned":
            return "", []
        return f"{prefix}ownerid IN ({', '.join('?' * len(self._owners))})", list(self._owners)

    def hidden(self, entity: Entity) -> frozenset[str]:
        """Logical names of secured columns that read as null."""
        if self.administrator:
            return frozenset()
        return frozenset(
            one.name for one in entity.attributes if one.secured and not self.column(entity, one.name, "read")
        )

    def column(self, entity: Entity, name: str, right: str) -> bool:
        """Whether the user may `read`, `create` (set at creation) or `update` a secured column."""
        if self.administrator:
            return True
        found = self._columns.get((entity.name, name))
        return bool(found and found[_RIGHTS[right]])
