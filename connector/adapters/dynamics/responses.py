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
_DAY, _EAST = 86_400, 11 * 3_600


def source(view: View) -> Source | None:
    """The query for campaign members; None if there is no such thing."""
    got = view.table(_TABLE.value)
    if got is None:
        return None
    found, info, columns = got
    insist(found, columns)
    rows = Rows(found, columns, COLUMNS[_TABLE])
    is_day = found.has("responded_at") and columns.is_day(found.field("responded_at").api)
    parents, parties = ParentRecords(view.session, view.metadata, rows.wanted), Parties(view)

    def turn(records: Records) -> Read:
        made = rows.turn(records, parents)
        asked = {row[0]: (CUSTOMER,) for row in made if row[_LEAD] is None and row[_CONTACT] is None}
        whose = parties.of(asked)
        full = [_one(row, whose.get(row[0], Whose(row[_LEAD], row[_CONTACT])), is_day=is_day) for row in made]
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


def _one(row: Row, whose: Whose, *, is_day: bool) -> Row:
    given = list(row)
    given[_LEAD], given[_CONTACT] = whose
    if not row[_RESPONDED]:
        given[_RESPONDED_AT] = None
    elif is_day and row[_RESPONDED_AT] is not None:
        given[_RESPONDED_AT] = day_of(row[_RESPONDED_AT])
    return tuple(given)


def day_of(midnight: int) -> int:
    """The beginning in UTC of the day of which this is the midnight in the zone of whoever entered it.

    Some hour of UTC is midnight east and west of it at once; then the side counts on which people live: Auckland in
    summer rather than Pago Pago, Honolulu rather than Kiritimati.
    """
    past = midnight % _DAY
    return midnight - past if past < _EAST else midnight - past + _DAY


def _counts(row: Row) -> bool:
    """Only what belongs to a campaign and to somebody is a membership."""
    return bool(row[_CAMPAIGN] and (row[_LEAD] or row[_CONTACT]))
