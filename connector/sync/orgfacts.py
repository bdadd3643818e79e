"""From what the org has to what judging must know of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connector.case import OrgFacts
from connector.model import FIELDS
from connector.ports import ObjectSchema, OrgSchema, PicklistValue


def org_facts(schema: OrgSchema, tracked_since: Mapping[str, datetime | None]) -> OrgFacts:
    """The facts of this schema; `tracked_since`: see `tracking.py`."""
    return OrgFacts(
        writable=frozenset(
            (name, field.name)
            for name, one in schema.objects.items()
            for field in one.fields.values()
            if field.writable
        ),
        converting=frozenset(
            value.value for one in schema.objects.values() for value in _status_values(one) if value.converts
        ),
        offered=_offered(schema),
        states={
            (name, value.value): value.state
            for name, one in schema.objects.items()
            for value in _status_values(one)
            if value.state
        },
        closed_lists=frozenset(name for name, one in schema.objects.items() if _takes_only_listed(one)),
        tracked_since=tracked_since,
        timezone=schema.timezone,
        unreadable={
            name: lacking
            for name, one in schema.objects.items()
            if (lacking := tuple(field for field in sorted(one.missing) if field not in FIELDS))
        },
    )


def shape(schema: OrgSchema) -> str:
    """Which fields can be read and where they are: if that changes, what was read before lacks something."""
    fields = [
        f"{name}.{field.name}={field.api}"
        for name, one in schema.objects.items()
        for field in one.fields.values()
        if field.readable
    ]
    return " ".join(sorted(fields))


def _offered(schema: OrgSchema) -> dict[tuple[str, str | None], frozenset[str]]:
    """The values each record type's process offers, and under None those of records without one."""
    offered: dict[tuple[str, str | None], frozenset[str]] = {}
    for name, one in schema.objects.items():
        values = frozenset(value.value for value in _status_values(one) if value.active)
        if values:
            offered[name, None] = values
        for kind in one.record_types:
            if kind.statuses is not None:
                offered[name, kind.name] = kind.statuses
    return offered


def _takes_only_listed(one: ObjectSchema) -> bool:
    status = one.fields.get("status")
    return status is not None and status.restricted and bool(status.values)


def _status_values(one: ObjectSchema) -> tuple[PicklistValue, ...]:
    status = one.fields.get("status")
    return status.values if status is not None else ()
