"""What every environment has from its first day: itself, its business unit, users, roles, currency and messages."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_DNS, uuid5

from connector.sandbox.dynamics.catalogue import Entity

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

BORN = "2020-01-06T08:00:00Z"


def fixed_id(name: str) -> str:
    """The id of a row that every environment has, by a name of ours."""
    return str(uuid5(NAMESPACE_DNS, f"{name}.sandbox.example"))


TENANT_ID = fixed_id("tenant")
"""The Entra tenant that the environment belongs to."""
ORGANIZATION_ID = fixed_id("organization")
BUSINESS_UNIT_ID = fixed_id("business-unit")
SYSTEM_ID = fixed_id("system-user")
"""SYSTEM: who flows and the platform itself write as."""
ADMIN_ID = fixed_id("admin-user")
"""The administrator who set the environment up; owns what nobody else owns."""
INTEGRATION_ID = fixed_id("integration-user")
"""The application user that clients log in as."""
INTEGRATION_APP_ID = fixed_id("integration-app")
"""The client id of its app registration."""
TEAM_ID = fixed_id("team")
"""The default team of the business unit."""
CURRENCY_ID = fixed_id("currency-usd")
QUEUE_ID = fixed_id("queue")
ADMINISTRATOR_ROLE_ID = fixed_id("role-system-administrator")
PUBLISHER_ID = fixed_id("publisher-default")
SOLUTION_ID = fixed_id("solution-default")
PROCESS_ID = fixed_id("lead-to-opportunity-process")
STAGES = (
    ("Qualify", 0, "lead"),
    ("Develop", 1, "opportunity"),
    ("Propose", 2, "opportunity"),
    ("Close", 3, "opportunity"),
)
"""The stages of the sales process: name, category, table."""
STAGE_IDS = {name: fixed_id(f"stage-{name}") for name, _, _ in STAGES}

_VERBS = {
    "Create": 32, "Read": 1, "Write": 2, "Delete": 65_536, "Append": 4, "AppendTo": 16, "Assign": 524_288,
    "Share": 262_144,
}  # fmt: skip
SPECIAL = (
    "prvActOnBehalfOfAnotherUser", "prvBypassCustomBusinessLogic", "prvBypassCustomPlugins", "prvReadAuditSummary",
    "prvReadRecordAuditHistory", "prvPublishCustomization", "prvCreateEntity", "prvWriteEntity", "prvReadEntity",
    "prvCreateAttribute", "prvWriteAttribute", "prvReadAttribute", "prvDeleteAttribute", "prvCreateOptionSet",
    "prvWriteOptionSet", "prvReadOptionSet", "prvReadLicense", "prvQualifyLead", "prvOverrideCreatedOnCreatedBy",
)  # fmt: skip
"""Privileges that belong to no table."""
_SHARED = {
    "activitypointer": "Activity", "activityparty": "Activity", "annotation": "Note", "systemuser": "User",
    "calendarrule": "Calendar", "leadtoopportunitysalesprocess": "LeadToOpportunitySalesProcess",
    "teammembership": "Team", "systemuserroles": "Role", "roleprivileges": "Role",
    "systemuserprofiles": "FieldSecurityProfile", "fieldpermission": "FieldSecurityProfile",
}  # fmt: skip
_BULK = ("CreateMultiple", "UpdateMultiple", "UpsertMultiple")
_PLAIN = ("Create", "Update", "Delete")
_MESSAGES = {
    **dict.fromkeys(("lead", "contact", "account", "opportunity"), (*_PLAIN, *_BULK)),
    "task": (*_PLAIN, *_BULK[:2]),
}
UTC_ZONE = 92
"""The platform's number for Coordinated Universal Time."""
_ZONES = (
    (85, "GMT Standard Time", "GMT Daylight Time", "(GMT+00:00) Dublin, Edinburgh, Lisbon, London", 0),
    (92, "Coordinated Universal Time", "Coordinated Universal Time", "(GMT) Coordinated Universal Time", 0),
    (35, "Eastern Standard Time", "Eastern Daylight Time", "(GMT-05:00) Eastern Time (US & Canada)", 300),
    (20, "Central Standard Time", "Central Daylight Time", "(GMT-06:00) Central Time (US & Canada)", 360),
    (10, "Mountain Standard Time", "Mountain Daylight Time", "(GMT-07:00) Mountain Time (US & Canada)", 420),
    (4, "Pacific Standard Time", "Pacific Daylight Time", "(GMT-08:00) Pacific Time (US & Canada)", 480),
    (110, "W. Europe Standard Time", "W. Europe Daylight Time", "(GMT+01:00) Amsterdam, Berlin, Rome, Vienna", -60),
)


