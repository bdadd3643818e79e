"""Changes to columns and tables: a new column, and a definition put in the place of another [D 5.2]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from connector.sandbox.dynamics.catalogue import Attribute, Entity, Key
from connector.sandbox.dynamics.catalogue.tables import metadata_id
from connector.sandbox.dynamics.errors import DataverseError, bad_payload, invalid_argument
from connector.sandbox.dynamics.metadata import pending, solutions
from connector.sandbox.dynamics.metadata.choices import choices
from connector.sandbox.dynamics.metadata.columns import metadata_type
from connector.sandbox.dynamics.metadata.label import label_text
from connector.sandbox.dynamics.metadata.parse import metadata_kind, new_column, required_level, switch, text_length

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

Body = dict[str, Any]
_MOST_KEYS = 10
_MOST_KEY_PARTS = 16
_GLOBAL = "GlobalOptionSet@odata.bind"


def create_column(org: Org, entity: Entity, body: Body, solution: str | None) -> Attribute:
    """Adds a column, at once in force. Raises DataverseError."""
    made = new_column(body, solutions.prefixes(org), solutions.option_prefix(org, solution))
    if made.name in entity:
        text = f"An attribute with the specified name {made.name} already exists for entity '{entity.name}'."
        raise DataverseError(400, "0x80047013", text)
    if made.type == "Picklist" and _GLOBAL in body:
        made = _shared(org, made, str(body[_GLOBAL]))
    elif made.type in ("Picklist", "MultiSelectPicklist", "Boolean"):
        made = replace(made, option_set=f"{entity.name}_{made.name}")
    for target in made.targets:
        if target not in org.entities:
            raise DataverseError(400, "0x80041102", f"The entity with a name = '{target}' was not found.")
    added = pending.add_column(org, entity.name, made)
    solutions.put_in(org, solution, solutions.COLUMN, added.id)
    return added


def _shared(org: Org, made: Attribute, link: str) -> Attribute:
    id = link.rstrip(")").rpartition("(")[2].lower()
    found = next((one for one in choices(org).values() if one.id == id), None)
    if found is None:
        raise DataverseError(404, "0x80040217", f"Could not find optionset {id}.")
    return replace(made, options=found.options, option_set=found.name, global_options=True)


def put_column(org: Org, entity: Entity, name: str, body: Body) -> None:
    """Puts a full definition in the place of a column's; what changed waits for publishing. Raises DataverseError."""
    later = pending.unpublished(org, entity.name)
    old = later.by_name[name]
    kind = metadata_kind(body)
    if metadata_type(old) != f"{kind}AttributeMetadata" or body.get("SchemaName", old.schema_name) != old.schema_name:
        raise invalid_argument(f"Type and SchemaName of the attribute {name} cannot be changed.")
    if "LogicalName" not in body and "MetadataId" not in body:
        raise bad_payload("AttributeMetadata", "A definition is replaced as a whole: LogicalName is missing.")
    label, description = label_text(body.get("DisplayName")), label_text(body.get("Description"))
    new = replace(
        old,
        label=old.label if label is None else label,
        description=old.description if description is None else description,
        required=required_level(body) or old.required,
        audited=switch(body, "IsAuditEnabled", old.audited),
        secured=body["IsSecured"] if isinstance(body.get("IsSecured"), bool) else old.secured,
    )
    if kind in ("String", "Memo"):
        new = replace(new, max_length=text_length(kind, {"MaxLength": old.max_length, **body}))
    if kind in ("Integer", "Decimal", "Double", "Money"):
        new = replace(new, min=_bound(body, "MinValue", old.min), max=_bound(body, "MaxValue", old.max))
    pending.keep(org, later.with_attribute(new))


def _bound(body: Body, name: str, old: float | None) -> float | None:
    value = body.get(name)
    return float(value) if isinstance(value, (int, float)) else old


def drop_column(org: Org, entity: Entity, name: str) -> None:
    """Deletes a column of somebody's own with everything in it. Raises DataverseError for a stock one."""
    if not entity.by_name[name].custom:
        raise DataverseError(403, "0x8004F01F", f"The attribute {name} is managed and cannot be deleted.")
    pending.drop_column(org, entity.name, name)


def put_table(org: Org, entity: Entity, body: Body) -> None:
    """Puts a full definition in the place of a table's; what changed waits for publishing. Raises DataverseError."""
    later = pending.unpublished(org, entity.name)
    if body.get("LogicalName", entity.name) != entity.name:
        raise invalid_argument("The LogicalName of a table cannot be changed.")
    tracking = body.get("ChangeTrackingEnabled", later.tracking)
    if later.tracking and tracking is False:
        raise invalid_argument(f"Change tracking of {entity.name} cannot be switched off once it is on.")
    label, plural = label_text(body.get("DisplayName")), label_text(body.get("DisplayCollectionName"))
    changed = later.changed(
        audited=switch(body, "IsAuditEnabled", later.audited),
        tracking=bool(tracking),
        label=later.label if label is None else label,
        plural=later.plural if plural is None else plural,
    )
    pending.keep(org, changed)


def create_key(org: Org, entity: Entity, body: Body, solution: str | None) -> Key:
    """Adds an alternate key, whose index is ready at once [D 5.4]. Raises DataverseError."""
    schema_name, parts = body.get("SchemaName"), body.get("KeyAttributes")
    if not isinstance(schema_name, str) or not isinstance(parts, list) or not 0 < len(parts) <= _MOST_KEY_PARTS:
        raise invalid_argument("A key needs a SchemaName and 1 to 16 KeyAttributes.")
    for part in parts:
        found = entity.attribute(str(part))
        if found is None or not found.stored or found.secured:
            raise invalid_argument(f"{part} cannot be part of a key of {entity.name}.")
    if len(entity.keys) >= _MOST_KEYS or any(one.name == schema_name.lower() for one in entity.keys):
        raise DataverseError(400, "0x80044363", f"{entity.name} has ten keys already, or one called {schema_name}.")
    label = label_text(body.get("DisplayName")) or schema_name
    id = metadata_id(entity.name, "key", schema_name.lower())
    made = Key(name=schema_name.lower(), schema_name=schema_name, label=label, attributes=tuple(parts), id=id)
    _refuse_twins(org, entity, made)
    pending.at_once(org, entity.name, lambda one: one.changed(keys=(*one.keys, made)))
    return made


def drop_key(org: Org, entity: Entity, id: str) -> None:
    """Deletes an alternate key. Raises DataverseError if there is none of that id."""
    if not any(one.id == id for one in entity.keys):
        raise DataverseError(404, "0x80040217", f"Could not find a key with id {id} on {entity.name}.")
    pending.at_once(org, entity.name, lambda one: one.changed(keys=tuple(key for key in one.keys if key.id != id)))


def _refuse_twins(org: Org, entity: Entity, key: Key) -> None:
    columns = ", ".join(f'"{one}"' for one in key.attributes)
    filled = " AND ".join(f'"{one}" IS NOT NULL' for one in key.attributes)
    query = f'SELECT 1 FROM "{entity.name}" WHERE {filled} GROUP BY {columns} HAVING count(*) > 1 LIMIT 1'
    if org.storage.reader().execute(query).fetchone() is not None:
        raise DataverseError(412, "0x80060892", f"Rows of {entity.name} share the same values of {columns}.")
