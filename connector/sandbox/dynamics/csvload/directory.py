"""A folder of CSV files, one per table, becomes what is in the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from connector.errors import BadInput
from connector.sandbox.csvfile import CsvFile
from connector.sandbox.dynamics.base import ORGANIZATION_ID
from connector.sandbox.dynamics.csvload.columns import new_columns
from connector.sandbox.dynamics.csvload.options import with_options
from connector.sandbox.dynamics.csvload.references import dangling, settle_targets
from connector.sandbox.dynamics.csvload.rows import Rows
from connector.sandbox.dynamics.metadata.create import with_new_column
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.values import Stored


@dataclass(frozen=True)
class Loaded:
    """What came of it: rows per table, columns and options that were added, and what one should know."""

    rows: Mapping[str, int]
    columns: tuple[str, ...]
    options: tuple[str, ...]
    notes: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """For people: what was loaded, and what one should know."""
        yield "loaded " + ", ".join(f"{count:,} {name}" for name, count in self.rows.items())
        if self.columns:
            yield f"added columns: {', '.join(self.columns)}"
        yield from self.options
        yield from self.notes


def load_directory(org: Org, path: Path) -> Loaded:
    """Loads `lead.csv`, `contact.csv`, `systemuser.csv`, `audit.csv` … from a folder; any subset of tables.

    Column names are logical names, lookups also as rows of the Web API call them (`_ownerid_value`). Ids are kept or
    made. A choice takes numbers or labels; labels that it lacks become options, a new status reason under the state its
    row has. Unknown columns with a prefix become custom columns of the type that their values have. Values are brought
    into form but nothing else is checked; ids that find no row are told in `notes`.

    Raises:
        BadInput: the folder holds no such file; a file names an unknown table or column, gives an id twice, or holds a
            value that its column cannot store. Names file, line and column. Nothing is then loaded.
    """
    files = _files(org, path)
    columns: list[str] = []
    options: list[str] = []
    notes: list[str] = []
    counts = {}
    with org.storage.transaction():
        for name, file in files.items():
            entity = org.entities[name]
            for one in new_columns(file, entity):
                entity = with_new_column(entity, one)
                columns.append(f"{name}.{one.name}")
            if entity is not org.entities[name]:
                org.define(entity)
        for name, file in files.items():
            counts[name] = _load(org, file, name, options)
            notes += _left_out(org, file, name)
        for name, file in files.items():
            notes += _settle(org, file, name)
    return Loaded(counts, tuple(columns), tuple(options), tuple(notes))


def _files(org: Org, path: Path) -> dict[str, CsvFile]:
    if not path.is_dir():
        raise BadInput("no such folder", where=str(path), next="name a folder that holds lead.csv and the like")
    files = {}
    for one in sorted(path.iterdir()):
        if one.suffix.lower() == ".csv" and one.is_file():
            name = one.stem.lower()
            if name not in org.entities or org.entities[name].view:
                near = get_close_matches(name, org.entities, n=1)
                hint = f"did you mean {near[0]}.csv? " if near else ""
                raise BadInput(f"there is no table {one.stem!r}", where=str(one), next=f"{hint}rename or remove it")
            files[name] = CsvFile(one)
    if not files:
        raise BadInput("no CSV files", where=str(path), next="put lead.csv there; its first line holds logical names")
    return files


def _load(org: Org, file: CsvFile, name: str, options: list[str]) -> int:
    rows = Rows(file, org.entities[name])
    values = list(rows.values())
    _refuse_present(org, rows, values)
    grown = [reader for reader in rows.choices.values() if reader.grown]
    if grown:
        org.define(with_options(org.entities[name], grown))
        options += [reader.told(name) for reader in grown]
    if name == "organization":
        return _organization(org, rows, values)
    return org.load(name, rows.columns, values)


def _refuse_present(org: Org, rows: Rows, values: list[list[Stored]]) -> None:
    """Ids of rows that an environment has from its first day cannot be given again."""
    key = rows.entity.primary_id
    if key not in rows.columns or rows.entity.name == "organization":
        return
    place = rows.columns.index(key)
    there = {id for (id,) in org.storage.reader().execute(f'SELECT "{key}" FROM "{rows.entity.name}"')}
    for row in values:
        if row[place] in there:
            text = f"the id {row[place]} is in the environment from its first day"
            raise BadInput(text, where=rows.file.path.name, next="leave it empty to have one made")


def _organization(org: Org, rows: Rows, values: list[list[Stored]]) -> int:
    """The environment keeps its id, which sessions and addresses carry; everything else is as the first row says."""
    for row in values[:1]:
        sets = {name: value for name, value in zip(rows.columns, row, strict=True) if name != "organizationid"}
        names = ", ".join(f'"{name}" = ?' for name in sets)
        if sets:
            statement = f"UPDATE organization SET {names} WHERE organizationid = ?"
            org.storage.db.execute(statement, [*sets.values(), ORGANIZATION_ID])
    return len(values[:1])


def _left_out(org: Org, file: CsvFile, name: str) -> Iterator[str]:
    entity = org.entities[name]
    known = {one.lower() for one in file.header if "@" not in one}
    left_out = [one for one in sorted(known) if (found := entity.attribute(one)) is not None and found.sql is not None]
    if left_out:
        yield f"{file.path.name}: {', '.join(left_out)} left out, the CRM works it out from other columns"


def _settle(org: Org, file: CsvFile, name: str) -> Iterator[str]:
    entity, db = org.entities[name], org.storage.db
    given = {column.removesuffix("__type") for column in Rows(file, entity).columns}
    typed = {column for column in Rows(file, entity).columns if column.endswith("__type")}
    for one in entity.attributes:
        if one.is_lookup and one.stored and one.name in given:
            if one.polymorphic and one.type_column not in typed:
                settle_targets(db, org.entities, entity, one)
            yield from dangling(db, org.entities, entity, one)
