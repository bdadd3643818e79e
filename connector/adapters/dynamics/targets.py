"""What is written where: our field names to columns and JSON values, per table. Pure.

Numbers of options come from the org's metadata, never from here: the same label has another number in every
environment. A status reason belongs to a state, and both are always written together: alone it is refused where the
state would have to change (0x80048408), and a state alone takes whatever status reason is its default [wire §3.2].
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from connector.adapters.dynamics.days import unfit
from connector.adapters.dynamics.metadata import CHOICES, Metadata, Option
from connector.errors import NotPermitted, Skip
from connector.mapping import TableMap
from connector.model import Kind
from connector.ports import Update
from connector.text import from_text

STATE: Final = "statecode"
OPEN: Final = 0
"""The state of a lead or contact that is being worked on [wire §2.6, §2.7]."""


class Target(msgspec.Struct, frozen=True):
    """Where one field of ours is stored. `type` is the column's AttributeType; `is_date`: it takes a day, no time.

    `unfit`: why it cannot hold a value of that kind; empty if it can.
    """

    api: str
    kind: Kind
    type: str
    options: tuple[Option, ...] = ()
    is_date: bool = False
    unfit: str = ""


class Targets(msgspec.Struct, frozen=True):
    """Everything of ours that may be written to one table. `set` is its name in addresses, `fields` ours → theirs.

    `opens`: the status reason of a row that is opened again; `status`: the column that holds it.
    """

    api: str
    set: str
    fields: Mapping[str, Target]
    opens: int | None = None
    status: str = "statuscode"

    def body(self, update: Update) -> dict[str, Any]:
        """The update as the JSON of a PATCH. Raises Skip if the CRM could not hold a value."""
        body: dict[str, Any] = {}
        for field, text in update.values.items():
            target = self._target(field)
            if target.type == "Status":
                reason = _reason(target, text, update.raw)
                body |= {STATE: reason.state, target.api: reason.value}
            else:
                body[target.api] = _value(target, text, update.raw)
        return body

    def _target(self, field: str) -> Target:
        try:
            return self.fields[field]
        except KeyError:
            raise NotPermitted(
                f"{field} cannot be written: the org lacks the column, or it is secured and the application user may "
                "not update it",
                where=self.api,
                next="run: connector check",
            ) from None


def targets_of(metadata: Metadata, table: TableMap, may_not: frozenset[str] = frozenset()) -> Targets:
    """What may be written to a table: mapped as writable, there, open to updates. `may_not`: secured against us."""
    info = metadata.table(table.api)
    fields: dict[str, Target] = {}
    for name in sorted(table.writable):
        column = table.field(name)
        attribute = info.columns.get(column.api) if info else None
        if attribute is None or not attribute.updateable or column.api in may_not:
            continue
        options = metadata.options(table.api, column.api) if attribute.type in CHOICES else ()
        is_date = attribute.type == "DateTime" and metadata.is_date(table.api, column.api)
        wrong = unfit(column.kind, attribute.type, metadata.behavior(table.api, column.api))
        fields[name] = Target(column.api, column.kind, attribute.type, options, is_date, wrong)
    opens = next((one.reason for one in metadata.options(table.api, STATE) if one.value == OPEN), None)
    return Targets(table.api, info.set if info else table.api, fields, opens)


def _value(target: Target, text: str | None, raw: Mapping[str, str]) -> Any:
    if target.unfit:
        raise _unfit(target, target.unfit)
    if target.type in CHOICES:
        return None if text is None else _option(target, text, raw).value
    if target.type == "Boolean":
        return text == "true"
    if text is None:
        return None
    if target.kind is Kind.DATE:
        return text if target.is_date else f"{text}T00:00:00Z"
    if target.kind is Kind.DATETIME:
        return text
    value = from_text(target.kind, text)
    if target.type in ("Integer", "BigInt") and isinstance(value, float):
        if not value.is_integer():
            raise _unfit(target, f"it holds whole numbers only, not {text}")
        return int(value)
    return value


def _reason(target: Target, text: str | None, raw: Mapping[str, str]) -> Option:
    if text is None:
        raise _unfit(target, "a status reason cannot be empty")
    reason = _option(target, text, raw)
    if reason.state is None:
        raise _unfit(target, f"the metadata does not say to which state {text!r} belongs")
    return reason


def _option(target: Target, text: str, raw: Mapping[str, str]) -> Option:
    """The option of that label: the very one that was there before (`raw`), else the only one, else the open one."""
    named = [one for one in target.options if one.label == text]
    for few in (_of_number(named, raw.get(target.api)), named, [one for one in named if one.state == OPEN]):
        if len(few) == 1:
            return few[0]
    if named:
        numbers = ", ".join(str(one.value) for one in named)
        raise _unfit(target, f"{text!r} is the label of several options ({numbers}); give them different labels")
    raise _unfit(target, f"it has no option {text!r}; add it with `connector schema apply`, or by hand")


def _of_number(options: Iterable[Option], number: str | None) -> list[Option]:
    return [one for one in options if str(one.value) == number]


def _unfit(target: Target, what: str) -> Skip:
    return Skip(f"{target.api}: {what}", where=target.api)
