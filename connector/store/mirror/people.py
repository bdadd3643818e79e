"""Leads and contacts on their way into the mirror: the first load, and batches of changes after it.

A first load only appends; its indexes are made afterwards. Later, rows are compared column by column with what is kept:
only rows that differ are written, and only differences beyond the record's stamps (version, modified at and by) mark
anybody. So our own writes, once noted here, and moved stamps are no news.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from connector.ports import PERSON_COLUMNS, Row
from connector.store.bulk import Connection, differ, listed
from connector.store.mirror import happenings, neighbours, scratch
from connector.store.mirror.dirty import mark
from connector.store.mirror.identity import Numbering, Repointed, numbers, record, repoint
from connector.store.mirror.tables import JUDGED, OBJECT_NAMES, PersonRow

STAMPS: Final = ("version", "modified_at", "modified_by")
"""What moves without anything having changed."""

KEPT: Final = tuple(column for column in PERSON_COLUMNS if column not in STAMPS)
"""What is compared: a difference is news."""

StatusSeen = tuple[str, str | None, str | None]
"""id, status before, status now."""

OwnerSeen = tuple[str, str | None, str | None, int | None]
"""id, owner before, owner now, when the record was last modified (epoch seconds)."""

Touched = tuple[str, str | None, int, int]
"""Before a write of anybody's: id, status, when it was modified before that, when it was created (epoch seconds)."""

ScoreSeen = tuple[str, tuple[float | None, str | None], tuple[float | None, str | None]]
"""id, score and facts (as they are kept) before, and now."""


def _value(column: str) -> str:
    """A place for a value; the empty text is stored as empty."""
    return "NULLIF(?, '')" if PersonRow.model_fields[column].annotation == str | None else "?"


_VALUES: Final = ", ".join(_value(column) for column in PERSON_COLUMNS)
_COLUMNS: Final = listed(PERSON_COLUMNS)
_BLANK: Final = (False, False, *(_value(column) != "?" for column in PERSON_COLUMNS))


class News:
    """What a batch of people changed, for whoever listens: statuses, owners and scores seen, records that were written
    to, who became somebody else."""

    def __init__(self) -> None:
        self.changed = 0
        self.statuses: list[StatusSeen] = []
        self.owners: list[OwnerSeen] = []
        self.touched: list[Touched] = []
        self.scores: list[ScoreSeen] = []
        self.repointed: list[Repointed] = []


def append(connection: Connection, object: int, rows: Iterable[Row], numbering: Numbering) -> None:
    """First load: adds rows without looking. Inside a transaction, before the indexes are made."""

    def numbered() -> Iterable[tuple[Any, ...]]:
        for row in rows:
            number = numbering(object, row[0], 0)
            yield (number, number, *row)

    if connection.on_postgres:
        connection.append(
            "person", f"object, born, person_id, {_COLUMNS}", ((object, *_kept(row)) for row in numbered())
        )
        return
    connection.many(
        f"INSERT INTO person (object, born, person_id, {_COLUMNS}) VALUES ({object}, ?, ?, {_VALUES})", numbered()
    )


def _kept(row: tuple[Any, ...]) -> Iterable[Any]:
    """The numbers and the values of a row, as `_VALUES` would store them."""
    return (None if value == "" and blank else value for value, blank in zip(row, _BLANK, strict=True))


def put(connection: Connection, object: int, rows: Iterable[Row], numbering: Numbering) -> News:
    """Compares rows with what is kept, writes what differs, adds who is new, marks whom it concerns."""
    news = News()
    _come_in(connection, rows)
    before = _changed(connection, object)
    news.touched = _touched(connection, object)
    _update(connection, object)
    added = _insert(connection, object, numbering, news)
    _mark_changed(connection, object, before, news)
    _mark_added(connection, object, added)
    contacts = {one[index] for one in before for index in (_OLD_CONTACT, _NEW_CONTACT)}
    contacts |= {row[1] for row in added.values()}
    if object == 0:
        contacts |= {row[0] for row in added.values()}
    news.repointed += repoint(connection, [contact for contact in contacts if contact])
    news.changed = len(before) + len(added)
    return news


def remove(connection: Connection, object: int, ids: Iterable[str], winners: Mapping[str, str]) -> News:
    """Takes people out: deleted ones, and (loser → winner) those merged into another. In a transaction."""
    news = News()
    scratch.fill_words(connection, [*ids, *winners])
    found = connection.rows(
        "SELECT p.key, p.id, p.email, p.converted_contact FROM person AS p "
        f"WHERE p.object = ? AND p.id IN (SELECT word FROM {scratch.WORDS})",
        (object,),
    )
    if not found:
        return news
    keys = {id: key for key, id, _, _ in found}
    heirs, pointed = _heirs(connection, object, keys, winners)
    neighbours.mark_twins(connection, object, [email for _, _, email, _ in found])
    neighbours.mark_contacts(connection, [contact for *_, contact in found])
    happenings.release(connection, {key: (object, id) for id, key in keys.items()}, heirs)
    gone = [(key,) for key in keys.values()]
    for name in (*JUDGED, "person"):
        connection.many(f"DELETE FROM {name} WHERE key = ?", gone)
    record(connection, pointed)
    news.repointed += pointed
    news.changed = len(keys)
    return news


