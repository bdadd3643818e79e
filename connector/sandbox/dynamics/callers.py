"""Who makes a request: the application user behind its token, or the user that it acts for."""

from datetime import datetime
from typing import TYPE_CHECKING

from connector.sandbox.dynamics.base import ORGANIZATION_ID, TENANT_ID
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.http import Call
from connector.sandbox.dynamics.values import guid

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

_USER = "SELECT systemuserid, isdisabled FROM systemuser WHERE {} = ?"


def caller(call: Call, now: datetime) -> str:
    """The id of the user whose rights count. Raises DataverseError 401 without a good token, 403 without a user."""
    kind, _, token = call.header("authorization").partition(" ")
    session = call.org.sessions.find(token.strip(), now) if kind.lower() == "bearer" else None
    if session is None:
        raise _unauthorized(call)
    found = _user(call.org, "applicationid", session.app_id)
    if found is None:
        raise DataverseError(403, "0x80072560", "The user is not a member of the organization.")
    user_id, disabled = found
    if disabled:
        raise DataverseError(403, "0x8004A112", f"The user with id {user_id} has been disabled.")
    if not call.org.access(user_id).roles:
        raise DataverseError(403, "0x80042F09", f"The user with id {user_id} has not been assigned any roles.")
    return _acting_for(call, user_id)


def _acting_for(call: Call, user_id: str) -> str:
    """Impersonation, by Entra object id or by user id [D impersonate-another-user-web-api]."""
    for header, column in (("callerobjectid", "azureactivedirectoryobjectid"), ("mscrmcallerid", "systemuserid")):
        text = call.header(header)
        if text:
            if not call.org.access(user_id).may("prvActOnBehalfOfAnotherUser"):
                message = f"Principal user (Id={user_id}) is missing prvActOnBehalfOfAnotherUser privilege"
                raise DataverseError(403, "0x80040220", message)
            found = _user(call.org, column, guid(text) or "")
            if found is None:
                raise DataverseError(403, "0x80072560", "The user is not a member of the organization.")
            return found[0]
    return user_id


def _user(org: "Org", column: str, value: str) -> tuple[str, bool] | None:
    row = org.storage.reader().execute(_USER.format(column), (value,)).fetchone()
    return (str(row[0]), bool(row[1])) if row else None


def _unauthorized(call: Call) -> DataverseError:
    """401 with the header from which clients learn the tenant. It has no body: clients must not rely on one."""
    challenge = f"Bearer authorization_uri={call.base_url}/{TENANT_ID}/oauth2/authorize, resource_id={call.base_url}/"
    return DataverseError(401, "", "", headers={"WWW-Authenticate": challenge, "x-ms-organization-id": ORGANIZATION_ID})
