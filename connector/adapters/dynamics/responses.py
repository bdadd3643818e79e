"""Campaign responses as campaign memberships: whom a campaign reached, and who answered.

A response regards its campaign; its customer is a party of it [wire §6.2], a lead, a contact or both. Where it regards
a lead or contact itself, and the mapping says so, that counts.
"""

from __future__ import annotations

from typing import Final

from connector.adapters.dynamics.columns import Records
from connector.adapters.dynamics.parents import ParentRecords
from connector.adapters.dynamics.parties import CUSTOMER, Parties, Whose
from connector.adapters.dynamics.sources import Read, Rows, Source, insist
from connector.adapters.dynamics.view import View
from connector.ports import COLUMNS, Row, Table

_TABLE: Final = Table.CAMPAIGN_MEMBER
_CAMPAIGN, _LEAD, _CONTACT, _RESPONDED, _RESPONDED_AT = (
    COLUMNS[_TABLE].index(name) for name in ("campaign_id", "lead_id", "contact_id", "responded", "responded_at")
)


def source(view: View) -> Source | None:
    """The query for campaign members; None if there is no such thing."""
    got = view.table(_TABLE.value)
    if got is None:
        return None
    found, info, columns = got
    insist(found, columns)
    rows = Rows(found, columns, COLUMNS[_TABLE])
    parents, parties = ParentRecords(view.session, view.metadata, rows.wanted), Parties(view)

    def turn(records: Records) -> Read:
        made = rows.turn(records, parents)
        asked = {row[0]: (CUSTOMER,) for row in made if row[_LEAD] is None and row[_CONTACT] is None}
        whose = parties.of(asked)
        full = [_one(row, whose.get(row[0], Whose(row[_LEAD], row[_CONTACT]))) for row in made]
        return Read([row for row in full if _counts(row)], [row for row in full if not _counts(row)])

    return Source(
        name=_TABLE.value,
        info=info,
        select=rows.select,
        annotated=rows.annotated,
        labels=rows.labels,
        tracked=info.tracking,
        turn=turn,
        gone=lambda ids: [(one, *(None,) * (len(COLUMNS[_TABLE]) - 1)) for one in ids],
        ids=lambda records: (one[info.key] for one in records),
        told=(info.key,),
    )


def _one(row: Row, whose: Whose) -> Row:
    given = list(row)
    given[_LEAD], given[_CONTACT] = whose
    if not row[_RESPONDED]:
        given[_RESPONDED_AT] = None
    return tuple(given)


def _counts(row: Row) -> bool:
    """Only what belongs to a campaign and to somebody is a membership."""
    return bool(row[_CAMPAIGN] and (row[_LEAD] or row[_CONTACT]))
