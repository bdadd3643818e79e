"""`GET WhoAmI`: the caller, their business unit and the organization."""

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


ROUTES = [Route("WhoAmI()", GET=who_am_i)]
