"""What an org's administrators added or its platform does against us: rules, automations, locks, limits.

Read from the faults file next to the wire faults; every key is explained in docs/sandbox.md.
"""

import re
import threading
import zlib
from typing import Any

import msgspec

from connector.errors import BadInput
from connector.sandbox.salesforce.bulk.rules import BulkRules
from connector.sandbox.salesforce.customizations import (
    ApexTrigger,
    AssignmentEntry,
    Filter,
    ListView,
    Report,
    WorkflowRule,
)


class ValidationRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Refuses a record of `object` that has all the values in `when` (a list means any of them, "" means blank), or for
    which `formula` is true.
    """

    object: str
    message: str
    when: dict[str, Any] = {}
    field: str = ""
    on: str = "save"
    """"save", "insert" or "update"."""
    name: str = ""
    formula: str = ""
    active: bool = True

    def condition(self) -> str:
        """The error condition as setup shows it."""
        if self.formula:
            return self.formula
        parts = [_formula(name, value if isinstance(value, list) else [value]) for name, value in self.when.items()]
        return parts[0] if len(parts) == 1 else f"AND({', '.join(parts)})"


def _formula(name: str, values: list[Any]) -> str:
    parts = [f"ISBLANK({name})" if value == "" else f'TEXT({name}) = "{value}"' for value in values]
    return parts[0] if len(parts) == 1 else f"OR({', '.join(parts)})"


class DuplicateRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Refuses a record with the same `match` fields as another; `allow_save` lets a header override it."""

    object: str
    match: tuple[str, ...] = ("Email",)
    rule: str = "Standard_Rule"
    message: str = "Use one of these records?"
    allow_save: bool = True
    on: str = "save"


class Automation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A flow: when `field` of `object` changes (to one of `becomes`) and all `filters` hold, it sets fields, an owner,
    a task, or mails. One that is not `active` does nothing.
    """

    object: str
    field: str
    becomes: tuple[str, ...] = ()
    set: dict[str, Any] = {}
    owner: str = ""
    task: dict[str, Any] = {}
    email: str = ""
    name: str = ""
    filters: tuple[Filter, ...] = ()
    active: bool = True

    def names(self, place: int) -> tuple[str, str]:
        """API name and label; `place` tells apart those that were given no name."""
        if self.name:
            return "_".join(re.findall(r"\w+", self.name)), self.name
        return f"{self.object}_{self.field}_{place + 1}", f"When {self.object} {self.field} changes"


class RowLock(msgspec.Struct, forbid_unknown_fields=True):
    """Rows that somebody else holds: these `ids`, or a `share` of all, for the first `times` attempts at each row."""

    object: str = ""
    ids: tuple[str, ...] = ()
    share: float = 0.0
    times: int = 1
    met: dict[str, int] = {}

    def holds(self, object_name: str, id18: str) -> bool:
        """Whether this attempt at the row meets the lock; counts it."""
        if self.object and self.object.lower() != object_name.lower():
            return False
        if id18 not in self.ids and zlib.crc32(id18.encode()) % 10_000 >= self.share * 10_000:
            return False
        self.met[id18] = self.met.get(id18, 0) + 1
        return self.times == 0 or self.met[id18] <= self.times


class RowFault(msgspec.Struct, forbid_unknown_fields=True):
    """Every `every`-th row written to `object` is refused with `code` and `message`, `times` in all (0: for ever)."""

    code: str
    message: str
    object: str = ""
    operation: str = ""
    every: int = 1
    times: int = 0
    seen: int = 0
    hits: int = 0

    def hit(self, object_name: str, operation: str) -> bool:
        """Whether the next row is to be refused; counts it."""
        if self.object.lower() not in ("", object_name.lower()) or self.operation not in ("", operation):
            return False
        self.seen += 1
        due = self.seen % self.every == 0 and (self.times == 0 or self.hits < self.times)
        self.hits += due
        return due


class Limits(msgspec.Struct, forbid_unknown_fields=True):
    """`daily_api_requests` allowed, `used` already; `storage_full` refuses every new record.

    `query_rows`: a REST query that finds more rows than this runs into QUERY_TIMEOUT; 0 for never.
    """

    daily_api_requests: int = 100_000
    used: int = 0
    storage_full: bool = False
    session_minutes: int = 120
    query_rows: int = 0


class Rules(msgspec.Struct, forbid_unknown_fields=True):
    """Everything of the kind, in force in one org. The lists may be changed while it runs."""

    validation_rule: list[ValidationRule] = []
    duplicate_rule: list[DuplicateRule] = []
    automation: list[Automation] = []
    row_lock: list[RowLock] = []
    row_fault: list[RowFault] = []
    assignment_entry: list[AssignmentEntry] = []
    workflow_rule: list[WorkflowRule] = []
    apex_trigger: list[ApexTrigger] = []
    list_view: list[ListView] = []
    report: list[Report] = []
    limits: Limits = msgspec.field(default_factory=Limits)
    bulk: BulkRules = msgspec.field(default_factory=BulkRules)

    @classmethod
    def read(cls, tables: dict[str, Any]) -> "Rules":
        """Rules from the tables of a faults file. Raises BadInput naming the key."""
        try:
            return msgspec.convert(tables, cls)
        except msgspec.ValidationError as error:
            raise BadInput(str(error), where="faults file", next="docs/sandbox.md lists the keys.") from error

    def locked(self, object_name: str, id18: str) -> bool:
        """Whether another transaction holds that row now."""
        with _COUNTING:
            return any(lock.holds(object_name, id18) for lock in self.row_lock)

    def fault(self, object_name: str, operation: str) -> RowFault | None:
        """The fault that refuses the next row, if any."""
        with _COUNTING:
            return next((fault for fault in self.row_fault if fault.hit(object_name, operation)), None)


_COUNTING = threading.Lock()
