"""Record types, and which values of a picklist each of them offers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from connector.sandbox.salesforce import picklists
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType, PicklistValue
from connector.sandbox.salesforce.dml.results import Options

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_LISTS = "record types"
_FIELD = FieldType(
    name="RecordTypeId",
    label="Record Type ID",
    type="reference",
    length=18,
    defaulted=True,
    reference_to=("RecordType",),
    relationship="RecordType",
)


def ensure_field(org: "Org", object_name: str) -> None:
    """Give the object its RecordTypeId, which it has only once it has record types."""
    if "RecordTypeId" not in org.objects[object_name]:
        org.add_field(object_name, _FIELD)


def add(org: "Org", object_name: str, name: str, offers: Mapping[str, Sequence[str]] | None = None) -> str:
    """A new record type of an object; `offers` lists, by picklist field, the values that it lets people choose.

    A Lead's process is the list for Status; the API does not enforce it on unrestricted picklists.
    """
    ensure_field(org, object_name)
    options = Options(system=True)
    process = None
    if object_name in ("Lead", "Opportunity"):
        row = {"Name": f"{name} Process", "TableEnumOrId": object_name, "IsActive": True}
        process = org.insert("BusinessProcess", [row], options)[0].id
    row = {"Name": name, "DeveloperName": name.replace(" ", "_"), "SobjectType": object_name, "IsActive": True}
    made = org.insert("RecordType", [{**row, "BusinessProcessId": process}], options)[0].id
    assert made is not None
    offered = {field: list(values) for field, values in (offers or {}).items()}
    org.settings[_LISTS] = {**org.settings.get(_LISTS, {}), made: offered}
    return made


def offered(org: "Org", record_type_id: str, field: FieldType) -> list[PicklistValue]:
    """The active values that a record type offers; the master record type, and one that limits nothing, offer all."""
    values = [item for item in picklists.values(org, field) if item.active]
    limited = org.settings.get(_LISTS, {}).get(record_type_id, {}).get(field.name)
    return values if limited is None else [item for item in values if item.value in limited]


def keep_lists(org: "Org", object_name: str, field_name: str, known: Sequence[PicklistValue]) -> None:
    """Write down what every record type offered so far, before values are added: new ones are not offered by any."""
    lists = org.settings.get(_LISTS, {})
    rows = org.storage.reader().execute('SELECT "Id" FROM RecordType WHERE SobjectType = ?', (object_name,)).fetchall()
    for (id18,) in rows:
        lists.setdefault(id18, {}).setdefault(field_name, [item.value for item in known if item.active])
    if rows:
        org.settings[_LISTS] = lists


def exists(org: "Org", found: ObjectType, record_type_id: str) -> bool:
    """Whether the object has that record type."""
    query = 'SELECT 1 FROM RecordType WHERE "Id" = ? AND SobjectType = ?'
    return org.storage.reader().execute(query, (record_type_id, found.name)).fetchone() is not None
