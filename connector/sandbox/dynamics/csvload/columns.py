"""Which column of the table each column of a file is: a known one, a custom one that is new, or none that is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from msgspec.structs import replace

from connector.errors import BadInput
from connector.sandbox.columntype import Guess, Kind
from connector.sandbox.csvfile import CsvFile
from connector.sandbox.dynamics.catalogue import Attribute, Entity, Option

_CUSTOM = re.compile(r"([a-z][a-z0-9]{1,7})_[a-z0-9_]{1,60}$")
_LOOKUP = re.compile(r"_(\w+)_value$")
_SHORT_TEXT = 100
_LONG_TEXT = 4_000
_MEMO = 1_048_576


class Column(NamedTuple):
    """A column of a file: where it stands, what it fills. With `type_of` it names the table that lookup points at."""

    place: int
    attribute: Attribute
    type_of: bool = False


def new_columns(file: CsvFile, entity: Entity) -> list[Attribute]:
    """The columns that the file has and the table lacks. Reads the whole file if there are any.

    Raises:
        BadInput: a column is neither one of the table's nor named like a custom one, or stands there twice
    """
    _refuse_twice(file)
    unknown = [name for name in file.header if _known(entity, name) is None and not _is_annotation(name)]
    wanted = [name for name in unknown if _CUSTOM.match(name)]
    _refuse(file, entity, [name for name in unknown if name not in wanted])
    if not wanted:
        return []
    watched = [(file.header.index(name), Guess()) for name in wanted]
    for _, row in file.rows():
        for place, guess in watched:
            guess.see(row[place])
    return [_custom(entity, name, guess) for name, (_, guess) in zip(wanted, watched, strict=True)]


def read_columns(file: CsvFile, entity: Entity) -> Iterator[Column]:
    """The columns that are stored."""
    for place, name in enumerate(file.header):
        found = _known(entity, name)
        if found is not None and found.stored:
            yield Column(place, found)
        elif found is not None and found.type == "EntityName" and found.attribute_of:
            of = entity.by_name[found.attribute_of]
            if of.polymorphic:
                yield Column(place, of, type_of=True)


def _known(entity: Entity, name: str) -> Attribute | None:
    """The column of that name, as rows of the Web API call lookups (`_ownerid_value`), too."""
    lookup = _LOOKUP.match(name)
    return entity.attribute(lookup.group(1) if lookup else name.lower())


def _is_annotation(name: str) -> bool:
    """What rows of the Web API have besides columns: `@odata.etag`, `statuscode@OData.Community…`."""
    return "@" in name


def _refuse_twice(file: CsvFile) -> None:
    seen = set()
    for place, name in enumerate(file.header):
        if name.lower() in seen:
            raise BadInput(f"{file.header[place]!r} stands there twice", where=file.place(1), next="remove one of them")
        seen.add(name.lower())


def _refuse(file: CsvFile, entity: Entity, wrong: list[str]) -> None:
    if not wrong:
        return
    near = get_close_matches(wrong[0].lower(), entity.by_name, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    names = ", ".join(repr(name) for name in wrong)
    raise BadInput(
        f"{entity.name} has no column {names}",
        where=file.place(1),
        next=f"{hint}Column names are logical names; those with a prefix such as new_ may be new",
    )


def _custom(entity: Entity, name: str, guess: Guess) -> Attribute:
    label = name.partition("_")[2].replace("_", " ").strip().capitalize()
    long = guess.longest > _LONG_TEXT
    text = Attribute(
        name=name, schema_name=name, label=label, type="Memo" if long else "String", custom=True,
        format="TextArea" if long else "Text",
        max_length=_MEMO if long else _SHORT_TEXT if guess.longest <= _SHORT_TEXT else _LONG_TEXT,
    )  # fmt: skip
    bare = replace(text, max_length=0, format="")
    if guess.kind is Kind.FLAG:
        options = (Option(value=0, label="No"), Option(value=1, label="Yes"))
        return replace(bare, type="Boolean", options=options, option_set=f"{entity.name}_{name}", default=0)
    if guess.kind is Kind.NUMBER:
        most = 100_000_000_000.0 if guess.scale else 2_147_483_647.0
        kind = "Decimal" if guess.scale else "Integer"
        return replace(bare, type=kind, min=-most, max=most, precision=min(guess.scale, 10))
    if guess.kind in (Kind.DATE, Kind.DATETIME):
        day = guess.kind is Kind.DATE
        behavior = "DateOnly" if day else "UserLocal"
        return replace(bare, type="DateTime", format="DateOnly" if day else "DateAndTime", behavior=behavior)
    return text
