"""Record types, and which values of a picklist each of them offers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from connector.sandbox.salesforce import picklists
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType, PicklistValue
from connector.sandbox.salesforce.dml.results import Options

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_LISTS = "record types"
PROCESS_FIELDS = {"Lead": "Status", "Opportunity": "StageName"}
"""The picklist of each object that its business processes limit, in place of its record types."""
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
    if object_name in PROCESS_FIELDS:
        row = {"Name": f"{name} Process", "TableEnumOrId": object_name, "IsActive": True}
        process = org.insert("BusinessProcess", [row], options)[0].id
    row = {"Name": name, "DeveloperName": name.replace(" ", "_"), "SobjectType": object_name, "IsActive": True}
    made = org.insert("RecordType", [{**row, "BusinessProcessId": process}], options)[0].id
    assert made is not None
    for field, values in (offers or {}).items():
        set_list(org, process if process and field == PROCESS_FIELDS.get(object_name) else made, field, values)
    return made


def offered(org: "Org", record_type_id: str, field: FieldType) -> list[PicklistValue]:
    """The active values that a record type offers; the master record type, and one that limits nothing, offer all.

    Statuses are those of its business process.
    """
    query = 'SELECT SobjectType, BusinessProcessId FROM RecordType WHERE "Id" = ?'
    row = org.storage.reader().execute(query, (record_type_id,)).fetchone()
    by_process = row is not None and row[1] and PROCESS_FIELDS.get(row[0]) == field.name
    return listed(org, row[1] if by_process else record_type_id, field)


def listed(org: "Org", holder_id: str, field: FieldType) -> list[PicklistValue]:
    """The active values on the list that a record type or a business process has for a picklist; all without a list."""
    values = [item for item in picklists.values(org, field) if item.active]
    limited = org.settings.get(_LISTS, {}).get(holder_id, {}).get(field.name)
    return values if limited is None else [item for item in values if item.value in limited]


def set_list(org: "Org", holder_id: str, field_name: str, values: Sequence[str]) -> None:
    """Make these the values that a record type or a business process offers of a picklist."""
    lists = org.settings.get(_LISTS, {})
    lists.setdefault(holder_id, {})[field_name] = list(values)
    org.settings[_LISTS] = lists


def keep_lists(org: "Org", object_name: str, field_name: str, known: Sequence[PicklistValue]) -> None:
    """Write down what record types and processes offered so far, before values are added: none offers the new ones."""
    query = 'SELECT "Id" FROM RecordType WHERE SobjectType = ? UNION SELECT "Id" FROM BusinessProcess'
    rows = org.storage.reader().execute(f"{query} WHERE TableEnumOrId = ?", (object_name, object_name)).fetchall()
    lists = org.settings.get(_LISTS, {})
    for (id18,) in rows:
        lists.setdefault(id18, {}).setdefault(field_name, [item.value for item in known if item.active])
    if rows:
        org.settings[_LISTS] = lists


def exists(org: "Org", found: ObjectType, record_type_id: str) -> bool:
    """Whether the object has that record type."""
    query = 'SELECT 1 FROM RecordType WHERE "Id" = ? AND SobjectType = ?'
    return org.storage.reader().execute(query, (record_type_id, found.name)).fetchone() is not None
