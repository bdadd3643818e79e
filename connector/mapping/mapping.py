"""What an adapter asks of a mapping: which object, which field, what kind, may it be written, what is this activity."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Table_of
from enum import StrEnum
from typing import Final

import msgspec

from connector.errors import MappingError
from connector.mapping.classify import Classifier
from connector.model import FIELDS, Kind
from connector.policy.layers import Layer
from connector.ports import COLUMNS, Table


class Reads(StrEnum):
    """How the CRM's value becomes ours."""

    VALUE = "value"
    PRESENT = "present"
    """A flag: whether the CRM's field is filled."""
    NOT = "not"
    """A flag: the opposite of the CRM's."""


class Column(msgspec.Struct, frozen=True):
    """One field of ours in the CRM: `name` is ours, `api` the CRM's (a dot goes through a parent: `Account.Name`).

    `otherwise`: further fields of the CRM, asked in this order when `api` is blank. `among`: it is a flag, whether the
    CRM's value is one of these. `where`: file, line and key if a mapping file of the user's own says so, not the
    shipped one.
    """

    name: str
    api: str
    kind: Kind = Kind.TEXT
    reads: Reads = Reads.VALUE
    otherwise: tuple[str, ...] = ()
    where: str = ""
    among: tuple[str, ...] = ()

    @property
    def apis(self) -> tuple[str, ...]:
        """All fields of the CRM it is read from."""
        return (self.api, *self.otherwise)


class TableMap(msgspec.Struct, frozen=True):
    """One object of the CRM. `columns` are in the order of `ports.COLUMNS`; what this CRM does not have is not there.

    `facts` are those that the policy names, in mapping order, the same names on lead and contact: None where the
    object has no such field. `classifier` is None for tables that hold no activities. `shown`: fields for people to
    look at, by our names, which are neither read nor written.
    """

    name: str
    api: str
    columns: Table_of[str, Column]
    facts: tuple[tuple[str, Column | None], ...] = ()
    optional: bool = False
    writable: frozenset[str] = frozenset()
    classifier: Classifier | None = None
    where: str = ""
    shown: Table_of[str, str] = {}

    def has(self, name: str) -> bool:
        """Whether the CRM has that field of ours."""
        return name in self.columns

    def field(self, name: str) -> Column:
        """The field that we call `name`. Raises MappingError if the mapping does not name it."""
        column = self.columns.get(name)
        if column is None:
            what = f"the mapping names no field for {name!r}"
            raise MappingError(what, where=self.where, next=f"add a line to [tables.{self.name}.fields]")
        return column

    def apis(self) -> tuple[str, ...]:
        """All fields of the CRM that must be read for this table, each once."""
        columns = [*self.columns.values(), *(column for _, column in self.facts if column)]
        named = [api for column in columns for api in column.apis]
        return tuple(dict.fromkeys([*named, *(self.classifier.fields if self.classifier else ())]))


class Mapping(msgspec.Struct, frozen=True):
    """A checked mapping.

    `statuses`: the CRM's default statuses by role, as `policy.loader.load(statuses=…)` wants them. `hash`: 64 hex
    digits over all it says. `known_facts`: per object, the facts that a policy may name.
    """

    name: str
    tables: Table_of[str, TableMap]
    statuses: Layer
    hash: str
    known_facts: Table_of[str, Table_of[str, Column]] = {}

    def object(self, name: str) -> TableMap:
        """The table of `lead` or `contact`."""
        return self.tables[name]

    def table(self, table: Table | str) -> TableMap | None:
        """The map of one mirrored table (or `queue`); None if this CRM has no such thing."""
        return self.tables.get(str(table))

    def with_facts(self, names: Iterable[str], where: str = "facts") -> Mapping:
        """The same mapping that reads these facts of a policy. Raises MappingError for a name the mapping lacks."""
        wanted = set(names)
        known = tuple(dict.fromkeys(name for facts in self.known_facts.values() for name in facts))
        if unknown := sorted(wanted.difference(known)):
            what = f"the mapping {self.name} has no fact {unknown[0]!r}; it has: {', '.join(known) or 'none'}"
            raise MappingError(what, where=where, next="add it to [tables.lead.facts] or [tables.contact.facts]")
        ordered = tuple(name for name in known if name in wanted)
        tables = dict(self.tables)
        for on, facts in self.known_facts.items():
            narrowed = tuple((name, facts.get(name)) for name in ordered)
            tables[on] = msgspec.structs.replace(tables[on], facts=narrowed)
        return msgspec.structs.replace(self, tables=tables)


_KINDS: Final[Table_of[str, Kind]] = {
    **FIELDS,
    **dict.fromkeys(("created_at", "modified_at", "converted_at", "closed_at", "responded_at", "at"), Kind.DATETIME),
    **dict.fromkeys(
        ("is_converted", "is_inactive", "is_bounced", "is_person_account", "active", "is_open", "is_won"), Kind.FLAG
    ),
    **dict.fromkeys(("responded", "is_default", "is_closed"), Kind.FLAG),
    **dict.fromkeys(("employees", "from_minute", "to_minute"), Kind.WHOLE),
    "date": Kind.DATE,
}

EXTRA: Final[Table_of[str, tuple[str, ...]]] = {
    Table.CONTACT: ("is_person_account", "converted_from"),
    Table.LEAD_HISTORY: ("field",),
    Table.CONTACT_HISTORY: ("field",),
    Table.OPPORTUNITY: ("converted_from", "contact_id", "customer_id"),
    Table.TASK: ("is_closed",),
}
"""Names that a table may map besides its columns, for the adapter's own use."""

QUEUE, CALL, ACTIVITY, STAKEHOLDER = "queue", "call", "activity", "stakeholder"
"""Objects of a CRM that are mirrored together with others: owners who are no users, calls that are no tasks, activities
of every other kind, and who takes part in an opportunity, where that stands in a table of its own."""


def kind_of(name: str) -> Kind:
    """What a column of the common model holds."""
    return _KINDS.get(name, Kind.TEXT)


def names_of(table: str) -> tuple[str, ...]:
    """The names that may be mapped in that table. Raises KeyError: there is no such table."""
    if table == QUEUE:
        return ("id", "name", "email")
    if table in (CALL, ACTIVITY):
        return names_of(Table.TASK)
    if table == STAKEHOLDER:
        return (*COLUMNS[Table.OPPORTUNITY_CONTACT], "role")
    return (*COLUMNS[Table(table)], *EXTRA.get(table, ()))
