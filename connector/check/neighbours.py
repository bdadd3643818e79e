"""Who else writes the fields that we write: a system that masters one will put its value back."""

from __future__ import annotations

from collections.abc import Iterator

from connector.check.line import Line, State
from connector.inspection import Inspection, Writer
from connector.mapping import Mapping
from connector.model import OBJECTS
from connector.ports import OrgSchema


def lines(schema: OrgSchema, inspection: Inspection, mapping: Mapping) -> Iterator[Line]:
    """A line per field that we may write and the org has."""
    for name in OBJECTS:
        on, table = schema.objects.get(name), mapping.object(name)
        for field in sorted(table.writable):
            if on is None or field not in on.fields:
                continue
            label = f"who writes {on.api}.{on.fields[field].api}"
            others = [one for one in inspection.writers if (one.object, one.field) == (name, field)]
            package = inspection.packages.get((name, field))
            yield _line(label, others, package, inspection, tracked=bool(on.fields[field].tracked))


def _line(label: str, others: list[Writer], package: str | None, inspection: Inspection, *, tracked: bool) -> Line:
    if package:
        found = f"it belongs to the package {package}"
        why = "the package writes it as well and will put its own value back"
        return Line(
            label, State.NOTE, found, why, "map a field of your own, or take it out of [writable] of the mapping"
        )
    if "writers" in inspection.unasked:
        return Line(label, State.OK, f"not known: {inspection.unasked['writers']}")
    told = ", ".join(f"{one.name} ({one.changes:,})" for one in sorted(others, key=_most)[:4])
    machines = [one for one in others if one.machine]
    if machines:
        found = f"in {inspection.days} days: {told}"
        names = ", ".join(one.name for one in machines)
        why = f"{names} is no person: a system that masters the field puts its own value back"
        return Line(label, State.NOTE, found, why, "agree which system masters it, or take it out of [writable]")
    if not tracked:
        return Line(label, State.OK, "its history is not kept, so nobody can tell")
    return Line(label, State.OK, f"people only, in {inspection.days} days: {told}" if told else "nobody lately")


def _most(writer: Writer) -> tuple[int, str]:
    return -writer.changes, writer.name
