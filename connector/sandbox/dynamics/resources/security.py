"""Who may do what: privileges of users and roles, and which users have a role or a column security profile."""

from typing import Any
from uuid import uuid4

from connector.sandbox.dynamics.dml import keys
from connector.sandbox.dynamics.errors import DataverseError, bad_payload, invalid_argument
from connector.sandbox.dynamics.http import Answer, Call, Handler, Route

_DEPTHS = {"Basic": 1, "Local": 2, "Deep": 4, "Global": 8}
_NAMES = {mask: name for name, mask in _DEPTHS.items()}
_HELD = """
SELECT p.privilegeid, p.name, max(rp.privilegedepthmask)
FROM roleprivileges AS rp JOIN privilege AS p USING (privilegeid)
WHERE rp.roleid IN (SELECT roleid FROM systemuserroles WHERE systemuserid = ?) GROUP BY p.privilegeid, p.name
"""


def user_privileges(call: Call) -> Answer:
    """`systemusers(<guid>)/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`: what all roles of a user add up to."""
    user = _row(call, "systemuser", call.args["key"])
    unit = _value(call, "systemuser", user, "businessunitid")
    found = call.org.storage.reader().execute(_HELD, (user,)).fetchall()
    rows = [
        {"Depth": _NAMES[depth], "PrivilegeId": id, "BusinessUnitId": unit, "PrivilegeName": name}
        for id, name, depth in found
    ]
    context = f"{call.root}/$metadata#Microsoft.Dynamics.CRM.RetrieveUserPrivilegesResponse"
    return Answer(body={"@odata.context": context, "RolePrivileges": rows})


def add_privileges(call: Call) -> Answer:
    """`roles(<guid>)/Microsoft.Dynamics.CRM.AddPrivilegesRole`: privileges that are there take the given depth."""
    role = _row(call, "role", call.args["key"])
    _demand(call, "prvWriteRole")
    given = call.json().get("Privileges")
    if not isinstance(given, list):
        raise bad_payload("roles", "The parameter 'Privileges' is missing.")
    with call.org.storage.transaction() as db:
        for one in given:
            depth = _DEPTHS.get(str(one.get("Depth")))
            id = str(one.get("PrivilegeId") or "").lower()
            if depth is None or not db.execute("SELECT 1 FROM privilege WHERE privilegeid = ?", (id,)).fetchone():
                raise invalid_argument(f"There is no privilege {id!r} of depth {one.get('Depth')!r}.")
            db.execute("DELETE FROM roleprivileges WHERE roleid = ? AND privilegeid = ?", (role, id))
            values = (str(uuid4()), role, id, depth)
            columns = "roleprivilegeid, roleid, privilegeid, privilegedepthmask"
            db.execute(f"INSERT INTO roleprivileges ({columns}) VALUES (?, ?, ?, ?)", values)
    call.org.after_write("roleprivileges")
    return Answer(204)


def _listed(link: str, table: str) -> Handler:
    """The roles or profiles that a user has."""

    def handler(call: Call) -> Answer:
        user, entity = _row(call, "systemuser", call.args["key"]), call.org.entities[table]
        query = (
            f'SELECT t.* FROM "{table}" AS t JOIN "{link}" AS l USING ("{entity.primary_id}") WHERE l.systemuserid = ?'
        )
        cursor = call.org.storage.reader().execute(query, (user,))
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
        shown = [{entity.primary_id: row[entity.primary_id], "name": row["name"]} for row in rows]
        return Answer(body={"@odata.context": f"{call.root}/$metadata#{entity.set_name}", "value": shown})

    return handler


def _linked(link: str, table: str) -> Handler:
    """Gives a role or profile to a user. Twice is once, as on the real platform it is refused as a duplicate key."""

    def handler(call: Call) -> Answer:
        user, entity = _row(call, "systemuser", call.args["key"]), call.org.entities[table]
        _demand(call, "prvAssignRole" if table == "role" else "prvWriteFieldSecurityProfile")
        target = str(call.json().get("@odata.id") or "").rstrip(")").rpartition(f"{entity.set_name}(")[2]
        id = _row(call, table, target)
        with call.org.storage.transaction() as db:
            test = f'SELECT 1 FROM "{link}" WHERE systemuserid = ? AND "{entity.primary_id}" = ?'
            if db.execute(test, (user, id)).fetchone():
                raise DataverseError(412, "0x80040237", "Cannot insert duplicate key.")
            key = call.org.entities[link].primary_id
            query = f'INSERT INTO "{link}" ("{key}", systemuserid, "{entity.primary_id}") VALUES (?, ?, ?)'
            db.execute(query, (str(uuid4()), user, id))
        call.org.after_write(link)
        return Answer(204)

    return handler


def _row(call: Call, table: str, key: str) -> str:
    entity = call.org.entities[table]
    return keys.found(call.org, entity, keys.parsed(entity, key))


def _value(call: Call, table: str, id: str, column: str) -> Any:
    return (call.org.get(call.org.entities[table], id) or {}).get(column)


def _demand(call: Call, privilege: str) -> None:
    if not call.access.may(privilege):
        text = f"Principal user (Id={call.user_id}) is missing {privilege} privilege"
        raise DataverseError(403, "0x80040220", text)


ROUTES = [
    Route("systemusers({key})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()", GET=user_privileges),
    Route("roles({key})/Microsoft.Dynamics.CRM.AddPrivilegesRole", POST=add_privileges),
    Route("systemusers({key})/systemuserroles_association", GET=_listed("systemuserroles", "role")),
    Route("systemusers({key})/systemuserroles_association/$ref", POST=_linked("systemuserroles", "role")),
    Route(
        "systemusers({key})/systemuserprofiles_association", GET=_listed("systemuserprofiles", "fieldsecurityprofile")
    ),
    Route(
        "systemusers({key})/systemuserprofiles_association/$ref",
        POST=_linked("systemuserprofiles", "fieldsecurityprofile"),
    ),
]
