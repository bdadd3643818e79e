"""What the environment is made of, as this login may see it: tables, columns, options, navigation properties.

Only tables of the mapping are asked for, each thing once per process: everything at once would be tens of megabytes
[wire trap 8]. Numbers and names of options differ between environments, so nothing of them is known beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from connector.adapters.dynamics.session import Session, sequence
from connector.adapters.web.errors import Hidden

LOOKUPS: Final = frozenset({"Lookup", "Customer", "Owner"})
CHOICES: Final = frozenset({"Picklist", "State", "Status"})
_TABLE: Final = (
    "LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,ObjectTypeCode,ChangeTrackingEnabled,"
    "IsAuditEnabled,DisplayName,Privileges"
)
_COLUMN: Final = (
    "LogicalName,SchemaName,AttributeType,AttributeOf,ColumnNumber,DisplayName,IsAuditEnabled,IsSecured,"
    "IsValidForRead,IsValidForUpdate"
)
_CASTS: Final = ("PicklistAttributeMetadata", "StateAttributeMetadata", "StatusAttributeMetadata")


class Option(msgspec.Struct, frozen=True):
    """One option. `label` in the base language. `state`: the state that a status reason belongs to.

    `invariant`: of a state, its name in no language; `reason`: its default status reason.
    """

    value: int
    label: str
    state: int | None = None
    invariant: str = ""
    default: bool = False
    reason: int | None = None


class Attribute(msgspec.Struct, frozen=True):
    """One column. `type` is its AttributeType; `number` is how audit rows name it."""

    name: str
    type: str
    label: str
    number: int
    audited: bool
    secured: bool
    updateable: bool


class Navigation(msgspec.Struct, frozen=True):
    """A lookup column as seen from one of the tables it may point to."""

    column: str
    target: str


class TableInfo(msgspec.Struct, frozen=True):
    """One table. `set`: its name in addresses; `tracking`: changes can be asked for; `audited`: its audit switch is on.

    `privileges`: right (Read, Write …) → id of the privilege that gives it.
    """

    name: str
    set: str
    key: str
    label: str
    tracking: bool
    audited: bool
    columns: Mapping[str, Attribute]
    privileges: Mapping[str, str] = {}


class Metadata:
    """Metadata, remembered. `language`: gives the code of the base language, in which labels are wanted."""

    def __init__(self, session: Session, language: Callable[[], int]) -> None:
        self._session = session
        self._language = language
        self._tables: dict[str, TableInfo | None] = {}
        self._navigations: dict[str, Mapping[str, Navigation]] = {}
        self._options: dict[str, Mapping[str, tuple[Option, ...]]] = {}
        self._details: dict[tuple[str, str, str], Mapping[str, Any]] = {}

    def forget(self) -> None:
        """From now on ask anew."""
        for known in (self._tables, self._navigations, self._options, self._details):
            known.clear()

    def table(self, name: str) -> TableInfo | None:
        """The table of that logical name; None if there is none for us."""
        if name not in self._tables:
            self._tables[name] = self._ask_table(name)
        return self._tables[name]

    def options(self, table: str, column: str) -> tuple[Option, ...]:
        """The options of a choice, state or status column, in their order; none for other columns."""
        if table not in self._options:
            self._options[table] = self._ask_options(table)
        return self._options[table].get(column, ())

    def navigation(self, table: str, name: str) -> Navigation | None:
        """What the single-valued navigation property of that name leads to. Names are case sensitive."""
        if table not in self._navigations:
            path = f"{self._path(table)}/ManyToOneRelationships?$select=ReferencingAttribute,ReferencedEntity,"
            rows = sequence(self._session.get(f"{path}ReferencingEntityNavigationPropertyName"))
            self._navigations[table] = {
                row["ReferencingEntityNavigationPropertyName"]: Navigation(
                    row["ReferencingAttribute"], row["ReferencedEntity"]
                )
                for row in rows
                if row.get("ReferencingEntityNavigationPropertyName")
            }
        return self._navigations[table].get(name)

    def is_date(self, table: str, column: str) -> bool:
        """Whether a DateTime column holds a date without a time: its behaviour says so, not its type or format."""
        behavior = self._detail(table, "DateTimeAttributeMetadata", "DateTimeBehavior").get(column) or {}
        return isinstance(behavior, Mapping) and behavior.get("Value") == "DateOnly"

    def length(self, table: str, column: str) -> int | None:
        """Characters that a text column holds."""
        found = self._detail(table, "StringAttributeMetadata", "MaxLength").get(column)
        return int(found) if found else None

    def _detail(self, table: str, cast: str, name: str) -> Mapping[str, Any]:
        key = (table, cast, name)
        if key not in self._details:
            path = f"{self._path(table)}/Attributes/Microsoft.Dynamics.CRM.{cast}?$select=LogicalName,{name}"
            self._details[key] = {row["LogicalName"]: row.get(name) for row in sequence(self._session.get(path))}
        return self._details[key]

    def _path(self, table: str) -> str:
        return f"{self._session.data}/EntityDefinitions(LogicalName='{quote(table, safe='')}')"

    def _ask_table(self, name: str) -> TableInfo | None:
        try:
            found = self._session.get(f"{self._path(name)}?$select={_TABLE}")
            columns = sequence(self._session.get(f"{self._path(name)}/Attributes?$select={_COLUMN}"))
        except Hidden:
            return None
        return TableInfo(
            name=found["LogicalName"],
            set=found["EntitySetName"],
            key=found["PrimaryIdAttribute"],
            label=self._label(found.get("DisplayName")) or name,
            tracking=found.get("ChangeTrackingEnabled") is True,
            audited=_managed(found.get("IsAuditEnabled")),
            columns={one.name: one for one in self._columns(columns)},
            privileges={one["PrivilegeType"]: one["PrivilegeId"] for one in found.get("Privileges") or ()},
        )

    def _columns(self, rows: Iterable[Mapping[str, Any]]) -> Iterable[Attribute]:
        """Columns that can be selected: the virtual ones that only name another column's value cannot [wire §2.1]."""
        for row in rows:
            if row.get("AttributeOf") or row.get("IsValidForRead") is False:
                continue
            yield Attribute(
                name=row["LogicalName"],
                type=str(row.get("AttributeType") or ""),
                label=self._label(row.get("DisplayName")) or row["LogicalName"],
                number=int(row.get("ColumnNumber") or 0),
                audited=_managed(row.get("IsAuditEnabled")),
                secured=bool(row.get("IsSecured")),
                updateable=bool(row.get("IsValidForUpdate")),
            )

    def _ask_options(self, table: str) -> Mapping[str, tuple[Option, ...]]:
        found: dict[str, tuple[Option, ...]] = {}
        for cast in _CASTS:
            path = f"{self._path(table)}/Attributes/Microsoft.Dynamics.CRM.{cast}?$select=LogicalName,DefaultFormValue"
            for row in sequence(self._session.get(f"{path}&$expand=OptionSet,GlobalOptionSet")):
                options = (row.get("OptionSet") or row.get("GlobalOptionSet") or {}).get("Options") or ()
                default = row.get("DefaultFormValue")
                found[row["LogicalName"]] = tuple(self._option(one, default) for one in options)
        return found

    def _option(self, row: Mapping[str, Any], default: int | None) -> Option:
        value = int(row["Value"])
        return Option(
            value=value,
            label=self._label(row.get("Label")) or str(value),
            state=row.get("State"),
            invariant=str(row.get("InvariantName") or ""),
            default=value == default,
            reason=row.get("DefaultStatus"),
        )

    def _label(self, label: Mapping[str, Any] | None) -> str:
        """The text in the base language, whatever the user's is."""
        label = label or {}
        language = self._language()
        for one in label.get("LocalizedLabels") or ():
            if one.get("LanguageCode") == language and one.get("Label"):
                return str(one["Label"])
        shown = label.get("UserLocalizedLabel") or next(iter(label.get("LocalizedLabels") or ()), None) or {}
        return str(shown.get("Label") or "")


def _managed(value: Any) -> bool:
    """A managed property holds its value inside."""
    return bool(value.get("Value")) if isinstance(value, Mapping) else bool(value)
