"""CreateMultiple, UpdateMultiple and UpsertMultiple: many rows of one standard table, in one transaction.

One bad row undoes them all, and the error does not say which [W 3.4].
"""

from typing import Any

from msgspec.structs import replace

from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.dml import keys
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.errors import DataverseError, bad_payload, no_segment
from connector.sandbox.dynamics.http import Answer, Call, Route

_NAMESPACE = "Microsoft.Dynamics.CRM"
_OFFERED = """
SELECT 1 FROM sdkmessagefilter AS f JOIN sdkmessage AS m USING (sdkmessageid)
WHERE m.name = ? AND f.primaryobjecttypecode = ?
"""


def create(call: Call) -> Answer:
    """`POST /leads/Microsoft.Dynamics.CRM.CreateMultiple`: 200 with the ids in the order of the targets."""
    entity, targets, options = _asked(call, "CreateMultiple")
    with call.org.storage.transaction():
        ids = [call.org.create(entity, _plain(one), options).id for one in targets]
    context = f"{call.root}/$metadata#{_NAMESPACE}.CreateMultipleResponse"
    return Answer(200, {"@odata.context": context, "Ids": ids})


def update(call: Call) -> Answer:
    """`POST /leads/Microsoft.Dynamics.CRM.UpdateMultiple`: 204; each target holds its primary key."""
    entity, targets, options = _asked(call, "UpdateMultiple")
    ids = [_primary(entity, one) for one in targets]
    with call.org.storage.transaction():
        missing = [id for id in ids if keys.find_id(call.org, entity, id) is None]
        if missing:
            text = f"{entity.schema_name} With Ids = {', '.join(missing)} Do Not Exist"
            raise DataverseError(404, "0x80040217", text)
        for id, target in zip(ids, targets, strict=True):
            record = {name: value for name, value in _plain(target).items() if name != entity.primary_id}
            call.org.update(entity, id, record, options)
    return Answer(204)


def upsert(call: Call) -> Answer:
    """`POST /leads/Microsoft.Dynamics.CRM.UpsertMultiple`: 204; each target names its row in `@odata.id`.

    A key that stands in the body as well is an unexpected error for a row that is new, and accepted for one that is
    there [PowerPlatform-DataverseClient-Python #127].
    """
    entity, targets, options = _asked(call, "UpsertMultiple")
    with call.org.storage.transaction():
        for target in targets:
            named = target.get("@odata.id")
            if not isinstance(named, str):
                raise bad_payload(entity.set_name, "Each target of UpsertMultiple needs the property '@odata.id'.")
            table, key = keys.referenced(call.org, named, {})
            if table.name != entity.name:
                raise bad_payload(entity.set_name, f"'{named}' is not a row of {entity.set_name}.")
            id = keys.find(call.org, entity, key)
            if id is not None:
                call.org.update(entity, id, _plain(target), options)
            elif any(name in target for name in key):
                raise DataverseError(400, "0x80040216", "An unexpected error occurred.")
            else:
                call.org.upsert(entity, key, _plain(target), options)
    return Answer(204)


def delete(call: Call) -> Answer:
    """`POST /leads/Microsoft.Dynamics.CRM.DeleteMultiple`: there for elastic tables only."""
    call.entity()
    raise DataverseError(400, "0x80040800", "DeleteMultiple has not yet been implemented.")


def _asked(call: Call, message: str) -> tuple[Entity, list[dict[str, Any]], Options]:
    """The table, the targets and how to write them; each target must say its type."""
    entity = call.entity()
    if call.org.storage.reader().execute(_OFFERED, (message, entity.name)).fetchone() is None:
        raise no_segment(f"{_NAMESPACE}.{message}")
    targets = call.json().get("Targets")
    if not isinstance(targets, list) or not targets:
        raise bad_payload(entity.set_name, "The parameter 'Targets' must be a collection of at least one entity.")
    for target in targets:
        kind = target.get("@odata.type") if isinstance(target, dict) else None
        if not isinstance(kind, str) or kind.removeprefix("#") != f"{_NAMESPACE}.{entity.name}":
            text = f"Each target needs '@odata.type' with the value '{_NAMESPACE}.{entity.name}', not '{kind}'."
            raise bad_payload(entity.set_name, text)
    return entity, targets, replace(call.options(), if_match="", if_none_match="")


def _plain(target: dict[str, Any]) -> dict[str, Any]:
    """The row in a target, without what only says which row and table it is."""
    return {name: value for name, value in target.items() if name not in ("@odata.type", "@odata.id")}


def _primary(entity: Entity, target: dict[str, Any]) -> str:
    text = target.get(entity.primary_id)
    if not isinstance(text, str):
        raise bad_payload(entity.set_name, f"Each target of UpdateMultiple needs the property '{entity.primary_id}'.")
    return str(keys.parsed(entity, text)[entity.primary_id])


ROUTES = [
    Route(f"{{set}}/{_NAMESPACE}.CreateMultiple", POST=create),
    Route(f"{{set}}/{_NAMESPACE}.UpdateMultiple", POST=update),
    Route(f"{{set}}/{_NAMESPACE}.UpsertMultiple", POST=upsert),
    Route(f"{{set}}/{_NAMESPACE}.DeleteMultiple", POST=delete),
]
