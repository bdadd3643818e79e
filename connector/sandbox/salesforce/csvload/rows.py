"""The rows of one file, brought into the form that the columns store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from connector.errors import BadInput
from connector.sandbox.csvfile import CsvFile
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.csvload.columns import read_columns
from connector.sandbox.salesforce.csvload.idtext import IdReader
from connector.sandbox.salesforce.ids import POD
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.values import Stored, WrongTypeError, coercion

_IDS = "15 or 18 letters and digits"
_FORMS = {
    "boolean": "true or false",
    "int": "a whole number",
    "double": "a number",
    "currency": "a number",
    "percent": "a number",
    "date": "a date such as 2026-01-31",
    "datetime": "a date and time such as 2026-01-31T09:00:00Z",
    "time": "a time such as 09:00:00.000Z",
    "id": f"a record id: {_IDS}",
    "reference": f"a record id: {_IDS}",
}


class Rows:
    """Reads one file. `columns` are the fields it fills, in order; `values()` yields each row's stored values.

    Every id is checked to be new: to the file and to the org. `mended` tells of ids with a wrong checksum.
    """

    def __init__(self, org: Org, file: CsvFile, found: ObjectType) -> None:
        self.file = file
        self.found = found
        self.mended = IdReader()
        self._org = org
        chosen = read_columns(file, found)
        self.columns = tuple(field.name for _, field in chosen)
        self._places = [place for place, _ in chosen]
        self._fields = [field for _, field in chosen]
        self._readers = [self._reader(field) for _, field in chosen]
        self._id_at = self.columns.index("Id") if "Id" in self.columns else None

    def values(self) -> Iterator[list[Stored]]:
        """Each row's values in the order of `columns`. Raises BadInput naming file, line and column."""
        places, readers = self._places, self._readers
        whole = places == list(range(len(self.file.header)))
        seen: dict[str, int] = {}
        for line, row in self.file.rows():
            texts = row if whole else [row[place] for place in places]
            try:
                stored = [read(text) for read, text in zip(readers, texts, strict=True)]
            except WrongTypeError:
                raise self._wrong(line, texts) from None
            if self._id_at is not None and stored[self._id_at] is not None:
                self._keep(line, str(stored[self._id_at]), seen)
            yield stored

    def _keep(self, line: int, id18: str, seen: dict[str, int]) -> None:
        if not seen:
            seen.update(dict.fromkeys(self._present(), 0))
        before = seen.setdefault(id18, line)
        if before != line:
            already = f"on line {before}" if before else "in the org from its first day"
            raise BadInput(
                f"the id {id18} stands already {already}",
                where=self.file.place(line, "Id"),
                next="leave Id empty to have one made",
            )
        if id18[3:9] == POD:
            self._org.ids.above(id18)

    def _present(self) -> Iterator[str]:
        rows = self._org.storage.reader().execute(f'SELECT Id FROM "{self.found.name}"')
        return (id18 for (id18,) in rows.fetchall())

    def _wrong(self, line: int, texts: list[str]) -> BadInput:
        for field, read, text in zip(self._fields, self._readers, texts, strict=True):
            try:
                read(text)
            except WrongTypeError:
                form = _FORMS.get(field.type, f"a text of at most {field.length} characters")
                shown = text if len(text) <= 40 else text[:40] + "…"
                where, todo = self.file.place(line, field.name), "correct it, or leave it empty; nothing was loaded"
                return BadInput(f"{shown!r} is not {form}", where=where, next=todo)
        raise AssertionError("no value of the row is wrong after all")

    def _reader(self, field: FieldType) -> Callable[[str], Stored]:
        if field.type in ("id", "reference"):
            names = (self.found.name,) if field.type == "id" else field.reference_to
            known = self._org.objects
            return _id_reader(self.mended, tuple(known[name].prefix for name in names if name in known))
        if field.length and field.type != "anyType":
            return _text_reader(field.length)
        return lru_cache(maxsize=10_000)(coercion(field))


def _id_reader(mended: IdReader, prefixes: tuple[str, ...]) -> Callable[[str], Stored]:
    def read(text: str) -> Stored:
        found = mended(text, prefixes) if text else None
        if text and found is None:
            raise WrongTypeError(text)
        return found

    return read


def _text_reader(length: int) -> Callable[[str], Stored]:
    def read(text: str) -> Stored:
        if len(text) > length:
            raise WrongTypeError(text)
        return text or None

    return read
