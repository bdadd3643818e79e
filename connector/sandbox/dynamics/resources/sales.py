"""The sales messages: QualifyLead, WinOpportunity and LoseOpportunity."""

from typing import Any

from connector.sandbox.dynamics.dml import audit, keys
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.errors import invalid_argument
from connector.sandbox.dynamics.http import Answer, Call, Route
from connector.sandbox.dynamics.qualify import qualify
from connector.sandbox.dynamics.stamps import stamp


def qualify_lead(call: Call) -> Answer:
    """`POST /leads(<guid>)/Microsoft.Dynamics.CRM.QualifyLead`: 200 with the rows created."""
    entity = call.org.entities["lead"]
    id = keys.found(call.org, entity, keys.parsed(entity, call.args["key"]))
    made = qualify(call.org, id, call.json(), call.options())
    value = [{"@odata.type": f"#Microsoft.Dynamics.CRM.{name}", f"{name}id": id} for name, id in made]
    context = f"{call.root}/$metadata#Collection(Microsoft.Dynamics.CRM.crmbaseentity)"
    return Answer(200, {"@odata.context": context, "value": value})


def win(call: Call) -> Answer:
    """`POST /WinOpportunity`: 204."""
    return _close(call, 1, 3, audit.WIN)


def lose(call: Call) -> Answer:
    """`POST /LoseOpportunity`: 204."""
    return _close(call, 2, 4, audit.LOSE)


def _close(call: Call, state: int, status: int, event: int) -> Answer:
    """Close an opportunity, and leave the closing activity that the body describes."""
    org, body, options = call.org, call.json(), call.options()
    closing = body.get("OpportunityClose")
    if not isinstance(closing, dict):
        raise invalid_argument("Required field 'OpportunityClose' is missing")
    target = closing.get("opportunityid@odata.bind")
    if not isinstance(target, str):
        raise invalid_argument("Required field 'opportunityid' is missing")
    entity, key = keys.referenced(org, target, options.references)
    id = keys.found(org, entity, key)
    today = stamp(org.clock())[:10]
    record: dict[str, Any] = {"statecode": state, "statuscode": body.get("Status", status), "actualclosedate": today}
    if closing.get("actualrevenue") is not None:
        record["actualvalue"] = closing["actualrevenue"]
    with org.storage.transaction():
        told = Options(user_id=options.user_id, bypass=options.bypass, flows=options.flows, event=event)
        org.update(entity, id, record, told)
        org.create(org.entities["opportunityclose"], closing, options)
    return Answer(204)


ROUTES = [
    Route("leads({key})/Microsoft.Dynamics.CRM.QualifyLead", POST=qualify_lead),
    Route("WinOpportunity", POST=win),
    Route("LoseOpportunity", POST=lose),
]
