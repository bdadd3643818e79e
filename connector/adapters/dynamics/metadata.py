"""What the environment is made of, as this login may see it: tables, columns, options, navigation properties.

Only tables of the mapping are asked for, each thing once per process: everything at once would be tens of megabytes
[wire trap 8]. Numbers and names of options differ between environments, so nothing of them is known beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from connector.adapters.dynamics.days import DATE_ONLY, USER_LOCAL
from connector.adapters.dynamics.gets import gets
from connector.adapters.dynamics.session import Session, sequence
from connector.errors import CrmFailed

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
_NAVIGATION: Final = "ReferencingEntityNavigationPropertyName"
_CAST: Final = "/Attributes/Microsoft.Dynamics.CRM"
_CHOICE: Final = "?$select=LogicalName,DefaultFormValue&$expand=OptionSet,GlobalOptionSet"
_PARTS: Final = (
    f"?$select={_TABLE}",
    f"/Attributes?$select={_COLUMN}",
    f"/ManyToOneRelationships?$select=ReferencingAttribute,ReferencedEntity,{_NAVIGATION}",
    f"{_CAST}.StringAttributeMetadata?$select=LogicalName,MaxLength",
    f"{_CAST}.DateTimeAttributeMetadata?$select=LogicalName,DateTimeBehavior,Format",
    f"{_CAST}.PicklistAttributeMetadata{_CHOICE}",
    f"{_CAST}.StateAttributeMetadata{_CHOICE}",
    f"{_CAST}.StatusAttributeMetadata{_CHOICE}",
)
"""What is asked of each table. What only columns of a type have needs a cast to that type [wire §5.1]."""


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


class _Known(msgspec.Struct, frozen=True):
    """All that is remembered of one table."""

    info: TableInfo
    options: Mapping[str, tuple[Option, ...]]
    navigations: Mapping[str, Navigation]
    behaviors: Mapping[str, str]
    days: frozenset[str]
    lengths: Mapping[str, int]


class Metadata:
    """Metadata, remembered. `language`: gives the code of the base language, in which labels are wanted."""

    def __init__(self, session: Session, language: Callable[[], int]) -> None:
        self._session = session
        self._language = language
        self._tables: dict[str, _Known | None] = {}

    def forget(self) -> None:
        """From now on ask anew."""
        self._tables.clear()

    def table(self, name: str) -> TableInfo | None:
        """The table of that logical name; None if there is none for us."""
        known = self._known(name)
        return known.info if known is not None else None

    def options(self, table: str, column: str) -> tuple[Option, ...]:
        """The options of a choice, state or status column, in their order; none for other columns."""
        known = self._known(table)
        return known.options.get(column, ()) if known is not None else ()

    def navigation(self, table: str, name: str) -> Navigation | None:
        """What the single-valued navigation property of that name leads to. Names are case sensitive."""
        known = self._known(table)
        return known.navigations.get(name) if known is not None else None

    def behavior(self, table: str, column: str) -> str:
        """How a DateTime column treats its values (see `days.py`); its type and format do not say it."""
        known = self._known(table)
        return known.behaviors.get(column, USER_LOCAL) if known is not None else USER_LOCAL

    def is_date(self, table: str, column: str) -> bool:
        """Whether a DateTime column holds a date without a time."""
        return self.behavior(table, column) == DATE_ONLY

    def is_day(self, table: str, column: str) -> bool:
        """Whether a DateTime column that holds moments is only ever shown as a day: midnight, in some user's zone."""
        known = self._known(table)
        return known is not None and column in known.days

    def length(self, table: str, column: str) -> int | None:
        """Characters that a text column holds."""
        known = self._known(table)
        return known.lengths.get(column) if known is not None else None

    def _known(self, name: str) -> _Known | None:
        if name not in self._tables:
            self._tables[name] = self._ask(name)
        return self._tables[name]

    def _ask(self, name: str) -> _Known | None:
        """One request: the parts of a table's metadata travel together. Raises CrmFailed if one is lacking."""
        path = f"{self._session.data}/EntityDefinitions(LogicalName='{quote(name, safe='')}')"
        found, *parts = gets(self._session, [f"{path}{part}" for part in _PARTS])
        if found is None:
            return None
        for part, answer in zip(_PARTS[1:], parts, strict=True):
            if answer is None:
                raise _half_told(name, part)
        columns, ways, lengths, dates, *choices = map(sequence, parts)
        return _Known(
            info=self._table(found, columns),
            options={row["LogicalName"]: self._options(row) for rows in choices for row in rows},
            navigations={row[_NAVIGATION]: _navigation(row) for row in ways if row.get(_NAVIGATION)},
            behaviors={row["LogicalName"]: str(_value(row.get("DateTimeBehavior")) or USER_LOCAL) for row in dates},
            days=frozenset(row["LogicalName"] for row in dates if row.get("Format") == "DateOnly"),
            lengths={row["LogicalName"]: int(row["MaxLength"]) for row in lengths if row.get("MaxLength")},
        )

    def _table(self, found: Mapping[str, Any], columns: Iterable[Mapping[str, Any]]) -> TableInfo:
        name = found["LogicalName"]
        return TableInfo(
            name=name,
            set=found["EntitySetName"],
            key=found["PrimaryIdAttribute"],
            label=self._label(found.get("DisplayName")) or name,
            tracking=found.get("ChangeTrackingEnabled") is True,
            audited=bool(_value(found.get("IsAuditEnabled"))),
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
                audited=bool(_value(row.get("IsAuditEnabled"))),
                secured=bool(row.get("IsSecured")),
                updateable=bool(row.get("IsValidForUpdate")),
            )

    def _options(self, row: Mapping[str, Any]) -> tuple[Option, ...]:
        options = (row.get("OptionSet") or row.get("GlobalOptionSet") or {}).get("Options") or ()
        return tuple(self._option(one, row.get("DefaultFormValue")) for one in options)

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


def _value(value: Any) -> Any:
    """A managed property, and some others, hold their value inside."""
    return value.get("Value") if isinstance(value, Mapping) else value


def _navigation(row: Mapping[str, Any]) -> Navigation:
    return Navigation(row["ReferencingAttribute"], row["ReferencedEntity"])


def _half_told(table: str, part: str) -> CrmFailed:
    """Taken for “none” it would say that columns are missing, and empty them in the mirror."""
    what = part.partition("?")[0].removeprefix("/").rpartition("Dynamics.CRM.")[2]
    return CrmFailed(
        f"the CRM describes the table {table}, but answers HTTP 404 when asked for its {what}",
        where=f"table {table}",
        next="run the command again; if it stays, report this text",
    )
