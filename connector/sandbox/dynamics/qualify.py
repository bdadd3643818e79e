"""Qualifying a lead: account, contact and opportunity made of it, and the lead closed as qualified."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connector.sandbox.dynamics.base import CURRENCY_ID, STAGE_IDS
from connector.sandbox.dynamics.dml import audit
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.errors import DataverseError, missing
from connector.sandbox.dynamics.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

_SAME = (
    "emailaddress1", "telephone1", "fax", "websiteurl", "description", "address1_line1", "address1_line2",
    "address1_line3", "address1_city", "address1_stateorprovince", "address1_postalcode", "address1_country",
)  # fmt: skip
_PERSONAL = (
    "salutation", "firstname", "middlename", "lastname", "jobtitle", "mobilephone", "telephone2", "emailaddress2",
    "emailaddress3", "donotemail", "donotbulkemail", "donotphone", "donotfax", "donotpostalmail", "donotsendmm",
    "preferredcontactmethodcode",
)  # fmt: skip
_FLAGS = frozenset(name for name in _PERSONAL if name.startswith("donot"))
_MAPS = """
SELECT a.sourceattributename, a.targetattributename FROM attributemap AS a JOIN entitymap AS e USING (entitymapid)
WHERE e.sourceentityname = 'lead' AND e.targetentityname = ?
"""
Made = list[tuple[str, str]]


def qualify(org: "Org", lead_id: str, asked: Mapping[str, Any], options: Options) -> Made:
    """Qualify a lead as the parameters of the action ask; returns table and id of each row created.

    Raises DataverseError: 0x80040519 when it is closed already, 0x80048408 for a status of another state, 403 without
    the right to create what is asked for. All or nothing.
    """
    with org.storage.transaction():
        lead = org.get(org.entities["lead"], lead_id)
        if lead is None:
            raise missing("lead", lead_id)
        if lead["statecode"] != 0:
            raise DataverseError(400, "0x80040519", "The lead is already closed.")
        made: Made = []
        account = _bound(asked, "OpportunityCustomerId", "accountid") or lead["parentaccountid"]
        contact = lead["parentcontactid"]
        if asked.get("CreateAccount") is True:
            account = _create(org, "account", lead, _account(lead), options, made)
        if asked.get("CreateContact") is True:
            contact = _create(org, "contact", lead, _contact(lead, account), options, made)
        opportunity = None
        if asked.get("CreateOpportunity") is True:
            opportunity = _create(org, "opportunity", lead, _opportunity(lead, account, contact, asked), options, made)
        _close(org, lead_id, asked, (account, contact, opportunity), options)
        _advance(org, lead_id, opportunity)
        return made


def _create(
    org: "Org", name: str, lead: Mapping[str, Any], record: dict[str, Any], options: Options, made: Made
) -> str:
    try:
        row = org.create(org.entities[name], {**_mapped(org, lead, name), **record}, options)
    except DataverseError as error:
        if error.code != "0x80040220":
            raise
        text = f"You don't have the required permissions to create the {name} record. {error.message}"
        raise DataverseError(403, "0x80081018", text) from error
    made.append((name, row.id))
    return row.id


def _mapped(org: "Org", lead: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What the environment's own column mappings carry over to a row of that table."""
    source, target, out = org.entities["lead"], org.entities[name], dict[str, Any]()
    for before, after in org.storage.db.execute(_MAPS, (name,)):
        one, other = source.attribute(before), target.attribute(after)
        if one is None or other is None or not other.createable or lead.get(before) is None:
            continue
        if other.is_lookup:
            table = lead[one.type_column] if one.type_column else one.targets[0]
            way = other.navigation(table) or (other.navigation("owner") if other.type == "Owner" else None)
            if way is not None:
                out[f"{way.single}@odata.bind"] = f"/{org.entities[table].set_name}({lead[before]})"
        else:
            out[after] = bool(lead[before]) if other.type == "Boolean" else lead[before]
    return out


