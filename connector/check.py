"""What stands between an org and a first run: one line per thing, why it matters, and what to do about it. Pure.

`check` looks at what the adapter found (`OrgSchema`), the mapping and the policy. A line is `ok`, `note` (works, but
something is lost), or `stop` (not safe to run until it is mended).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum

import msgspec

from connector.mapping import Mapping
from connector.model import LEAD, OBJECTS
from connector.policy import Meaning, Policy
from connector.policy.checks import warnings
from connector.policy.coverage import contradictions
from connector.policy.loader import Loaded
from connector.ports import Budget, FieldSchema, ObjectSchema, OrgSchema, PicklistValue

LOST = {
    "status": "nothing can be judged",
    "disposition": 'the rule disposition only reports, unless [dispositions] keep = "ledger"',
    "status_reason": "why somebody was handed back or closed is not recorded",
    "wake_up_date": "nobody is reminded of people handed back",
    "status_entered_at": "age in stage cannot be shown in the CRM",
    "status_since_is_estimate": "estimated ages cannot be told from exact ones in the CRM",
    "cycle": "second and later passes through the funnel cannot be told apart in the CRM",
    "first_source": "the first source is not written",
}
"""What is lost without a field."""


class State(StrEnum):
    """How a thing stands."""

    OK = "ok"
    NOTE = "note"
    STOP = "stop"


class Line(msgspec.Struct, frozen=True):
    """One thing: its name, how it stands, what was found, why it matters, what to do next."""

    name: str
    state: State
    found: str
    why: str = ""
    next: str = ""


def check(
    schema: OrgSchema, mapping: Mapping, loaded: Loaded, budget: Budget, *, share: float, now: datetime
) -> list[Line]:
    """All lines, in the order in which an admin would mend them. `share`: of the day's calls at which we stop."""
    converting = [value.value for value in _status(schema, LEAD) if value.converts]
    policy = loaded.policy.for_org(converting)
    return [
        _login(schema),
        *_objects(schema, mapping),
        *_fields(schema, mapping),
        *_values(schema, policy, converting),
        *_record_types(schema, policy),
        *_converting(loaded, converting),
        *_history(schema),
        _calls(budget, share),
        *_definition(loaded, now.date()),
        *(Line("org", State.NOTE, text) for text in schema.warnings),
    ]


def is_safe(lines: Iterable[Line]) -> bool:
    """Nothing stands in the way of a run."""
    return not any(line.state is State.STOP for line in lines)


def _login(schema: OrgSchema) -> Line:
    found = f"{schema.user_name} in {schema.org_name} ({schema.org_id}), API {schema.api_version}, {schema.timezone}"
    return Line("login", State.OK, found)


def _objects(schema: OrgSchema, mapping: Mapping) -> Iterator[Line]:
    for name in OBJECTS:
        api = mapping.object(name).api
        found = schema.objects.get(name)
        if found is None or not found.can_read:
            why, todo = f"{api} records cannot be judged", f"give the integration user Read and View All on {api}"
            yield Line(f"object {api}", State.STOP if name == LEAD else State.NOTE, "cannot be read", why, todo)
        elif not found.can_update:
            why, todo = "nothing can be corrected there", f"give the integration user Edit on {api}"
            yield Line(f"object {api}", State.STOP if name == LEAD else State.NOTE, "cannot be edited", why, todo)
        else:
            yield Line(f"object {api}", State.OK, "can be read and edited")


def _fields(schema: OrgSchema, mapping: Mapping) -> Iterator[Line]:
    for name in OBJECTS:
        found = schema.objects.get(name)
        if found is None:
            continue
        table = mapping.object(name)
        for field in sorted(table.writable):
            if table.has(field) and field in LOST:
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
        todo = "grant field access to the integration user" if vital else "add the field and grant access to it"
        return Line(name, State.STOP if vital else State.NOTE, what, LOST[field], todo)
    if not there.writable:
        todo = "grant Edit on the field to the integration user"
        return Line(name, State.STOP if vital else State.NOTE, "cannot be edited by this user", LOST[field], todo)
    return Line(name, State.OK, "can be read and edited")


