"""The values of a picklist: a custom one carries its own, a standard status takes them from its value table."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from connector.sandbox.salesforce.catalogue import FieldType, ObjectType, PicklistValue
from connector.sandbox.salesforce.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def values(org: "Org", field: FieldType) -> tuple[PicklistValue, ...]:
    """All values of the field in order, inactive ones included."""
    if field.picklist_set is None:
        return field.picklist
    found = org.cache.get(field.picklist_set)
    if not isinstance(found, tuple):
        table = field.picklist_set
        active = "IsActive" if "IsActive" in org.objects[table] else "1"
        default = "IsDefault" if "IsDefault" in org.objects[table] else "0"
        rows = org.storage.reader().execute(
            f'SELECT ApiName, MasterLabel, {active}, {default} FROM "{table}" ORDER BY SortOrder, "Id"'
        )
        live = [PicklistValue(value, label, bool(on), bool(first)) for value, label, on, first in rows]
        retired = [PicklistValue(value, label, active=False) for value, label, *_ in org.settings.get(_key(table), [])]
        found = org.cache[table] = (*live, *retired)
    return found


def filled(org: "Org", field: FieldType) -> FieldType:
    """The field with its values in it."""
    return msgspec.structs.replace(field, picklist=values(org, field)) if field.picklist_set else field


def default(org: "Org", field: FieldType) -> str | None:
    """What a new record gets when it names no value."""
    if field.type == "picklist" and field.picklist_set:
        return next((item.value for item in values(org, field) if item.default), None)
    return field.default if isinstance(field.default, str) else None


def retire(org: "Org", table: str, value: str) -> None:
    """Deactivate a standard value: it leaves the value table, records keep it."""
    with org.storage.transaction() as db:
        row = db.execute(f'SELECT MasterLabel FROM "{table}" WHERE ApiName = ?', (value,)).fetchone()
        if row is None:
            raise ValueError(f"{table} has no active value {value!r}")
        db.execute(f'DELETE FROM "{table}" WHERE ApiName = ?', (value,))
        org.settings[_key(table)] = [*org.settings.get(_key(table), []), [value, row[0]]]
    org.after_load(org.objects[table])


def retired(org: "Org", table: str) -> dict[str, dict[str, bool]]:
    """The deactivated values of a value table, each with its marks as far as they were given."""
    return {value: marks[0] if marks else {} for value, _, *marks in org.settings.get(_key(table), [])}


def replace_all(
    org: "Org",
    table: str,
    given: Sequence[tuple[PicklistValue, Mapping[str, bool]]],
    columns: Sequence[tuple[str, str]],
) -> None:
    """Make the values of a value table these, in this order; all others are deactivated.

    Each comes with its marks, such as `converted`; `columns` says which column holds which mark.
    """
    found = org.objects[table]
    with org.storage.transaction() as db:
        rows = db.execute(f'SELECT ApiName, MasterLabel, "Id", {_marks(columns)} FROM "{table}" ORDER BY SortOrder')
        before = {name: (label, id18, flags) for name, label, id18, *flags in rows}
        off = {entry[0]: entry for entry in org.settings.get(_key(table), [])}
        for name, (label, _, flags) in before.items():
            off[name] = [name, label, {mark: bool(on) for (mark, _), on in zip(columns, flags, strict=True)}]
        place = 0
        for one, marks in given:
            if not one.active:
                off[one.value] = [one.value, one.label, dict(marks)]
                continue
            off.pop(one.value, None)
            place += 1
            values = {"MasterLabel": one.label, "SortOrder": place, "IsDefault": int(one.default), "IsActive": 1}
            values |= {column: int(marks[mark]) for mark, column in columns}
            known = before.pop(one.value, None)
            _put(org, found, one.value, known[1] if known else None, {k: v for k, v in values.items() if k in found})
        db.executemany(f'DELETE FROM "{table}" WHERE ApiName = ?', [(name,) for name in before])
        org.settings[_key(table)] = list(off.values())
    org.after_load(found)


def _marks(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f'"{column}"' for _, column in columns)


def _put(org: "Org", found: ObjectType, name: str, id18: str | None, values: Mapping[str, object]) -> None:
    if id18 is None:
        columns = ["ApiName", *values]
        org.load(found.name, columns, [[name, *values.values()]])
        return
    sets = ", ".join(f'"{column}" = ?' for column in values)
    now = stamp(org.clock())
    query = f'UPDATE "{found.name}" SET {sets}, LastModifiedDate = ?, SystemModstamp = ? WHERE "Id" = ?'
    org.storage.db.execute(query, [*values.values(), now, now, id18])


def rename(org: "Org", object_name: str, field_name: str, old: str, new: str) -> int:
    """Rename a value: every record that carries it is rewritten, and only its SystemModstamp moves [D help 000387261].

    Returns how many records that were.
    """
    field = org.objects[object_name].by_name[field_name.lower()]
    with org.storage.transaction() as db:
        if field.picklist_set:
            query = f'UPDATE "{field.picklist_set}" SET ApiName = ?, MasterLabel = ? WHERE ApiName = ?'
            db.execute(query, (new, new, old))
            org.after_load(org.objects[field.picklist_set])
        else:
            renamed = tuple(
                msgspec.structs.replace(item, value=new, label=new) if item.value == old else item
                for item in field.picklist
            )
            org.change_field(object_name, msgspec.structs.replace(field, picklist=renamed))
        query = f'UPDATE "{object_name}" SET "{field.name}" = ?, SystemModstamp = ? WHERE "{field.name}" = ?'
        return db.execute(query, (new, stamp(org.clock()), old)).rowcount


def _key(table: str) -> str:
    return f"retired {table}"
