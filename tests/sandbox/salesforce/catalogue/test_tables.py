"""The catalogue's tables."""

from connector.sandbox.salesforce.catalogue import standard_objects
from connector.sandbox.salesforce.catalogue.tables import parse


def test_a_table_is_read_as_documented() -> None:
    """Flags, sizes and details of a field line come out as the facts they stand for."""
    found = parse(
        "object | Thing__c | a00 | Thing | Things | noupdate\n"
        "Id | id | QLD | Thing ID\n"
        "State | picklist(255) | NCUQR | State | tracked values=On~Switched on; Off*\n"
        "Note | textarea(32000) | NCU | Note | extra=plaintextarea\n"
        "Size | double(18,2) | NCUQP | Size\n"
        "OwnerId | reference | CUQD | Owner | to=Group,User as=Owner child=Things cascade\n"
        "@audit"
    )
    assert (found.name, found.prefix, found.updateable, found.deletable) == ("Thing__c", "a00", False, True)
    state, note, size, owner = (found.by_name[name] for name in ("state", "note", "size", "ownerid"))
    assert [(item.value, item.label, item.default) for item in state.picklist] == [
        ("On", "Switched on", False),
        ("Off", "Off", True),
    ]
    assert (state.restricted, state.tracked, state.default, state.length) == (True, True, "Off", 255)
    assert (note.sortable, note.groupable, note.filterable, note.long_text) == (False, False, False, True)
    assert (size.precision, size.scale, size.permissionable) == (18, 2, True)
    assert (owner.reference_to, owner.relationship, owner.child_relationship) == (("Group", "User"), "Owner", "Things")
    assert (owner.cascade_delete, owner.polymorphic, owner.nillable) == (True, True, False)
    assert "SystemModstamp" in found


def test_every_object_is_whole() -> None:
    """Each has an id of three characters, unique field names, and parts only of compounds that it has."""
    for found in standard_objects().values():
        assert len(found.prefix) == 3
        assert found.fields[0].name == "Id"
        assert len(found.by_name) == len(found.fields)
        for field in found.fields:
            assert field.compound in (None, "Fiscal") or field.compound in found, (found.name, field.name)


def test_value_tables_exist() -> None:
    """A status field that takes its values from a table names one that is there."""
    objects = standard_objects()
    sets = {field.picklist_set for found in objects.values() for field in found.fields if field.picklist_set}
    assert sets == {"LeadStatus", "TaskStatus", "TaskPriority", "OpportunityStage"}
    assert sets <= set(objects)
