"""What a packed list of a person holds: one MessagePack array per status change, activity or campaign membership.

An entry begins with its time as a MessagePack timestamp, whose bytes order as the times do; so a list is brought into
order by comparing bytes, and msgspec decodes a whole list straight into the records of the model. The id comes last
where the model's record has none: decoding into the record skips it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final, NamedTuple
from zlib import crc32

import msgspec
from msgspec.msgpack import Decoder, Encoder, Ext

from connector.model import CONTACT, LEAD
from connector.ports import COLUMNS, Row, Table
from connector.store.mirror.tables import OBJECT_CODES

_CONTACT, _LEAD = OBJECT_CODES[CONTACT], OBJECT_CODES[LEAD]
_encode = Encoder().encode
_raws = Decoder(list[msgspec.Raw])
_values = Decoder(list[Any])


class MemberEntry(msgspec.Struct, frozen=True, array_like=True):
    """A membership as it is packed; name, type and state of the campaign are looked up when it is read."""

    created_at: datetime
    campaign_id: str
    responded: bool
    responded_at: datetime | None
    id: str


class Entry(NamedTuple):
    """One row of the CRM for one person's list: `mention` is the hash by which it can be found again."""

    object: int
    who: str
    mention: int
    packed: bytes


def digest(id: str) -> int:
    """The short hash of an id in `mention`. Two ids may share it: what it finds must be looked at."""
    return crc32(id.encode())


def _moment(at: int) -> Any:
    if 0 <= at < 1 << 32:
        return Ext(-1, at.to_bytes(4, "big"))
    return datetime.fromtimestamp(at, UTC)


def _maybe(at: int | None) -> Any:
    return None if at is None else _moment(at)


def _history(object: int) -> Callable[[Row], Iterator[Entry]]:
    def entries(row: Row) -> Iterator[Entry]:
        id, who, at, by, before, after = row
        if who:
            packed = _encode((_moment(at), by or None, before or None, after or None, id))
            yield Entry(object, who, crc32(id.encode()), packed)

    return entries


def _activity(row: Row) -> Iterator[Entry]:
    id, lead, contact, at, kind, direction, outcome, by = row
    packed = _encode((_moment(at), kind, direction or "", outcome or "", id, by or None))
    mention = crc32(id.encode())
    if lead:
        yield Entry(_LEAD, lead, mention, packed)
    if contact:
        yield Entry(_CONTACT, contact, mention, packed)


def _member(row: Row) -> Iterator[Entry]:
    id, campaign, lead, contact, responded, created_at, responded_at = row
    packed = _encode((_moment(created_at), campaign, bool(responded), _maybe(responded_at), id))
    mention = crc32(id.encode())
    if lead:
        yield Entry(_LEAD, lead, mention, packed)
    if contact:
        yield Entry(_CONTACT, contact, mention, packed)


SPLIT: Final[Mapping[Table, Callable[[Row], Iterator[Entry]]]] = {
    Table.LEAD_HISTORY: _history(_LEAD),
    Table.CONTACT_HISTORY: _history(_CONTACT),
    Table.TASK: _activity,
    Table.EVENT: _activity,
    Table.MAIL: _activity,
    Table.CAMPAIGN_MEMBER: _member,
}
"""How a row of each table becomes entries: one for its lead, one for its contact."""

_WHOM: Final = {
    source: [
        (COLUMNS[source].index(column), object)
        for column, object in (("lead_id", _LEAD), ("contact_id", _CONTACT), ("person_id", person))
        if column in COLUMNS[source]
    ]
    for source, person in ((one, _LEAD if one is Table.LEAD_HISTORY else _CONTACT) for one in SPLIT)
}


def people_of(source: Table, row: Row) -> list[tuple[int, str]]:
    """Whom a row of the table is about (object and id); a row that is gone may hold nothing else."""
    return [(object, row[at]) for at, object in _WHOM[source] if row[at]]


MOVABLE: Final = frozenset({Table.TASK, Table.EVENT, Table.MAIL, Table.CAMPAIGN_MEMBER})
"""Tables whose rows can be changed, deleted or given to another person; status history can't."""


def id_of(packed: bytes) -> str:
    """The CRM's id of an entry."""
    return str(_values.decode(packed)[4])


def campaign_of(packed: bytes) -> str:
    """The campaign of a membership."""
    return str(_values.decode(packed)[1])


def split_list(packed: bytes | None) -> list[bytes]:
    """The entries of a packed list."""
    return [] if packed is None else [bytes(raw) for raw in _raws.decode(packed)]


def join_list(entries: Iterable[bytes]) -> bytes:
    """A packed list of these entries, in order, none twice."""
    ordered = in_order(entries)
    count = len(ordered)
    if count < 1 << 4:
        head = bytes((0x90 | count,))
    elif count < 1 << 16:
        head = b"\xdc" + count.to_bytes(2, "big")
    else:
        head = b"\xdd" + count.to_bytes(4, "big")
    return head + b"".join(ordered)


_STAMPS: Final[Mapping[int, int]] = {0xD6: 7, 0xD7: 11, 0xC7: 15}
"""Bytes of an entry up to the end of its time, by the byte that says how the time is written."""


def in_order(entries: Iterable[bytes]) -> list[bytes]:
    """Oldest first, none twice; what happened in the same second in the order of the CRM's ids."""
    ordered = sorted(set(entries))
    if any(_stamp(a) == _stamp(b) for a, b in pairwise(ordered)):
        ordered.sort(key=lambda entry: (_stamp(entry), id_of(entry)))
    return ordered


def _stamp(entry: bytes) -> bytes:
    return entry[: _STAMPS[entry[1]]]
