"""The sales messages: QualifyLead, WinOpportunity, LoseOpportunity and Merge."""

from typing import Any

from connector.sandbox.dynamics.dml import audit, keys
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.errors import invalid_argument
from connector.sandbox.dynamics.http import Answer, Call, Route
from connector.sandbox.dynamics.merge import merge
from connector.sandbox.dynamics.qualify import qualify
from connector.sandbox.dynamics.stamps import stamp
from connector.sandbox.dynamics.values import guid


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


def merge_rows(call: Call) -> Answer:
    """`POST /Merge` with `Target`, `Subordinate` and `UpdateContent`: 204."""
    body, entities = call.json(), call.org.entities
    target = body.get("Target")
    name = str(target.get("@odata.type", "")).rpartition(".")[2] if isinstance(target, dict) else ""
    entity = entities.get(name)
    if entity is None:
        raise invalid_argument("Required field 'Target' is missing")
    ids = []
    for parameter in ("Target", "Subordinate"):
        given = body.get(parameter)
        found = guid(given.get(entity.primary_id)) if isinstance(given, dict) else None
        if found is None:
            raise invalid_argument(f"Required field '{parameter}' is missing")
        ids.append(found)
    content = body.get("UpdateContent")
    values = {key: value for key, value in content.items() if key[0] != "@"} if isinstance(content, dict) else {}
    merge(call.org, entity, ids[0], ids[1], values, call.options())
    return Answer(204)


ROUTES = [
    Route("Merge", POST=merge_rows),
    Route("leads({key})/Microsoft.Dynamics.CRM.QualifyLead", POST=qualify_lead),
    Route("WinOpportunity", POST=win),
    Route("LoseOpportunity", POST=lose),
]
