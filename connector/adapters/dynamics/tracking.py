"""Which tables the CRM tells no deletions of, because change tracking is off, or because they are read another way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.adapters.dynamics.access import READ
from connector.adapters.dynamics.view import View
from connector.mapping.mapping import ACTIVITY, QUEUE
from connector.ports import Table

_NEVER: Final = frozenset(
    {
        Table.LEAD_HISTORY.value,
        Table.CONTACT_HISTORY.value,
        Table.USER.value,
        Table.QUEUE_MEMBER.value,
        Table.HOURS.value,
        Table.HOLIDAY.value,
        QUEUE,
    }
)
"""Read whole each time, or (audit rows) without deletions that would matter."""


def untracked(view: View) -> tuple[str, ...]:
    """The CRM's names of the tables, in the mapping's order, each once."""
    found = [
        table.api
        for name, table in view.mapping.tables.items()
        if name not in _NEVER and name != ACTIVITY and _is_untracked(view, table.api)
    ]
    return tuple(dict.fromkeys(found))


def told(view: View) -> Iterator[str]:
    """What an admin should know of it, a sentence each."""
    if names := untracked(view):
        yield (
            f"change tracking is off for {', '.join(names)}: rows deleted there are only found when all ids are "
            "compared (`connector sync --reconcile`, which the daemon does weekly), and count as evidence until then. "
            "Switch on “Track changes” in the properties of each table, then run `connector sync --full` once"
        )
    if view.mapping.table(ACTIVITY) is not None:
        yield (
            "activities of kinds that have no table of their own in the mapping are read by their date of change: "
            "deleted ones are only found when all ids are compared (`connector sync --reconcile`)"
        )


def _is_untracked(view: View, api: str) -> bool:
    info = view.metadata.table(api)
    return info is not None and view.access.may(info, READ) and not info.tracking
