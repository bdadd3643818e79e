"""PATCH without a condition: the row is changed if it is there, created if it is not."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.dml import keys
from connector.sandbox.dynamics.dml.request import Options, Record, Written
from connector.sandbox.dynamics.errors import DataverseError

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org


def upsert(org: "Org", entity: Entity, key: Mapping[str, Any], record: Record, options: Options) -> Written:
    """Change the row that `key` names, or create it. If-Match keeps it from creating, If-None-Match from changing.
    Raises DataverseError.
    """
    with org.storage.transaction():
        id = keys.find(org, entity, key)
        if id is None and options.if_match:
            keys.found(org, entity, key)
        repeated = set(key) & set(record) - {entity.primary_id}
        if repeated:
            text = f"The key attribute(s) {', '.join(sorted(repeated))} must not be specified in the body, too."
            raise DataverseError(400, "0x80060888", text)
        if id is not None:
            return org.update(entity, id, record, options)
        return org.create(entity, {**record, **key}, options)
