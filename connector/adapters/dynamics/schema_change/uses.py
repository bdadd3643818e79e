"""What in the environment still names a status value: views and processes. Best effort and read only.

Views hold FetchXML with the number of the option; processes hold XAML or JSON. What may not be asked is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree

from connector.adapters.dynamics import query
from connector.adapters.dynamics.metadata import Metadata
from connector.adapters.dynamics.session import Session
from connector.adapters.web.errors import Declined
from connector.errors import CrmFailed, NotPermitted
from connector.mapping import TableMap
from connector.provisioning import Use, Uses

Definitions = Iterator[tuple[str, str]]
"""(name, definition)"""
_NEVER: Final = (
    "cloud flows outside solutions, plug-ins, forms, charts, Power BI and other systems outside the CRM",
    "business rules and scripts that compare with the label instead of the number",
)
"""What no API of the CRM tells."""


def uses(session: Session, metadata: Metadata, table: TableMap, values: Sequence[str]) -> Uses:
    """Everything found about the values of one table, and what could not be searched."""
    column = table.field("status").api
    numbers = {one.value: one.label for one in metadata.options(table.api, column) if one.label in values}
    found: list[Use] = []
    missed: list[str] = []
    for kind, (definitions, named) in _KINDS.items():
        try:
            for name, definition in definitions(session, table.api):
                found += [Use(numbers[one], kind, name) for one in named(definition, column, numbers)]
        except (Declined, NotPermitted, CrmFailed) as error:
            missed.append(f"{kind}s: {error.what}")
    return Uses(tuple(dict.fromkeys(found)), (*missed, *_NEVER))


def _in_fetch(definition: str, column: str, numbers: Mapping[int, str]) -> list[int]:
    """Numbers that a condition on the column compares with."""
    try:
        root = ElementTree.fromstring(definition)
    except ElementTree.ParseError:
        return []
    conditions = [one for one in root.iter("condition") if one.get("attribute") == column]
    texts = {one.get("value") for one in conditions} | {value.text for one in conditions for value in one.iter("value")}
    return [number for number in numbers if str(number) in texts]


def _in_text(definition: str, column: str, numbers: Mapping[int, str]) -> list[int]:
    """Numbers that stand in a definition which speaks of the column at all."""
    if column not in definition:
        return []
    words = set(re.findall(r"\d+", definition))
    return [number for number in numbers if str(number) in words]


def _views(entities: str) -> Callable[[Session, str], Definitions]:
    def definitions(session: Session, table: str) -> Definitions:
        path = query.path(session, entities, ["name", "fetchxml"], f"returnedtypecode eq '{table}'")
        for row in query.rows(session, path):
            yield str(row["name"]), str(row.get("fetchxml") or "")

    return definitions


def _processes(session: Session, table: str) -> Definitions:
    """Active definitions (type 1); state 1 is activated. A cloud flow belongs to no table: it names tables inside."""
    where = (f"(primaryentity eq '{table}' or primaryentity eq 'none')", "statecode eq 1", "type eq 1")
    columns = ["name", "primaryentity", "xaml", "clientdata"]
    row: Any
    for row in query.rows(session, query.path(session, "workflows", columns, *where)):
        definition = f"{row.get('xaml') or ''}{row.get('clientdata') or ''}"
        if row["primaryentity"] == table or f'"{table}"' in definition:
            yield str(row["name"]), definition


_KINDS: Final[
    Mapping[
        str,
        tuple[Callable[[Session, str], Definitions], Callable[[str, str, Mapping[int, str]], list[int]]],
    ]
] = {
    "view": (_views("savedqueries"), _in_fetch),
    "personal view": (_views("userqueries"), _in_fetch),
    "process": (_processes, _in_text),
}
