"""What stands between a well-formed row and its write: rights, deletion, conversion, locks, references, rules."""

from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.dml import validation
from connector.sandbox.salesforce.dml.pending import Pending
from connector.sandbox.salesforce.dml.results import BadRequestError, Options, RowError
from connector.sandbox.salesforce.rules import DuplicateRule, ValidationRule
from connector.sandbox.salesforce.values import Stored

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

DELETED = RowError("ENTITY_IS_DELETED", "entity is deleted")
CONVERTED = RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
LOCKED = RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
MISSING = RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
_FORBIDDEN = RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
_PERSONAL = frozenset({"FirstName", "LastName", "Salutation", "AccountId", "OwnerId"})
"""Fields of a person account's contact that can only be written through the account [I b2c-crm-sync #14]."""
_DECIDING = ("IsDeleted", "IsConverted", "OwnerId", "Status", "WhoId", "WhatId", "AccountId", "CampaignId", "StageName",
             "Amount", "CloseDate", "Probability", "ForecastCategory", "IsClosed", "LeadId", "ContactId",
             "IsPersonAccount")  # fmt: skip


def writable(org: "Org", object_name: str, options: Options, right: str) -> ObjectType:
    """The object, if the user may `create`, `edit` or `delete` some of its records. Raises BadRequestError."""
    found = org.object(object_name)
    if found is None or not (options.system or org.access(options.user_id).rights(found).read):
        raise BadRequestError("INVALID_TYPE", f"sObject type '{object_name}' is not supported.")
    possible = {"create": found.createable, "edit": found.updateable, "delete": found.deletable}[right]
    if not options.system and not possible:
        verb = {"create": "create", "edit": "update", "delete": "delete"}[right]
        raise BadRequestError("INVALID_TYPE_FOR_OPERATION", f"entity type {found.name} does not support {verb}")
    return found


def deciding(org: "Org", found: ObjectType) -> list[str]:
    """The columns whose present values decide whether and how a row may be changed."""
    asked = [one.field for flow in org.rules.automation for one in flow.filters if flow.object == found.name]
    asked += [one.field for entry in org.rules.assignment_entry for one in entry.filters if entry.object == found.name]
    known = [found.by_name[name.lower()] for name in asked if name in found]
    more = [*(field.name for field in known if field.stored), *validation.reads(org, found)]
    return [*(name for name in _DECIDING if name in found), *more]


def gone(found: ObjectType, old: dict[str, Any]) -> RowError | None:
    """Why there is nothing to change: no such record, or a deleted one."""
    if not old:
        return MISSING
    return DELETED if old.get("IsDeleted") else None


def untouchable(
    org: "Org",
    found: ObjectType,
    id18: str,
    old: dict[str, Any],
    options: Options,
    right: str = "edit",
    new: dict[str, Stored] | None = None,
) -> RowError | None:
    """Why this user may not touch this record now."""
    new = new or {}
    if not getattr(org.access(options.user_id).rights(found), right):
        return _FORBIDDEN
    if found.name == "Lead" and old.get("IsConverted"):
        return CONVERTED
    if found.name == "Contact" and old.get("IsPersonAccount") and not new.keys().isdisjoint(_PERSONAL):
        names = ", ".join(sorted(new.keys() & _PERSONAL))
        text = f"Account: bad field names on insert/update call: {names}"
        return RowError("INVALID_FIELD_FOR_INSERT_UPDATE", text, tuple(sorted(new.keys() & _PERSONAL)))
    if org.rules.locked(found.name, id18):
        return LOCKED
    fault = org.rules.fault(found.name, {"edit": "update", "create": "insert"}.get(right, right))
    return RowError(fault.code, fault.message) if fault else None


def references(org: "Org", found: ObjectType, new: dict[str, Stored], old: dict[str, Any]) -> RowError | None:
    """Why a changed lookup cannot be followed: no such record, a deleted one, an inactive owner, a converted lead."""
    for name, value in new.items():
        field = found.by_name[name.lower()]
        if value is None or not field.reference_to or value == old.get(name):
            continue
        error = _unreachable(org, found, name, str(value))
        if error is not None:
            return error
    if new.get("WhoId") and new.get("WhatId", old.get("WhatId")) and str(new["WhoId"]).startswith("00Q"):
        text = "Related To ID: a task or event on a lead cannot be related to another record"
        return RowError("FIELD_INTEGRITY_EXCEPTION", text, ("WhatId",))
    return None


