"""What a packed list of a person holds: one MessagePack array per status change, activity or campaign membership.

An entry begins with its time as a MessagePack timestamp, whose bytes order as the times do; so a list is brought into
order by comparing bytes, and msgspec decodes a whole list straight into the records of the model. The id comes last
where the model's record has none: decoding into the record skips it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final
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


class MailEntry(msgspec.Struct, frozen=True, array_like=True):
    """A mail as it is packed: as `Activity`, and the id of the task that the CRM keeps for the same mail."""

    at: datetime
    kind: str
    direction: str
    outcome: str
    id: str
    by: str | None
    about: str
    delay: int | None
    task_id: str | None


Entry = tuple[int, str, int, bytes]
"""One row of the CRM for one person's list: object, id, hash by which it can be found again, packed."""


def digest(id: str) -> int:
    """The short hash of an id in `mention`. Two ids may share it: what it finds must be looked at."""
    return crc32(id.encode())


def _moment(at: int) -> Any:
    if 0 <= at < 1 << 32:
        return Ext(-1, at.to_bytes(4, "big"))
    return datetime.fromtimestamp(at, UTC)


def _maybe(at: int | None) -> Any:
    return None if at is None else _moment(at)


class _Words:
    """MessagePack of words that come again and again: kinds, outcomes, users, statuses."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, ...], bytes] = {}

    def __call__(self, *words: str | None) -> bytes:
        packed = self._known.get(words)
        if packed is None:
            packed = b"".join(map(_encode, words))
            if len(self._known) < WORDS:
                self._known[words] = packed
        return packed


WORDS: Final = 50_000
"""Combinations of words that are remembered while a table is read: a few MB."""


def _history(object: int) -> Callable[[Iterable[Row]], Iterator[Entry]]:
    def entries(rows: Iterable[Row]) -> Iterator[Entry]:
        words = _Words()
        for id, who, at, by, before, after in rows:
            if who:
                raw = id.encode()
                middle = words(by or None, before or None, after or None)
                yield object, who, crc32(raw), b"\x95%b%b%b" % (_packed_moment(at), middle, _packed_id(raw))

    return entries


def _activities(rows: Iterable[Row]) -> Iterator[Entry]:
    words = _Words()
    for id, lead, contact, *what in rows:
        raw = id.encode()
        packed = b"\x98" + _packed_activity(words, raw, *what)
        if lead:
            yield _LEAD, lead, crc32(raw), packed
        if contact:
            yield _CONTACT, contact, crc32(raw), packed


def _mails(rows: Iterable[Row]) -> Iterator[Entry]:
    """As activities; the task that the CRM keeps for the same mail comes last."""
    words = _Words()
    for id, lead, contact, *what, task in rows:
        raw = id.encode()
        packed = b"\x99%b%b" % (_packed_activity(words, raw, *what), _encode(task or None))
        if lead:
            yield _LEAD, lead, crc32(raw), packed
        if contact:
            yield _CONTACT, contact, crc32(raw), packed


def _packed_activity(
    words: _Words,
    raw: bytes,
    at: int,
    kind: str,
    direction: str,
    outcome: str,
    by: str | None,
    about: str,
    created_at: int | None,
) -> bytes:
    """The values of an activity, without the head of the array. Most rows are made when it happens: then the delay
    takes a byte."""
    what = words(kind, direction or "", outcome or "")
    delay = b"\xc0" if created_at is None else _encode(created_at - at)
    return b"%b%b%b%b%b" % (_packed_moment(at), what, _packed_id(raw), words(by or None, about or ""), delay)


def _members(rows: Iterable[Row]) -> Iterator[Entry]:
    for id, campaign, lead, contact, responded, created_at, responded_at in rows:
        packed = _encode((_moment(created_at), campaign, bool(responded), _maybe(responded_at), id))
        if lead:
            yield _LEAD, lead, crc32(id.encode()), packed
        if contact:
            yield _CONTACT, contact, crc32(id.encode()), packed


def _packed_moment(at: int) -> bytes:
    return b"\xd6\xff" + at.to_bytes(4, "big") if 0 <= at < 1 << 32 else _encode(_moment(at))


def _packed_id(raw: bytes) -> bytes:
    return bytes((0xA0 | len(raw),)) + raw if len(raw) < 32 else _encode(raw.decode())


SPLIT: Final[Mapping[Table, Callable[[Iterable[Row]], Iterator[Entry]]]] = {
    Table.LEAD_HISTORY: _history(_LEAD),
    Table.CONTACT_HISTORY: _history(_CONTACT),
    Table.TASK: _activities,
    Table.EVENT: _activities,
    Table.MAIL: _mails,
    Table.CAMPAIGN_MEMBER: _members,
}
"""How rows of each table become entries: one for a row's lead, one for its contact."""

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


_STAMPS: Final[Mapping[int, int]] = {0xD6: 7, 0xD7: 11, 0xC7: 16}
"""Bytes of an entry up to the end of its time, by the byte that says how the time is written."""


SHORT: Final = 7
"""Two entries of the same time agree at least so far."""


def in_order(entries: Iterable[bytes]) -> list[bytes]:
    """Oldest first, none twice; what happened in the same second in the order of the CRM's ids."""
    ordered = sorted(set(entries))
    if any(a[:SHORT] == b[:SHORT] for a, b in pairwise(ordered)):
        ordered.sort(key=lambda entry: (_stamp(entry), id_of(entry)))
    return ordered


def _stamp(entry: bytes) -> bytes:
    return entry[: _STAMPS[entry[1]]]
