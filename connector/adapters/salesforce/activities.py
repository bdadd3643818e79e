"""Tasks, events and mails as activities: what they are the mapping says, whose they are the id's prefix says.

A task that is not closed stands at the moment it was created; what is planned has not happened. What the person did (a
form, a mail that came in) happened when its row was created, open or closed (`adapters.web.dating`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connector.adapters.salesforce.visible import narrowed
from connector.adapters.web.dating import happened_at
from connector.adapters.web.rows import TAIL, Constant, From, Shape, Sorted, Verbatim
from connector.mapping import Column, TableMap
from connector.model import Kind
from connector.ports import Row, Table

LEAD_PREFIX, CONTACT_PREFIX = "00Q", "003"
_OWN = 8
"""Columns before the classifier's: id, lead, contact, at, by, created, closed, task."""


def shape(found: TableMap, hidden: frozenset[str], tail: Sequence[From]) -> Shape:
    """The columns an activity is made of, then the fields that tell what it is, then the tail."""
    created = Column("created", "CreatedDate", Kind.DATETIME)
    own: list[From] = [
        *(_column(found, name, hidden) for name in ("id", "lead_id", "contact_id", "at", "by")),
        created,
        _column(found, "is_closed", hidden) if found.has("is_closed") else Constant(1),
        _column(found, "task_id", hidden) if found.has("task_id") else Constant(),
    ]
    telling = found.classifier.fields if found.classifier else ()
    return Shape([*own, *(Constant() if api in hidden else Verbatim(api) for api in telling)], None, tail)


def arranger(found: TableMap, table: Table) -> Callable[[list[Row]], Sorted]:
    """Sorts converted rows: what is nobody's, or no activity, counts as gone, since it may have been one before."""
    classify = found.classifier.classify if found.classifier else lambda values: None
    may_be_open = found.has("is_closed")

    def arrange(rows: list[Row]) -> Sorted:
        live: list[Row] = []
        gone: list[Row] = []
        for row in rows:
            id_, lead, contact, at, by, created, closed, task = row[:_OWN]
            last = (task,) if table is Table.MAIL else ()
            lead = lead if lead is not None and lead.startswith(LEAD_PREFIX) else None
            contact = contact if contact is not None and contact.startswith(CONTACT_PREFIX) else None
            what = None
            if not row[-2] and (lead is not None or contact is not None):
                what = classify(row[_OWN:-TAIL])
            when = at if closed else created
            if what is not None:
                since = created if may_be_open else None
                when = happened_at(what.kind, what.direction, at, since, is_closed=bool(closed))
            if what is None or when is None:
                gone.append((id_, lead, contact, when, None, None, None, by, None, None, *last))
            else:
                told = (what.kind, what.direction, what.outcome, by, what.about, created)
                live.append((id_, lead, contact, when, *told, *last))
        return Sorted(live, gone, [])

    return arrange


def _column(found: TableMap, name: str, hidden: frozenset[str]) -> From:
    column = narrowed(found.field(name), hidden) if found.has(name) else None
    return column if column is not None else Constant()
