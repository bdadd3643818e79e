"""Lead conversion: a lead becomes a contact of an account, and an opportunity if wanted."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from connector.sandbox.salesforce import record_types
from connector.sandbox.salesforce.dml import guards, history
from connector.sandbox.salesforce.dml.results import Options, RowError
from connector.sandbox.salesforce.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """What convertLead is told about one lead."""

    lead_id: str
    converted_status: str
    account_id: str | None = None
    contact_id: str | None = None
    opportunity_name: str | None = None
    do_not_create_opportunity: bool = False
    owner_id: str | None = None
    overwrite_lead_source: bool = False


class Converted(msgspec.Struct, frozen=True):
    """What became of it; `error` is set when nothing did."""

    lead_id: str
    account_id: str | None = None
    contact_id: str | None = None
    opportunity_id: str | None = None
    error: RowError | None = None


_SAME = ("Salutation", "FirstName", "LastName", "Title", "Phone", "MobilePhone", "Fax", "Email", "LeadSource",
         "Description", "HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall")  # fmt: skip
MAPPED = ("Account", "Contact", "Opportunity")
"""Objects that custom lead fields can be mapped to."""
_ADDRESS = ("Street", "City", "State", "PostalCode", "Country")


def convert_lead(org: "Org", wanted: Conversion, user_id: str) -> Converted:
    """Convert one lead as SOAP `convertLead` does."""
    with org.storage.transaction() as db:
        cursor = db.execute('SELECT * FROM Lead WHERE "Id" = ?', (wanted.lead_id,))
        row = cursor.fetchone()
        lead = dict(zip((column[0] for column in cursor.description), row, strict=True)) if row else {}
        owner = wanted.owner_id or lead.get("OwnerId")
        error = _refusal(org, wanted, lead, owner, user_id)
        if error is not None:
            return Converted(wanted.lead_id, error=error)
        options = Options(user_id=user_id, system=True, auto_assign=False)
        account = wanted.account_id or _account(org, lead, owner, options)
        contact = wanted.contact_id or _contact(org, lead, owner, account, options)
        _fill_blanks(org, "Account", wanted.account_id, lead, options)
        _fill_blanks(org, "Contact", wanted.contact_id, lead, options)
        opportunity = (
            None if wanted.do_not_create_opportunity else _opportunity(org, lead, owner, account, wanted, options)
        )
        if opportunity is not None:
            role = {"OpportunityId": opportunity, "ContactId": contact, "IsPrimary": True}
            org.insert("OpportunityContactRole", [role], options)
        _hand_over(org, wanted.lead_id, contact)
        _close(org, lead, wanted.converted_status, (account, contact, opportunity), user_id)
    return Converted(wanted.lead_id, account, contact, opportunity)


def _refusal(org: "Org", wanted: Conversion, lead: dict[str, Any], owner: str | None, user_id: str) -> RowError | None:
    if not lead:
        return guards.MISSING
    if lead["IsDeleted"]:
        return guards.DELETED
    if lead["IsConverted"]:
        return guards.CONVERTED
    query = "SELECT 1 FROM LeadStatus WHERE ApiName = ? AND IsConverted"
    known = org.storage.db.execute(query, (wanted.converted_status,)).fetchone()
    if known is None or not _in_process(org, lead, wanted.converted_status):
        return RowError("INVALID_STATUS", f"invalid convertedStatus: {wanted.converted_status}")
    if not org.access(user_id).may("ConvertLeads"):
        return RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
    if not str(owner).startswith("005"):
        text = (
            "Converted objects can only be owned by users. If the lead is not owned by a user, you must specify a user"
            " for the Owner field."
        )
        return RowError("INVALID_OWNER", text, ("OwnerId",))
    return None


def _in_process(org: "Org", lead: dict[str, Any], status: str) -> bool:
    """Whether the lead's record type offers that status [I django-sf #105]."""
    record_type = lead.get("RecordTypeId")
    field = org.objects["Lead"].by_name["status"]
    return not record_type or any(item.value == status for item in record_types.offered(org, record_type, field))


def _made(org: "Org", object_name: str, record: dict[str, Any], options: Options) -> str:
    result = org.insert(object_name, [record], options)[0]
    assert result.id is not None
    return result.id


