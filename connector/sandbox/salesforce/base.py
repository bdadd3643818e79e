"""What every org has from its first day: itself, its users, permissions, value tables and one assignment rule."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce.catalogue import ObjectType

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

ORG_ID = "00D5g0000000001EAA"
ADMIN_ID = "0055g0000000001AAA"
"""The administrator who set the org up; owns what nobody else owns."""
INTEGRATION_ID = "0055g0000000002AAA"
"""The user that clients log in as."""
AUTOMATION_ID = "0055g0000000003AAA"
"""Automated Process: who flows and the platform itself write as."""
PROFILE_ID = "00e5g0000000001AAA"
PROFILE_SET_ID = "0PS5g0000000001GAA"
"""The permission set that belongs to the administrators' profile."""
QUEUE_ID = "00G5g0000000001EAA"
"""The queue that the active lead assignment rule gives leads to."""
RULE_ID = "01Q5g0000000001EAA"
INTEGRATION_USERNAME = "integration@sandbox.example"
BORN = "2020-01-06T08:00:00.000Z"

_SYSTEM = (
    "ApiEnabled", "ModifyAllData", "ViewAllData", "ViewSetup", "CustomizeApplication", "ConvertLeads", "EditTask",
    "EditEvent", "TransferAnyLead", "ManageUsers",
)  # fmt: skip
_ON = {f"Permissions{name}": True for name in _SYSTEM}
LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")
_STAGES = (
    ("Prospecting", 10, "Pipeline"),
    ("Qualification", 10, "Pipeline"),
    ("Needs Analysis", 20, "Pipeline"),
    ("Value Proposition", 50, "Pipeline"),
    ("Id. Decision Makers", 60, "Pipeline"),
    ("Perception Analysis", 70, "Pipeline"),
    ("Proposal/Price Quote", 75, "Pipeline"),
    ("Negotiation/Review", 90, "Pipeline"),
    ("Closed Won", 100, "Closed"),
    ("Closed Lost", 0, "Omitted"),
)


def fill(org: "Org") -> None:
    """Load the first-day rows into an empty org and switch its assignment rule on."""
    for object_name, rows in _rows():
        for row in rows:
            stamped = {"CreatedDate": BORN, "CreatedById": ADMIN_ID} | row
            known = org.objects[object_name]
            org.load(object_name, [name for name in stamped if name in known], [_values(stamped, known)])
    permissions(org, org.objects.values())
    org.settings["assignment"] = {"Lead": {"rule": RULE_ID, "owner": QUEUE_ID}}


def _values(row: dict[str, Any], known: ObjectType) -> list[Any]:
    return [value for name, value in row.items() if name in known]


def permissions(org: "Org", objects: Iterable[ObjectType]) -> None:
    """Give the administrators' profile every right on these objects and their fields."""
    objects = list(objects)
    org.load(
        "ObjectPermissions",
        ["ParentId", "SobjectType", *(f"Permissions{right}" for right in _RIGHTS)],
        [[PROFILE_SET_ID, found.name, *[True] * len(_RIGHTS)] for found in objects if found.layoutable],
    )
    org.load(
        "FieldPermissions",
        ["ParentId", "SobjectType", "Field", "PermissionsRead", "PermissionsEdit"],
        [
            [PROFILE_SET_ID, found.name, f"{found.name}.{field.name}", True, field.updateable or field.createable]
            for found in objects
            for field in found.fields
            if field.permissionable and not field.hidden
        ],
    )


_RIGHTS = ("Create", "Read", "Edit", "Delete", "ViewAllRecords", "ModifyAllRecords")


def _rows() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    yield "Organization", [_organization()]
    yield "UserLicense", [_LICENSE]
    yield (
        "Profile",
        [
            {"Id": PROFILE_ID, "Name": "System Administrator", "UserType": "Standard", "UserLicenseId": _LICENSE["Id"]}
            | _ON
        ],
    )
    yield (
        "PermissionSet",
        [
            {
                "Id": PROFILE_SET_ID,
                "Name": "X00e5g0000000001",
                "Label": "00e5g0000000001",
                "ProfileId": PROFILE_ID,
                "IsOwnedByProfile": True,
                "Type": "Profile",
            }
            | _ON
        ],
    )
    yield (
        "User",
        [
            _user(ADMIN_ID, "Avery", "Admin", "admin"),
            _user(INTEGRATION_ID, "Connector", "Integration", "integration"),
            _user(AUTOMATION_ID, "Automated", "Process", "autoproc"),
        ],
    )
    yield (
        "PermissionSetAssignment",
        [
            {"PermissionSetId": PROFILE_SET_ID, "AssigneeId": user, "IsActive": True}
            for user in (ADMIN_ID, INTEGRATION_ID)
        ],
    )
    queue = {"Id": QUEUE_ID, "Name": "Unassigned Leads", "DeveloperName": "Unassigned_Leads", "Type": "Queue"}
    yield "Group", [queue | {"OwnerId": ORG_ID, "DoesSendEmailToMembers": False}]
    yield "QueueSobject", [{"QueueId": QUEUE_ID, "SobjectType": "Lead"}]
    yield "GroupMember", [{"GroupId": QUEUE_ID, "UserOrGroupId": ADMIN_ID}]
    yield "AssignmentRule", [{"Id": RULE_ID, "Name": "Standard", "SobjectType": "Lead", "Active": True}]
    yield "BusinessHours", [_business_hours()]
    yield from _value_tables()


