"""The kinds of custom field that can be made, as Metadata names them: what each needs, takes and becomes."""

from typing import NamedTuple


class Kind(NamedTuple):
    """`type` is the field type in describe; `needs` must be given, `takes` may be; nothing else of `SPECIAL` may."""

    type: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    length: int = 0
    formula: bool = False
    """Whether a formula can have this kind of result."""


_KEY = ("unique", "externalId")
KINDS = {
    "Checkbox": Kind("boolean", ("defaultValue",), formula=True),
    "Currency": Kind("currency", ("precision", "scale"), formula=True),
    "Date": Kind("date", formula=True),
    "DateTime": Kind("datetime", formula=True),
    "Email": Kind("email", takes=_KEY, length=80),
    "LongTextArea": Kind("textarea", ("length", "visibleLines")),
    "Lookup": Kind("reference", ("referenceTo", "relationshipName"), ("relationshipLabel", "deleteConstraint")),
    "MultiselectPicklist": Kind("multipicklist", ("valueSet", "visibleLines"), length=4_099),
    "Number": Kind("double", ("precision", "scale"), _KEY, formula=True),
    "Percent": Kind("percent", ("precision", "scale"), formula=True),
    "Phone": Kind("phone", length=40),
    "Picklist": Kind("picklist", ("valueSet",), length=255),
    "Text": Kind("string", ("length",), (*_KEY, "caseSensitive"), formula=True),
    "TextArea": Kind("textarea", length=255),
    "Time": Kind("time"),
    "Url": Kind("url", length=255),
}
NOT_HERE = frozenset(
    {
        "Address", "Array", "AutoNumber", "EncryptedText", "ExternalLookup", "File", "Hierarchy", "Html",
        "IndirectLookup", "Location", "MasterDetail", "MetadataRelationship", "Summary",
    }
)  # fmt: skip
"""Kinds that Salesforce has and the sandbox has not."""
SPECIAL = (
    "caseSensitive", "deleteConstraint", "externalId", "length", "precision", "referenceTo", "relationshipLabel",
    "relationshipName", "scale", "unique", "valueSet", "visibleLines",
)  # fmt: skip
"""Properties that belong to some kinds only."""
PROPERTIES = frozenset(SPECIAL) | {
    "businessOwnerGroup", "businessOwnerUser", "businessStatus", "complianceGroup", "customDataType", "defaultValue",
    "deprecated", "description", "displayFormat", "displayLocationInDecimal", "encryptionScheme", "escapeMarkup",
    "externalDeveloperName", "fieldManageability", "formula", "formulaTreatBlanksAs", "fullName", "inlineHelpText",
    "isAIPredictionField", "isConvertLeadDisabled", "isFilteringDisabled", "isNameField", "isSortingDisabled", "label",
    "lookupFilter", "maskChar", "maskType", "metadataRelationshipControllingField", "populateExistingRows",
    "readOnlyProxy", "referenceTargetField", "relationshipOrder", "reparentableMasterDetail", "required",
    "restrictedAdminField", "securityClassification", "startingNumber", "stripMarkup", "summarizedField",
    "summaryFilterItems", "summaryForeignKey", "summaryOperation", "trackFeedHistory", "trackHistory", "trackTrending",
    "translateData", "type", "urls", "writeRequiresMasterRead",
}  # fmt: skip
"""Every property of a CustomField that Metadata knows [W, read from simple-salesforce's copy]."""
