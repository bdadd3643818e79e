"""From files to a mapping: the shipped one < the file that `mapping = "…"` in connector.toml names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from collections.abc import Mapping as Table_of
from pathlib import Path

import msgspec
from pydantic import ValidationError

from connector.errors import MappingError
from connector.mapping.classify import Classifier
from connector.mapping.mapping import Column, Mapping, Reads, TableMap, kind_of, names_of
from connector.mapping.model import FieldFile, MappingFile, TableFile
from connector.mistakes import mistake
from connector.model import CONTACT, FIELDS, OBJECTS
from connector.policy.layers import Layer, Merged
from connector.policy.loader import preset_path
from connector.policy.model import ROLES
from connector.ports import Table
from connector.tomlfile import Key, TomlFile


def load(crm: str, path: Path | None = None) -> Mapping:
    """The mapping of `crm` (`salesforce`), with the user's own file laid over it.

    Raises:
        MappingError: a file is missing or is not TOML; a key is unknown or has a wrong value; or what is written could
            not be read back. Names file, line and key.
    """
    merged = Merged(MappingError)
    shipped = TomlFile.read(preset_path(crm), MappingError, f"{crm}.toml")
    merged.lay(Layer(f"{crm}.toml", shipped.data, shipped))
    if path:
        own = TomlFile.read(path, MappingError)
        merged.lay(Layer(str(path), own.data, own))
    try:
        file = MappingFile.model_validate(merged.data)
    except ValidationError as wrong:
        raise _translate(wrong, merged) from None
    _check(file, merged)
    return _compile(file, merged)


def _compile(file: MappingFile, merged: Merged) -> Mapping:
    facts = {
        on: {fact: _column(fact, api, _own(merged, on, "facts", fact)) for fact, api in file.tables[on].facts.items()}
        for on in OBJECTS
    }
    content = json.dumps(file.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    tables = {name: _table(name, table, file, merged) for name, table in file.tables.items()}
    if Table.ACCOUNT in tables:
        tables[Table.ACCOUNT] = _of_account(tables[Table.ACCOUNT], tables[CONTACT])
    return Mapping(
        name=file.name,
        tables=tables,
        statuses=_statuses(file, merged),
        hash=hashlib.sha256(content.encode()).hexdigest(),
        known_facts=facts,
    )


def _table(name: str, table: TableFile, file: MappingFile, merged: Merged) -> TableMap:
    rules = (*table.ours, *table.own, *table.activity)
    return TableMap(
        name=name,
        api=table.api,
        columns={
            ours: _column(ours, table.fields[ours], _own(merged, name, "fields", ours))
            for ours in names_of(name)
            if ours in table.fields
        },
        optional=table.optional,
        writable=frozenset(text for on, texts in file.writable.items() if on == name for text in texts),
        classifier=Classifier(rules) if rules else None,
        where=merged.where(("tables", name)),
        shown={str(ours): api for ours, api in table.shown.items()},
    )


def _of_account(account: TableMap, contact: TableMap) -> TableMap:
    """The account with what a contact has of it: a contact is not modified when their company grows, the account is."""
    columns = dict(account.columns)
    for name in THROUGH_ACCOUNT:
        column = contact.columns.get(name)
        relation, _, api = column.api.partition(".") if column is not None else ("", "", "")
        plain = column is not None and not column.otherwise and column.reads is Reads.VALUE and "." not in api
        if api and plain and relation.casefold().endswith("account"):
            columns[name] = Column(name, api, kind_of(name))
        else:
            columns.pop(name, None)
    ordered = {name: columns[name] for name in names_of(Table.ACCOUNT) if name in columns}
    return msgspec.structs.replace(account, columns=ordered)


THROUGH_ACCOUNT = ("industry", "employees")
"""What a contact may have through their account, besides its name."""


def _column(name: str, field: str | FieldFile, where: str = "") -> Column:
    if isinstance(field, str):
        return Column(name, field, kind_of(name), where=where)
    return Column(name, field.api, kind_of(name), Reads(field.reads), field.otherwise, where, field.among)


def _own(merged: Merged, *key: str) -> str:
    """Where the user's own file says so; empty if the shipped one does."""
    at: Key = ("tables", *key)
    return merged.where(at) if merged.order(at) > 0 else ""


