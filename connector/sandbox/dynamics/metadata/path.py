"""Where a metadata request points: the segments of its path, each with what stands in its brackets."""

from __future__ import annotations

import re
from typing import NamedTuple

from connector.sandbox.dynamics.metadata.options import split
from connector.sandbox.dynamics.values import guid

_SEGMENT = re.compile(r"([\w.$]+)(?:\((.*)\))?$")
_NAMED = re.compile(r"(\w+)='((?:[^']|'')*)'$")


class Segment(NamedTuple):
    """One segment: `EntityDefinitions`, with `LogicalName` and `lead`, or with `MetadataId` and a GUID."""

    name: str
    by: str = ""
    value: str = ""


def segments(path: str) -> list[Segment] | None:
    """The segments of a path below the service root; None if one of them cannot be read."""
    made = []
    for part in split(path.strip("/"), "/"):
        found = _SEGMENT.match(part)
        one = _segment(found.group(1), found.group(2)) if found else None
        if one is None:
            return None
        made.append(one)
    return made


def _segment(name: str, inside: str | None) -> Segment | None:
    if inside is None:
        return Segment(name)
    id = guid(inside.removeprefix("MetadataId="))
    if id is not None:
        return Segment(name, "MetadataId", id)
    found = _NAMED.match(inside.strip())
    return Segment(name, found.group(1), found.group(2).replace("''", "'")) if found else None
