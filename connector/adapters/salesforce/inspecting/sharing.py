"""How many leads and contacts this login sees and may edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.session import Session
from connector.inspection import Sees
from connector.mapping import Mapping as CrmMapping
from connector.model import OBJECTS

_SHARED: Final = {"Read": (True, False), "Edit": (True, True), "ReadEditTransfer": (True, True), "All": (True, True)}
"""Organization-wide default → whether everybody may read, and edit, every record."""


def sharing(session: Session, mapping: CrmMapping, who: str) -> tuple[dict[str, Sees], dict[str, Sees]]:
    """By what the organization shares with everybody, and the permissions of the user's profile and sets."""
    apis = {name: mapping.object(name).api for name in OBJECTS}
    defaults = session.query(soql.select([f"Default{api}Access" for api in apis.values()], "Organization"))
    shared = defaults["records"][0]
    sets = session.query(
        soql.select(
            ["PermissionSetId", "PermissionSet.PermissionsViewAllData", "PermissionSet.PermissionsModifyAllData"],
            "PermissionSetAssignment",
            f"AssigneeId = {soql.value(who)}",
        )
    )["records"]
    rights = (
        session.query(
            soql.select(
                ["SobjectType", "PermissionsViewAllRecords", "PermissionsModifyAllRecords"],
                "ObjectPermissions",
                f"ParentId IN {soql.value([row['PermissionSetId'] for row in sets])}",
                f"SobjectType IN {soql.value(list(apis.values()))}",
            )
        )["records"]
        if sets
        else []
    )
    sees, edits = {}, {}
    for name, api in apis.items():
        mine = [row for row in rights if row["SobjectType"] == api]
        data = [row["PermissionSet"] or {} for row in sets]
        reads, writes = _SHARED.get(shared[f"Default{api}Access"], (False, False))
        modifies = writes or _any(data, "PermissionsModifyAllData") or _any(mine, "PermissionsModifyAllRecords")
        views = reads or _any(data, "PermissionsViewAllData") or _any(mine, "PermissionsViewAllRecords")
        sees[name] = Sees.ALL if views or modifies else Sees.SOME
        edits[name] = Sees.ALL if modifies else Sees.SOME
    return sees, edits


def _any(rows: list[Mapping[str, Any]], name: str) -> bool:
    return any(row.get(name) for row in rows)
