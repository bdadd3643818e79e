"""How many rows carry a status value, asked of the CRM itself.

Counted by ids, page by page: `$count` stops at 5,000 and aggregates at 50,000 [wire §2.2, trap 31].
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.adapters.dynamics import query
from connector.adapters.dynamics.describe import QUALIFIED
from connector.adapters.dynamics.metadata import CHOICES, Metadata
from connector.adapters.dynamics.session import Session
from connector.adapters.dynamics.targets import OPEN, STATE
from connector.mapping import TableMap
from connector.provisioning import Carried


def carried(session: Session, metadata: Metadata, table: TableMap, values: Sequence[str]) -> list[Carried]:
    """One answer per value. Open rows are writable; qualified ones count as converted, other closed ones as closed."""
    info, column = metadata.table(table.api), table.field("status").api
    attribute = info.columns.get(column) if info else None
    if info is None or attribute is None:
        return [Carried(value, 0) for value in values]
    states = {one.value: one.invariant for one in metadata.options(table.api, STATE)}
    numbers = metadata.options(table.api, column) if attribute.type in CHOICES else ()
    found: list[Carried] = []
    for value in values:
        stored = [str(one.value) for one in numbers if one.label == value]
        if attribute.type not in CHOICES:
            stored = [f"'{query.text(value)}'"]
        counts = {"open": 0, "converted": 0, "closed": 0}
        for one in stored:
            path = query.path(session, info.set, [info.key, STATE], f"{column} eq {one}")
            for row in query.rows(session, path):
                state = row[STATE]
                kind = "open" if state == OPEN else "converted" if states.get(state) == QUALIFIED else "closed"
                counts[kind] += 1
        found.append(Carried(value, counts["open"], counts["converted"], closed=counts["closed"]))
    return found