def _unreachable(org: "Org", found: ObjectType, name: str, id18: str) -> RowError | None:
    field = found.by_name[name.lower()]
    target = next(
        (org.objects[to] for to in field.reference_to if to in org.objects and org.objects[to].prefix == id18[:3]), None
    )
    if target is None:
        return None
    columns = ["IsDeleted" if target.soft_delete else "0", "IsActive" if target.name == "User" else "1"]
    columns.append("IsConverted" if target.name == "Lead" else "0")
    query = f'SELECT {", ".join(columns)} FROM "{target.name}" WHERE "Id" = ?'
    row = org.storage.db.execute(query, (id18,)).fetchone()
    if row is None:
        return RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", (name,))
    deleted, active, converted = row
    if deleted:
        return DELETED
    if converted and name == "WhoId":
        return CONVERTED
    if name == "OwnerId" and not active:
        text = f"operation performed with inactive user [{id18}] as owner of {found.label.lower()}"
        return RowError("INACTIVE_OWNER_OR_USER", text)
    return None


def unique(org: "Org", found: ObjectType, row: Pending, taken: set[tuple[str, str]]) -> RowError | None:
    """Why a value that must be unique is not: another record has it, or a row of the same request (in `taken`)."""
    for name, value in row.new.items():
        field = found.by_name[name.lower()]
        if field.unique and value is not None and value != row.old.get(name):
            key = (name, str(value) if field.case_sensitive else str(value).lower())
            if key in taken:
                text = "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
                return RowError("DUPLICATE_VALUE", text, (name,))
            taken.add(key)
            collate = "" if field.case_sensitive else " COLLATE NOCASE"
            query = f'SELECT "Id" FROM "{found.name}" WHERE "{name}" = ?{collate} AND "Id" <> ?'
            other = org.storage.db.execute(query, (value, row.id)).fetchone()
            if other is not None:
                text = f"duplicate value found: {name} duplicates value on record with id: {other[0][:15]}"
                return RowError("DUPLICATE_VALUE", text, (name,))
    return None


def rules(
    org: "Org",
    found: ObjectType,
    id18: str,
    whole: dict[str, Any],
    options: Options,
    operation: str,
    old: dict[str, Any] | None = None,
) -> RowError | None:
    """Why the org's own validation and duplicate rules refuse the record as it would be; `old` is how it is."""
    old = old or {}
    for rule in org.rules.validation_rule:
        if _applies(rule, found, operation) and validation.breaks(org, found, rule, whole, old):
            fields = (rule.field,) if rule.field else ()
            return RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, fields)
    for duplicate in org.rules.duplicate_rule:
        if _applies(duplicate, found, operation) and not (options.allow_duplicates and duplicate.allow_save):
            twin = _twin(org, found, duplicate, id18, whole)
            if twin is not None:
                return RowError("DUPLICATES_DETECTED", duplicate.message, (), _duplicate(found, duplicate, twin))
    return None


def _applies(rule: ValidationRule | DuplicateRule, found: ObjectType, operation: str) -> bool:
    return rule.object.lower() == found.name.lower() and rule.on in ("save", operation)


def _twin(org: "Org", found: ObjectType, rule: DuplicateRule, id18: str, whole: dict[str, Any]) -> str | None:
    if any(whole.get(name) is None for name in rule.match):
        return None
    same = " AND ".join(f'"{name}" = ? COLLATE NOCASE' for name in rule.match)
    alive = " AND NOT IsDeleted" if found.soft_delete else ""
    query = f'SELECT "Id" FROM "{found.name}" WHERE {same} AND "Id" <> ?{alive} LIMIT 1'
    row = org.storage.db.execute(query, [*(whole[name] for name in rule.match), id18]).fetchone()
    return row[0] if row else None


def _duplicate(found: ObjectType, rule: DuplicateRule, twin: str) -> dict[str, Any]:
    """The body of a refused duplicate, under the key that the platform misspells [C]."""
    record = {"attributes": {"type": found.name, "url": f"/services/data/v59.0/sobjects/{found.name}/{twin}"}}
    match = {
        "entityType": found.name,
        "errors": [],
        "matchEngine": "FuzzyMatchEngine",
        "matchRecords": [
            {
                "additionalInformation": [],
                "fieldDiffs": [],
                "matchConfidence": 100.0,
                "record": {**record, "Id": twin},
            }
        ],
        "rule": f"{rule.rule}_Match",
        "size": 1,
        "success": True,
    }
    return {
        "duplicateResut": {
            "allowSave": rule.allow_save,
            "duplicateRule": rule.rule,
            "duplicateRuleEntityType": found.name,
            "errorMessage": rule.message,
            "matchResults": [match],
        }
    }
