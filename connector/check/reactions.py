"""What admins built that an update of a lead or contact wakes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.check.line import Line, State
from connector.inspection import Inspection, Reaction, Reacts
from connector.mapping import Mapping

WHY: Final = {
    Reacts.ASSIGNMENT: ("connector tells the CRM not to run it, but a flow that assigns owners cannot be told",
                        "look at the owners in the first canary"),
    Reacts.FLOW: ("it runs with every correction, and may mail people, reassign owners or change fields",
                  "read what it does when the status changes; the canary stops at the first side effect"),
    Reacts.VALIDATION: ("it may refuse a correction, because it looks at the whole record and not just at our field",
                        "refused records are listed after apply; let the rule pass the integration user if it should"),
    Reacts.TRIGGER: ("it runs with every correction, and its code is not looked into",
                     "ask who wrote it; the canary stops at the first side effect"),
    Reacts.DUPLICATES: ("if it blocks on edit, records with a twin cannot be corrected",
                        "refused records are listed after apply; merge the twins or let the rule allow edits"),
}  # fmt: skip
"""Kind → why it matters, and what to do."""

SHOWN: Final = 6
"""Names that are listed before it says how many more there are."""


def lines(inspection: Inspection, mapping: Mapping) -> Iterator[Line]:
    """A line per kind."""
    for kind, (why, todo) in WHY.items():
        label = f"{kind}s"
        found = [reaction for reaction in inspection.reactions if reaction.kind is kind]
        if kind.value in inspection.unasked:
            refusal = f"could not look: {inspection.unasked[kind.value]}"
            yield Line(label, State.BLIND, refusal, why, inspection.advice.settings)
        elif found:
            yield Line(label, State.NOTE, _listed(found, mapping), why, todo)
        else:
            yield Line(label, State.OK, "none is active on leads and contacts")


def _listed(found: list[Reaction], mapping: Mapping) -> str:
    names = [
        f"{mapping.object(one.object).api} “{one.name}”" + (f" (package {one.package})" if one.package else "")
        for one in found
    ]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"active: {', '.join(names[:SHOWN])}{more}"
