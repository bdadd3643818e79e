"""The types of the Metadata WSDL that are served here: their elements in the fixed order [W, API 59].

An element is `name`, `name:type`, with `*` after the name of one that may repeat; without a type it is a string.
`fullName`, which every component and value has, comes first.
"""

from functools import cache
from typing import NamedTuple


class Element(NamedTuple):
    """One element of a type: `type` is string, boolean, int or the name of another type."""

    name: str
    type: str
    repeats: bool


_VALUE = "fullName color default:boolean description isActive:boolean label"
TYPES = {
    "AssignmentRule": "fullName active:boolean ruleEntry*:RuleEntry",
    "AssignmentRules": "fullName assignmentRule*:AssignmentRule",
    "AutoResponseRules": "fullName autoResponseRule*:AssignmentRule",
    "BusinessProcess": "fullName description isActive:boolean values*:PicklistValue",
    "CustomField": """fullName businessOwnerGroup businessOwnerUser businessStatus caseSensitive:boolean complianceGroup
        customDataType defaultValue deleteConstraint deprecated:boolean description displayFormat elementType
        encryptionScheme escapeMarkup:boolean externalDeveloperName externalId:boolean fieldManageability formula
        formulaTreatBlanksAs inlineHelpText isAIPredictionField:boolean isConvertLeadDisabled:boolean
        isFilteringDisabled:boolean isNameField:boolean isSortingDisabled:boolean label length:int lookupFilter maskChar
        maskType metadataRelationshipControllingField populateExistingRows:boolean precision:int referenceTargetField
        referenceTo relationshipLabel relationshipName relationshipOrder:int reparentableMasterDetail:boolean
        required:boolean restrictedAdminField:boolean scale:int securityClassification startingNumber:int
        stripMarkup:boolean summarizedField summaryFilterItems* summaryForeignKey summaryOperation
        trackFeedHistory:boolean trackHistory:boolean trackTrending:boolean translateData:boolean type unique:boolean
        valueSet:ValueSet visibleLines:int writeRequiresMasterRead:boolean""",
    "CustomObject": """fullName allowInChatterGroups:boolean compactLayoutAssignment customHelp customHelpPage
        deploymentStatus deprecated:boolean description enableActivities:boolean enableBulkApi:boolean
        enableDivisions:boolean enableEnhancedLookup:boolean enableFeeds:boolean enableHistory:boolean
        enableLicensing:boolean enableReports:boolean enableSearch:boolean enableSharing:boolean
        enableStreamingApi:boolean externalSharingModel gender label pluralLabel recordTypeTrackFeedHistory:boolean
        recordTypeTrackHistory:boolean sharingModel startsWith visibility""",
    "CustomValue": _VALUE,
    "EscalationRules": "fullName escalationRule*:AssignmentRule",
    "FilterItem": "field operation value valueField",
    "LeadConfigSettings": """fullName doesEnableLeadConvertDefaultSubjectBlankTaskCreation:boolean
        doesHideOpportunityInConvertLeadWindow:boolean doesPreserveLeadStatus:boolean
        doesSelectNoOpportunityOnConvertLead:boolean doesTrackHistory:boolean enableConversionsOnMobile:boolean
        enableOrgWideMergeAndDelete:boolean shouldLeadConvertRequireValidation:boolean
        shouldSendNotificationEmailWhenLeadOwnerUpdatesViaApexInLEX:boolean""",
    "LeadConvertSettings": """fullName allowOwnerChange:boolean objectMapping*:ObjectMapping
        opportunityCreationOptions""",
    "ObjectMapping": "inputObject mappingFields*:ObjectMappingField outputObject",
    "ObjectMappingField": "inputField outputField",
    "PicklistValue": """fullName color default:boolean description isActive:boolean allowEmail:boolean closed:boolean
        controllingFieldValues* converted:boolean cssExposed:boolean forecastCategory highPriority:boolean
        probability:int reverseRole reviewed:boolean won:boolean""",
    "RecordType": """fullName active:boolean businessProcess compactLayoutAssignment description label
        picklistValues*:RecordTypePicklistValue""",
    "RecordTypePicklistValue": "picklist values*:PicklistValue",
    "RuleEntry": """assignedTo assignedToType booleanFilter criteriaItems*:FilterItem formula notifyCcRecipients:boolean
        template""",
    "StandardValue": f"""{_VALUE} allowEmail:boolean closed:boolean converted:boolean cssExposed:boolean
        forecastCategory groupingString highPriority:boolean probability:int reverseRole reviewed:boolean
        won:boolean""",
    "StandardValueSet": "fullName groupingStringEnum sorted:boolean standardValue*:StandardValue",
    "ValueSet": """controllingField restricted:boolean valueSetDefinition:ValueSetValuesDefinition valueSetName
        valueSettings*:ValueSettings""",
    "ValueSetValuesDefinition": "sorted:boolean value*:CustomValue",
    "ValueSettings": "controllingFieldValue* valueName",
}
"""Every type by name. Elements that stand for nothing in the sandbox are left out of some."""
PLAIN = frozenset({"string", "boolean", "int"})


@cache
def elements(type_name: str) -> tuple[Element, ...]:
    """The elements of a type, in order."""
    found = []
    for word in TYPES[type_name].split():
        name, _, kind = word.partition(":")
        found.append(Element(name.removesuffix("*"), kind or "string", name.endswith("*")))
    return tuple(found)
