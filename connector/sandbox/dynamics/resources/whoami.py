"""`GET WhoAmI`: the caller, their business unit and the organization; and the service document at the root."""

from connector.sandbox.dynamics.base import BUSINESS_UNIT_ID, ORGANIZATION_ID
from connector.sandbox.dynamics.http import Answer, Call, Route


def who_am_i(call: Call) -> Answer:
    """The three ids."""
    return Answer(
        body={
            "@odata.context": f"{call.root}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse",
            "BusinessUnitId": BUSINESS_UNIT_ID,
            "UserId": call.user_id,
            "OrganizationId": ORGANIZATION_ID,
        }
    )


def service_document(call: Call) -> Answer:
    """`GET /api/data/v9.2/`: the entity sets."""
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in sorted(call.org.by_set)]
    return Answer(body={"@odata.context": f"{call.root}/$metadata", "value": sets})


ROUTES = [Route("WhoAmI()", GET=who_am_i), Route("", GET=service_document)]