_LICENSE: dict[str, Any] = {
    "Id": "1005g0000000001AAA",
    "LicenseDefinitionKey": "SFDC",
    "TotalLicenses": 100,
    "UsedLicenses": 3,
    "Status": "Active",
    "Name": "Salesforce",
    "MasterLabel": "Salesforce",
}


def _organization() -> dict[str, Any]:
    return {
        "Id": ORG_ID,
        "Name": "Connector Sandbox",
        "Country": "US",
        "PrimaryContact": "Avery Admin",
        "DefaultLocaleSidKey": "en_US",
        "TimeZoneSidKey": "America/Los_Angeles",
        "LanguageLocaleKey": "en_US",
        "ReceivesInfoEmails": True,
        "ReceivesAdminInfoEmails": True,
        "PreferencesConsentManagementEnabled": True,
        "FiscalYearStartMonth": 1,
        "DefaultAccountAccess": "Edit",
        "DefaultContactAccess": "ControlledByParent",
        "DefaultOpportunityAccess": "Edit",
        "DefaultLeadAccess": "ReadEditTransfer",
        "DefaultCaseAccess": "ReadEditTransfer",
        "DefaultCalendarAccess": "HideDetailsInsert",
        "DefaultPricebookAccess": "ReadSelect",
        "DefaultCampaignAccess": "All",
        "UiSkin": "Theme3",
        "SignupCountryIsoCode": "US",
        "NumKnowledgeService": 2,
        "OrganizationType": "Developer Edition",
        "InstanceName": "CS1",
        "IsSandbox": True,
        "WebToCaseDefaultOrigin": "Web",
        "MonthlyPageViewsUsed": 0,
        "MonthlyPageViewsEntitlement": 0,
    }


def _user(id18: str, first: str, last: str, name: str) -> dict[str, Any]:
    return {
        "Id": id18,
        "Username": f"{name}@sandbox.example",
        "FirstName": first,
        "LastName": last,
        "Email": f"{name}@sandbox.example",
        "Alias": name[:8],
        "CommunityNickname": name,
        "IsActive": True,
        "TimeZoneSidKey": "America/Los_Angeles",
        "LocaleSidKey": "en_US",
        "EmailEncodingKey": "UTF-8",
        "LanguageLocaleKey": "en_US",
        "ProfileId": PROFILE_ID,
        "UserType": "Standard",
        "ReceivesInfoEmails": False,
    }


def _business_hours() -> dict[str, Any]:
    hours: dict[str, Any] = {"Name": "Default", "IsActive": True, "IsDefault": True}
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        hours |= {f"{day}StartTime": "09:00:00.000Z", f"{day}EndTime": "17:00:00.000Z"}
    return hours | {"TimeZoneSidKey": "America/Los_Angeles"}


def _value_tables() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    yield (
        "LeadStatus",
        [
            _value(place, name, place == 0) | {"IsConverted": name == "Closed - Converted"}
            for place, name in enumerate(LEAD_STATUSES)
        ],
    )
    tasks = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")
    yield "TaskStatus", [_value(i, name, i == 0) | {"IsClosed": name == "Completed"} for i, name in enumerate(tasks)]
    priorities = ("High", "Normal", "Low")
    yield (
        "TaskPriority",
        [_value(i, name, name == "Normal") | {"IsHighPriority": name == "High"} for i, name in enumerate(priorities)],
    )
    yield (
        "OpportunityStage",
        [
            _value(place, name, False)
            | {
                "IsActive": True,
                "IsClosed": name.startswith("Closed"),
                "IsWon": name == "Closed Won",
                "DefaultProbability": probability,
                "ForecastCategory": forecast,
                "ForecastCategoryName": forecast,
            }
            for place, (name, probability, forecast) in enumerate(_STAGES)
        ],
    )


def _value(place: int, name: str, default: bool) -> dict[str, Any]:
    return {"MasterLabel": name, "ApiName": name, "SortOrder": place + 1, "IsDefault": default}
