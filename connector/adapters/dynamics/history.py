"""The history of the status, from audit rows: who changed it, when, from what to what.

The list of audit rows tells which columns changed, by number; old and new value stand in the details, one request per
row, which go two hundred at a time in `$batch` [wire §6.1]. Numbers become labels as they are now: an option that was
deleted since shows as its number. What created a record is no change: there was nothing before. A row whose details are
gone comes without values: something was changed then, and nobody can say any more what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connector.adapters.dynamics.columns import Labels, Records
from connector.adapters.dynamics.gets import gets
from connector.adapters.dynamics.metadata import CHOICES, Attribute
from connector.adapters.dynamics.parents import ParentRecords
from connector.adapters.dynamics.sources import Read, Rows, Source, insist
from connector.adapters.dynamics.view import View
from connector.ports import COLUMNS, HISTORIES, Row, Table

MASK: Final = "attributemask"
UPDATE: Final = 2
"""The operation of an audit row that tells of a change of an existing record [wire §6.1]."""
DETAILS: Final = 200
"""Details per request. A `$batch` takes a thousand, but each is worked on for a while, and requests time out."""
_DETAILS: Final = "Microsoft.Dynamics.CRM.RetrieveAuditDetails"
_OWN: Final = COLUMNS[Table.LEAD_HISTORY][:-2]


def source(view: View, table: Table) -> Source | None:
    """The query for the status history of leads or contacts; None if there is no status, or no auditing at all."""
    person, _, columns = view.person(HISTORIES[table])
    got = view.table(table.value)
    status = columns.attribute(person.field("status").api) if person.has("status") else None
    if got is None or status is None:
        return None
    found, info, audit = got
    insist(found, audit)
    rows = Rows(found, audit, _OWN, (MASK,))
    parents = ParentRecords(view.session, view.metadata, {})
    details = _Details(view, info.set, person.api, status)

    def turn(records: Records) -> Read:
        made = rows.turn(records, parents)
        return Read(details.completed([row[:-1] for row in made if _names(row[-1], status.number)]))

    return Source(
        name=table.value,
        info=info,
        select=rows.select,
        annotated=rows.annotated,
        labels={status.name: details.labels},
        stamp="createdon",
        where=(f"objecttypecode eq '{person.api}'", f"operation eq {UPDATE}"),
        turn=turn,
        gone=lambda ids: [(one, *(None,) * (len(COLUMNS[table]) - 1)) for one in ids],
        ids=lambda records: (one[info.key] for one in records),
        told=(info.key,),
    )


class _Details:
    """Looks up old and new values of one column."""

    def __init__(self, view: View, audits: str, table: str, status: Attribute) -> None:
        self._session = view.session
        self._audits = audits
        self._column = status.name
        options = view.metadata.options(table, status.name) if status.type in CHOICES else ()
        self.labels = Labels({option.value: option.label for option in options})
        self._is_choice = status.type in CHOICES

    def completed(self, rows: Sequence[Row]) -> list[Row]:
        """The rows with before and after, without either if the details are gone; what names no change is left out."""
        complete: list[Row] = []
        for start in range(0, len(rows), DETAILS):
            part = rows[start : start + DETAILS]
            paths = [f"{self._session.data}/{self._audits}({row[0]})/{_DETAILS}" for row in part]
            for row, answer in zip(part, gets(self._session, paths), strict=True):
                before, after = self._values(answer)
                if before != after or before is None:
                    complete.append((*row, before, after))
        return complete

    def _values(self, answer: Any) -> tuple[str | None, str | None]:
        detail = (answer or {}).get("AuditDetail") or {}
        return self._text(detail.get("OldValue")), self._text(detail.get("NewValue"))

    def _text(self, record: Mapping[str, Any] | None) -> str | None:
        value = (record or {}).get(self._column)
        if value is None:
            return None
        return self.labels[int(value)] if self._is_choice else str(value) or None


def _names(mask: str | None, number: int) -> bool:
    """Whether the list of changed columns names the one of that number: `30,74`, with commas around it or not."""
    return str(number) in (mask or "").split(",")
