"""Reads the `.table` files beside it: one object each, one line per field.

    object | Lead | 00Q | Lead | Leads | feed merge
    Status | picklist(255) | CUQD | Status | tracked set=LeadStatus

Field lines hold name, type with its size, flags, label and details. Flags: N nillable, C createable, U updateable,
Q filterable (queryable in WHERE), R restricted picklist, L id lookup, D defaulted on create, P permissionable (field
access applies), F name field, S search-prefilterable. Details: `to=A,B` (reference to), `as=` (relationship name),
`child=` (its name seen from the parent), `cascade` (deleted with the parent), `restrict`
(keeps the parent from being deleted), `in=` (compound field), `extra=`
(extraTypeInfo), `set=` (value table), `tracked` (history kept by default), `hidden`
(nobody has access to it at first), `unsortable`, `unaggregatable`, and last
`values=A; B~Label; C*` (`~` before a label that differs, `*` after the default). `@audit` stands for the five stamps.
Size: characters for text, `precision,scale` for numbers, digits for int.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from connector.sandbox.salesforce.catalogue.types import COMPOUND_TYPES, FieldType, ObjectType, PicklistValue

_AUDIT = """\
CreatedDate | datetime | QD | Created Date
CreatedById | reference | QD | Created By ID | to=User as=CreatedBy
LastModifiedDate | datetime | QD | Last Modified Date
LastModifiedById | reference | QD | Last Modified By ID | to=User as=LastModifiedBy
SystemModstamp | datetime | QD | System Modstamp"""
_TYPE = re.compile(r"(\w+)(?:\(([\d,]+)\))?$")
_OBJECT_FLAGS: dict[str, dict[str, bool]] = {
    "feed": {"feed": True},
    "merge": {"mergeable": True},
    "nolayout": {"layoutable": False},
    "nocreate": {"createable": False},
    "noupdate": {"updateable": False},
    "nodelete": {"deletable": False, "undeletable": False},
    "noundelete": {"undeletable": False},
    "nosearch": {"searchable": False},
    "nomru": {"mru": False},
}
_READ_ONLY = {
    "createable": False,
    "updateable": False,
    "deletable": False,
    "undeletable": False,
    "layoutable": False,
    "searchable": False,
    "mru": False,
}
_OBJECT_FLAGS |= {
    "history": _READ_ONLY,
    "values": _READ_ONLY,
    "definition": _READ_ONLY | {"replicateable": False},
}


@cache
def standard_objects() -> dict[str, ObjectType]:
    """Every object that an untouched org has, by API name, in alphabetical order."""
    paths = sorted(Path(__file__).parent.glob("*.table"))
    objects = (parse(path.read_text(encoding="utf-8")) for path in paths)
    return {found.name: found for found in objects}


def parse(text: str) -> ObjectType:
    """One `.table` text as an object. Raises ValueError naming the line that cannot be read."""
    head, *lines = text.replace("@audit", _AUDIT).splitlines()
    _, name, prefix, label, plural, *flags = (part.strip() for part in head.split("|"))
    switches: dict[str, Any] = {}
    for flag in " ".join(flags).split():
        switches |= _OBJECT_FLAGS[flag]
    fields = tuple(_field(line) for line in lines if line)
    bare = ObjectType(name=name, prefix=prefix, label=label, plural=plural, fields=(), **switches)
    return bare.with_fields(fields)


def _field(line: str) -> FieldType:
    parts = [part.strip() for part in line.split(" | ", 4)]
    matched = _TYPE.match(parts[1]) if len(parts) >= 4 else None
    if matched is None:
        raise ValueError(f"not a field line: {line!r}")
    name, _, flags, label = parts[:4]
    kind, size = matched.group(1), [int(part) for part in (matched.group(2) or "").split(",") if part]
    details, picklist = _details(parts[4] if len(parts) > 4 else "")
    bulky = kind == "textarea" and bool(size) and size[0] > 255
    unsorted_kind = bulky or kind in COMPOUND_TYPES or kind == "anyType"
    return FieldType(
        name=name,
        label=label,
        type=kind,
        length=_length(kind, size),
        precision=size[0] if len(size) == 2 else 0,
        scale=size[1] if len(size) == 2 else 0,
        digits=size[0] if kind == "int" else 0,
        nillable="N" in flags,
        createable="C" in flags,
        updateable="U" in flags,
        filterable="Q" in flags,
        restricted="R" in flags,
        id_lookup="L" in flags,
        defaulted="D" in flags,
        permissionable="P" in flags,
        name_field="F" in flags,
        prefilterable="S" in flags,
        sortable=not (unsorted_kind or "unsortable" in details),
        aggregatable=not (unsorted_kind or kind == "boolean" or "unaggregatable" in details),
        reference_to=tuple(details["to"].split(",")) if "to" in details else (),
        relationship=details.get("as"),
        child_relationship=details.get("child"),
        cascade_delete="cascade" in details,
        restrict_delete="restrict" in details,
        compound=details.get("in"),
        extra=details.get("extra"),
        picklist=picklist,
        picklist_set=details.get("set"),
        default=next((value.value for value in picklist if value.default), None),
        tracked="tracked" in details,
        hidden="hidden" in details,
        sql=_PERSON_NAME if details.get("extra") == "personname" and "F" in flags else None,
    )


_PERSON_NAME = """trim(coalesce("FirstName", '') || ' ' || coalesce("LastName", ''))"""


def _length(kind: str, size: list[int]) -> int:
    if kind in ("id", "reference"):
        return 18
    return size[0] if len(size) == 1 and kind != "int" else 0


def _details(text: str) -> tuple[dict[str, str], tuple[PicklistValue, ...]]:
    words, _, values = text.partition("values=")
    pairs = (word.partition("=") for word in words.split())
    picklist = tuple(_value(part.strip()) for part in values.split(";")) if values else ()
    return {key: value for key, _, value in pairs}, picklist


def _value(text: str) -> PicklistValue:
    value, _, label = text.removesuffix("*").partition("~")
    return PicklistValue(value, label or value, default=text.endswith("*"))
