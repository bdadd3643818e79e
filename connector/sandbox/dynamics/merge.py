"""Merging duplicates: the subordinate is closed and points at its master, which gets what hung on it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.dml import keys
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.errors import DataverseError, invalid_argument
from connector.sandbox.dynamics.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

CLOSED = {"lead": (2, 7), "contact": (1, 2), "account": (1, 2)}
"""Tables whose rows can be merged, and the state and status reason of a subordinate."""


def merge(
    org: "Org", entity: Entity, master: str, subordinate: str, content: Mapping[str, Any], options: Options
) -> None:
    """Merge one row into another of its table; `content` are values that the master takes over.

    Raises DataverseError for a table that cannot be merged, a row that is not there, or one merged already.
    """
    if entity.name not in CLOSED or master == subordinate:
        raise invalid_argument(f"Rows of {entity.name} cannot be merged like this.")
    access = org.access(options.user_id)
    access.demand("Write", entity)
    with org.storage.transaction() as db:
        for id in (master, subordinate):
            keys.found(org, entity, {entity.primary_id: id})
            if (org.get(entity, id) or {})["merged"]:
                raise DataverseError(400, "0x80040203", f"The {entity.name} with Id {id} was merged already.")
        if content:
            org.update(entity, master, content, options)
        _hand_over(org, entity, master, subordinate)
        state, status = CLOSED[entity.name]
        now, version = stamp(org.clock()), org.next_version()
        db.execute(
            f'UPDATE "{entity.name}" SET merged = 1, masterid = ?, statecode = ?, statuscode = ?, modifiedon = ?,'
            f' modifiedby = ?, versionnumber = ? WHERE "{entity.primary_id}" = ?',
            (master, state, status, now, options.user_id, version, subordinate),
        )


def _hand_over(org: "Org", entity: Entity, master: str, subordinate: str) -> None:
    """Whatever points at the subordinate points at the master from now on."""
    for other in org.entities.values():
        if other.view or other.name == "audit":
            continue
        for one in other.attributes:
            if entity.name not in one.targets or not one.stored or one.name == "masterid":
                continue
            query = f'SELECT "{other.primary_id}" FROM "{other.name}" WHERE "{one.name}" = ?'
            for (id,) in org.storage.db.execute(query, (subordinate,)).fetchall():
                org.storage.db.execute(
                    f'UPDATE "{other.name}" SET "{one.name}" = ?, versionnumber = ? WHERE "{other.primary_id}" = ?',
                    (master, org.next_version(), id),
                )
