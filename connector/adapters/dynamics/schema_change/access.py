"""The security role `Connector`: what the application user needs to read and correct people, and no more.

New columns are open to whoever may write their table; only secured columns need a column security profile besides. A
role of the root business unit is there in all others, each under an id of its own; a user takes that of their own unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from connector.adapters.dynamics import query
from connector.adapters.dynamics.batches import Guard
from connector.adapters.dynamics.schema_change import profile
from connector.adapters.dynamics.schema_change.link import link
from connector.adapters.dynamics.schema_change.solution import IN_SOLUTION, ensure
from connector.adapters.dynamics.session import Session, sequence
from connector.adapters.web.errors import Declined
from connector.errors import NotFound, Skip
from connector.provisioning import SchemaStep

ROLE: Final = "Connector"
RUN: Final = (
    *(f"prvRead{name}" for name in (
        "Lead", "Contact", "Account", "Opportunity", "Activity", "Campaign", "User", "Team", "Queue", "QueueItem",
        "Calendar", "Connection", "Organization", "BusinessUnit", "TransactionCurrency", "Entity", "Attribute",
        "AuditSummary", "Role", "FieldSecurityProfile",
    )),
    "prvReadRecordAuditHistory",
    "prvWriteLead", "prvWriteContact", "prvAppendToLead", "prvAppendToContact",
    "prvCreateActivity", "prvWriteActivity", "prvAppendActivity", "prvAssignActivity",
)  # fmt: skip
"""What connector needs at run time: to read people and what happened to them, to write leads and contacts, and to make
tasks for others. It never creates, deletes, shares or assigns a person."""
PROVISION: Final[Mapping[str, str]] = {
    "prvCreateAttribute": "create columns",
    "prvWriteAttribute": "change columns",
    "prvWriteEntity": "change tables",
    "prvPublishCustomization": "publish customizations",
}
"""What changing the environment takes besides: System Customizer has it."""
ALL: Final = ("Deep", "Global")
"""Depths at which all rows are in reach."""


def held(session: Session, user: str) -> Mapping[str, str]:
    """Name of every privilege that the user holds by any role → its depth (Basic, Local, Deep, Global)."""
    path = f"{session.data}/systemusers({user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"
    found: dict[str, str] = {}
    for row in session.get(path)["RolePrivileges"]:
        name, depth = str(row.get("PrivilegeName") or ""), str(row["Depth"])
        if found.get(name) not in ALL:
            found[name] = depth
    return found


def grant(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Makes the role, gives it what it lacks, gives it to the user; secured columns go by a profile. Reads back."""
    ensure(session, guard)
    unit = _unit_of(session, step.user)
    role = _role(session, unit) or _make_role(session, unit, guard)
    _strengthen(session, _root_of(session, role), guard)
    link(session, "roles", role, f"systemusers({step.user})/systemuserroles_association", guard)
    profile.grant(session, step, guard)
    now = held(session, step.user)
    if lost := [name for name in _known(session, RUN) if now.get(name) not in ALL]:
        raise Skip(f"read back, the user lacks: {', '.join(sorted(lost))}", where=f"security role {ROLE}")


def user_of(session: Session, name: str) -> tuple[str, str]:
    """(id, name) of the enabled user of that login name or application id. Raises NotFound."""
    text = query.text(name)
    any_of = [f"domainname eq '{text}'", f"internalemailaddress eq '{text}'"]
    if len(name) == 36 and name.count("-") == 4:
        any_of.append(f"applicationid eq {text}")
    columns = ["systemuserid", "domainname", "fullname"]
    where = (f"({' or '.join(any_of)})", "isdisabled eq false")
    rows = sequence(session.get(query.path(session, "systemusers", columns, *where)))
    if not rows:
        raise NotFound(
            f"the environment has no enabled user {name!r}",
            where="--user",
            next="write the user name or the application (client) id",
        )
    return rows[0]["systemuserid"], rows[0]["domainname"] or rows[0]["fullname"] or name


def _unit_of(session: Session, user: str) -> str:
    return str(
        session.get(query.path(session, f"systemusers({user})", ["_businessunitid_value"]))["_businessunitid_value"]
    )


def _role(session: Session, unit: str) -> str | None:
    where = (f"name eq '{ROLE}'", f"_businessunitid_value eq {unit}")
    rows = sequence(session.get(query.path(session, "roles", ["roleid"], *where)))
    return str(rows[0]["roleid"]) if rows else None


def _make_role(session: Session, unit: str, guard: Guard) -> str:
    """In the root business unit; then it is in the user's own, too."""
    top = sequence(
        session.get(query.path(session, "businessunits", ["businessunitid"], "_parentbusinessunitid_value eq null"))
    )
    root = str(top[0]["businessunitid"]) if top else unit
    if _role(session, root) is None:
        body = {"name": ROLE, "businessunitid@odata.bind": f"/businessunits({root})"}
        try:
            session.send("POST", f"{session.data}/roles", guard=guard, repeat=True, json=body, headers=IN_SOLUTION)
        except Declined as error:
            if _role(session, root) is None:
                raise Skip(error.what, where=f"security role {ROLE}", next=error.next) from error
    found = _role(session, unit)
    if found is None:
        raise Skip("the security role was made, but is not shown", where=ROLE, next="run the command again")
    return found


def _root_of(session: Session, role: str) -> str:
    found = session.get(query.path(session, f"roles({role})", ["roleid", "_parentrootroleid_value"]))
    return str(found.get("_parentrootroleid_value") or role)


def _strengthen(session: Session, role: str, guard: Guard) -> None:
    """Adds privileges; those that the role has keep at least their depth, since all are added for the whole org."""
    wanted = _known(session, RUN)
    unit = session.get(query.path(session, f"roles({role})", ["_businessunitid_value"]))["_businessunitid_value"]
    given = {"Depth": "Global", "BusinessUnitId": unit}
    body = {"Privileges": [{"PrivilegeId": id, **given} for id in wanted.values()]}
    path = f"{session.data}/roles({role})/Microsoft.Dynamics.CRM.AddPrivilegesRole"
    try:
        session.send("POST", path, guard=guard, repeat=True, json=body)
    except Declined as error:
        raise Skip(error.what, where=f"security role {ROLE}", next=error.next) from error


def _known(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Name → id of those privileges that the environment has: a table that is not installed has none."""
    found: dict[str, str] = {}
    for part in query.parts(names):
        path = query.path(session, "privileges", ["privilegeid", "name"], query.among("name", part))
        found |= {row["name"]: row["privilegeid"] for row in query.rows(session, path)}
    return found
