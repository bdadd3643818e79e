"""What a user may do with one row, asked over the wire."""

from connector.sandbox.dynamics.base import privilege_name
from connector.sandbox.dynamics.dml import keys
from connector.sandbox.dynamics.errors import DataverseError, invalid_argument
from connector.sandbox.dynamics.http import Answer, Call, Route

_RIGHTS = ("Read", "Write", "Append", "AppendTo", "Create", "Delete", "Share", "Assign")


def to_row(call: Call) -> Answer:
    """`GET /systemusers(<guid>)/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)`: rights to one row."""
    target = call.query.get(call.args["keyed"].partition("=")[2].strip(), "")
    url = target.replace("'", '"').partition('@odata.id":')[2].strip(' "}')
    if not url:
        raise invalid_argument("Required field 'Target' is missing")
    entity, key = keys.referenced(call.org, url, {})
    row = call.org.get(entity, keys.found(call.org, entity, key)) or {}
    access, rights = call.org.access(_user(call)), []
    for verb in _RIGHTS:
        try:
            access.demand(verb, entity, row.get("ownerid"))
        except DataverseError:
            continue
        if access.may(privilege_name(verb, entity)):
            rights.append(f"{verb}Access")
    context = f"{call.root}/$metadata#Microsoft.Dynamics.CRM.RetrievePrincipalAccessResponse"
    return Answer(200, {"@odata.context": context, "AccessRights": ", ".join(rights) or "None"})


def _user(call: Call) -> str:
    entity = call.org.entities["systemuser"]
    return keys.found(call.org, entity, keys.parsed(entity, call.args["key"]))


ROUTES = [Route("systemusers({key})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess({keyed})", GET=to_row)]
