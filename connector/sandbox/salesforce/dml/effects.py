"""What a write sets off: owner assignment and derived fields before it; history, activity dates and flows after."""

from typing import TYPE_CHECKING

from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.dml import activities, assignment, derived, flows, history
from connector.sandbox.salesforce.dml.pending import Pending
from connector.sandbox.salesforce.dml.results import Options

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def before(org: "Org", found: ObjectType, rows: list[Pending], options: Options) -> None:
    """Complete the new values: the owner that an assignment rule gives, and fields that follow from others."""
    if not options.system:
        assignment.assign(org, found, rows, options)
    derived.derive(org, found, rows)


def after(org: "Org", found: ObjectType, rows: list[Pending], options: Options, *, inserted: bool) -> None:
    """Write what follows from rows that have been written."""
    if not inserted:
        changes = [
            (row.id, name, row.old[name], value) for row in rows for name, value in row.new.items() if name in row.old
        ]
        history.record(org, found, changes, options.user_id)
    derived.keep_opportunity_history(org, found, rows, options, inserted=inserted)
    activities.bump(org, found, rows)
    org.after_load(found)
    if not options.system and rows:
        flows.run(org, found, rows)
