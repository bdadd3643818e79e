"""The rows of one file, brought into the form that the columns store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from connector.errors import BadInput
from connector.sandbox.csvfile import CsvFile
from connector.sandbox.dynamics.catalogue import Attribute, Entity
from connector.sandbox.dynamics.catalogue.types import CHOICES
from connector.sandbox.dynamics.csvload.columns import Column, read_columns
from connector.sandbox.dynamics.csvload.options import OptionReader
from connector.sandbox.dynamics.values import Stored, coercion

_FORMS = {
    "Boolean": "true or false",
    "Integer": "a whole number",
    "BigInt": "a whole number",
    "Decimal": "a number",
    "Double": "a number",
    "Money": "a number",
    "Picklist": "the number or the label of an option",
    "Status": "the number or the label of a status reason",
    "State": "the number or the label of a state",
}
_GUID = "a GUID such as 00000000-0000-0000-0000-000000000001"


class Rows:
    """Reads one file. `columns` are the stored columns it fills, in order; `values()` yields each row's values.

    `choices` are the choice columns among them, which grow by the labels that they meet.
    """

    def __init__(self, file: CsvFile, entity: Entity) -> None:
        self.file = file
        self.entity = entity
        self._columns = list(read_columns(file, entity))
        self.columns = [_stored_name(one) for one in self._columns]
        names = {one.attribute.name for one in self._columns if one.attribute.type in CHOICES}
        self.choices = {name: OptionReader(entity.by_name[name]) for name in names}
        self._read = [self._reader(one) for one in self._columns]
        place = next((n for n, one in enumerate(self._columns) if one.attribute.type == "State"), None)
        self._state_at = place
        self._status_at = next((n for n, one in enumerate(self._columns) if one.attribute.type == "Status"), None)

    def values(self) -> Iterator[list[Stored]]:
        """Each row's values in the order of `columns`. Raises BadInput naming file, line and column."""
        key = self.columns.index(self.entity.primary_id) if self.entity.primary_id in self.columns else None
        seen: dict[str, int] = {}
        for line, row in self.file.rows():
            stored = [self._value(line, place, one, row) for place, one in enumerate(self._columns)]
            if self._status_at is not None:
                stored[self._status_at] = self._status(row, stored)
            if key is not None and stored[key] is not None:
                before = seen.setdefault(str(stored[key]), line)
                if before != line:
                    where = self.file.place(line, self.entity.primary_id)
                    text = f"the id {stored[key]} stands already on line {before}"
                    raise BadInput(text, where=where, next="leave it empty to have one made")
            yield stored

    def _value(self, line: int, place: int, one: Column, row: list[str]) -> Stored:
        if place == self._status_at:
            return None
        try:
            return self._read[place](row[one.place])
        except ValueError:
            raise self._wrong(line, one.attribute, row[one.place]) from None

    def _status(self, row: list[str], stored: list[Stored]) -> Stored:
        """The status reason, once the state is known that it must belong to."""
        column = self._columns[self._status_at or 0]
        state = stored[self._state_at] if self._state_at is not None else None
        return self.choices[column.attribute.name].number(row[column.place], None if state is None else int(state))

    def _reader(self, column: Column) -> Callable[[str], Stored]:
        one = column.attribute
        if column.type_of:
            return _target(one)
        if one.type in CHOICES:
            return self.choices[one.name].number
        if one.max_length and one.type in ("String", "Memo"):
            return _text(one.max_length)
        return lru_cache(maxsize=10_000)(coercion(one))

    def _wrong(self, line: int, one: Attribute, text: str) -> BadInput:
        form = _FORMS.get(one.type) or (_GUID if one.is_lookup or one.type == "Uniqueidentifier" else "")
        if one.type == "DateTime":
            form = "a date such as 2026-01-31" if one.date_only else "a date and time such as 2026-01-31T09:00:00Z"
        shown = text if len(text) <= 40 else text[:40] + "…"
        return BadInput(
            f"{shown!r} is not {form or f'a text of at most {one.max_length} characters'}",
            where=self.file.place(line, self.file.header[self._place(one)]),
            next="correct it, or leave it empty; nothing was loaded",
        )

    def _place(self, one: Attribute) -> int:
        return next(column.place for column in self._columns if column.attribute.name == one.name)


def _stored_name(column: Column) -> str:
    return f"{column.attribute.name}__type" if column.type_of else column.attribute.name


def _target(one: Attribute) -> Callable[[str], Stored]:
    def read(text: str) -> Stored:
        if text and text not in one.targets:
            raise ValueError(text)
        return text or None

    return read


def _text(length: int) -> Callable[[str], Stored]:
    def read(text: str) -> Stored:
        if len(text) > length:
            raise ValueError(text)
        return text or None

    return read
