"""A task or event moves the last-activity date of whom it is with: SystemModstamp moves, LastModifiedDate does not."""

from typing import TYPE_CHECKING

from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.dml.pending import Pending
from connector.sandbox.salesforce.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_TARGETS = ("Lead", "Contact", "Account", "Opportunity", "Campaign")


def bump(org: "Org", found: ObjectType, rows: list[Pending]) -> None:
    """Bring LastActivityDate of the records that these activities hang on up to date [D help 000387261]."""
    if found.name not in ("Task", "Event"):
        return
    now = stamp(org.clock())
    tables = {org.objects[name].prefix: name for name in _TARGETS}
    updates: dict[str, list[tuple[str, str, str]]] = {}
    for row in rows:
        day = str(row.get("ActivityDate") or now[:10])
        for id18 in (row.get("WhoId"), row.get("WhatId"), row.get("AccountId")):
            if id18 and id18[:3] in tables:
                updates.setdefault(tables[id18[:3]], []).append((day, now, id18))
    for table, values in updates.items():
        org.storage.db.executemany(
            f"UPDATE \"{table}\" SET LastActivityDate = max(coalesce(LastActivityDate, ''), ?), SystemModstamp = ?"
            ' WHERE "Id" = ?',
            values,
        )
