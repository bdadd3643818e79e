"""Assignment rules: unless told otherwise, saving a lead hands it to whom the active rule names."""

from typing import TYPE_CHECKING

from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.customizations import Filter
from connector.sandbox.salesforce.dml.owners import owner_id
from connector.sandbox.salesforce.dml.pending import Pending
from connector.sandbox.salesforce.dml.results import Options

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def assign(org: "Org", found: ObjectType, rows: list[Pending], options: Options) -> None:
    """Give every row the rule's owner. The default is TRUE, for updates too [D headers_autoassign]."""
    entry = org.settings.get("assignment", {}).get(found.name)
    if entry is None or options.auto_assign is False or not rows:
        return
    wanted = entry["rule"] if options.auto_assign is True else options.auto_assign
    query = 'SELECT 1 FROM AssignmentRule WHERE "Id" = ? AND Active'
    if wanted == entry["rule"] and org.storage.db.execute(query, (wanted,)).fetchone():
        entries = [
            (one.filters, owner_id(org, one.owner)) for one in org.rules.assignment_entry if one.object == found.name
        ]
        for row in rows:
            row.new["OwnerId"] = _owner(entries, row) or entry["owner"]


def _owner(entries: list[tuple[tuple[Filter, ...], str]], row: Pending) -> str | None:
    """The owner of the first entry that the record meets."""
    return next((owner for filters, owner in entries if all(one.holds(row.get(one.field)) for one in filters)), None)


def set_rule(org: "Org", object_name: str, owner_id: str | None) -> None:
    """Let the object's rule assign to this user or queue, or with None switch it off."""
    entries = org.settings.get("assignment", {})
    with org.storage.transaction() as db:
        on = int(owner_id is not None)
        db.execute("UPDATE AssignmentRule SET Active = ? WHERE SobjectType = ?", (on, object_name))
        if owner_id is not None:
            org.settings["assignment"] = {**entries, object_name: {**entries[object_name], "owner": owner_id}}
