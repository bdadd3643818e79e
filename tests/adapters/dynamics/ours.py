"""An environment with the columns of ours, and whatever status reasons a test wants, as admins would make it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from connector.mapping import Mapping
from connector.model import FIELDS, OBJECTS, Kind
from connector.sandbox.dynamics.catalogue import Attribute, Option
from connector.sandbox.dynamics.metadata.pending import add_column
from connector.sandbox.dynamics.org import Org

FIRST = 453_100_000
"""The first number of our options."""
OPEN, QUALIFIED, DISQUALIFIED = 0, 1, 2
_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "String", "max_length": 100, "format": "Text"},
    Kind.NUMBER: {"type": "Decimal", "min": -1e9, "max": 1e9, "precision": 2},
    Kind.WHOLE: {"type": "Integer", "min": 0, "max": 9_999},
    Kind.FLAG: {
        "type": "Boolean",
        "default": 0,
        "options": (Option(value=0, label="No"), Option(value=1, label="Yes")),
    },
    Kind.DATE: {"type": "DateTime", "format": "DateOnly", "behavior": "DateOnly"},
    Kind.DATETIME: {"type": "DateTime", "format": "DateAndTime", "behavior": "UserLocal"},
}


def add_columns(org: Org, mapping: Mapping, statuses: Iterable[str]) -> None:
    """Adds the custom columns that the mapping names as writable; contacts may have these statuses, texts are texts."""
    choices = {"status": tuple(statuses)}
    for object in OBJECTS:
        table = mapping.object(object)
        for name in sorted(table.writable):
            api = table.field(name).api
            if not api.startswith("conn_"):
                continue
            given = dict(_TYPES[FIELDS[name]])
            if name in choices:
                options = tuple(Option(value=FIRST + at, label=text) for at, text in enumerate(choices[name]))
                given = {"type": "Picklist", "options": options}
            label = name.replace("_", " ").title()
            made = Attribute(name=api, schema_name=api, label=label, custom=True, audited=name == "status", **given)
            add_column(org, table.api, made)


def add_status_reasons(org: Org, reasons: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Adds status reasons of leads, each (label, state), if they are not there; gives the number of every label."""
    entity = org.entities["lead"]
    column = entity.by_name["statuscode"]
    there = {one.label for one in column.options}
    new = [(label, state) for label, state in dict.fromkeys(reasons) if label not in there]
    options = tuple(Option(value=FIRST + at, label=label, state=state) for at, (label, state) in enumerate(new))
    org.define(entity.with_attribute(replace(column, options=(*column.options, *options))))
    return {one.label: one.value for one in org.entities["lead"].by_name["statuscode"].options}
