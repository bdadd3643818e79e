"""Is the history of the status fields kept, and since when?"""

from __future__ import annotations

from collections.abc import Iterator

from connector.check.line import Line, State
from connector.inspection import Inspection
from connector.model import OBJECTS
from connector.ports import OrgSchema


def lines(schema: OrgSchema, inspection: Inspection) -> Iterator[Line]:
    """A line per object that has a status."""
    for name in OBJECTS:
        on = schema.objects.get(name)
        if on is None or "status" not in on.fields:
            continue
        status, since = on.fields["status"], inspection.history_since.get(name)
        label = f"history of {on.api}.{status.api}"
        kept = f"the oldest change on record is of {since:%Y-%m-%d}" if since else "no change is on record yet"
        if name not in inspection.history_since:
            refused = inspection.unasked.get("history")
            kept = "since when could not be told" + (f": {refused}" if refused else "")
        if status.tracked is False:
            why = "without it nothing tells what somebody was before, and there is no back-fill"
            todo = "turn on its history tracking today; `connector schema apply` does"
            yield Line(label, State.NOTE, f"is not tracked; {kept}", why, todo)
        elif status.tracked is None:
            why, todo = "ages and earlier statuses may be missing", inspection.advice.settings
            yield Line(label, State.BLIND, "could not look: whether it is tracked is not told", why, todo)
        else:
            yield Line(label, State.OK, f"is tracked; {kept}")
