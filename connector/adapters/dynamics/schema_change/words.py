"""What Dynamics admins call things, and where they click."""

from __future__ import annotations

from typing import Final

from connector.adapters.dynamics.schema_change.conversion import WHERE
from connector.provisioning import Words

_COLUMNS: Final = "make.powerapps.com → Tables → {label} → Columns"

WORDS: Final = Words(
    undo_field="by hand: delete the column from the solution “Connector”; its values go with it",
    undo_values="by hand: delete the options from the solution “Connector”; rows that hold them keep a number",
    undo_history="by hand: switch auditing of the column off: " + _COLUMNS,
    undo_access="by hand: take the security role “Connector” away from the user",
    undo_conversion=f"by hand: {WHERE}",
    undo_retire="by hand: add the status reason again; it gets another number",
    field="connector creates the column in the solution “Connector” and publishes the table",
    values="connector adds these options in the solution “Connector” and publishes the table; the others stay",
    statuses="connector adds each to the state it belongs to, in the solution “Connector”, and publishes the table",
    access="connector gives the user the security role “Connector”, which holds the least privileges it needs",
    access_why="connector reads and corrects people as an application user, which has no rights of its own",
    no_access="look at the user's security roles (Read and Write on {api}) and at column security profiles",
    retire="connector deletes the option, if no row at all holds it: Dynamics cannot switch an option off",
    conversion=WHERE,
    lead_process="the status reasons that “{kind}” offers → add them",
    person_type="the options of {field} that “{kind}” offers → add them",
    converting=_COLUMNS + " → {field} → state Qualified",
)
