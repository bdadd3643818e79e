"""The fields that connector writes, and the ones it reads: are they there, and may this login use them?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.check.line import Line, State
from connector.mapping import Mapping
from connector.model import LEAD, OBJECTS
from connector.ports import ObjectSchema, OrgSchema

LOST: Final = {
    "status": "nothing can be judged",
    "disposition": 'the rule disposition only reports, unless [dispositions] keep = "ledger"',
    "status_reason": "why somebody was handed back or closed is not recorded",
    "wake_up_date": "nobody is reminded of people handed back",
    "status_entered_at": "age in stage cannot be shown in the CRM",
    "status_since_is_estimate": "estimated ages cannot be told from exact ones in the CRM",
    "score": "the score cannot be shown in the CRM",
    "sla_due_at": "deadlines cannot be shown in the CRM",
    "sla_breached_at": "broken promises cannot be shown in the CRM",
    "cycle": "second and later passes through the funnel cannot be told apart in the CRM",
    "first_source": "the first source is not written",
}
"""What is lost without a field."""

ADD: Final = "`connector schema plan` shows what would be added, `connector schema apply` adds it and grants access"


def lines(schema: OrgSchema, mapping: Mapping) -> Iterator[Line]:
    """A line per field that is written, and one per object for those that are only read."""
    for name in OBJECTS:
        found = schema.objects.get(name)
        if found is None or not found.can_read:
            continue
        table = mapping.object(name)
        for field in sorted(table.writable):
            if table.has(field):
                yield _field(found, field, table.field(field).api)
        rest = [table.field(field).api for field in found.missing if field not in table.writable and table.has(field)]
        if rest:
            why, todo = "they are missing or hidden from this user and are not read", "grant Read on them if they exist"
            yield Line(f"fields of {found.api}", State.NOTE, f"not readable: {', '.join(sorted(rest))}", why, todo)


def _field(on: ObjectSchema, field: str, api: str) -> Line:
    name, there = f"field {on.api}.{api}", on.fields.get(field)
    vital = field == "status" and on.name == LEAD
    if there is None or not there.readable:
        what = "missing, or hidden from this user"
        todo = "grant field access to the integration user" if vital else ADD
        return Line(name, State.STOP if vital else State.NOTE, what, LOST[field], todo)
    if there.unfit:
        why = "until then nothing is read or written"
        return Line(
            name, State.STOP, there.unfit, why, "map the field onto another column, or leave it out of [writable]"
        )
    if not there.writable and on.can_update:
        todo = "grant Edit on the field to the integration user"
        return Line(name, State.STOP if vital else State.NOTE, "cannot be edited by this user", LOST[field], todo)
    return Line(name, State.OK, "can be read and edited" if there.writable else "can be read")
