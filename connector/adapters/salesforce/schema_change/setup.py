"""What only matters to whoever changes the org: permissions, hidden fields, what our permission set grants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.org import identity
from connector.adapters.salesforce.schema_change import access, conversion, fields, lead_status, soap
from connector.adapters.salesforce.schema_change.words import WORDS
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.visible import Visible
from connector.errors import CrmFailed, LoginFailed, NotFound, NotPermitted, Skip
from connector.mapping import Mapping as CrmMapping
from connector.model import LEAD, OBJECTS
from connector.provisioning import Setup, StepKind

T = TypeVar("T")

NEEDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("Customize Application", ("CustomizeApplication",)),
    ("View Setup and Configuration", ("ViewSetup",)),
    ("Manage Profiles and Permission Sets", ("ManageProfilesPermissionsets",)),
    ("Assign Permission Sets", ("AssignPermissionSets", "ManageUsers")),
    ("Modify Metadata Through Metadata API Functions", ("ModifyMetadata", "ModifyAllData")),
)
"""Permissions that changing the org takes, each with the columns of PermissionSet of which one is enough. A column that
this API version does not have tells nothing."""


class User(NamedTuple):
    """A user of the org."""

    id: str
    name: str


def setup(session: Session, mapping: CrmMapping, visible: Visible, user: str | None) -> Setup:
    """Asks the org; some ten calls. Raises NotFound for a `user` that the org does not have."""
    who = identity(session)
    target = User(who.user_id, who.user_name) if user is None else _user(session, user)
    apis = {name: mapping.object(name).api for name in OBJECTS if name in mapping.tables}
    there = _asked(lambda: fields.all_names(session, list(apis.values()))) or frozenset()
    permission_set = access.set_id(session)
    granted = access.permissions(session, permission_set) if permission_set else {}
    unable = _unable(session)
    mapped = None if unable else _asked(lambda: conversion.read(session))
    listed = _asked(lambda: lead_status.read(session)) or []
    return Setup(
        user=target.name,
        user_id=target.id,
        lacks=_lacks(session, visible, who.user_id),
        unable=unable,
        hidden={name: _hidden(mapping, visible, name, there) for name in apis},
        inactive={LEAD: frozenset(entry["valueName"] for entry in listed if not lead_status.is_active(entry))},
        granted=_granted(apis, granted),
        assigned=permission_set is not None and access.is_assigned(session, permission_set, target.id),
        own_access=target.id == who.user_id,
        conversion=mapped,
        words=WORDS,
    )


def _user(session: Session, username: str) -> User:
    query = soql.select(["Id", "Username"], "User", f"Username = {soql.value(username)}", "IsActive = true")
    rows = session.query(query)["records"]
    if not rows:
        raise NotFound(f"the org has no active user {username!r}", where="--user", next="write the full user name")
    return User(rows[0]["Id"], rows[0]["Username"])


def _unable(session: Session) -> dict[StepKind, str]:
    """Metadata SOAP refuses tokens in JWT form."""
    if not soap.is_jwt(session.grant().token):
        return {}
    return dict.fromkeys((StepKind.STATUSES, StepKind.HISTORY, StepKind.CONVERSION), soap.JWT_REFUSED)


def _lacks(session: Session, visible: Visible, user: str) -> tuple[str, ...]:
    """Permissions that the user certainly lacks."""
    known = [
        (label, [f"Permissions{name}" for name in names if visible.has("PermissionSet", f"Permissions{name}")])
        for label, names in NEEDS
    ]
    columns = [column for _, names in known for column in names]
    if not columns:
        return ()
    query = soql.select(
        [f"PermissionSet.{column}" for column in columns], "PermissionSetAssignment", f"AssigneeId = {soql.value(user)}"
    )
    rows = _asked(lambda: session.query(query)["records"])
    if not rows:
        return ()
    sets: list[Mapping[str, Any]] = [row["PermissionSet"] or {} for row in rows]
    return tuple(label for label, names in known if names and not any(one.get(name) for one in sets for name in names))


def _hidden(mapping: CrmMapping, visible: Visible, name: str, there: frozenset[tuple[str, str]]) -> frozenset[str]:
    """Fields of ours that the org has and this login cannot see."""
    table = mapping.object(name)
    ours = {**{field: table.field(field).api for field in table.writable}, **table.shown}
    return frozenset(
        field for field, api in ours.items() if (table.api, api) in there and api not in visible.fields(table.api)
    )


def _granted(apis: Mapping[str, str], rows: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], bool]:
    names = {api: name for name, api in apis.items()}
    split = ((field.partition("."), row) for field, row in rows.items())
    return {
        (names[on], api): bool(row["PermissionsEdit"])
        for (on, _, api), row in split
        if on in names and row["PermissionsRead"]
    }


def _asked(ask: Callable[[], T]) -> T | None:
    """The answer, None if this login may not ask."""
    try:
        return ask()
    except (Declined, NotPermitted, LoginFailed, CrmFailed, Skip):
        return None