def _heirs(
    connection: Connection, object: int, keys: Mapping[str, int], winners: Mapping[str, str]
) -> tuple[dict[int, int], list[Repointed]]:
    """Who inherits from whom (by key), and the records that are now the winner's person."""
    if not winners:
        return {}, []
    scratch.fill_words(connection, winners.values())
    found = connection.rows(
        f"SELECT id, key, person_id FROM person WHERE object = ? AND id IN (SELECT word FROM {scratch.WORDS})",
        (object,),
    )
    by_id = {id: (key, person) for id, key, person in found}
    heirs: dict[int, int] = {}
    pointed: list[Repointed] = []
    for loser in winners.keys() & keys.keys():
        winner = _last(loser, winners)
        if winner in by_id and winner not in keys:
            heirs[keys[loser]] = by_id[winner][0]
            pointed.append((object, loser, by_id[winner][1], "merge"))
    return heirs, pointed


def _last(loser: str, winners: Mapping[str, str]) -> str:
    """The end of a chain of merges."""
    seen = {loser}
    winner = winners[loser]
    while winner in winners and winner not in seen:
        seen.add(winner)
        winner = winners[winner]
    return winner


def _come_in(connection: Connection, rows: Iterable[Row]) -> None:
    connection.run(f"DELETE FROM {scratch.INCOMING}")
    latest = {row[0]: row for row in rows}
    connection.many(f"INSERT INTO {scratch.INCOMING} ({_COLUMNS}) VALUES ({_VALUES})", latest.values())


_BEFORE_AFTER: Final = (
    "status",
    "email",
    "is_converted",
    "converted_contact",
    "account_id",
    "score",
    "facts",
    "owner_id",
    "modified_at",
)
_OLD_CONTACT: Final = 2 + _BEFORE_AFTER.index("converted_contact")
_NEW_CONTACT: Final = _OLD_CONTACT + len(_BEFORE_AFTER)


def _changed(connection: Connection, object: int) -> list[tuple[Any, ...]]:
    """People whose kept columns differ: key, id, then `_BEFORE_AFTER` as kept and as they come."""
    return connection.rows(
        f"SELECT p.key, p.id, {listed(_BEFORE_AFTER, 'p.')}, {listed(_BEFORE_AFTER, 'i.')} "
        f"FROM {scratch.INCOMING} AS i JOIN person AS p ON p.object = ? AND p.id = i.id "
        f"WHERE {differ(KEPT, 'p', 'i')}",
        (object,),
    )


def _touched(connection: Connection, object: int) -> list[Touched]:
    """People whose records were written to, as they are kept."""
    return connection.rows(
        f"SELECT p.id, p.status, p.modified_at, p.created_at FROM {scratch.INCOMING} AS i "
        "JOIN person AS p ON p.object = ? AND p.id = i.id WHERE p.modified_at <> i.modified_at",
        (object,),
    )


def _update(connection: Connection, object: int) -> None:
    rest = [column for column in PERSON_COLUMNS if column != "id"]
    connection.run(
        f"UPDATE person SET {', '.join(f'{column} = i.{column}' for column in rest)} FROM {scratch.INCOMING} AS i "
        f"WHERE person.object = ? AND person.id = i.id AND {differ(rest, 'person', 'i')}",
        (object,),
    )


def _insert(
    connection: Connection, object: int, numbering: Numbering, news: News
) -> dict[int, tuple[str, str | None, str | None]]:
    """Adds who is not here yet: key → id, contact converted to, e-mail. What was waiting for them becomes theirs."""
    new = connection.rows(
        f"SELECT i.id, i.converted_contact, i.email FROM {scratch.INCOMING} AS i WHERE NOT EXISTS "
        "(SELECT 1 FROM person AS p WHERE p.object = ? AND p.id = i.id) ORDER BY i.number",
        (object,),
    )
    if not new:
        return {}
    own, probed = numbers(connection, object, [id for id, _, _ in new], numbering)
    connection.many(
        f"INSERT INTO person (object, born, person_id, {_COLUMNS}) "
        f"SELECT ?, ?, ?, {_COLUMNS} FROM {scratch.INCOMING} WHERE id = ?",
        [(object, number, number, id) for (id, _, _), number in zip(new, own, strict=True)],
    )
    record(connection, probed)
    news.repointed += probed
    scratch.fill_words(connection, [id for id, _, _ in new])
    keys: dict[str, int] = dict(
        connection.rows(
            f"SELECT id, key FROM person WHERE object = ? AND id IN (SELECT word FROM {scratch.WORDS})", (object,)
        )
    )
    happenings.adopt(connection, {(object, id): key for id, key in keys.items()})
    return {keys[row[0]]: row for row in new}


def _mark_changed(connection: Connection, object: int, before: Sequence[tuple[Any, ...]], news: News) -> None:
    mark(connection, [row[0] for row in before], OBJECT_NAMES[object])
    emails: list[str | None] = []
    contacts: list[str | None] = []
    for _, id, status, email, converted, contact, account, score, facts, owner, _, *new in before:
        new_status, new_email, new_converted, new_contact, new_account, new_score, new_facts, new_owner, modified = new
        if (status, email, converted, account) != (new_status, new_email, new_converted, new_account):
            emails += (email, new_email)
        if status != new_status:
            news.statuses.append((id, status, new_status))
        if owner != new_owner:
            news.owners.append((id, owner, new_owner, modified))
        if score != new_score or facts != new_facts:
            news.scores.append((id, (score, facts), (new_score, new_facts)))
        contacts += (contact, new_contact)
    neighbours.mark_twins(connection, object, emails)
    neighbours.mark_contacts(connection, contacts)


def _mark_added(connection: Connection, object: int, added: Mapping[int, tuple[str, str | None, str | None]]) -> None:
    mark(connection, added, f"new {OBJECT_NAMES[object]}")
    neighbours.mark_twins(connection, object, [email for _, _, email in added.values()])
    neighbours.mark_contacts(connection, [contact for _, contact, _ in added.values()])
