"""What auditing kept of the past, as rows."""

from __future__ import annotations

from collections.abc import Mapping

from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.dml import audit
from connector.sandbox.dynamics.sample.rows import Mint, Put, stamp

COLUMNS = (
    "auditid", "createdon", "operation", "action", "objecttypecode", "objectid", "objectid__type", "userid",
    "attributemask", "changedata", "transactionid",
)  # fmt: skip
Values = Mapping[str, object]


class Audits:
    """Writes audit rows, as the platform does: of audited columns only."""

    def __init__(self, entities: Mapping[str, Entity], mint: Mint, put: Put) -> None:
        self._entities = entities
        self._mint = mint
        self._put = put

    def write(self, table: str, id: str, at: int, by: str, action: int, old: Values, new: Values) -> None:
        """That user's change of a row at that moment: its columns before and after. `action`: a number of
        `audit.action`."""
        made = audit.change(self._entities[table], [name for name in new if "__" not in name], old, new)
        if made is None:
            return
        operation = audit.CREATE if action == audit.CREATE else audit.UPDATE
        row = (self._mint("audit"), stamp(at), operation, action, table, id, table, by, *made, self._mint("audit"))
        self._put("audit", COLUMNS, row)
