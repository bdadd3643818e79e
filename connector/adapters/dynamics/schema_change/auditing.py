"""Audit of a status column: three switches, all of which must be on: environment, table, column [wire §6.1].

What happened before they were on is not kept and cannot be had. A definition is read whole, changed and sent back
whole: metadata takes no PATCH, and what is left out of a PUT is lost [wire §5.2, trap 25].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connector.adapters.dynamics.batches import Guard
from connector.adapters.dynamics.schema_change import asking
from connector.adapters.dynamics.schema_change.solution import IN_SOLUTION
from connector.adapters.dynamics.session import Session, sequence
from connector.adapters.web.errors import Declined
from connector.errors import Skip
from connector.provisioning import SchemaStep

_WHERE: Final = "Power Platform admin center → the environment → Settings → Audit and logs → Audit settings"
_KEEP: Final = {"MSCRM.MergeLabels": "true", **IN_SOLUTION}


def track(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Switches on what is off of the three, publishes, reads back. Raises Skip if the CRM refuses."""
    try:
        _environment(session, guard)
        _table(session, step.api, guard)
        _column(session, step.api, step.name, guard)
        asking.publish(session, [step.api], guard)
    except Declined as error:
        raise Skip(f"{error.what}; see {_WHERE}", where=f"{step.api}.{step.name}", next=_WHERE) from error
    if not asking.until(session, lambda: not off(session, step.api, step.name)):
        still = ", ".join(off(session, step.api, step.name))
        raise Skip(f"the CRM took it, but it is still off for: {still}; see {_WHERE}", where=f"{step.api}.{step.name}")


def off(session: Session, table: str, column: str) -> list[str]:
    """Which of the three switches are off."""
    environment = sequence(session.get(f"{session.data}/organizations?$select=isauditenabled"))
    definition = session.ask("GET", f"{asking.table(session, table)}?$select=IsAuditEnabled", headers=asking.STRONG)
    found = asking.column(session, table, column) or {}
    switches = {
        "the environment": bool(environment and environment[0]["isauditenabled"]),
        f"the table {table}": _is_on(definition),
        f"the column {column}": _is_on(found),
    }
    return [name for name, on in switches.items() if not on]


def _environment(session: Session, guard: Guard) -> None:
    found = sequence(session.get(f"{session.data}/organizations?$select=organizationid,isauditenabled"))
    if found and not found[0]["isauditenabled"]:
        path = f"{session.data}/organizations({found[0]['organizationid']})"
        session.ask("PATCH", path, guard=guard, repeat=True, json={"isauditenabled": True}, headers={"If-Match": "*"})


def _table(session: Session, table: str, guard: Guard) -> None:
    path = asking.table(session, table)
    definition = session.ask("GET", path, headers=asking.STRONG)
    if not _is_on(definition):
        body = {"@odata.type": "Microsoft.Dynamics.CRM.EntityMetadata", **_switched(definition)}
        asking.change(session, "PUT", path, guard, body, **_KEEP)


def _column(session: Session, table: str, column: str, guard: Guard) -> None:
    found = asking.column(session, table, column)
    if found is None or _is_on(found):
        return
    kind = str(found["@odata.type"]).removeprefix("#")
    path = f"{asking.table(session, table)}/Attributes(LogicalName='{column}')"
    definition = session.ask("GET", f"{path}/{kind}", headers=asking.STRONG)
    asking.change(session, "PUT", path, guard, {"@odata.type": kind, **_switched(definition)}, **_KEEP)


def _switched(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The whole definition with the switch on, without what the answer says about itself."""
    kept = {name: value for name, value in definition.items() if not name.startswith("@")}
    return {**kept, "IsAuditEnabled": {**definition["IsAuditEnabled"], "Value": True}}


def _is_on(definition: Mapping[str, Any]) -> bool:
    return bool((definition.get("IsAuditEnabled") or {}).get("Value"))
