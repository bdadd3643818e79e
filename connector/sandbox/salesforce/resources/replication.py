"""`/sobjects/{object}/updated` and `/deleted`: which records changed or went in a window of time."""

from datetime import UTC, datetime, timedelta

from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.http import Answer, ApiError, Call, Route
from connector.sandbox.salesforce.resources.describe import visible
from connector.sandbox.salesforce.stamps import rest, stamp

_MOST_IDS = 600_000
_UPDATED_DAYS, _DELETED_DAYS = 30, 15
"""How far back the two windows reach [D resources_getupdated, resources_getdeleted]."""


def updated(call: Call) -> Answer:
    """Ids of records created or changed in the window; seconds are ignored."""
    found, start, end = _window(call, _UPDATED_DAYS)
    alive = " AND NOT IsDeleted" if found.soft_delete else ""
    ids = _rows(call, found, f'SELECT "Id" FROM "{found.name}" WHERE {_stamped(found)}{alive}', start, end)
    if len(ids) > _MOST_IDS:
        raise ApiError(400, "EXCEEDED_ID_LIMIT", f"the window holds more than {_MOST_IDS} records")
    return Answer(body={"ids": [row[0] for row in ids], "latestDateCovered": rest(end)})


def deleted(call: Call) -> Answer:
    """Ids of records deleted or merged away in the window, with when."""
    found, start, end = _window(call, _DELETED_DAYS)
    gone = f'SELECT "Id", SystemModstamp FROM "{found.name}" WHERE {_stamped(found)} AND IsDeleted'
    rows = _rows(call, found, gone, start, end) if found.soft_delete else []
    earliest = call.org.clock() - timedelta(days=_DELETED_DAYS)
    return Answer(
        body={
            "deletedRecords": [{"deletedDate": rest(when), "id": id18} for id18, when in rows],
            "earliestDateAvailable": rest(stamp(earliest.replace(second=0))),
            "latestDateCovered": rest(end),
        }
    )


def _stamped(found: ObjectType) -> str:
    column = "SystemModstamp" if "SystemModstamp" in found else "CreatedDate"
    return f"{column} >= ? AND {column} < ?"


def _rows(call: Call, found: ObjectType, query: str, start: str, end: str) -> list[tuple[str, ...]]:
    if not found.replicateable:
        raise ApiError(400, "INVALID_TYPE_FOR_OPERATION", f"entity type {found.name} does not support replication")
    return call.org.storage.reader().execute(f'{query} ORDER BY "Id"', (start, end)).fetchall()


def _window(call: Call, days: int) -> tuple[ObjectType, str, str]:
    found = visible(call)
    start, end = (_moment(call, name).replace(second=0, microsecond=0) for name in ("start", "end"))
    now = call.org.clock()
    if end - start < timedelta(minutes=1):
        raise ApiError(400, "INVALID_REPLICATION_DATE", "startDate before endDate by at least one minute")
    if start < now - timedelta(days=days):
        raise ApiError(400, "INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago")
    covered = min(end, now.replace(second=0, microsecond=0))
    return found, stamp(start), stamp(covered)


def _moment(call: Call, name: str) -> datetime:
    text = call.query.get(name, "").replace(" ", "+")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(400, "INVALID_REPLICATION_DATE", f"{name} is not an ISO-8601 date and time: {text}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


ROUTES = [
    Route("/services/data/{v}/sobjects/{object}/updated", GET=updated),
    Route("/services/data/{v}/sobjects/{object}/deleted", GET=deleted),
]
