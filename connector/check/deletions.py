"""Does the CRM tell which rows were deleted?"""

from __future__ import annotations

from collections.abc import Iterator

from connector.check.line import Line, State
from connector.inspection import Inspection


def lines(inspection: Inspection) -> Iterator[Line]:
    """A line for all tables; none where the CRM tells of every deletion anyway."""
    if inspection.untracked is None:
        return
    if not inspection.untracked:
        yield Line("deletions", State.OK, "change tracking is on for every table that is read")
        return
    found = f"change tracking is off for {', '.join(inspection.untracked)}"
    why = "rows deleted there count as evidence until all ids are compared: weekly, or by `connector sync --reconcile`"
    yield Line("deletions", State.NOTE, found, why, inspection.advice.tracking)
