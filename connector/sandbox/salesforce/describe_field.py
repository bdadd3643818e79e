"""One field as describe shows it, with all 57 keys of the recorded ones [R GET_sobjects_Lead_describe.yaml]."""

from collections.abc import Iterable
from typing import Any

from connector.sandbox.salesforce.catalogue import FieldType, PicklistValue
from connector.sandbox.salesforce.catalogue.types import TEXT_TYPES

_SOAP = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "int": "xsd:int",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "time": "xsd:time",
    "address": "urn:address",
    "location": "urn:location",
    "anyType": "xsd:anyType",
}


def describe_field(
    field: FieldType, values: Iterable[PicklistValue], default: Any, *, createable: bool, updateable: bool
) -> dict[str, Any]:
    """The describe entry of a field. `createable` and `updateable` are what they are for the user who asks."""
    calculated = field.formula is not None
    return {
        "aggregatable": field.aggregatable,
        "aiPredictionField": False,
        "autoNumber": False,
        "byteLength": field.length * 3 if field.type in TEXT_TYPES else field.length,
        "calculated": calculated,
        "calculatedFormula": field.formula,
        "cascadeDelete": False,
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": field.compound,
        "controllerName": None,
        "createable": createable,
        "custom": field.custom,
        "defaultValue": default,
        "defaultValueFormula": None,
        "defaultedOnCreate": field.defaulted or (field.type == "boolean" and not calculated),
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.digits,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": field.extra,
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": field.blank_as_zero,
        "groupable": field.groupable,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.id_lookup or field.external_id,
        "inlineHelpText": field.help_text,
        "label": field.label,
        "length": field.length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": field.polymorphic,
        "nillable": field.nillable and field.type != "boolean",
        "permissionable": field.permissionable,
        "picklistValues": [_value(item) for item in values],
        "polymorphicForeignKey": field.polymorphic,
        "precision": field.precision,
        "queryByDistance": field.type == "address",
        "referenceTargetField": None,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": field.prefilterable,
        "soapType": _SOAP.get(field.type, "xsd:string"),
        "sortable": field.sortable,
        "type": field.type,
        "unique": field.unique,
        "updateable": updateable,
        "writeRequiresMasterRead": False,
    }


def _value(item: PicklistValue) -> dict[str, Any]:
    return {
        "active": item.active,
        "defaultValue": item.default,
        "label": item.label,
        "validFor": None,
        "value": item.value,
    }
