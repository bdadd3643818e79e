"""Automations: plug-ins and flows that the environment's makers hung on a column, run as SYSTEM after a save."""

from typing import TYPE_CHECKING, Any

from connector.sandbox.dynamics.base import SYSTEM_ID
from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.dml.request import Options, Pending
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.rules import Automation

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

_SYSTEM = Options(user_id=SYSTEM_ID, system=True)


def run(org: "Org", entity: Entity, row: Pending, options: Options) -> None:
    """Run the automations that this saved row sets off, but those that the request leaves out. A plug-in that fails
    raises its DataverseError: the request fails with it.
    """
    if options.system:
        return
    for one in org.rules.automation:
        if one.table != entity.name or not _sets_off(one, row) or _left_out(one, options):
            continue
        if one.plugin:
            _run(org, entity, one, row)
        else:
            _run_apart(org, entity, one, row)


def _sets_off(one: Automation, row: Pending) -> bool:
    """A column named in the request sets it off, even when its value stays the same."""
    if one.column not in row.given and not row.changes(one.column):
        return False
    return not one.becomes or row.get(one.column) in one.becomes


def _left_out(one: Automation, options: Options) -> bool:
    if one.plugin:
        return "CustomSync" in options.bypass
    return "CustomAsync" in options.bypass or not options.flows


def _run_apart(org: "Org", entity: Entity, one: Automation, row: Pending) -> None:
    """Run a flow: when it fails, what it did is undone, and the request that set it off has succeeded all the same."""
    db = org.storage.db
    db.execute("SAVEPOINT flow")
    try:
        _run(org, entity, one, row)
    except DataverseError:
        db.execute("ROLLBACK TO flow")
    db.execute("RELEASE flow")


def _run(org: "Org", entity: Entity, one: Automation, row: Pending) -> None:
    changes: dict[str, Any] = dict(one.set)
    if one.owner:
        changes["ownerid@odata.bind"] = _owner(org, one.owner)
    if changes:
        org.update(entity, row.id, changes, _SYSTEM)
    if one.task:
        task = org.entities["task"]
        way = task.by_name["regardingobjectid"].navigation(entity.name)
        regarding = {f"{way.single}@odata.bind": f"/{entity.set_name}({row.id})"} if way else {}
        org.create(task, {**one.task, **regarding}, _SYSTEM)


def _owner(org: "Org", owner: str) -> str:
    """The URL of a user, by id, name or address, or of a team, by id or name."""
    user = (
        "SELECT systemuserid FROM systemuser WHERE systemuserid = ?1 OR fullname = ?1 OR domainname = ?1"
        " OR internalemailaddress = ?1"
    )
    for set_name, query in (("systemusers", user), ("teams", "SELECT teamid FROM team WHERE teamid = ?1 OR name = ?1")):
        row = org.storage.db.execute(query, (owner,)).fetchone()
        if row is not None:
            return f"/{set_name}({row[0]})"
    raise ValueError(f"an automation gives rows to {owner!r}, and there is neither such a user nor such a team")
