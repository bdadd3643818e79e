"""`/services/Soap/u/{version}`: convertLead, which has no REST resource; login() is refused as newer orgs do."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from connector.sandbox.salesforce.convert import Conversion, Converted, convert_lead
from connector.sandbox.salesforce.http import Answer, Call, Route
from connector.sandbox.salesforce.ids import to18

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns="urn:partner.soap.sforce.com"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{}</soapenv:Body></soapenv:Envelope>'
)
_NO_SESSION = (
    "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash: {}\n"
    "This error usually occurs after a session expires or a user logs out. Decoder: DataInDbSessionKeyDecoder"
)
MOST = 100
"""Leads in one convertLead call."""


class _FaultError(Exception):
    """A SOAP fault: its code without prefix, and its text."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        body = (
            f"<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {escape(text)}</faultstring>"
            f"</soapenv:Fault>"
        )
        self.answer = _xml(500, body)


def partner(call: Call) -> Answer:
    """One SOAP call; faults answer 500."""
    try:
        return _carry_out(call)
    except _FaultError as fault:
        return fault.answer


def _carry_out(call: Call) -> Answer:
    version = re.sub(r"[^\d.].*", "", call.args["number"])
    if not version or float(version) < 31:
        raise _FaultError("UNSUPPORTED_API_VERSION", f"Invalid Api version specified on URL: {version}")
    try:
        root = ElementTree.fromstring(call.body)
    except ElementTree.ParseError as error:
        raise _FaultError("INVALID_OPERATION", f"the request is not XML: {error}") from error
    operation = next((child for part in _named(root, "Body") for child in part), None)
    if operation is None:
        raise _FaultError("INVALID_OPERATION", "no operation in the SOAP body")
    name = _local(operation)
    if name == "login":
        raise _FaultError("INVALID_OPERATION", "SOAP API login() is disabled by default in this org.")
    user_id = _user(call, root)
    if name != "convertLead":
        raise _FaultError("INVALID_OPERATION", f"unsupported operation: {name}")
    wanted = [_conversion(part) for part in _named(operation, "leadConverts")]
    if len(wanted) > MOST:
        raise _FaultError("EXCEEDED_LEAD_CONVERT_LIMIT", f"at most {MOST} leads can be converted in one call")
    results = "".join(_result(convert_lead(call.org, each, user_id)) for each in wanted)
    return _xml(200, f"<convertLeadResponse>{results}</convertLeadResponse>")


def _user(call: Call, root: ElementTree.Element) -> str:
    """The caller, by the session id in the SOAP header. A JWT is no session id here [C jsforce soap.ts]."""
    token = next((item.text or "" for item in root.iter() if _local(item) == "sessionId"), "")
    session = call.org.sessions.find(token, call.org.clock())
    if session is None or token.count(".") == 2:
        raise _FaultError("INVALID_SESSION_ID", _NO_SESSION.format(token[-8:]))
    return session.user_id


def _conversion(part: ElementTree.Element) -> Conversion:
    text = {_local(item): (item.text or "").strip() for item in part}
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
        f"<result>{_element('accountId', done.account_id)}{_element('contactId', done.contact_id)}{error}"
        f"{_element('leadId', done.lead_id)}{_element('opportunityId', done.opportunity_id)}"
        f"<success>{'false' if error else 'true'}</success></result>"
    )


def _element(name: str, value: str | None) -> str:
    return f'<{name} xsi:nil="true"/>' if value is None else f"<{name}>{escape(value)}</{name}>"


def _named(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (item for item in root.iter() if _local(item) == name)


def _local(item: ElementTree.Element) -> str:
    return item.tag.rpartition("}")[2]


def _xml(status: int, body: str) -> Answer:
    content: Any = _ENVELOPE.format(body).encode()
    return Answer(status, content=content, media_type="text/xml;charset=UTF-8")


ROUTES = [
    Route("/services/Soap/u/{number}", session=False, POST=partner),
    Route("/services/Soap/u/{number}/{org}", session=False, POST=partner),
    Route("/services/Soap/c/{number}", session=False, POST=partner),
]
