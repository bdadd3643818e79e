"""Field access: the permission set `Connector_Fields`, its field permissions, its assignment, and until it shows.

A new field is hidden from everybody, its maker included [I simple-salesforce #621, restforce #353]. Formulas take read
access only. What is granted already is left as it is; nothing is ever taken away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.session import Guard, Session
from connector.adapters.salesforce.visible import Visible
from connector.errors import Skip
from connector.provisioning import SchemaStep

SET: Final = "Connector_Fields"
LABEL: Final = "Connector Fields"
POLLS: Final = 12
"""Looks at the describe until new fields show: with the pace of retries, some two minutes."""
_DESCRIPTION: Final = "Access to the fields that connector added to leads and contacts."
_THERE: Final = ("DUPLICATE_VALUE", "DUPLICATE_DEVELOPER_NAME")


def grant(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Grants access to the fields and assigns the set to the user. Raises Skip naming what the CRM refused."""
    found = set_id(session) or _make_set(session, guard)
    rows = permissions(session, found)
    lacking = [(f"{step.api}.{api}", edit) for api, edit in step.access if f"{step.api}.{api}" not in rows]
    weak = [
        rows[f"{step.api}.{api}"]["Id"]
        for api, edit in step.access
        if edit and f"{step.api}.{api}" in rows and not rows[f"{step.api}.{api}"]["PermissionsEdit"]
    ]
    refused = _insert(session, found, step.api, lacking, guard) if lacking else []
    for id in weak:
        _strengthen(session, id, guard)
    if not is_assigned(session, found, step.user):
        _assign(session, found, step.user, guard)
    granted = permissions(session, found)
    if lost := [api for api, edit in step.access if not _holds(granted.get(f"{step.api}.{api}"), edit)]:
        why = f": {'; '.join(refused)}" if refused else ""
        raise Skip(f"no access could be granted to {', '.join(lost)}{why}", where=f"permission set {LABEL}")


def wait_until_visible(session: Session, visible: Visible, step: SchemaStep) -> None:
    """Describes the object until it shows the fields. Raises Skip if it does not in two minutes."""
    hidden: list[str] = []
    for poll in range(1, POLLS + 1):
        visible.forget()
        fields = visible.fields(step.api)
        hidden = [api for api, edit in step.access if api not in fields or (edit and not fields[api]["updateable"])]
        if not hidden:
            return
        session.pace.sleep(session.pace.after(poll))
    what = f"access is granted, but the CRM does not show yet: {', '.join(hidden)}"
    raise Skip(what, where=step.api, next="run the command again in some minutes")


def set_id(session: Session) -> str | None:
    """The id of our permission set."""
    rows = session.query(soql.select(["Id"], "PermissionSet", f"Name = {soql.value(SET)}", "NamespacePrefix = null"))
    return rows["records"][0]["Id"] if rows["records"] else None


def permissions(session: Session, permission_set: str) -> dict[str, Mapping[str, Any]]:
    """The set's field permissions by `Object.Field`."""
    query = soql.select(
        ["Id", "Field", "PermissionsRead", "PermissionsEdit"],
        "FieldPermissions",
        f"ParentId = {soql.value(permission_set)}",
    )
    return {row["Field"]: row for row in session.query(query)["records"]}


def is_assigned(session: Session, permission_set: str, user: str) -> bool:
    """Whether the user has the set."""
    of = (f"PermissionSetId = {soql.value(permission_set)}", f"AssigneeId = {soql.value(soql.record_id(user))}")
    return bool(session.query(soql.select(["Id"], "PermissionSetAssignment", *of))["records"])


def _make_set(session: Session, guard: Guard) -> str:
    _post(session, "PermissionSet", {"Name": SET, "Label": LABEL, "Description": _DESCRIPTION}, guard)
    found = set_id(session)
    if found is None:
        raise Skip("the permission set was made, but is not shown", where=LABEL, next="run the command again")
    return found


def _insert(session: Session, parent: str, object: str, lacking: Sequence[tuple[str, bool]], guard: Guard) -> list[str]:
    """Adds field permissions in one request; answers what was refused. One that is there meanwhile is no refusal."""
    records = [
        {
            "attributes": {"type": "FieldPermissions"},
            "ParentId": parent,
            "SobjectType": object,
            "Field": field,
            "PermissionsRead": True,
            "PermissionsEdit": edit,
        }
        for field, edit in lacking
    ]
    body = {"allOrNone": False, "records": records}
    path = f"{session.data}/composite/sobjects"
    answer = session.ask("POST", path, guard=guard, repeat=True, json=body)
    errors = [error for row in answer if not row["success"] for error in row["errors"]]
    return list(dict.fromkeys(error["message"] for error in errors if error["statusCode"] not in _THERE))


def _strengthen(session: Session, id: str, guard: Guard) -> None:
    path = f"{session.data}/sobjects/FieldPermissions/{soql.record_id(id)}"
    body = {"PermissionsRead": True, "PermissionsEdit": True}
    session.ask("PATCH", path, guard=guard, repeat=True, json=body)


def _assign(session: Session, parent: str, user: str, guard: Guard) -> None:
    _post(session, "PermissionSetAssignment", {"PermissionSetId": parent, "AssigneeId": user}, guard)


def _post(session: Session, object: str, body: Mapping[str, Any], guard: Guard) -> None:
    """Makes a record that can only be there once, so that making it twice is no different."""
    try:
        session.ask("POST", f"{session.data}/sobjects/{object}", guard=guard, repeat=True, json=body)
    except Declined as error:
        if error.code not in _THERE:
            raise Skip(error.what, where=object) from error


def _holds(row: Mapping[str, Any] | None, edit: bool) -> bool:
    return row is not None and bool(row["PermissionsRead"]) and (not edit or bool(row["PermissionsEdit"]))