def _account(org: "Org", lead: dict[str, Any], owner: str | None, options: Options) -> str:
    record = {"Name": lead["Company"] or lead["Name"], "OwnerId": owner, "AccountSource": lead["LeadSource"]}
    record |= {name: lead[name] for name in ("Phone", "Website", "Industry", "AnnualRevenue", "NumberOfEmployees")}
    record |= {f"Billing{name}": lead[name] for name in _ADDRESS} | _mapped(org, "Account", lead)
    return _made(org, "Account", record, options)


def _contact(org: "Org", lead: dict[str, Any], owner: str | None, account: str, options: Options) -> str:
    record = {name: lead[name] for name in _SAME} | {f"Mailing{name}": lead[name] for name in _ADDRESS}
    record |= _mapped(org, "Contact", lead)
    return _made(org, "Contact", record | {"AccountId": account, "OwnerId": owner}, options)


def mapping(org: "Org", target: str) -> dict[str, str]:
    """Which custom lead field goes to which field of Contact, Account or Opportunity."""
    found: dict[str, str] = org.settings.get("lead mapping", {}).get(target, {})
    return {
        source: into for source, into in found.items() if source in org.objects["Lead"] and into in org.objects[target]
    }


def _mapped(org: "Org", target: str, lead: dict[str, Any]) -> dict[str, Any]:
    return {into: lead.get(source) for source, into in mapping(org, target).items()}


def _fill_blanks(org: "Org", target: str, id18: str | None, lead: dict[str, Any], options: Options) -> None:
    """A record that was there already takes mapped values only where it has none [D convertLead]."""
    wanted = {name: value for name, value in _mapped(org, target, lead).items() if value is not None}
    if id18 is None or not wanted:
        return
    columns = ", ".join(f'"{name}"' for name in wanted)
    row = org.storage.db.execute(f'SELECT {columns} FROM "{target}" WHERE "Id" = ?', (id18,)).fetchone()
    blank = {name: wanted[name] for name, value in zip(wanted, row or (), strict=False) if value in (None, 0)}
    if blank:
        org.update(target, [{"Id": id18, **blank}], options)


def _opportunity(
    org: "Org", lead: dict[str, Any], owner: str | None, account: str, wanted: Conversion, options: Options
) -> str:
    stage = org.storage.db.execute("SELECT ApiName FROM OpportunityStage ORDER BY SortOrder LIMIT 1").fetchone()[0]
    record = {
        "Name": wanted.opportunity_name or f"{lead['Company']}-",
        "AccountId": account,
        "OwnerId": owner,
        "StageName": stage,
        "CloseDate": _quarter_end(org.clock().date()),
        "LeadSource": lead["LeadSource"],
    }
    return _made(org, "Opportunity", record | _mapped(org, "Opportunity", lead), options)


def _quarter_end(day: date) -> str:
    month = (day.month - 1) // 3 * 3 + 3
    following = date(day.year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).isoformat()


def _hand_over(org: "Org", lead_id: str, contact_id: str) -> None:
    """Activities move to the contact; campaign memberships keep the lead and gain the contact."""
    db, now = org.storage.db, stamp(org.clock())
    for table in ("Task", "Event"):
        db.execute(f'UPDATE "{table}" SET WhoId = ?, SystemModstamp = ? WHERE WhoId = ?', (contact_id, now, lead_id))
    db.execute(
        "UPDATE CampaignMember SET ContactId = ?, LeadOrContactId = ?, SystemModstamp = ? WHERE LeadId = ?",
        (contact_id, contact_id, now, lead_id),
    )


def _close(org: "Org", lead: dict[str, Any], status: str, made: tuple[str, str, str | None], user_id: str) -> None:
    now = stamp(org.clock())
    org.storage.db.execute(
        "UPDATE Lead SET IsConverted = 1, ConvertedDate = ?, ConvertedAccountId = ?, ConvertedContactId = ?,"
        " ConvertedOpportunityId = ?, Status = ?, IsUnreadByOwner = 0, LastModifiedDate = ?, LastModifiedById = ?,"
        ' SystemModstamp = ? WHERE "Id" = ?',
        (now[:10], *made, status, now, user_id, now, lead["Id"]),
    )
    found = org.objects["Lead"]
    history.record(org, found, [(lead["Id"], "Status", lead["Status"], status)], user_id)
    org.storage.db.execute(
        'INSERT INTO LeadHistory ("Id", LeadId, CreatedById, CreatedDate, Field, DataType)'
        " VALUES (?, ?, ?, ?, 'leadConverted', 'Text')",
        (org.ids.next("017"), lead["Id"], user_id, now),
    )
