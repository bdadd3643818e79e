"""Which field each column of a file is: standard, custom and known, or custom and new."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches

from msgspec.structs import replace

from connector.errors import BadInput
from connector.sandbox.columntype import Guess, Kind
from connector.sandbox.csvfile import CsvFile
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType

_CUSTOM = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,75}__c$")
_SHORT_TEXT = 255
_LONG_TEXT = 131_072

RECORD_TYPE = FieldType(
    name="RecordTypeId",
    label="Record Type ID",
    type="reference",
    length=18,
    reference_to=("RecordType",),
    relationship="RecordType",
)
"""A standard field that an org has only once it has record types."""


def new_fields(file: CsvFile, found: ObjectType, tracked: Collection[str]) -> list[FieldType]:
    """The fields that the file has and the object lacks. Reads the whole file if there are custom ones among them.

    Args:
        file: the file
        found: the object it is for
        tracked: names of fields whose history is kept

    Raises:
        BadInput: a column is neither a field of the object nor named like a custom one, or a field has two columns
    """
    lower = [name.lower() for name in file.header]
    for place, name in enumerate(lower):
        if name in lower[:place]:
            raise BadInput(f"{file.header[place]!r} stands there twice", where=file.place(1), next="remove one of them")
    unknown = [name for name in file.header if name not in found]
    wanted = [name for name in unknown if _CUSTOM.match(name)]
    fields = [RECORD_TYPE] if RECORD_TYPE.name in unknown else []
    _refuse(file, found, [name for name in unknown if name not in wanted and name != RECORD_TYPE.name])
    if wanted:
        places = [file.header.index(name) for name in wanted]
        guesses = [Guess() for _ in wanted]
        watched = list(zip(places, guesses, strict=True))
        for _, row in file.rows():
            for place, guess in watched:
                guess.see(row[place])
        fields += [_custom(name, guess, name in tracked) for name, guess in zip(wanted, guesses, strict=True)]
    return fields


def _refuse(file: CsvFile, found: ObjectType, wrong: Sequence[str]) -> None:
    if not wrong:
        return
    known = {field.name.lower(): field.name for field in found.fields}
    near = get_close_matches(wrong[0].lower(), known, n=1)
    hint = f"did you mean {known[near[0]]}? " if near else ""
    if "." in wrong[0]:
        hint = "columns of a related record are not loaded; give that record's own file. "
    names = ", ".join(repr(name) for name in wrong)
    raise BadInput(
        f"{found.name} has no field {names}",
        where=file.place(1),
        next=f"{hint}Column names are API names; those that end in __c may be new",
    )


def _custom(name: str, guess: Guess, tracked: bool) -> FieldType:
    label = name.removesuffix("__c").replace("_", " ").strip()
    text = FieldType(
        name=name, label=label, type="string", length=_SHORT_TEXT, custom=True, permissionable=True, tracked=tracked
    )
    if guess.kind is Kind.FLAG:
        return replace(text, type="boolean", length=0, nillable=False, defaulted=True, default=False)
    if guess.kind is Kind.NUMBER:
        return replace(text, type="double", length=0, precision=18, scale=guess.scale)
    if guess.kind in (Kind.DATE, Kind.DATETIME):
        return replace(text, type=guess.kind.value, length=0)
    if guess.longest > _SHORT_TEXT:
        return replace(text, type="textarea", length=_LONG_TEXT, extra="plaintextarea", filterable=False)
    return text


def read_columns(file: CsvFile, found: ObjectType) -> list[tuple[int, FieldType]]:
    """The columns that are stored, with their fields. Calculated ones (a lead's Name, addresses) are left out."""
    columns = []
    for place, name in enumerate(file.header):
        field = found.field(name)
        if field is not None and field.stored:
            columns.append((place, field))
    return columns
