"""What an environment's makers added or its platform does against us: rules, automations, failures, limits.

Read from the faults file next to the wire faults; every key is explained in docs/sandbox-dynamics.md.
"""

import threading
import zlib
from collections.abc import Mapping
from typing import Any

import msgspec

from connector.errors import BadInput
from connector.sandbox.dynamics.catalogue import Entity


class ValidationRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Refuses a row of `table` that has all the values in `when` (a list means any of them, "" means empty). A `plugin`
    is custom logic that a privileged caller can bypass; a business rule of the platform is not.
    """

    table: str
    message: str
    when: dict[str, Any] = {}
    on: str = "save"
    """"save", "create" or "update"."""
    code: str = "0x80040265"
    plugin: bool = True

    def applies(self, table: str, operation: str) -> bool:
        """Whether it looks at that operation."""
        return self.table == table and (self.on == operation or (self.on == "save" and operation != "delete"))

    def breaks(self, whole: dict[str, Any]) -> bool:
        """Whether a row that is to be so is refused."""
        return all(
            ("" if whole.get(name) is None else whole[name]) in (wanted if isinstance(wanted, list) else [wanted])
            for name, wanted in self.when.items()
        )


class DuplicateRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Refuses a row with the same `match` columns as another, when the request asks for duplicate detection."""

    table: str
    match: tuple[str, ...] = ("emailaddress1",)
    message: str = "A record was not created or updated because a duplicate of the current record already exists."
    on: str = "save"
    status: int = 412

    def applies(self, table: str, operation: str) -> bool:
        """Whether it looks at that operation."""
        return self.table == table and (self.on == operation or (self.on == "save" and operation != "delete"))


class Automation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """When `column` of `table` is written (to one of `becomes`), sets columns, an owner (id, name or address of a user,
    id or name of a team), or creates a task. A `plugin` can be bypassed as such, else it is a flow.
    """

    table: str
    column: str
    becomes: tuple[Any, ...] = ()
    set: dict[str, Any] = {}
    owner: str = ""
    task: dict[str, Any] = {}
    plugin: bool = False
    name: str = ""


class RowFault(msgspec.Struct, forbid_unknown_fields=True):
    """Refuses writes of rows: every `every`-th, those with `ids`, or a `share` of all; `times` in all, or for each row
    if `each` (0: for ever). The default is a deadlock in the database. `retry_after` becomes the header.
    """

    table: str = ""
    operation: str = ""
    ids: tuple[str, ...] = ()
    share: float = 1.0
    every: int = 1
    times: int = 1
    each: bool = False
    status: int = 500
    code: str = "0x80044150"
    message: str = "Generic SQL error. SQL Server was deadlocked on lock resources with another process."
    retry_after: int | None = None
    seen: int = 0
    hits: int = 0
    met: dict[str, int] = {}

    def hit(self, table: str, operation: str, id: str) -> bool:
        """Whether this write is to be refused; counts it."""
        if self.table not in ("", table) or self.operation not in ("", operation):
            return False
        if self.ids and id not in self.ids:
            return False
        if zlib.crc32(id.encode()) % 10_000 >= self.share * 10_000:
            return False
        self.seen += 1
        done = self.met.get(id, 0) if self.each else self.hits
        due = (self.seen - 1) % self.every == 0 and (self.times == 0 or done < self.times)
        self.met[id] = self.met.get(id, 0) + due
        self.hits += due
        return due


class Limits(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The service protection limits of each user: so many `requests` and milliseconds of execution in a sliding window
    of `window` seconds of the environment's clock, so many requests at once. `cost_ms` is charged for every operation
    on top of the time it took; `dop` is what x-ms-dop-hint recommends. `token_minutes` is the life of access tokens.
    """

    requests: int = 6_000
    window: int = 300
    execution_ms: int = 1_200_000
    cost_ms: int = 0
    concurrent: int = 52
    dop: int = 8
    token_minutes: int = 60


class Rules(msgspec.Struct, forbid_unknown_fields=True):
    """All of it. `closed_rows` says what becomes of a write to other columns of a closed lead, opportunity or activity:
    "refuse" or "accept". Audit rows can be read `audit_lag` seconds after the change. For `metadata_lag` reads of
    metadata after a change, unless they ask for strong consistency, what was is shown. The nextLinks of tables in
    `stuck_paging` lead from their second page to that page again.
    """

    validation_rule: tuple[ValidationRule, ...] = ()
    duplicate_rule: tuple[DuplicateRule, ...] = ()
    automation: tuple[Automation, ...] = ()
    row_fault: tuple[RowFault, ...] = ()
    limits: Limits = Limits()
    closed_rows: str = "refuse"
    audit_lag: int = 0
    metadata_lag: int = 0
    stuck_paging: tuple[str, ...] = ()

    @classmethod
    def read(cls, tables: dict[str, Any]) -> "Rules":
        """The rules that the CRM's own tables of a faults file say. Raises BadInput naming the key that is wrong."""
        try:
            made = msgspec.convert(tables, cls)
        except msgspec.ValidationError as error:
            raise BadInput(str(error), where="faults file", next="docs/sandbox-dynamics.md lists the keys.") from error
        if made.closed_rows not in ("refuse", "accept"):
            text = f"closed_rows is {made.closed_rows!r}"
            raise BadInput(text, where="faults file", next='Write "refuse" or "accept".')
        return made

    def check(self, entities: Mapping[str, Entity]) -> None:
        """Raise BadInput for a rule about a table or a column that there is not."""
        named: list[tuple[str, tuple[str, ...]]] = [(one.table, tuple(one.when)) for one in self.validation_rule]
        named += [(one.table, one.match) for one in self.duplicate_rule]
        named += [(one.table, (one.column,)) for one in self.automation]
        named += [(one.table, ()) for one in self.row_fault if one.table]
        for table, columns in named:
            entity = entities.get(table)
            if entity is None:
                raise BadInput(f"no table {table!r}", where="faults file", next="Write a logical name, such as lead.")
            for column in columns:
                found = entity.attribute(column)
                if found is None or found.attribute_of is not None:
                    text = f"{table} has no column {column!r}"
                    raise BadInput(text, where="faults file", next="Write a logical name, such as statuscode.")

    def row_fault_for(self, table: str, operation: str, id: str) -> RowFault | None:
        """The fault that befalls this write, if any; counts it."""
        with _LOCK:
            return next((one for one in self.row_fault if one.hit(table, operation, id)), None)


_LOCK = threading.Lock()