def _close(
    org: "Org",
    lead_id: str,
    asked: Mapping[str, Any],
    rows: tuple[str | None, str | None, str | None],
    options: Options,
) -> None:
    account, contact, opportunity = rows
    record: dict[str, Any] = {"statecode": 1, "statuscode": asked.get("Status", 3)}
    for name, set_name, id in (
        ("parentaccountid", "accounts", account),
        ("parentcontactid", "contacts", contact),
        ("qualifyingopportunityid", "opportunities", opportunity),
    ):
        if id is not None:
            record[f"{name}@odata.bind"] = f"/{set_name}({id})"
    quiet = Options(user_id=options.user_id, bypass=options.bypass, flows=options.flows, event=audit.QUALIFY)
    org.update(org.entities["lead"], lead_id, record, quiet)


def _bound(asked: Mapping[str, Any], parameter: str, key: str) -> str | None:
    """The id of a row given as a parameter."""
    given = asked.get(parameter)
    return str(given[key]) if isinstance(given, Mapping) and key in given else None


def _copied(lead: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: bool(lead[name]) if name in _FLAGS else lead[name] for name in names if lead.get(name) is not None}


def _origin(lead: Mapping[str, Any]) -> dict[str, Any]:
    owners = "teams" if lead["ownerid__type"] == "team" else "systemusers"
    origin = {"originatingleadid@odata.bind": f"/leads({lead['leadid']})"}
    return {**origin, "ownerid@odata.bind": f"/{owners}({lead['ownerid']})"}


def _account(lead: Mapping[str, Any]) -> dict[str, Any]:
    name = lead["companyname"] or lead["fullname"] or ""
    more = _copied(lead, ("revenue", "numberofemployees", "industrycode", "sic"))
    return {"name": name[:160], **_copied(lead, _SAME), **more, **_origin(lead)}


def _contact(lead: Mapping[str, Any], account: str | None) -> dict[str, Any]:
    parent = {"parentcustomerid_account@odata.bind": f"/accounts({account})"} if account else {}
    return {**_copied(lead, _SAME), **_copied(lead, _PERSONAL), **parent, **_origin(lead)}


def _opportunity(
    lead: Mapping[str, Any], account: str | None, contact: str | None, asked: Mapping[str, Any]
) -> dict[str, Any]:
    record: dict[str, Any] = {"name": lead["subject"] or lead["fullname"], **_origin(lead)}
    record |= {"description": lead["description"]} if lead["description"] else {}
    currency = _bound(asked, "OpportunityCurrencyId", "transactioncurrencyid") or lead["transactioncurrencyid"]
    record["transactioncurrencyid@odata.bind"] = f"/transactioncurrencies({currency or CURRENCY_ID})"
    campaign = _bound(asked, "SourceCampaignId", "campaignid") or lead["campaignid"]
    if campaign:
        record["campaignid@odata.bind"] = f"/campaigns({campaign})"
    if lead["estimatedamount"] is not None:
        record["estimatedvalue"] = lead["estimatedamount"]
    customer = _bound(asked, "OpportunityCustomerId", "contactid")
    if account:
        record["customerid_account@odata.bind"] = record["parentaccountid@odata.bind"] = f"/accounts({account})"
    elif customer or contact:
        record["customerid_contact@odata.bind"] = f"/contacts({customer or contact})"
    if contact:
        record["parentcontactid@odata.bind"] = f"/contacts({contact})"
    return record


def _advance(org: "Org", lead_id: str, opportunity: str | None) -> None:
    """The lead's business process flow goes on to the opportunity's first stage."""
    if opportunity is None:
        return
    now, version = stamp(org.clock()), org.next_version()
    org.storage.db.execute(
        "UPDATE leadtoopportunitysalesprocess SET opportunityid = ?, activestageid = ?, activestagestartedon = ?,"
        " modifiedon = ?, versionnumber = ? WHERE leadid = ? AND statecode = 0",
        (opportunity, STAGE_IDS["Develop"], now, now, version, lead_id),
    )
