"""convertLead over SOAP."""

from xml.etree import ElementTree

import pytest
import requests

from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox

ENVELOPE = """<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:urn="urn:partner.soap.sforce.com">
<env:Header><urn:SessionHeader><urn:sessionId>{token}</urn:sessionId></urn:SessionHeader></env:Header>
<env:Body>{body}</env:Body></env:Envelope>"""
CONVERT = """<urn:convertLead><urn:leadConverts><urn:accountId/><urn:contactId/>
<urn:convertedStatus>{status}</urn:convertedStatus><urn:doNotCreateOpportunity>true</urn:doNotCreateOpportunity>
<urn:leadId>{lead}</urn:leadId><urn:opportunityName/><urn:overwriteLeadSource>false</urn:overwriteLeadSource>
<urn:ownerId>{owner}</urn:ownerId><urn:sendNotificationEmail>false</urn:sendNotificationEmail></urn:leadConverts>
</urn:convertLead>"""


def call(sandbox: Sandbox[Org], body: str, token: str | None = None) -> tuple[int, dict[str, str | None]]:
    """Status and the text of every element by its local name."""
    answer = requests.post(
        f"{sandbox.url}/services/Soap/u/59.0",
        data=ENVELOPE.format(token=token or sandbox.token, body=body),
        headers={"SOAPAction": '""', "Content-Type": "text/xml"},
        timeout=30,
    )
    root = ElementTree.fromstring(answer.content)
    return answer.status_code, {item.tag.rpartition("}")[2]: item.text for item in root.iter()}


@pytest.fixture
def lead(org: Org) -> str:
    org.load("Lead", ["Id", "LastName", "Company"], [["00Q000000000001EAA", "a", "b"]])
    return "00Q000000000001EAA"


def test_convert(sandbox: Sandbox[Org], org: Org, lead: str) -> None:
    """A conversion answers the ids; a second one is refused inside a 200."""
    body = CONVERT.format(status="Closed - Converted", lead=lead, owner=ADMIN_ID)
    status, found = call(sandbox, body)
    assert (status, found["success"], found["leadId"], found["opportunityId"]) == (200, "true", lead, None)
    row = org.storage.reader().execute("SELECT ConvertedAccountId, ConvertedContactId FROM Lead").fetchone()
    assert (found["accountId"], found["contactId"]) == row
    status, found = call(sandbox, body)
    assert (status, found["success"], found["statusCode"]) == (200, "false", "CANNOT_UPDATE_CONVERTED_LEAD")


def test_wrong_status(sandbox: Sandbox[Org], lead: str) -> None:
    """A status that does not convert is INVALID_STATUS."""
    _, found = call(sandbox, CONVERT.format(status="Qualified - converted", lead=lead, owner=ADMIN_ID))
    assert (found["statusCode"], found["message"]) == (
        "INVALID_STATUS",
        "invalid convertedStatus: Qualified - converted",
    )


def test_faults(sandbox: Sandbox[Org]) -> None:
    """No session, login(), and other operations are 500 faults with the platform's code."""
    cases = [
        (CONVERT.format(status="x", lead="y", owner="z"), "nobody", "sf:INVALID_SESSION_ID"),
        ("<urn:login><urn:username>a</urn:username></urn:login>", None, "sf:INVALID_OPERATION"),
        ("<urn:explode/>", None, "sf:INVALID_OPERATION"),
    ]
    for body, token, code in cases:
        status, found = call(sandbox, body, token)
        assert (status, found["faultcode"]) == (500, code)
