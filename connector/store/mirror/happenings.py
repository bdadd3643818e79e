"""Changes of what happened to people, a batch at a time: new activities, changed, deleted, and given to somebody else.

A task may be moved to another lead; its row then names the new one only. `mention` finds in whose lists it was; it may
name people who no longer have it, so what it finds is looked at. What concerns somebody who is not here waits in
`orphan` until they come, and goes back there when they are deleted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from connector.model import LEAD
from connector.ports import Row, Table
from connector.store.bulk import Connection
from connector.store.mirror import scratch
from connector.store.mirror.entries import MOVABLE, SPLIT, Entry, digest, id_of, join_list, people_of, split_list
from connector.store.mirror.packing import mention, touched
from connector.store.mirror.tables import OBJECT_CODES, PACKED, table

Lists = Mapping[int, Mapping[str, bytes]]
"""key → id → entry."""

Quiet = Callable[[Mapping[int, Sequence[bytes]]], Collection[int]]
"""Given the new entries of people (by key): those people for whom they are no news, our own writes coming back."""

_INSERT_ORPHAN: Final = "INSERT INTO orphan (source, object, who, mention, entry) VALUES (?, ?, ?, ?, ?)"


def put(connection: Connection, source: Table, rows: Iterable[Row], gone: Iterable[Row], quiet: Quiet) -> int:
    """Brings the lists up to date with these rows; how many people's lists changed. Inside a transaction."""
    split = SPLIT[source]
    made = {str(row[0]): list(split([row])) for row in rows}
    lost = {str(row[0]): row for row in gone if str(row[0]) not in made}
    whom = {(object, who) for entries in made.values() for object, who, _, _ in entries}
    keys = _keys(connection, whom.union(*(people_of(source, row) for row in lost.values())))
    moving = made.keys() | lost.keys()
    before = _lists(connection, source, _holders(connection, source, moving) | set(keys.values()))
    after = {key: {id: entry for id, entry in old.items() if id not in moving} for key, old in before.items()}
    waiting: list[Entry] = []
    for id, entries in made.items():
        for entry in entries:
            object, who, _, packed = entry
            key = keys.get((object, who))
            if key is None:
                waiting.append(entry)
            else:
                after[key][id] = packed
    _wait(connection, source, moving, waiting)
    return _write(connection, source, before, after, quiet)


def adopt(connection: Connection, keys: Mapping[tuple[int, str], int]) -> None:
    """Gives people who have just come (object and id → key) what was waiting for them. Inside a transaction."""
    scratch.fill_whom(connection, keys)
    found = connection.rows(
        f"SELECT o.source, o.object, o.who, o.entry FROM {scratch.WHOM} AS w "
        "JOIN orphan AS o ON o.object = w.object AND o.who = w.who"
    )
    if not found:
        return
    connection.run(
        f"DELETE FROM orphan WHERE EXISTS (SELECT 1 FROM {scratch.WHOM} AS w "
        "WHERE w.object = orphan.object AND w.who = orphan.who)"
    )
    by_source: dict[str, dict[int, dict[str, bytes]]] = defaultdict(lambda: defaultdict(dict))
    for source, object, who, entry in found:
        by_source[source][keys[object, who]][id_of(entry)] = entry
    for source, lists in by_source.items():
        _add(connection, Table(source), lists)


def release(connection: Connection, people: Mapping[int, tuple[int, str]], heirs: Mapping[int, int]) -> None:
    """Takes the lists of people (key → object and id) who are going away. Inside a transaction.

    Activities and memberships of somebody who was merged into another (key → key in `heirs`) go to the winner; all
    else waits for them, should they be restored.
    """
    for source, model in PACKED.items():
        mine = [key for key, (object, _) in people.items() if _concerns(source, object)]
        lists = {key: entries for key, entries in _lists(connection, source, mine).items() if entries}
        if source in MOVABLE:
            inherited: dict[int, dict[str, bytes]] = defaultdict(dict)
            for key in heirs.keys() & lists.keys():
                inherited[heirs[key]].update(lists.pop(key))
            _add(connection, source, inherited)
        connection.many(
            _INSERT_ORPHAN,
            [
                (source.value, *people[key], digest(id), entry)
                for key, entries in lists.items()
                for id, entry in entries.items()
            ],
        )
        connection.many(f"DELETE FROM {table(model).name} WHERE key = ?", [(key,) for key in mine])


