"""Leads and contacts: who was merged into whom, and which contact, account and opportunity a qualified lead became.

A merge deletes nobody: the loser stays as a row with `merged` and the winner in `masterid`, and is left out here.

No column says when a lead was qualified. Contact and opportunity that qualifying made name the lead they come from, and
were created at that moment; where it made neither, the audit row of qualifying tells. Else the moment stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from connector.adapters.dynamics import query
from connector.adapters.dynamics.columns import Records
from connector.adapters.dynamics.org import asked
from connector.adapters.dynamics.parents import ParentRecords
from connector.adapters.dynamics.sources import Read, Rows, Source, insist
from connector.adapters.dynamics.view import View
from connector.adapters.web.cells import epoch
from connector.model import CONTACT
from connector.ports import PERSON_COLUMNS, Row, Table

MERGED: Final = "merged"
"""The column that is set on a row that lost a merge."""
MASTER: Final = "masterid"
QUALIFY: Final = 24
"""The action of an audit row that tells of qualifying [wire §6.1]."""
_LINKS: Final = ("converted_at", "converted_contact", "converted_account", "converted_opportunity")
_AT, _CONTACT, _ACCOUNT, _OPPORTUNITY = (PERSON_COLUMNS.index(name) for name in _LINKS)
_CONVERTED: Final = PERSON_COLUMNS.index("is_converted")


def source(view: View, table: Table) -> Source:
    """The query that brings leads or contacts."""
    found, info, columns = view.person(table.value)
    insist(found, columns)
    behind = (info.key, *(name for name in (MERGED, MASTER) if columns.place(name)))
    rows = Rows(found, columns, PERSON_COLUMNS, behind, facts=True)
    parents = ParentRecords(view.session, view.metadata, rows.wanted)
    knows_merges = len(behind) == 3
    conversions = Conversions(view) if table is Table.LEAD else None

    def turn(records: Records) -> Read:
        made = rows.turn(records, parents)
        lost = [row for row in made if knows_merges and row[-2] == "true"]
        live = [row[: -len(behind)] for row in made if not (knows_merges and row[-2] == "true")]
        gone = [row[: -len(behind)] for row in lost]
        merged = [(str(row[-3]), str(row[-1])) for row in lost if row[-1]]
        return Read(conversions.linked(live) if conversions else live, gone, merged)

    return Source(
        name=table.value,
        info=info,
        select=rows.select,
        annotated=rows.annotated,
        labels=rows.labels,
        tracked=info.tracking,
        turn=turn,
        gone=lambda ids: [(one, *(None,) * (len(PERSON_COLUMNS) - 1)) for one in ids],
        ids=lambda records: (one[info.key] for one in records if not one.get(MERGED)),
        told=(info.key, MERGED) if knows_merges else (info.key,),
    )


class Conversions:
    """What became of qualified leads."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._session = view.session

    def linked(self, rows: list[Row]) -> list[Row]:
        """The rows of leads with when and what they were converted to; of others, without."""
        converted = [row[0] for row in rows if row[_CONVERTED]]
        contacts = self._made(CONTACT, converted)
        deals = self._made(Table.OPPORTUNITY.value, converted)
        untold = [one for one in converted if one not in contacts and one not in deals]
        moments = self._audited(untold) if untold else {}
        return [self._one(row, contacts, deals, moments) for row in rows]

    def _one(
        self, row: Row, contacts: dict[str, tuple[str, int]], deals: dict[str, tuple[str, int]], moments: dict[str, int]
    ) -> Row:
        given = list(row)
        lead = row[0]
        if not row[_CONVERTED]:
            for at in (_AT, _CONTACT, _ACCOUNT, _OPPORTUNITY):
                given[at] = None
            return tuple(given)
        contact, deal = contacts.get(lead), deals.get(lead)
        given[_CONTACT] = row[_CONTACT] or (contact[0] if contact else None)
        given[_OPPORTUNITY] = row[_OPPORTUNITY] or (deal[0] if deal else None)
        made = [found[1] for found in (contact, deal) if found]
        given[_AT] = row[_AT] or (min(made) if made else moments.get(lead))
        return tuple(given)

    def _made(self, table: str, leads: Sequence[str]) -> dict[str, tuple[str, int]]:
        """Lead → (id, created at) of the first record of that table that names it as its origin."""
        got = self._view.table(table)
        if got is None or not leads:
            return {}
        found, info, columns = got
        place = columns.place(found.field("converted_from").api) if found.has("converted_from") else None
        if place is None:
            return {}
        select = [info.key, place.select, "createdon"]
        made: dict[str, tuple[str, int]] = {}
        for row in self._asked(info.set, select, place.column, leads):
            record = (row[info.key], epoch(row["createdon"]))
            lead = row[place.select]
            made[lead] = min(made.get(lead, record), record, key=lambda one: (one[1], one[0]))
        return made

    def _audited(self, leads: Sequence[str]) -> dict[str, int]:
        """Lead → when it was qualified, by its latest audit row that says so; nothing where audits may not be read."""
        info = self._view.metadata.table("audit")
        if info is None:
            return {}
        select = ["_objectid_value", "createdon"]
        action = f"action eq {QUALIFY}"
        rows = asked(lambda: list(self._asked(info.set, select, "objectid", leads, action))) or ()
        moments: dict[str, int] = {}
        for row in rows:
            lead = row["_objectid_value"]
            moments[lead] = max(moments.get(lead, 0), epoch(row["createdon"]))
        return moments

    def _asked(
        self, entities: str, select: Sequence[str], column: str, ids: Sequence[str], *where: str
    ) -> Iterator[Any]:
        for part in query.parts(ids):
            path = query.path(self._session, entities, select, query.among(column, part), *where)
            yield from query.rows(self._session, path)
