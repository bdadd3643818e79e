"""Who else writes the fields that we write: a system that masters one will put its value back."""

from __future__ import annotations

from collections.abc import Iterator

from connector.check.line import Line, State
from connector.inspection import Inspection, Writer
from connector.mapping import Mapping
from connector.model import OBJECTS
from connector.ports import OrgSchema


def lines(schema: OrgSchema, inspection: Inspection, mapping: Mapping) -> Iterator[Line]:
    """A line per field that we may write and of which something is known, and one per object for the others."""
    for name in OBJECTS:
        on, unknown = schema.objects.get(name), list[str]()
        if on is None:
            continue
        for field in sorted(mapping.object(name).writable.intersection(on.fields)):
            label = f"who writes {on.api}.{on.fields[field].api}"
            others = [one for one in inspection.writers if (one.object, one.field) == (name, field)]
            package = inspection.packages.get((name, field))
            if package:
                yield _packaged(label, package)
            elif on.fields[field].tracked and "writers" not in inspection.unasked:
                yield _line(label, others, inspection.days, inspection.unasked.get(f"writers of {name}", ""))
            else:
                unknown.append(on.fields[field].api)
        if unknown:
            yield _unknown(on.api, unknown, inspection)


def _unknown(api: str, fields: list[str], inspection: Inspection) -> Line:
    refused = inspection.unasked.get("writers")
    found = f"could not look: {refused or 'their history is not kept'} ({', '.join(fields)})"
    todo = inspection.advice.settings if refused else "keep their history if another system may write them"
    return Line(f"who writes other fields of {api}", State.BLIND, found, "a system that masters one puts it back", todo)


def _packaged(label: str, package: str) -> Line:
    found = f"it belongs to the package {package}"
    why = "the package writes it as well and will put its own value back"
    return Line(label, State.NOTE, found, why, "map a field of your own, or take it out of the mapping's [writable]")


def _line(label: str, others: list[Writer], days: int, partly: str) -> Line:
    """`partly`: why not every change was looked at, empty if they all were."""
    told = ", ".join(f"{one.name} ({one.changes:,})" for one in sorted(others, key=_most)[:4])
    machines = [one for one in others if one.machine]
    if machines:
        names = ", ".join(one.name for one in machines)
        why = f"{names} is no person: a system that masters the field puts its own value back"
        todo = "agree which system masters it, or take it out of the mapping's [writable]"
        return Line(label, State.NOTE, f"in {days} days: {told}", why, todo)
    if partly:
        found = f"could not look at all changes: {partly}; people only so far" + (f": {told}" if told else "")
        return Line(label, State.BLIND, found, "a system that masters it puts it back", "ask who else writes it")
    return Line(label, State.OK, f"people only, in {days} days: {told}" if told else f"nobody in {days} days")


def _most(writer: Writer) -> tuple[int, str]:
    return -writer.changes, writer.name
