"""Changing a row: read it as it is, refuse what must be refused, write the rest, set off what follows."""

from typing import TYPE_CHECKING

from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.dml import audit, flows, guards, payload, states
from connector.sandbox.dynamics.dml.request import Options, Pending, Record, Written
from connector.sandbox.dynamics.errors import invalid_argument, missing
from connector.sandbox.dynamics.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org


def update(org: "Org", entity: Entity, id: str, record: Record, options: Options) -> Written:
    """Change one row. Every column named is written, whether its value differs or not. Raises DataverseError."""
    guards.allowed(org, entity, "Write", options)
    with org.storage.transaction() as db:
        row = payload.read(org, entity, record, options, inserting=False)
        if row.id not in ("", id):
            raise invalid_argument(f"The {entity.primary_id} in the body differs from the one in the URL.")
        row.id, row.old = id, org.get(entity, id) or {}
        if not row.old:
            raise missing(entity.name, id)
        guards.existing(entity, row, options)
        guards.rights(org, entity, row, options)
        states.settle(entity, row)
        if not options.system and org.rules.closed_rows == "refuse":
            states.refuse_closed(entity, row)
        guards.owner(org, entity, row)
        guards.taken(org, entity, row)
        guards.rules(org, entity, row, options, "update")
        _close_activity(org, entity, row)
        version = org.next_version()
        stamps = {"modifiedon": stamp(org.clock()), "modifiedby": options.user_id, "versionnumber": version}
        row.new.update({name: value for name, value in stamps.items() if name in entity})
        sets = ", ".join(f'"{name}" = ?' for name in row.new)
        query = f'UPDATE "{entity.name}" SET {sets} WHERE "{entity.primary_id}" = ?'
        db.execute(query, [*row.new.values(), id])
        audit.updated(org, entity, row, options)
        org.after_write(entity.name)
        flows.run(org, entity, row, options)
        return Written(id, False, version)


def _close_activity(org: "Org", entity: Entity, row: Pending) -> None:
    """An activity that is closed ends now, unless the request says when."""
    closing = entity.activity and row.changes("statecode") and states.is_closed(entity, row.new)
    if closing and row.get("actualend") is None:
        row.new["actualend"] = stamp(org.clock())
