"""Which query brings which mirrored table: object, columns, conditions, what it is read on by, what deletes look like.

user              User, and the queues of Group; read on by SystemModstamp; users are never deleted
lead, contact     read on by SystemModstamp; deleted and merged rows come along by queryAll
*_history         read on by CreatedDate: history cannot be filtered by SystemModstamp [I airbyte PR #68166]
task, event       by queryAll even in full, because closed ones are archived after a year
queue_member, hours, holiday   small, read whole each time
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from connector.adapters.salesforce import activities, calendar
from connector.adapters.salesforce.soql import value
from connector.adapters.salesforce.visible import Visible, narrowed
from connector.adapters.web.rows import TAIL, Constant, From, Shape, Sorted, Stamp
from connector.errors import MappingError
from connector.mapping import Column, TableMap
from connector.mapping import Mapping as CrmMapping
from connector.model import FIELDS, LEAD, Kind
from connector.ports import COLUMNS, HISTORIES, Row, Table

WHOLE = frozenset({Table.QUEUE_MEMBER, Table.HOURS, Table.HOLIDAY})
PEOPLE = frozenset({Table.LEAD, Table.CONTACT})
ACTIVITIES = frozenset({Table.TASK, Table.EVENT, Table.MAIL})
_UNDELETED = frozenset({Table.USER, *WHOLE})
_ARCHIVED = frozenset({Table.TASK, Table.EVENT, *HISTORIES})
_ZERO = frozenset({"is_converted", "is_inactive", "is_bounced"})


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One query.

    `stamp`: the field it is read on by; None: it is always read whole. `archived`: queryAll in full too. `owner`: the
    field that must be filled for a row to matter in a full read. `arrange` turns converted rows (the shape's columns
    and the tail) into rows of the table.
    """

    table: Table
    object: str
    shape: Shape
    where: tuple[str, ...] = ()
    stamp: str | None = "SystemModstamp"
    archived: bool = False
    deletes: bool = True
    owner: str | None = None
    arrange: Callable[[list[Row]], Sorted]

    @property
    def full(self) -> tuple[str, ...]:
        """The conditions of a full read: live rows of somebody only."""
        live = ("IsDeleted = false",) if self.archived else ()
        return (*self.where, *live, *((f"{self.owner} != null",) if self.owner else ()))


def sources(mapping: CrmMapping, table: Table, visible: Visible, *, careful: bool = False) -> list[Source]:
    """The queries that bring the table together; none if this mapping or this org has no such thing.

    `careful`: ask the org first which fields can be seen, after a query was refused. Of leads and contacts the object
    itself is always asked.
    """
    found = mapping.table(table)
    if found is None or (table in HISTORIES and not _history_field(mapping, table, visible)):
        return []
    known = careful or table in PEOPLE
    if known and visible.describe(found.api) is None:
        if found.optional:
            return []
        raise MappingError(
            f"the org has no object {found.api}, or hides it from the integration user",
            where=found.where,
            next="give the user read access to it, or correct the mapping; then run: connector check",
        )
    hidden = _hidden(found, visible, deep=careful) if known else frozenset()
    _insist(found, hidden, visible)
    made = [_source(mapping, table, found, hidden, visible)]
    queue = mapping.table("queue")
    if table is Table.USER and queue is not None:
        made.append(_queues(queue))
    return made


def _source(mapping: CrmMapping, table: Table, found: TableMap, hidden: frozenset[str], visible: Visible) -> Source:
    stamp = None if table in WHOLE else "CreatedDate" if table in HISTORIES else "SystemModstamp"
    tail = _tail(stamp, deletes=table not in _UNDELETED, merges=table in PEOPLE)
    if table in ACTIVITIES:
        shape, arrange = activities.shape(found, hidden, tail), activities.arranger(found, table)
    elif table in (Table.HOURS, Table.HOLIDAY):
        shape, arrange = calendar.shape(found, table, tail), calendar.arranger(table)
    else:
        facts = _facts(found, hidden, visible) if table in PEOPLE else None
        shape, arrange = Shape(_columns(found, table, hidden), facts, tail), _arranger(table)
    return Source(
        table=table,
        object=found.api,
        shape=shape,
        where=_where(mapping, table, found, visible),
        stamp=stamp,
        archived=table in _ARCHIVED,
        deletes=table not in _UNDELETED,
        owner=found.field("lead_id").api if table in (Table.TASK, Table.EVENT) and found.has("lead_id") else None,
        arrange=arrange,
    )


def _columns(found: TableMap, table: Table, hidden: frozenset[str]) -> list[From]:
    return [_column(found, name, hidden) for name in COLUMNS[table] if name != "facts"]


def _column(found: TableMap, name: str, hidden: frozenset[str]) -> From:
    column = narrowed(found.field(name), hidden) if found.has(name) else None
    if column is not None:
        return Stamp(column.api) if name == "version" else column
    return Constant("user" if name == "kind" else 0 if name in _ZERO else None)