def privilege_name(verb: str, entity: Entity) -> str:
    """The privilege to do that with a table: all activities share those of Activity, notes are Note, users User."""
    if entity.name == "audit":
        return "prvReadAuditSummary"
    return f"prv{verb}{'Activity' if entity.activity else _SHARED.get(entity.name, entity.schema_name)}"


def privilege_id(name: str) -> str:
    """The id of a privilege, the same in every environment."""
    return fixed_id(f"privilege-{name}")


def fill(org: "Org") -> None:
    """Load the first-day rows into an empty environment."""
    for name, rows in _rows(org.entities.values()):
        for row in rows:
            org.load(name, list(row), [list(row.values())])


def _rows(entities: Iterable[Entity]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    stamps = {"createdon": BORN, "createdby": SYSTEM_ID}
    yield "businessunit", [{"businessunitid": BUSINESS_UNIT_ID, "name": "sandbox", **stamps}]
    currency = {"currencyname": "US Dollar", "isocurrencycode": "USD", "currencysymbol": "$", "currencyprecision": 2}
    yield (
        "transactioncurrency",
        [{"transactioncurrencyid": CURRENCY_ID, **currency, "exchangerate": 1.0, **stamps}],
    )
    yield "organization", [_organization() | stamps]
    yield "systemuser", [one | stamps for one in _users()]
    yield "usersettings", [_settings(one["systemuserid"]) | stamps for one in _users()]
    team = {"teamid": TEAM_ID, "name": "sandbox", "isdefault": 1, "teamtype": 0, "administratorid": ADMIN_ID}
    yield "team", [team | {"businessunitid": BUSINESS_UNIT_ID} | stamps]
    members = [ADMIN_ID, INTEGRATION_ID]
    yield "teammembership", [{"teamid": TEAM_ID, "systemuserid": one} for one in members]
    yield "queue", [{"queueid": QUEUE_ID, "name": "New leads", "ownerid": ADMIN_ID, **stamps}]
    yield from _security(entities, stamps)
    yield "publisher", [_publisher() | stamps]
    yield "solution", [_solution() | stamps]
    yield (
        "entitymap",
        [
            {
                "entitymapid": fixed_id("lead-to-contact"),
                "sourceentityname": "lead",
                "targetentityname": "contact",
                **stamps,
            }
        ],
    )
    yield from _process(stamps)
    yield from _messages(stamps)
    yield (
        "timezonedefinition",
        [
            {
                "timezonecode": code,
                "standardname": name,
                "daylightname": light,
                "userinterfacename": shown,
                "bias": bias,
            }
            for code, name, light, shown, bias in _ZONES
        ],
    )


def _organization() -> dict[str, Any]:
    return {
        "organizationid": ORGANIZATION_ID,
        "name": "sandbox",
        "languagecode": 1033,
        "localeid": 1033,
        "isauditenabled": 1,
        "auditretentionperiodv2": 30,
        "expirechangetrackingindays": 7,
        "basecurrencyid": CURRENCY_ID,
        "weekstartdaycode": 0,
        "schemanameprefix": "new",
    }


def _users() -> list[dict[str, Any]]:
    people = (
        (SYSTEM_ID, None, "SYSTEM", "", 3, None),
        (ADMIN_ID, "Avery", "Admin", "avery.admin@sandbox.example", 0, None),
        (INTEGRATION_ID, "#", "connector", f"{INTEGRATION_APP_ID}@sandbox.example", 4, INTEGRATION_APP_ID),
    )
    return [
        {
            "systemuserid": id,
            "firstname": first,
            "lastname": last,
            "domainname": name,
            "internalemailaddress": name,
            "accessmode": mode,
            "applicationid": app,
            "azureactivedirectoryobjectid": fixed_id(f"entra-{last}"),
            "businessunitid": BUSINESS_UNIT_ID,
            "islicensed": int(mode == 0),
            "isdisabled": 0,
        }
        for id, first, last, name, mode, app in people
    ]


def _settings(user: str) -> dict[str, Any]:
    return {
        "systemuserid": user,
        "timezonecode": UTC_ZONE,
        "localeid": 1033,
        "uilanguageid": 1033,
        "helplanguageid": 1033,
        "paginglimit": 50,
        "businessunitid": BUSINESS_UNIT_ID,
    }


def _security(entities: Iterable[Entity], stamps: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    names = dict.fromkeys(SPECIAL, 0)
    for entity in entities:
        names.update({privilege_name(verb, entity): right for verb, right in _VERBS.items()})
    yield (
        "privilege",
        [{"privilegeid": privilege_id(name), "name": name, "accessright": right} for name, right in names.items()],
    )
    role = {"roleid": ADMINISTRATOR_ROLE_ID, "name": "System Administrator", "businessunitid": BUSINESS_UNIT_ID}
    yield "role", [role | stamps]
    yield (
        "roleprivileges",
        [
            {"roleid": ADMINISTRATOR_ROLE_ID, "privilegeid": privilege_id(name), "privilegedepthmask": 8}
            for name in names
        ],
    )
    users = (SYSTEM_ID, ADMIN_ID, INTEGRATION_ID)
    yield "systemuserroles", [{"systemuserid": one, "roleid": ADMINISTRATOR_ROLE_ID} for one in users]


def _publisher() -> dict[str, Any]:
    return {
        "publisherid": PUBLISHER_ID,
        "uniquename": "DefaultPublishersandbox",
        "friendlyname": "Default Publisher for sandbox",
        "customizationprefix": "new",
        "customizationoptionvalueprefix": 10_000,
    }


def _solution() -> dict[str, Any]:
    return {
        "solutionid": SOLUTION_ID,
        "uniquename": "Default",
        "friendlyname": "Default Solution",
        "version": "1.0",
        "publisherid": PUBLISHER_ID,
        "installedon": BORN,
    }


def _process(stamps: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    process = {"workflowid": PROCESS_ID, "name": "Lead to Opportunity Sales Process", "category": 4, "type": 1}
    more = {"uniquename": "leadtoopportunitysalesprocess", "primaryentity": "lead", "statecode": 1, "statuscode": 2}
    yield "workflow", [process | more | {"ownerid": ADMIN_ID} | stamps]
    yield (
        "processstage",
        [
            {
                "processstageid": STAGE_IDS[name],
                "stagename": name,
                "stagecategory": category,
                "primaryentitytypecode": entity,
                "processid": PROCESS_ID,
            }
            for name, category, entity in STAGES
        ],
    )


def _messages(stamps: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    yield (
        "sdkmessage",
        [{"sdkmessageid": fixed_id(f"message-{name}"), "name": name, **stamps} for name in (*_PLAIN, *_BULK)],
    )
    yield (
        "sdkmessagefilter",
        [
            {
                "sdkmessagefilterid": fixed_id(f"message-{name}-{table}"),
                "sdkmessageid": fixed_id(f"message-{name}"),
                "primaryobjecttypecode": table,
                **stamps,
            }
            for table, names in _MESSAGES.items()
            for name in names
        ],
    )
