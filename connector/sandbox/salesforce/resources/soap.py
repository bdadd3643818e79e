"""`/services/Soap/u/{version}`: convertLead, which has no REST resource; login() is refused as newer orgs do."""

from xml.etree import ElementTree
from xml.sax.saxutils import escape

from connector.sandbox.salesforce.convert import Conversion, Converted, convert_lead
from connector.sandbox.salesforce.http import Answer, Call, Route
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.soap import FaultError, Namespaces, answered, element, local, named, user

_NAMES = Namespaces("urn:partner.soap.sforce.com", "urn:fault.partner.soap.sforce.com")
MOST = 100
"""Leads in one convertLead call."""


def partner(call: Call) -> Answer:
    """One SOAP call; faults answer 500."""
    return answered(call, _NAMES, lambda root, operation: _carry_out(call, root, operation))


def _carry_out(call: Call, root: ElementTree.Element, operation: ElementTree.Element) -> str:
    name = local(operation)
    if name == "login":
        raise FaultError("INVALID_OPERATION", "SOAP API login() is disabled by default in this org.")
    user_id = user(call, root)
    if name != "convertLead":
        raise FaultError("INVALID_OPERATION", f"unsupported operation: {name}")
    wanted = [_conversion(part) for part in named(operation, "leadConverts")]
    if len(wanted) > MOST:
        raise FaultError("EXCEEDED_LEAD_CONVERT_LIMIT", f"at most {MOST} leads can be converted in one call")
    results = "".join(_result(convert_lead(call.org, each, user_id)) for each in wanted)
    return f"<convertLeadResponse>{results}</convertLeadResponse>"


def _conversion(part: ElementTree.Element) -> Conversion:
    text = {local(item): (item.text or "").strip() for item in part}
    return Conversion(
        lead_id=to18(text.get("leadId", "")) or text.get("leadId", ""),
        converted_status=text.get("convertedStatus", ""),
        account_id=to18(text.get("accountId", "")),
        contact_id=to18(text.get("contactId", "")),
        opportunity_name=text.get("opportunityName") or None,
        do_not_create_opportunity=text.get("doNotCreateOpportunity") == "true",
        owner_id=to18(text.get("ownerId", "")),
        overwrite_lead_source=text.get("overwriteLeadSource") == "true",
    )


def _result(done: Converted) -> str:
    error = ""
    if done.error is not None:
        text = escape(done.error.message)
        error = f"<errors><message>{text}</message><statusCode>{done.error.code}</statusCode></errors>"
    return (
        f"<result>{element('accountId', done.account_id)}{element('contactId', done.contact_id)}{error}"
        f"{element('leadId', done.lead_id)}{element('opportunityId', done.opportunity_id)}"
        f"<success>{'false' if error else 'true'}</success></result>"
    )


ROUTES = [
    Route("/services/Soap/u/{number}", session=False, POST=partner),
    Route("/services/Soap/u/{number}/{org}", session=False, POST=partner),
    Route("/services/Soap/c/{number}", session=False, POST=partner),
]
