"""A column as metadata shows it: what all columns have, and what only those of its type do [D 5.1, 5.2]."""

from connector.sandbox.dynamics.catalogue.types import Attribute, Entity
from connector.sandbox.dynamics.metadata.label import Shape, label, managed
from connector.sandbox.dynamics.metadata.option_sets import option_set

NAMESPACE = "Microsoft.Dynamics.CRM"
ROOT_TYPE = "AttributeMetadata"
_SPECIAL = {"Uniqueidentifier": "UniqueIdentifier", "Customer": "Lookup", "Owner": "Lookup", "PartyList": "Lookup"}
_KINDS = (
    "String", "Memo", "Integer", "BigInt", "Decimal", "Double", "Money", "Boolean", "DateTime", "Picklist", "State",
    "Status", "MultiSelectPicklist", "Lookup", "UniqueIdentifier", "EntityName", "Image", "File", "ManagedProperty",
)  # fmt: skip
CAST_TYPES = frozenset(f"{name}AttributeMetadata" for name in _KINDS)
"""Types that a path may cast columns to. EnumAttributeMetadata is none of them [D 5.1]."""


def metadata_type(attribute: Attribute) -> str:
    """The type of a column's metadata: `PicklistAttributeMetadata`; AttributeMetadata itself for virtual ones."""
    if attribute.type == "Virtual":
        return ROOT_TYPE
    return f"{_SPECIAL.get(attribute.type, attribute.type)}AttributeMetadata"


def column(entity: Entity, attribute: Attribute) -> Shape:
    """Everything about a column, with its choices under OptionSet and GlobalOptionSet, which only $expand shows."""
    type_name = "Virtual" if attribute.type == "MultiSelectPicklist" else attribute.type
    readable = attribute.readable and attribute.attribute_of is None
    place = (entity.name, attribute.name)
    shape: Shape = {
        "@odata.type": f"#{NAMESPACE}.{metadata_type(attribute)}",
        "AttributeOf": attribute.attribute_of,
        "AttributeType": type_name,
        "AttributeTypeName": {"Value": f"{attribute.type}Type"},
        "AutoNumberFormat": "",
        "CanBeSecuredForCreate": attribute.custom or attribute.secured,
        "CanBeSecuredForRead": attribute.custom or attribute.secured,
        "CanBeSecuredForUpdate": attribute.custom or attribute.secured,
        "CanModifyAdditionalSettings": managed(True, "canmodifyadditionalsettings"),
        "ColumnNumber": attribute.number,
        "CreatedOn": "1900-01-01T00:00:00Z",
        "DeprecatedVersion": None,
        "Description": label(attribute.description, *place, "description", managed=not attribute.custom),
        "DisplayName": label(attribute.label, *place, managed=not attribute.custom),
        "EntityLogicalName": entity.name,
        "ExternalName": None,
        "HasChanged": None,
        "InheritsFrom": None,
        "IntroducedVersion": "1.0.0.0" if attribute.custom else "5.0.0.0",
        "IsAuditEnabled": managed(attribute.audited, "canmodifyauditsettings"),
        "IsCustomAttribute": attribute.custom,
        "IsCustomizable": managed(True, "iscustomizable"),
        "IsDataSourceSecret": False,
        "IsFilterable": readable,
        "IsGlobalFilterEnabled": managed(False, "canmodifyglobalfiltersettings"),
        "IsLogical": not attribute.stored,
        "IsManaged": not attribute.custom,
        "IsPrimaryId": attribute.name == entity.primary_id,
        "IsPrimaryName": attribute.name == entity.primary_name,
        "IsRenameable": managed(True, "isrenameable"),
        "IsRequiredForForm": attribute.required in ("ApplicationRequired", "SystemRequired"),
        "IsRetrievable": attribute.readable,
        "IsSearchable": False,
        "IsSecured": attribute.secured,
        "IsSortableEnabled": managed(True, "canmodifyissortablesettings"),
        "IsValidForAdvancedFind": managed(readable, "canmodifysearchsettings"),
        "IsValidForCreate": attribute.createable,
        "IsValidForForm": readable,
        "IsValidForGrid": readable,
        "IsValidForRead": attribute.readable,
        "IsValidForUpdate": attribute.updateable,
        "IsValidODataAttribute": attribute.selectable,
        "LinkedAttributeId": None,
        "LogicalName": attribute.name,
        "MetadataId": attribute.id,
        "ModifiedOn": "1900-01-01T00:00:00Z",
        "RequiredLevel": managed(attribute.required, "canmodifyrequirementlevelsettings"),
        "SchemaName": attribute.schema_name,
        "SourceType": 0 if attribute.attribute_of is None else None,
    }
    return {**shape, **_own(entity, attribute)}


