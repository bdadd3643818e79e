"""A folder of CSV files, one per object, becomes what is in the org."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from connector.errors import BadInput
from connector.sandbox.csvfile import CsvFile
from connector.sandbox.salesforce.base import ORG_ID
from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.csvload.columns import new_fields
from connector.sandbox.salesforce.csvload.completion import REPLACED, Completion, follow
from connector.sandbox.salesforce.csvload.references import dangling
from connector.sandbox.salesforce.csvload.rows import Rows
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.pour import Pour, pouring
from connector.sandbox.salesforce.stamps import stamp


@dataclass(frozen=True)
class Loaded:
    """What came of it: rows per object, custom fields that were added (`Lead.Foo__c`), and what one should know."""

    rows: Mapping[str, int]
    fields: tuple[str, ...]
    notes: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """For people: what was loaded, and what one should know."""
        yield "loaded " + ", ".join(f"{count:,} {name}" for name, count in self.rows.items())
        if self.fields:
            yield f"added fields: {', '.join(self.fields)}"
        yield from self.notes


def load_directory(org: Org, path: Path) -> Loaded:
    """Loads `Lead.csv`, `LeadHistory.csv`, `User.csv` … from a folder into an untouched org; any subset of objects.

    Column names are API names. Ids are kept (15 characters become 18) or made. Columns that end in `__c` and are
    unknown become custom fields of the type that their values have. Status values need not be in the picklist. Values
    are brought into form but nothing else is checked; ids that find no record are told in `notes`.

    Raises:
        BadInput: the folder holds no such file; a file names an unknown object or column, gives an id twice, or holds
            a value that its field cannot store. Names file, line and column. No record is then loaded.
    """
    files = _files(org, path)
    with pouring(org) as pour:
        fields = list(_add_fields(org, files))
        notes: list[str] = []
        for name in sorted(files, key=lambda name: name not in REPLACED):
            notes += _load(org, pour, files[name], org.objects[name])
            pour.flush()
    given = {name: [column for column in file.header if column in org.objects[name]] for name, file in files.items()}
    with org.storage.transaction() as db:
        follow(db, {name: _names(org.objects[name], columns) for name, columns in given.items()})
        notes += dangling(db, org.objects, {name: _names(org.objects[name], given[name]) for name in given})
    return Loaded({name: pour.counts.get(name, 0) for name in files}, tuple(fields), tuple(notes))


def _names(found: ObjectType, columns: Sequence[str]) -> list[str]:
    return [field.name for field in map(found.field, columns) if field is not None]


def _files(org: Org, path: Path) -> dict[str, CsvFile]:
    if not path.is_dir():
        raise BadInput("no such folder", where=str(path), next="name a folder that holds Lead.csv and the like")
    files = {}
    for one in sorted(path.iterdir()):
        if one.suffix.lower() == ".csv" and one.is_file():
            found = org.object(one.stem)
            if found is None:
                near = get_close_matches(one.stem, org.objects, n=1)
                hint = f"did you mean {near[0]}.csv? " if near else ""
                raise BadInput(f"there is no object {one.stem!r}", where=str(one), next=f"{hint}rename or remove it")
            files[found.name] = CsvFile(one)
    if not files:
        raise BadInput("no CSV files", where=str(path), next="put Lead.csv there; its first line holds API names")
    return files


def _add_fields(org: Org, files: Mapping[str, CsvFile]) -> Iterator[str]:
    for name, file in files.items():
        tracked = _tracked(files.get(f"{name}History"))
        for field in new_fields(file, org.objects[name], tracked):
            org.add_field(name, field)
            yield f"{name}.{field.name}"


def _tracked(history: CsvFile | None) -> set[str]:
    """The fields that a history file tells of: somebody keeps their history."""
    if history is None or "Field" not in history.header:
        return set()
    place = history.header.index("Field")
    return {row[place] for _, row in history.rows()}


def _load(org: Org, pour: Pour, file: CsvFile, found: ObjectType) -> Iterator[str]:
    name = found.name
    rows = Rows(org, file, found)
    if name == "Organization":
        yield from _organization(org, rows)
        return
    db = org.storage.db
    if name in REPLACED:
        db.execute(f'DELETE FROM "{name}"')
    default = db.execute("SELECT ApiName FROM LeadStatus ORDER BY IsDefault DESC, SortOrder LIMIT 1").fetchone()
    completion = Completion(found, rows.columns, stamp(org.clock()), default[0] if default else None)
    with_id = rows.columns.index("Id") if "Id" in rows.columns else None
    for row in rows.values():
        fresh = pour.mint(name) if with_id is None or row[with_id] is None else None
        pour.put(name, completion.columns, completion.complete(row, fresh))
    yield from _told(file, rows, found)


def _organization(org: Org, rows: Rows) -> Iterator[str]:
    """The org keeps its id, which sessions and addresses carry; everything else is as the file says."""
    for values in rows.values():
        sets = {name: value for name, value in zip(rows.columns, values, strict=True) if name != "Id"}
        names = ", ".join(f'"{name}" = ?' for name in sets)
        if sets:
            org.storage.db.execute(f"UPDATE Organization SET {names}", list(sets.values()))
        if "Id" in rows.columns:
            yield f"Organization.csv: the sandbox keeps its own organization id, {ORG_ID}"
        return


def _told(file: CsvFile, rows: Rows, found: ObjectType) -> Iterator[str]:
    if rows.mended.mended:
        yield (
            f"{file.path.name}: {rows.mended.mended:,} ids had wrong check characters and got right ones, "
            f"e.g. {rows.mended.example}"
        )
    left_out = [name for name in file.header if name in found and not found.by_name[name.lower()].stored]
    if left_out:
        yield f"{file.path.name}: {', '.join(left_out)} left out, the CRM works it out from other fields"
