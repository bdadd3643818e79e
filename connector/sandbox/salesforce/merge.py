"""Merging duplicates, as the UI does: losers are deleted, point at the master, and leave it what hung on them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def merge(org: "Org", object_name: str, master_id: str, loser_ids: Sequence[str], user_id: str = ADMIN_ID) -> None:
    """Merge records of a mergeable object into one of them. Raises ValueError where the UI would not offer it."""
    found = org.objects[object_name]
    if not found.mergeable:
        raise ValueError(f"{object_name} records cannot be merged")
    now = stamp(org.clock())
    with org.storage.transaction() as db:
        for loser in loser_ids:
            alive = db.execute(f'SELECT 1 FROM "{object_name}" WHERE "Id" = ? AND NOT IsDeleted', (loser,)).fetchone()
            if alive is None or loser == master_id:
                raise ValueError(f"no live {object_name} {loser} to merge into {master_id}")
            for child in org.objects.values():
                for field in child.fields:
                    if object_name in field.reference_to and field.stored and field.name != "MasterRecordId":
                        query = f'UPDATE "{child.name}" SET "{field.name}" = ? WHERE "{field.name}" = ?'
                        db.execute(query, (master_id, loser))
            db.execute(
                f'UPDATE "{object_name}" SET IsDeleted = 1, MasterRecordId = ?, SystemModstamp = ? WHERE "Id" = ?',
                (master_id, now, loser),
            )
        db.execute(
            f'UPDATE "{object_name}" SET LastModifiedDate = ?, LastModifiedById = ?, SystemModstamp = ? WHERE "Id" = ?',
            (now, user_id, now, master_id),
        )
        if object_name == "Lead":
            db.execute(
                'INSERT INTO LeadHistory ("Id", LeadId, CreatedById, CreatedDate, Field, DataType)'
                " VALUES (?, ?, ?, ?, 'leadMerged', 'Text')",
                (org.ids.next("017"), master_id, user_id, now),
            )
