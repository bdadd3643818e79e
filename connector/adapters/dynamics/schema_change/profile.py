"""The column security profile `Connector Columns`: for columns of ours that an admin has secured, and only for those.

A secured column reads as empty to whoever may not see it, which cannot be told from a column that is empty
[wire §5.5, trap 36].
"""

from __future__ import annotations

from typing import Final

from connector.adapters.dynamics import query
from connector.adapters.dynamics.batches import Guard
from connector.adapters.dynamics.schema_change import asking
from connector.adapters.dynamics.schema_change.link import link
from connector.adapters.dynamics.schema_change.solution import IN_SOLUTION
from connector.adapters.dynamics.session import Session, sequence
from connector.errors import Skip
from connector.provisioning import SchemaStep

PROFILE: Final = "Connector Columns"
_ALLOWED: Final = 4
"""What field permissions call allowed; 0 is not allowed."""


def grant(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Lets the user read and update the step's columns, as far as they are secured."""
    columns = [api for api, _ in step.access if (asking.column(session, step.api, api) or {}).get("IsSecured")]
    if not columns:
        return
    profile = _profile(session) or _make(session, guard)
    where = (f"_fieldsecurityprofileid_value eq {profile}", f"entityname eq '{step.api}'")
    path = query.path(session, "fieldpermissions", ["attributelogicalname"], *where)
    there = {row["attributelogicalname"] for row in query.rows(session, path)}
    for api in columns:
        if api not in there:
            body = {
                "entityname": step.api,
                "attributelogicalname": api,
                "canread": _ALLOWED,
                "canupdate": _ALLOWED,
                "fieldsecurityprofileid@odata.bind": f"/fieldsecurityprofiles({profile})",
            }
            session.send("POST", f"{session.data}/fieldpermissions", guard=guard, repeat=True, json=body)
    link(session, "fieldsecurityprofiles", profile, f"systemusers({step.user})/systemuserprofiles_association", guard)


def _profile(session: Session) -> str | None:
    path = query.path(session, "fieldsecurityprofiles", ["fieldsecurityprofileid"], f"name eq '{PROFILE}'")
    rows = sequence(session.get(path))
    return str(rows[0]["fieldsecurityprofileid"]) if rows else None


def _make(session: Session, guard: Guard) -> str:
    path = f"{session.data}/fieldsecurityprofiles"
    session.send("POST", path, guard=guard, json={"name": PROFILE}, headers=IN_SOLUTION)
    found = _profile(session)
    if found is None:
        raise Skip("the column security profile was made, but is not shown", where=PROFILE, next="run it again")
    return found
