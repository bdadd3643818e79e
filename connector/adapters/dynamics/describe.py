"""What is there: tables, columns, options, audit switches, and what an admin should know, as `OrgSchema`.

Labels are those of the base language; the number behind a label is read from the metadata of this environment each
time. A status reason converts a lead if it belongs to the state Qualified.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connector.adapters.dynamics.access import READ, WRITE
from connector.adapters.dynamics.days import unfit
from connector.adapters.dynamics.metadata import CHOICES, Attribute, Option, TableInfo
from connector.adapters.dynamics.org import Environment
from connector.adapters.dynamics.timezones import own_zone
from connector.adapters.dynamics.tracking import told
from connector.adapters.dynamics.view import View
from connector.mapping import Column, TableMap
from connector.model import FIELDS, LEAD, OBJECTS
from connector.ports import FieldSchema, ObjectSchema, OrgSchema, PicklistValue

QUALIFIED = "Qualified"
"""The state of a converted lead, in no language."""


def org_schema(view: View, environment: Environment) -> OrgSchema:
    """Asks the environment; some thirty calls, all remembered."""
    objects = {name: _object(view, environment, name) for name in OBJECTS if view.mapping.table(name) is not None}
    return OrgSchema(
        org_id=environment.org_id,
        org_name=environment.org_name,
        timezone=own_zone(view.session, view.metadata, environment.user_id),
        user_id=environment.user_id,
        user_name=environment.user_name,
        api_version=view.session.version,
        objects=objects,
        warnings=tuple(_warnings(view, environment)),
    )


def _object(view: View, environment: Environment, name: str) -> ObjectSchema:
    found = view.mapping.object(name)
    info = view.metadata.table(found.api)
    if info is None:
        return ObjectSchema(name, found.api, found.api, {}, tuple(found.columns), (), False, False)
    columns = view.columns(found.api)
    fields: dict[str, FieldSchema] = {}
    missing: list[str] = []
    for ours, column in _mapped(found).items():
        shown = [api for api in column.apis if columns.place(api) is not None]
        attribute = columns.attribute(shown[0]) if shown else None
        if attribute is not None:
            fields[ours] = _field(view, environment, info, attribute, ours, ours in found.writable)
        elif not shown:
            missing.append(ours)
    return ObjectSchema(
        name=name,
        api=info.name,
        label=info.label,
        fields=fields,
        missing=tuple(missing),
        can_read=view.access.may(info, READ),
        can_update=view.access.may(info, WRITE),
    )


def _mapped(found: TableMap) -> Mapping[str, Column]:
    """Columns of the mirror and facts. What only tells a version apart is no column of the table."""
    facts = {name: column for name, column in found.facts if column is not None}
    return {name: column for name, column in {**found.columns, **facts}.items() if not column.api.startswith("@")}


def _field(
    view: View, environment: Environment, info: TableInfo, attribute: Attribute, name: str, ours: bool
) -> FieldSchema:
    options = _options(view, info, attribute)
    states = view.metadata.options(info.name, "statecode") if attribute.type == "Status" else ()
    return FieldSchema(
        name=name,
        api=attribute.name,
        label=attribute.label,
        type=_type(view, info, attribute),
        length=view.metadata.length(info.name, attribute.name) if attribute.type == "String" else None,
        writable=ours and _is_writable(view, info, attribute),
        restricted=bool(options),
        tracked=_tracked(environment, info, attribute),
        unfit=unfit(FIELDS[name], attribute.type, view.metadata.behavior(info.name, attribute.name)) if ours else "",
        values=_values(options, states, is_lead=info.name == view.mapping.object(LEAD).api),
    )


def _type(view: View, info: TableInfo, attribute: Attribute) -> str:
    """The column's type in lower case; a date without a time is one by its behaviour [wire trap 9]."""
    is_date = attribute.type == "DateTime" and view.metadata.is_date(info.name, attribute.name)
    return "date" if is_date else attribute.type.lower()


def _options(view: View, info: TableInfo, attribute: Attribute) -> Sequence[Option]:
    return view.metadata.options(info.name, attribute.name) if attribute.type in CHOICES else ()


def _values(options: Sequence[Option], states: Sequence[Option], *, is_lead: bool) -> tuple[PicklistValue, ...]:
    """One value per label. A label that several status reasons share converts only if all of them do."""
    converting = {one.value for one in states if one.invariant == QUALIFIED} if is_lead else set()
    defaults = {one.reason for one in states if one.value == 0}
    named: dict[int | None, str] = {one.value: one.invariant for one in states}
    found: dict[str, PicklistValue] = {}
    for one in options:
        converts = one.state in converting if one.state is not None else False
        before = found.get(one.label)
        found[one.label] = PicklistValue(
            one.label,
            one.label,
            default=one.default or one.value in defaults or (before is not None and before.default),
            converts=converts and (before is None or before.converts),
            state=named.get(one.state, "") if before is None or before.state == named.get(one.state, "") else "",
        )
    return tuple(found.values())


def _is_writable(view: View, info: TableInfo, attribute: Attribute) -> bool:
    may = view.access.column(info, attribute.name).update
    return attribute.updateable and may and view.access.may(info, WRITE)


def _tracked(environment: Environment, info: TableInfo, attribute: Attribute) -> bool | None:
    """All three audit switches must be on: of the organisation, the table and the column [wire §6.1]."""
    if not (info.audited and attribute.audited):
        return False
    return environment.audited


def _warnings(view: View, environment: Environment) -> Iterator[str]:
    if environment.audited is False:
        yield "auditing is off for the whole environment: nothing tells what a status was before; there is no back-fill"
    if environment.retention is not None and environment.retention >= 0:
        yield f"audit rows are kept for {environment.retention} days: older changes of status are gone for good"
    yield from told(view)
    for name in OBJECTS:
        info = view.metadata.table(view.mapping.object(name).api)
        if info is None:
            continue
        if view.access.may(info, READ):
            yield from _secured(view, info, view.mapping.object(name))
        yield from _ambiguous(view, info, view.mapping.object(name))


def _secured(view: View, info: TableInfo, found: TableMap) -> Iterator[str]:
    mapped = {api for column in _mapped(found).values() for api in column.apis}
    for name in sorted(view.access.hidden(info.name) & mapped):
        yield f"{info.name}.{name} is secured and this user may not read it: it counts as missing, not as empty"


def _ambiguous(view: View, info: TableInfo, found: TableMap) -> Iterator[str]:
    attribute = view.columns(info.name).attribute(found.field("status").api) if found.has("status") else None
    if attribute is None:
        return
    options = _options(view, info, attribute)
    labels = [one.label for one in options]
    for label in dict.fromkeys(one for one in labels if labels.count(one) > 1):
        numbers = ", ".join(f"{one.value} (state {one.state})" for one in options if one.label == label)
        yield f"{info.name}.{attribute.name} has several options called {label!r}: {numbers}"
