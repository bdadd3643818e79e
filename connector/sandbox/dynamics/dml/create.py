"""Creating a row: what its body says, what is filled in, what is refused, and what it sets off."""

from typing import TYPE_CHECKING, Any

from connector.sandbox.dynamics.base import BUSINESS_UNIT_ID, CURRENCY_ID
from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.dml import audit, flows, guards, payload, states
from connector.sandbox.dynamics.dml.request import Options, Pending, Record, Written
from connector.sandbox.dynamics.errors import bad_payload
from connector.sandbox.dynamics.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org


def create(org: "Org", entity: Entity, record: Record, options: Options) -> Written:
    """Create one row with the rows nested in it, in one transaction. Raises DataverseError."""
    guards.allowed(org, entity, "Create", options)
    with org.storage.transaction() as db:
        row = payload.read(org, entity, record, options, inserting=True)
        version = org.next_version()
        if row.id:
            guards.unused(org, entity, row.id)
        else:
            row.id = org.id_of(version)
        _complete(org, entity, row, options)
        states.settle_new(entity, row)
        guards.rights(org, entity, row, options)
        guards.owner(org, entity, row)
        guards.taken(org, entity, row)
        guards.rules(org, entity, row, options, "create")
        row.new["versionnumber"] = version
        values = {entity.primary_id: row.id, **row.new}
        into = [name for name in values if _is_stored(entity, name)]
        columns = ", ".join(f'"{name}"' for name in into)
        spots = ", ".join("?" * len(into))
        db.execute(f'INSERT INTO "{entity.name}" ({columns}) VALUES ({spots})', [values[name] for name in into])
        _nested(org, entity, row, options)
        audit.created(org, entity, row, options)
        org.after_write(entity.name)
        flows.run(org, entity, row, options)
        return Written(row.id, True, version)


def _is_stored(entity: Entity, name: str) -> bool:
    one = entity.attribute(name)
    return one.stored if one is not None else name.endswith("__type")


def _complete(org: "Org", entity: Entity, row: Pending, options: Options) -> None:
    """Fill in what a new row always has: stamps, owner, business unit, currency, defaults of choices and Booleans."""
    now = stamp(org.clock())
    given: dict[str, Any] = {
        "createdon": now,
        "modifiedon": now,
        "createdby": options.user_id,
        "modifiedby": options.user_id,
        "owningbusinessunit": BUSINESS_UNIT_ID,
        "businessunitid": BUSINESS_UNIT_ID,
        "isregularactivity": 1,
    }
    for name, value in given.items():
        if name in entity and row.new.get(name) is None:
            row.new[name] = value
    if "ownerid" in entity and row.new.get("ownerid") is None:
        row.new.update({"ownerid": options.user_id, "ownerid__type": "systemuser"})
    if "transactioncurrencyid" in entity and entity.name != "transactioncurrency":
        row.new.setdefault("transactioncurrencyid", CURRENCY_ID)
        row.new["exchangerate"] = 1.0
    for one in entity.attributes:
        if one.default is not None and one.type in ("Boolean", "Picklist") and row.new.get(one.name) is None:
            row.new[one.name] = one.default
    if row.new.get("overriddencreatedon"):
        row.new["createdon"], row.new["overriddencreatedon"] = row.new["overriddencreatedon"], now


def _nested(org: "Org", entity: Entity, row: Pending, options: Options) -> None:
    """Create the rows that the body holds in collections, each pointing at this one."""
    for child, column, record in row.deep:
        target = org.entities[child]
        if not isinstance(record, dict):
            raise bad_payload(target.set_name, "A 'StartObject' node was expected in a collection of rows.")
        way = target.by_name[column].navigation(entity.name)
        assert way is not None
        org.create(target, {**record, f"{way.single}@odata.bind": f"/{entity.set_name}({row.id})"}, options)
