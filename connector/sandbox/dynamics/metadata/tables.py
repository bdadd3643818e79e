"""A table as metadata shows it [D 5.1]."""

from connector.sandbox.dynamics.base import privilege_id, privilege_name
from connector.sandbox.dynamics.catalogue.types import Entity, Key
from connector.sandbox.dynamics.metadata.label import Shape, label, managed

_RIGHTS = ("Create", "Read", "Write", "Delete", "Assign", "Share", "Append", "AppendTo")


def table(entity: Entity) -> Shape:
    """Everything about a table; its columns, keys and relationships only $expand shows."""
    stock = not entity.custom
    return {
        "ActivityTypeMask": 1 if entity.activity else 0,
        "AutoCreateAccessTeams": False,
        "CanChangeTrackingBeEnabled": managed(True, "canchangetrackingbeenabled"),
        "CanCreateAttributes": managed(entity.writable and not entity.view, "cancreateattributes", can_change=False),
        "CanModifyAdditionalSettings": managed(True, "canmodifyadditionalsettings"),
        "ChangeTrackingEnabled": entity.tracking,
        "CollectionSchemaName": f"{entity.schema_name}s",
        "DataProviderId": None,
        "Description": label("", entity.name),
        "DisplayCollectionName": label(entity.plural, entity.name, "plural", managed=stock),
        "DisplayName": label(entity.label, entity.name, managed=stock),
        "EnforceStateTransitions": entity.transitions,
        "EntitySetName": entity.set_name,
        "ExternalName": None,
        "HasActivities": not entity.activity,
        "HasChanged": None,
        "HasNotes": True,
        "IntroducedVersion": "1.0.0.0" if entity.custom else "5.0.0.0",
        "IsActivity": entity.activity,
        "IsActivityParty": entity.name in ("lead", "contact", "account", "systemuser"),
        "IsAuditEnabled": managed(entity.audited, "canmodifyauditsettings"),
        "IsAvailableOffline": False,
        "IsBPFEntity": entity.name == "leadtoopportunitysalesprocess",
        "IsBusinessProcessEnabled": False,
        "IsCustomEntity": entity.custom,
        "IsCustomizable": managed(True, "iscustomizable"),
        "IsDuplicateDetectionEnabled": managed(False, "canmodifyduplicatedetectionsettings"),
        "IsEnabledForTrace": False,
        "IsIntersect": False,
        "IsLogicalEntity": False,
        "IsManaged": stock,
        "IsOptimisticConcurrencyEnabled": entity.concurrency,
        "IsPrivate": False,
        "IsRetrieveAuditEnabled": False,
        "IsRetrieveMultipleAuditEnabled": False,
        "IsSLAEnabled": entity.name == "lead",
        "IsStateModelAware": "statecode" in entity,
        "IsValidForAdvancedFind": True,
        "LogicalCollectionName": entity.set_name,
        "LogicalName": entity.name,
        "MetadataId": entity.id,
        "ObjectTypeCode": entity.code,
        "OwnershipType": entity.ownership,
        "PrimaryIdAttribute": entity.primary_id,
        "PrimaryImageAttribute": None,
        "PrimaryNameAttribute": entity.primary_name or None,
        "Privileges": [privilege(entity, right) for right in _RIGHTS],
        "SchemaName": entity.schema_name,
        "TableType": "Standard",
        "UsesBusinessDataLabelTable": False,
    }


def privilege(entity: Entity, right: str) -> Shape:
    """A right on the table, such as prvReadLead."""
    name = privilege_name(right, entity)
    owned = entity.ownership == "UserOwned"
    return {
        "CanBeBasic": owned,
        "CanBeDeep": owned,
        "CanBeEntityReference": False,
        "CanBeGlobal": True,
        "CanBeLocal": owned,
        "CanBeParentEntityReference": False,
        "CanBeRecordFilter": False,
        "Name": name,
        "PrivilegeId": privilege_id(name),
        "PrivilegeType": right,
    }


def key(entity: Entity, one: Key) -> Shape:
    """An alternate key [D 5.4]."""
    return {
        "MetadataId": one.id,
        "HasChanged": None,
        "LogicalName": one.name,
        "SchemaName": one.schema_name,
        "DisplayName": label(one.label, entity.name, one.name, managed=False),
        "EntityLogicalName": entity.name,
        "KeyAttributes": list(one.attributes),
        "IsCustomizable": managed(True, "iscustomizable"),
        "IsManaged": False,
        "IntroducedVersion": "1.0.0.0",
        "EntityKeyIndexStatus": one.status,
        "AsyncJob": None,
    }
