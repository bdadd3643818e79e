"""The body of a write, read against its table: values, lookups bound, rows beneath it."""

from typing import TYPE_CHECKING, Any

from connector.sandbox.dynamics.catalogue import Attribute, Entity, Navigation
from connector.sandbox.dynamics.dml import keys
from connector.sandbox.dynamics.dml.request import Options, Pending, Record
from connector.sandbox.dynamics.dml.typed import typed
from connector.sandbox.dynamics.errors import DataverseError, bad_payload, invalid_argument, unknown_property
from connector.sandbox.dynamics.values import guid

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

_BIND = "@odata.bind"


def read(org: "Org", entity: Entity, record: Record, options: Options, *, inserting: bool) -> Pending:
    """What a body asks for; nothing of the row itself has been looked at yet. Raises DataverseError."""
    row = Pending("", {}, {})
    deep: list[tuple[str, str, Record]] = []
    for name, value in record.items():
        if name.endswith(_BIND):
            _bind(org, entity, row, name.removesuffix(_BIND), value, options)
        elif "@" not in name:
            _property(org, entity, row, deep, name, value, options, inserting)
    row.given = frozenset(row.new)
    row.deep = tuple(deep)
    return row


def _property(
    org: "Org", entity: Entity, row: Pending, deep: list[tuple[str, str, Record]], name: str, value: Any,
    options: Options, inserting: bool,
) -> None:  # fmt: skip
    one = entity.attribute(name)
    if one is not None and one.name == entity.primary_id:
        _primary(entity, row, value)
    elif entity.navigation(name):
        _nested_single(org, entity, row, name, value, options, inserting)
    elif one is not None and one.selectable and not one.is_lookup:
        if options.system or (one.createable if inserting else one.updateable):
            row.new[name] = typed(entity, one, value)
        elif one.name == "statecode":
            typed(entity, one, value)  # not valid for create: ignored
    elif entity.property(name):
        text = "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead."
        raise DataverseError(400, "0x80048d19", text)
    else:
        child = _collection(org, entity, name)
        if child is None:
            raise unknown_property(name, entity.name)
        if not inserting or not isinstance(value, list):
            raise bad_payload(entity.set_name, f"Deep update is not supported for navigation property '{name}'.")
        deep += [(child[0].name, child[1].name, one_row) for one_row in value]


def _primary(entity: Entity, row: Pending, value: Any) -> None:
    found = guid(value)
    if found is None:
        why = f"Cannot convert the literal '{value}' to the expected type 'Edm.Guid'."
        raise bad_payload(entity.set_name, why)
    row.id = found


def _bind(org: "Org", entity: Entity, row: Pending, name: str, value: Any, options: Options) -> None:
    """`"parentaccountid@odata.bind": "/accounts(…)"`; null clears the lookup. Names are case sensitive."""
    way = entity.navigation(name)
    if way is None:
        why = (
            f"An undeclared property '{name}' which only has property annotations in the payload but no property value"
            " was found in the payload. In OData, only declared navigation properties and declared named streams can be"
            " represented as properties without values."
        )
        raise bad_payload(entity.set_name, why)
    one, navigation = way
    if value is None:
        _point(one, row, None, None)
        return
    if not isinstance(value, str):
        raise bad_payload(entity.set_name, f"The value of '{name}{_BIND}' must be the URL of a row.")
    target, key = keys.referenced(org, value, options.references)
    if not _fits(one, navigation, target):
        why = f"A resource of type 'Microsoft.Dynamics.CRM.{target.name}' was bound to '{name}'."
        raise bad_payload(entity.set_name, why)
    _point(one, row, keys.found(org, target, key), target.name)


def _fits(one: Attribute, navigation: Navigation, target: Entity) -> bool:
    return target.name in one.targets if one.type == "Owner" else target.name == navigation.target


def _point(one: Attribute, row: Pending, id: str | None, table: str | None) -> None:
    row.new[one.name] = id
    if one.type_column:
        row.new[one.type_column] = table


def _nested_single(
    org: "Org", entity: Entity, row: Pending, name: str, value: Any, options: Options, inserting: bool
) -> None:
    """A row nested under a lookup: created first, then pointed at."""
    way = entity.navigation(name)
    assert way is not None
    if value is None and not inserting:
        _point(way[0], row, None, None)
        return
    if not isinstance(value, dict) or not inserting:
        why = (
            f"A node of type 'PrimitiveValue' was found when trying to read the value of the property '{name}';"
            " however, a 'StartObject' node was expected."
        )
        raise bad_payload(entity.set_name, why)
    target = org.entities.get(way[1].target)
    if target is None:
        raise invalid_argument(f"A row cannot be created under '{name}'.")
    made = org.create(target, value, options)
    _point(way[0], row, made.id, target.name)


def _collection(org: "Org", entity: Entity, name: str) -> tuple[Entity, Attribute] | None:
    """The table and lookup column behind a collection-valued navigation property."""
    for other in org.entities.values():
        for one in other.attributes:
            for way in one.navigations:
                if way.collection == name and way.target == entity.name:
                    return other, one
    return None
