"""What a user may do, asked over the wire."""

from connector.sandbox.dynamics.base import BUSINESS_UNIT_ID, privilege_id, privilege_name
from connector.sandbox.dynamics.dml import keys
from connector.sandbox.dynamics.errors import DataverseError, invalid_argument
from connector.sandbox.dynamics.http import Answer, Call, Route

_DEPTHS = {1: "Basic", 2: "Local", 4: "Deep", 8: "Global"}
_RIGHTS = ("Read", "Write", "Append", "AppendTo", "Create", "Delete", "Share", "Assign")


def of_user(call: Call) -> Answer:
    """`GET /systemusers(<guid>)/Microsoft.Dynamics.CRM.RetrieveUserPrivileges`: each privilege with its depth."""
    access = call.org.access(_user(call))
    found = [
        {
            "Depth": _DEPTHS.get(depth, "Global"),
            "PrivilegeId": privilege_id(name),
            "BusinessUnitId": BUSINESS_UNIT_ID,
            "PrivilegeName": name,
        }
        for name, depth in sorted(access.privileges.items())
    ]
    context = f"{call.root}/$metadata#Microsoft.Dynamics.CRM.RetrieveUserPrivilegesResponse"
    return Answer(200, {"@odata.context": context, "RolePrivileges": found})


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


_PATH = "systemusers({key})/Microsoft.Dynamics.CRM"
ROUTES = [
    Route(f"{_PATH}.RetrieveUserPrivileges()", GET=of_user),
    Route(f"{_PATH}.RetrievePrincipalAccess({{keyed}})", GET=to_row),
]