def _own(entity: Entity, attribute: Attribute) -> Shape:
    """What only columns of this type have."""
    kind = metadata_type(attribute).removesuffix(ROOT_TYPE)
    if kind in ("String", "Memo"):
        return _text(attribute, kind)
    if kind in ("Integer", "BigInt", "Decimal", "Double", "Money"):
        return _number(attribute, kind)
    if kind == "DateTime":
        behavior = {"Value": attribute.behavior or "UserLocal"}
        shape = {"Format": attribute.format or "DateAndTime", "DateTimeBehavior": behavior, "ImeMode": "Inactive"}
        return {**shape, "CanChangeDateTimeBehavior": managed(False, "canchangedatetimebehavior")}
    if kind == "Lookup":
        return {"Targets": list(attribute.targets), "Format": "None"}
    if kind in ("Picklist", "State", "Status", "MultiSelectPicklist", "Boolean"):
        return _choice(entity, attribute, kind)
    return {"IsEntityReferenceStored": False} if kind == "EntityName" else {}


def _text(attribute: Attribute, kind: str) -> Shape:
    shape = {"MaxLength": attribute.max_length, "Format": attribute.format or "Text", "ImeMode": "Auto"}
    if kind == "Memo":
        return {**shape, "IsLocalizable": False, "FormatName": {"Value": attribute.format or "TextArea"}}
    return {
        **shape,
        "DatabaseLength": 2 * attribute.max_length,
        "FormatName": {"Value": attribute.format or "Text"},
        "FormulaDefinition": "",
        "IsLocalizable": False,
        "SourceTypeMask": 0,
        "YomiOf": None,
    }


def _number(attribute: Attribute, kind: str) -> Shape:
    whole = kind in ("Integer", "BigInt")
    low, high = ((None if one is None else int(one)) if whole else one for one in (attribute.min, attribute.max))
    shape: Shape = {"MinValue": low, "MaxValue": high}
    if kind == "Integer":
        return {**shape, "Format": attribute.format or "None", "FormulaDefinition": "", "SourceTypeMask": 0}
    if kind == "BigInt":
        return shape
    shape |= {"Precision": attribute.precision or 2, "ImeMode": "Disabled"}
    if kind == "Money":
        base = attribute.name.endswith("_base")
        shape |= {"PrecisionSource": 2, "IsBaseCurrency": base}
        shape["CalculationOf"] = attribute.name.removesuffix("_base") if base else None
    return shape


def _choice(entity: Entity, attribute: Attribute, kind: str) -> Shape:
    shown = option_set(entity.name, attribute)
    shape: Shape = {"FormulaDefinition": "", "SourceTypeMask": 0}
    if kind == "Boolean":
        shape["DefaultValue"] = bool(attribute.default)
    else:
        shape["DefaultFormValue"] = -1 if attribute.default is None else attribute.default
        shape["ChildPicklistLogicalNames"] = []
        shape["ParentPicklistLogicalName"] = None
    shape["OptionSet"] = None if attribute.global_options else shown
    shape["GlobalOptionSet"] = shown if attribute.global_options else None
    if kind in ("State", "Status"):
        shape["OptionSet"] = shown
    return shape


EXPANDABLE = ("OptionSet", "GlobalOptionSet")
"""Navigation properties of a column: absent unless expanded."""