def _facts(found: TableMap, hidden: frozenset[str], visible: Visible) -> list[From]:
    """Facts are typed by the org's own describe, so that REST and bulk give the same."""
    made: list[From] = []
    for _, column in found.facts:
        left = narrowed(column, hidden) if column is not None else None
        if left is None:
            made.append(Constant())
        else:
            made.append(msgspec.structs.replace(left, kind=visible.kind(found.api, left.api)))
    return made


def _tail(stamp: str | None, *, deletes: bool, merges: bool) -> list[From]:
    return [
        Column("id", "Id"),
        Stamp(stamp) if stamp else Constant(),
        Column("deleted", "IsDeleted", Kind.FLAG) if deletes else Constant(0),
        Column("master", "MasterRecordId") if merges else Constant(),
    ]


def _where(mapping: CrmMapping, table: Table, found: TableMap, visible: Visible) -> tuple[str, ...]:
    if table in HISTORIES:
        field = found.field("field").api if found.has("field") else "Field"
        return (f"{field} = {value(_history_field(mapping, table, visible) or '')}",)
    if table is Table.QUEUE_MEMBER:
        return ("Group.Type = 'Queue'",)
    if table is Table.HOURS:
        return ("IsActive = true",)
    if table is Table.CONTACT and found.has("is_person_account"):
        field = found.field("is_person_account").api
        return (f"{field} = false",) if visible.has(found.api, field) else ()
    return ()


def _history_field(mapping: CrmMapping, table: Table, visible: Visible) -> str | None:
    """The API name of the status field whose history is wanted; None if the object has none."""
    person = mapping.object(HISTORIES[table])
    if not person.has("status") or not visible.has(person.api, person.field("status").api):
        return None
    return person.field("status").api


def _hidden(found: TableMap, visible: Visible, *, deep: bool) -> frozenset[str]:
    """What of the table's fields cannot be read. `deep`: parents are asked too, at a describe each."""
    can = visible.field if deep else visible.has
    return frozenset(api for api in found.apis() if not can(found.api, api))


def _insist(found: TableMap, hidden: frozenset[str], visible: Visible) -> None:
    """Refuses to read without the lead's status, or without a field that the user's own mapping file names.

    Read as blank they would be judged as blank. Fields of ours that nobody has added yet are not insisted on.
    """
    for name, column in (*found.columns.items(), *found.facts):
        vital = (found.name, name) == (LEAD, "status")
        wanted = vital or (column is not None and bool(column.where) and name not in FIELDS)
        if column is not None and wanted and hidden.issuperset(column.apis):
            what = f"the org has no field {found.api}.{column.api}, or hides it from the integration user"
            todo = "correct the name, or give the user access to the field; then run: connector check"
            if "." not in column.api and column.api in visible.fields(found.api):
                what = f"{found.api}.{column.api} is put together from other fields and cannot be read as one"
                todo = "name one of its parts instead, such as a city"
            raise MappingError(what, where=column.where or found.where, next=todo)


def _queues(queue: TableMap) -> Source:
    """Queues are few and are asked whole each time; they are users of kind `queue`."""
    columns = [
        Constant("queue") if name == "kind" else Constant(1) if name == "active" else _column(queue, name, frozenset())
        for name in COLUMNS[Table.USER]
    ]
    shape = Shape(columns, None, _tail(None, deletes=False, merges=False))
    return Source(
        table=Table.USER,
        object=queue.api,
        shape=shape,
        where=("Type = 'Queue'",),
        stamp=None,
        deletes=False,
        arrange=_arranger(Table.USER),
    )


def _arranger(table: Table) -> Callable[[list[Row]], Sorted]:
    if table is Table.OPPORTUNITY:
        return _opportunities
    if table is Table.QUEUE_MEMBER:
        return _members
    return _plain


def _plain(rows: list[Row]) -> Sorted:
    live = [row[:-TAIL] for row in rows if not row[-2]]
    if len(live) == len(rows):
        return Sorted(live, [], [])
    gone = [row for row in rows if row[-2]]
    return Sorted(live, [row[:-TAIL] for row in gone], [(row[-4], row[-1]) for row in gone if row[-1]])


def _members(rows: list[Row]) -> Sorted:
    """Only users are members for us; groups and roles within a queue are not resolved."""
    return _plain([row for row in rows if str(row[1]).startswith("005")])


def _opportunities(rows: list[Row]) -> Sorted:
    """The close date of an open opportunity is a plan, not something that happened."""
    names: Sequence[str] = COLUMNS[Table.OPPORTUNITY]
    is_open, closed_at = names.index("is_open"), names.index("closed_at")
    return _plain([(*row[:closed_at], None, *row[closed_at + 1 :]) if row[is_open] else row for row in rows])