def _statuses(file: MappingFile, merged: Merged) -> Layer:
    data = {str(on): dict(pairs) for on, pairs in file.statuses.items()}
    layer = merged.origin(("statuses",))
    return Layer(layer.name if layer else file.name, data, layer.file if layer else None, ("statuses",), ("values",))


def _translate(wrong: ValidationError, merged: Merged) -> MappingError:
    first = mistake(wrong, MappingFile, merged.data)
    more = f" (and {first.others} more)" if first.others else ""
    advice = "compare with the mapping that comes with connector"
    return MappingError(first.what + more, where=merged.where(first.key), next=advice)


def _check(file: MappingFile, merged: Merged) -> None:
    for key, what, advice in (
        *_wrong_names(file),
        *_wrong_writes(file),
        *_wrong_statuses(file),
        *_wrong_rules(file),
    ):
        raise MappingError(what, where=merged.where(key), next=advice)


def _wrong_names(file: MappingFile) -> Iterator[tuple[Key, str, str]]:
    for on in OBJECTS:
        if on not in file.tables:
            yield ("tables",), f"no object is named for a {on}", f"add [tables.{on}] with api and fields"
    for name, table in file.tables.items():
        try:
            known = names_of(name)
        except ValueError:
            yield ("tables", name), f"there is no table {name!r}", "name it as the mirror does: lead, contact, task …"
            continue
        for ours in table.fields:
            if ours not in known:
                advice = f"write one of {', '.join(known)}; other fields go under [tables.{name}.facts]"
                yield ("tables", name, "fields", ours), f"{name} has no field {ours!r}", advice
        if "id" not in table.fields and name != "queue_member":
            yield ("tables", name, "fields"), f"{name} has no id", 'add id = "…"'


def _wrong_writes(file: MappingFile) -> Iterator[tuple[Key, str, str]]:
    """What is written must be readable as the same again."""
    for on, names in file.writable.items():
        fields: Table_of[str, str | FieldFile] = file.tables[on].fields if on in file.tables else {}
        taken: dict[str, str] = {}
        for index, ours in enumerate(names):
            key: Key = ("writable", on, str(index))
            if ours not in FIELDS:
                yield key, f"{ours!r} may never be written", f"write some of {', '.join(FIELDS)}"
                continue
            if ours not in fields:
                yield key, f"[tables.{on}.fields] names no field for {ours!r}", "name it there, or leave it out here"
                continue
            column = _column(ours, fields[ours])
            at: Key = ("tables", on, "fields", ours)
            if column.reads is not Reads.VALUE or column.otherwise or column.among or "." in column.api:
                what = f"{ours!r} is writable, but could not be written back to {column.api!r} as it is read"
                yield at, what, 'name one plain field of the object: "…"'
            other = next((name for name, api in _apis(fields).items() if api == column.api and name != ours), None)
            if other is not None and taken.setdefault(column.api, ours) == ours:
                what = f"{ours!r} and {other!r} are both {column.api!r}: writing one would change the other"
                yield at, what, "give each a field of its own"


def _apis(fields: Table_of[str, str | FieldFile]) -> dict[str, str]:
    return {name: _column(name, field).api for name, field in fields.items()}


def _wrong_statuses(file: MappingFile) -> Iterator[tuple[Key, str, str]]:
    for on, pairs in file.statuses.items():
        for text, role in pairs.items():
            if role not in ROLES:
                yield ("statuses", on, text), f"there is no role {role!r}", f"write one of {', '.join(ROLES)}"


def _wrong_rules(file: MappingFile) -> Iterator[tuple[Key, str, str]]:
    for name, table in file.tables.items():
        for part, rules in (("ours", table.ours), ("own", table.own), ("activity", table.activity)):
            for index, rule in enumerate(rules):
                if (rule.kind is not None) + (rule.of is not None) + rule.skip != 1:
                    what = "a rule says one of `kind`, `of` or `skip = true`"
                    yield ("tables", name, part, str(index)), what, "keep the one that is meant"
