"""What this login may do: privileges by table, with how far they reach, and columns that are kept from it.

A secured column that may not be read comes back empty, as if nobody had filled it [wire §5.5]: it must count as hidden,
or a rule would fill it. What cannot be asked is not assumed: then secured columns count as hidden, and tables as
readable, for the CRM itself refuses what is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from connector.adapters.dynamics import query
from connector.adapters.dynamics.metadata import Metadata, TableInfo
from connector.adapters.dynamics.org import asked
from connector.adapters.dynamics.session import Session

READ, WRITE, CREATE = "Read", "Write", "Create"
ALL: Final = "Global"
"""How far a privilege reaches that holds for every record of the organisation."""
ADMINISTRATOR: Final = "System Administrator"
_USER_PROFILES: Final = "systemuserprofiles"


class Permission(NamedTuple):
    """What a column security profile allows of a secured column."""

    read: bool
    update: bool


class Access:
    """The rights of one login, asked for once. `user`: gives its id."""

    def __init__(self, session: Session, metadata: Metadata, user: Callable[[], str]) -> None:
        self._session = session
        self._metadata = metadata
        self._user = user
        self._depths: Mapping[str, str] | None = None
        self._columns: Mapping[tuple[str, str], Permission] | None = None
        self._administers: bool | None = None

    def forget(self) -> None:
        """From now on ask anew."""
        self._depths = self._columns = self._administers = None

    @property
    def told(self) -> bool:
        """Whether the CRM told this login its privileges at all."""
        if self._depths is None:
            self._depths = self._ask_depths()
        return bool(self._depths)

    def depth(self, table: TableInfo, right: str) -> str | None:
        """How far a right on a table reaches: Basic (own records), Local, Deep, Global; empty: not at all.

        None if that cannot be told.
        """
        privilege = table.privileges.get(right)
        if not self.told or self._depths is None or privilege is None:
            return None
        return self._depths.get(privilege) or (ALL if self._is_administrator() else "")

    def may(self, table: TableInfo, right: str) -> bool:
        """Whether it has the right at all; what cannot be told counts as yes."""
        return self.depth(table, right) != ""

    def column(self, table: TableInfo, name: str) -> Permission:
        """What it may do with a column."""
        if not table.columns[name].secured:
            return Permission(True, True)
        if self._columns is None:
            self._columns = self._ask_columns()
        return self._columns.get((table.name, name), Permission(False, False))

    def hidden(self, table: str) -> frozenset[str]:
        """The columns of a table that read as empty for it: secured ones, and all of a table that it may not read."""
        info = self._metadata.table(table)
        if info is None:
            return frozenset()
        if not self.may(info, READ):
            return frozenset(info.columns)
        return frozenset(name for name in info.columns if not self.column(info, name).read)

    def unwritable(self, table: str) -> frozenset[str]:
        """The secured columns of a table that it may not change."""
        info = self._metadata.table(table)
        if info is None:
            return frozenset()
        return frozenset(name for name in info.columns if not self.column(info, name).update)

    def _ask_depths(self) -> Mapping[str, str]:
        path = f"{self._session.data}/systemusers({self._user()})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"
        answer: Any = asked(lambda: self._session.get(path)) or {}
        return {one["PrivilegeId"]: str(one.get("Depth") or ALL) for one in answer.get("RolePrivileges") or ()}

    def _ask_columns(self) -> Mapping[tuple[str, str], Permission]:
        """By the profiles of the user; those of its teams are found through the teams it is in."""
        if self._is_administrator():
            return _Everything()
        select = ["entityname", "attributelogicalname", "canread", "canupdate"]
        found: dict[tuple[str, str], Permission] = {}
        for row in self._rows("fieldpermission", select, "fieldsecurityprofileid", self._profiles()):
            key = (row["entityname"], row["attributelogicalname"])
            before = found.get(key, Permission(False, False))
            found[key] = Permission(before.read or bool(row["canread"]), before.update or bool(row["canupdate"]))
        return found

    def _profiles(self) -> list[str]:
        return [
            row["fieldsecurityprofileid"]
            for table, column, ids in (
                (_USER_PROFILES, "systemuserid", [self._user()]),
                ("teamprofiles", "teamid", self._teams()),
            )
            for row in self._rows(table, ["fieldsecurityprofileid"], column, ids)
        ]

    def _teams(self) -> list[str]:
        return [row["teamid"] for row in self._rows("teammembership", ["teamid"], "systemuserid", [self._user()])]

    def _is_administrator(self) -> bool:
        """Administrators see every table and column, whatever roles and profiles list."""
        if self._administers is None:
            self._administers = self._ask_administrator()
        return self._administers

    def _ask_administrator(self) -> bool:
        roles = [row["roleid"] for row in self._rows("systemuserroles", ["roleid"], "systemuserid", [self._user()])]
        return any(row["name"] == ADMINISTRATOR for row in self._rows("role", ["name"], "roleid", roles))

    def _rows(self, table: str, select: list[str], column: str, ids: list[str]) -> list[Mapping[str, Any]]:
        """What this login may see of them."""
        info = self._metadata.table(table)
        if info is None or not ids:
            return []
        path = query.path(self._session, info.set, select, query.among(column, ids))
        return asked(lambda: list(query.rows(self._session, path))) or []


class _Everything(dict[tuple[str, str], Permission]):
    """Every column may be read and changed."""

    def get(self, key: tuple[str, str], default: Any = None) -> Permission:
        return Permission(True, True)
