"""What admins built around the values of picklists: list views, reports, rules. Read from the faults file, too.

Nothing of it is on the wire as a table of its own; `shown` makes the records that queries find.
"""

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_SETTING = "rules"


class Filter(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A condition: `field` `operation` `value`, the operations being equals and notEqual; several values by comma."""

    field: str
    value: str = ""
    operation: str = "equals"

    def holds(self, actual: object) -> bool:
        """Whether a field with that value meets it; blank is an empty text, and case does not matter."""
        wanted = [part.strip().casefold() for part in self.value.split(",")]
        text = "" if actual is None else str(actual).casefold()
        return (text in wanted) == (self.operation == "equals")


class ListView(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A list view of `object`; all `filters` must hold."""

    object: str
    name: str
    filters: tuple[Filter, ...] = ()
    columns: tuple[str, ...] = ("Name",)


class Report(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A saved report on `object`. Its filters can be read; it cannot be run."""

    name: str
    object: str = "Lead"
    folder: str = "Public Reports"
    filters: tuple[Filter, ...] = ()


class WorkflowRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A workflow rule that somebody switched off: it is there to be found, and does nothing."""

    object: str
    name: str
    criteria: tuple[Filter, ...] = ()
    formula: str = ""


class ApexTrigger(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A trigger whose source can be read. There is no Apex here: it does nothing."""

    object: str
    name: str
    body: str = ""
    active: bool = True


class AssignmentEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An entry of the object's assignment rule, before the one that takes every record: who meets all `filters` goes to
    `owner`, a user or queue by name or id.
    """

    owner: str
    filters: tuple[Filter, ...] = ()
    object: str = "Lead"


def first_day(org: "Org") -> dict[str, Any]:
    """The tables that belong to the org itself, in the form of a faults file."""
    tables: dict[str, Any] = org.settings.get(_SETTING, {})
    return tables


def merged(own: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """The tables of both; lists are joined."""
    out = {**own, **more}
    for name in own.keys() & more.keys():
        if isinstance(own[name], list) and isinstance(more[name], list):
            out[name] = [*own[name], *more[name]]
    return out


def keep(org: "Org", tables: dict[str, Any]) -> None:
    """Make these rules, views and the like part of the org: a copy of it has them as well. Raises BadInput."""
    before = msgspec.to_builtins(org.rules)
    org.rules = type(org.rules).read(merged(before, tables))
    org.settings[_SETTING] = merged(first_day(org), tables)
