"""Which person of ours a record is.

A record alone is the person of its own `born` number: 63 bits of BLAKE2b over "object:id", so it is the same in every
mirror. A lead that was converted and its contact are one person: the one created first (the lead, if the conversion
made the contact). Where a record is somebody else than it alone would be, that is kept in `recorded` and told to
whoever listens (the ledger), so that it outlives the lead, the mirror and a change of this rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Final

from connector.store.bulk import Connection
from connector.store.mirror import scratch
from connector.store.mirror.dirty import mark
from connector.store.mirror.tables import OBJECT_NAMES

Repointed = tuple[int, str, int, str]
"""object, id, person id, why."""

PAGE: Final = 5_000
"""People re-pointed per transaction."""


def born(object: int, id: str, attempt: int = 0) -> int:
    """The number of a record of its own; `attempt` counts up while the number is another record's."""
    name = f"{OBJECT_NAMES[object]}:{id}" + (f"#{attempt}" if attempt else "")
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") >> 1


Numbering = Callable[[int, str, int], int]


def numbers(
    connection: Connection, object: int, ids: Sequence[str], numbering: Numbering
) -> tuple[list[int], list[Repointed]]:
    """The numbers of new records, and those of them that had to give way to a record with the same number."""
    fixed = _recorded_probes(connection, object, ids)
    wanted = [fixed.get(id) or numbering(object, id, 0) for id in ids]
    taken = _taken(connection, wanted)
    given: list[int] = []
    probed: list[Repointed] = []
    for id, number in zip(ids, wanted, strict=True):
        attempt = 0
        while number in taken:
            attempt += 1
            number = numbering(object, id, attempt)
            taken |= _taken(connection, [number])
        taken.add(number)
        given.append(number)
        if attempt:
            probed.append((object, id, number, "probe"))
    return given, probed


def _recorded_probes(connection: Connection, object: int, ids: Sequence[str]) -> dict[str, int]:
    scratch.fill_words(connection, ids)
    return dict(
        connection.rows(
            f"SELECT r.id, r.person_id FROM {scratch.WORDS} AS w JOIN recorded AS r ON r.object = ? AND r.id = w.word "
            "WHERE r.why = 'probe'",
            (object,),
        )
    )


def _taken(connection: Connection, wanted: Sequence[int]) -> set[int]:
    scratch.fill_hashes(connection, wanted)
    found = connection.rows(f"SELECT born FROM person WHERE born IN (SELECT hash FROM {scratch.HASHES})")
    return {number for (number,) in found}


def settle_numbers(connection: Connection, numbering: Numbering) -> list[Repointed]:
    """After a first load: restores numbers that were recorded, and parts records that got the same one."""
    connection.run(
        "UPDATE person SET born = r.person_id, person_id = r.person_id FROM recorded AS r "
        "WHERE r.object = person.object AND r.id = person.id AND r.why = 'probe'"
    )
    shared = "SELECT born FROM person GROUP BY born HAVING count(*) > 1"
    rows = connection.rows(f"SELECT key, object, id, born FROM person WHERE born IN ({shared}) ORDER BY born, key")
    probed: list[Repointed] = []
    for _, group in groupby(rows, key=itemgetter(3)):
        for key, object, id, number in list(group)[1:]:
            attempt = 0
            while _taken(connection, [number]):
                attempt += 1
                number = numbering(object, id, attempt)
            connection.run("UPDATE person SET born = ?, person_id = ? WHERE key = ?", (number, number, key))
            probed.append((object, id, number, "probe"))
    return probed


_MEMBER: Final = "p.key, p.object, p.id, p.born, p.person_id, p.created_at, r.person_id"
_RECORDED: Final = "LEFT JOIN recorded AS r ON r.object = p.object AND r.id = p.id AND r.why <> 'probe'"


def repoint(connection: Connection, contacts: Iterable[str]) -> list[Repointed]:
    """Makes one person of each of these contacts (by id) and the leads converted to it. Marks whom it changes."""
    scratch.fill_words(connection, contacts)
    query = (
        f"SELECT w.word, {_MEMBER} FROM {scratch.WORDS} AS w "
        f"JOIN person AS p ON p.object = 0 AND p.id = w.word {_RECORDED} UNION ALL "
        f"SELECT w.word, {_MEMBER} FROM {scratch.WORDS} AS w "
        f"JOIN person AS p ON p.converted_contact = w.word {_RECORDED} ORDER BY 1"
    )
    changes = list(_changes(iter(connection.rows(query))))
    told = _point(connection, changes)
    mark(connection, [key for key, *_ in changes], "identity")
    return told


def repoint_all(connection: Connection) -> Iterator[list[Repointed]]:
    """The same for every contact, after a first load; page by page, each a transaction of its own."""
    query = (
        f"SELECT p.id, {_MEMBER} FROM person AS p {_RECORDED} WHERE p.object = 0 AND "
        "(r.person_id IS NOT NULL OR EXISTS (SELECT 1 FROM person AS l WHERE l.converted_contact = p.id)) UNION ALL "
        f"SELECT p.converted_contact, {_MEMBER} FROM person AS p {_RECORDED} "
        "WHERE p.converted_contact IS NOT NULL ORDER BY 1"
    )
    rows = (row for part in connection.stream(query) for row in part)
    changes = _changes(rows)
    while page := list(islice(changes, PAGE)):
        with connection.transaction():
            told = _point(connection, page)
        yield told


Change = tuple[int, int, str, int, bool]
"""key, object, id, person id, whether it is somebody else than it alone would be."""


def _changes(rows: Iterator[tuple[Any, ...]]) -> Iterator[Change]:
    """Whose person id has to change. Rows come group by group: the contact's id, then `_MEMBER`."""
    for contact, group in groupby(rows, key=itemgetter(0)):
        members = [row[1:] for row in group]
        if any(object == 0 and id == contact for _, object, id, *_ in members):
            head = min(members, key=lambda one: (one[5], -one[1], one[2]))
            wanted = dict.fromkeys((one[0] for one in members), head[6] or head[3])
        else:
            wanted = {one[0]: one[6] or one[3] for one in members}
        for key, object, id, own, now, _, _ in members:
            if now != wanted[key]:
                yield key, object, id, wanted[key], wanted[key] != own


def _point(connection: Connection, changes: Sequence[Change]) -> list[Repointed]:
    connection.many(
        "UPDATE person SET person_id = ? WHERE key = ?", [(person, key) for key, _, _, person, _ in changes]
    )
    told = [(object, id, person, "conversion") for _, object, id, person, other in changes if other]
    record(connection, told)
    return told


def record(connection: Connection, repointed: Iterable[Repointed]) -> None:
    """Keeps them; a record that was somebody else before is now this person."""
    connection.many(
        "INSERT INTO recorded (object, id, person_id, why) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (object, id) DO UPDATE SET person_id = excluded.person_id, why = excluded.why",
        repointed,
    )