def _values(schema: OrgSchema, policy: Policy, converting: list[str]) -> Iterator[Line]:
    for name in OBJECTS:
        values = _status(schema, name)
        if not values:
            continue
        offered = {value.value for value in values if value.active}
        lacking = [
            status
            for status, says in policy.file.status.items()
            if name in says.on
            and not policy.has_role(status, "converts")
            and policy.written(status, name) not in offered
        ]
        if lacking:
            found = f"not in the org's list: {', '.join(lacking)}"
            why = "connector can write them, but nobody could pick them by hand"
            yield Line(f"{name} statuses", State.NOTE, found, why, f"add them to the {name} status picklist")
        unknown = [v.value for v in values if v.active and policy.place(name, v.value).meaning is Meaning.UNMAPPED]
        if unknown:
            found = f"the policy does not know: {', '.join(unknown)}"
            todo = "say what each means under [values], [remap] or [dispositions.phrases] of the policy"
            yield Line(f"{name} values", State.NOTE, found, "people who have them are left alone", todo)
        if not lacking and not unknown:
            yield Line(f"{name} statuses", State.OK, f"{len(offered)} values, all known to the policy")
    if not converting:
        todo = "mark one lead status as converted in Setup → Lead Status"
        yield Line("converted status", State.NOTE, "no lead status converts", "leads cannot be converted", todo)


def _record_types(schema: OrgSchema, policy: Policy) -> Iterator[Line]:
    for name in OBJECTS:
        on = schema.objects.get(name)
        for kind in on.record_types if on else ():
            if not kind.active or kind.statuses is None:
                continue
            lacking = _lacking(policy, name, kind.statuses)
            if lacking:
                found = f"its process does not offer: {', '.join(lacking)}"
                why = "people of this record type are not moved there; a finding says so"
                yield Line(f"record type {kind.name}", State.NOTE, found, why, "add them to its lead process in Setup")


def _converting(loaded: Loaded, converting: list[str]) -> Iterator[Line]:
    for problem in contradictions(loaded, converting):
        yield Line("policy", State.NOTE, f"{problem.what} ({problem.where})", "it is never written", problem.next)


def _history(schema: OrgSchema) -> Iterator[Line]:
    for name in OBJECTS:
        status = _field_of(schema, name)
        if status is None:
            continue
        label = f"history of {schema.objects[name].api}.{status.api}"
        if status.tracked is False:
            why = "without it nothing tells what somebody was before; there is no back-fill"
            todo = "turn on field history tracking for it today"
            yield Line(label, State.NOTE, "is not tracked", why, todo)
        elif status.tracked is None:
            yield Line(label, State.NOTE, "could not be read", "", "grant View Setup and Configuration")
        else:
            yield Line(label, State.OK, "is tracked")


def _calls(budget: Budget, share: float) -> Line:
    if budget.allowed is None or budget.used is None:
        return Line("API calls", State.NOTE, "the org does not say how many are left")
    used = budget.used / budget.allowed if budget.allowed else 1.0
    found = f"{budget.used:,} of {budget.allowed:,} used today ({used:.0%})"
    if used >= share:
        why, todo = f"connector stops at {share:.0%}, so that others still get some", "wait, or raise api_stop_at"
        return Line("API calls", State.STOP, found, why, todo)
    return Line("API calls", State.OK, found)


def _definition(loaded: Loaded, today: date) -> Iterator[Line]:
    for problem in warnings(loaded, today):
        yield Line("policy", State.NOTE, f"{problem.what} ({problem.where})", "", problem.next)


def _lacking(policy: Policy, name: str, offered: Collection[str]) -> list[str]:
    """The policy's statuses that we might write and that are not offered."""
    return [
        status
        for status, says in policy.file.status.items()
        if name in says.on and not policy.has_role(status, "converts") and policy.written(status, name) not in offered
    ]


def _status(schema: OrgSchema, name: str) -> tuple[PicklistValue, ...]:
    field = _field_of(schema, name)
    return field.values if field else ()


def _field_of(schema: OrgSchema, name: str) -> FieldSchema | None:
    on = schema.objects.get(name)
    return on.fields.get("status") if on else None