def packed(entries: Sequence[bytes]) -> bytes:
    """Entries as a list, to be decoded together."""
    return join_list(entries)


def _concerns(source: Table, object: int) -> bool:
    if source in MOVABLE:
        return True
    return (object == OBJECT_CODES[LEAD]) == (source is Table.LEAD_HISTORY)


def _keys(connection: Connection, whom: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """The keys of these people (object and id), as far as they are here."""
    scratch.fill_whom(connection, whom)
    found = connection.rows(
        f"SELECT w.object, w.who, p.key FROM {scratch.WHOM} AS w "
        "JOIN person AS p ON p.object = w.object AND p.id = w.who"
    )
    return {(object, who): key for object, who, key in found}


def _holders(connection: Connection, source: Table, ids: Iterable[str]) -> set[int]:
    """In whose lists these ids may be."""
    if source not in MOVABLE:
        return set()
    scratch.fill_hashes(connection, {digest(id) for id in ids})
    found = connection.rows(f"SELECT DISTINCT key FROM mention WHERE hash IN (SELECT hash FROM {scratch.HASHES})")
    return {key for (key,) in found}


def _lists(connection: Connection, source: Table, keys: Collection[int]) -> dict[int, dict[str, bytes]]:
    """The lists of these people; empty for those who have none."""
    scratch.fill_page(connection, keys)
    name = table(PACKED[source]).name
    found = connection.rows(f"SELECT key, entries FROM {name} WHERE key IN (SELECT key FROM {scratch.PAGE})")
    lists: dict[int, dict[str, bytes]] = {key: {} for key in keys}
    for key, packed in found:
        lists[key] = {id_of(entry): entry for entry in split_list(packed)}
    return lists


def _wait(connection: Connection, source: Table, moving: Collection[str], waiting: Iterable[Entry]) -> None:
    """Puts entries aside whose person is not here, in place of what waited under the same ids."""
    scratch.fill_hashes(connection, {digest(id) for id in moving})
    found = connection.rows(
        f"SELECT row, entry FROM orphan WHERE source = ? AND mention IN (SELECT hash FROM {scratch.HASHES})",
        (source.value,),
    )
    connection.many("DELETE FROM orphan WHERE row = ?", [(row,) for row, entry in found if id_of(entry) in moving])
    connection.many(_INSERT_ORPHAN, [(source.value, *entry) for entry in waiting])


def _add(connection: Connection, source: Table, more: Lists) -> None:
    before = _lists(connection, source, more)
    _write(connection, source, before, {key: before[key] | dict(more[key]) for key in more}, lambda _: ())


def _write(connection: Connection, source: Table, before: Lists, after: Lists, quiet: Quiet) -> int:
    """Writes the lists that differ and marks their people."""
    changed = {key: entries for key, entries in after.items() if entries != before[key]}
    new = {
        key: [entry for id, entry in entries.items() if before[key].get(id) != entry]
        for key, entries in changed.items()
    }
    name = table(PACKED[source]).name
    connection.many(
        f"INSERT INTO {name} (key, entries) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET entries = excluded.entries",
        [(key, join_list(entries.values())) for key, entries in changed.items() if entries],
    )
    connection.many(f"DELETE FROM {name} WHERE key = ?", [(key,) for key, entries in changed.items() if not entries])
    mention(connection, source, ((key, entry) for key, entries in new.items() for entry in entries))
    grown = {key: new[key] for key, entries in changed.items() if before[key].items() <= entries.items()}
    silent = set(quiet(grown))
    touched(connection, [key for key in changed if key not in silent], source.value)
    return len(changed)
