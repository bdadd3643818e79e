"""Status changes of one record, in the order they happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise, permutations
from typing import Final

import msgspec

from connector.model import Observation, OwnWrite, StatusChange
from connector.timeline.own import UNDO

SKEW = timedelta(minutes=5)
"""How far our clock and the CRM's may be apart."""
_CONFIRMED_WITHIN = timedelta(hours=24)
"""How long after the CRM carried a write out we may have learned of it (bulk jobs, a crash and `resume`)."""

_LEARNED_WITHIN = timedelta(days=7)
"""A row of the same two values is not another change if it is no older than this when we learned of our write."""


KNOWN: Final = "known"
"""Under this name it is kept that a record held a status (`after`) at a time (`seen_at`) when it first came to us."""

_MOST_AT_ONCE = 5
"""Changes of one second whose order is worked out; nobody makes more by hand."""


class Row(msgspec.Struct):
    """One change of the status. `own`: it is a write of ours. `seen`: only observed, after `since` and by `at`.

    `lost`: the CRM knows that something changed, and no more what: the values are those that its neighbours leave.
    """

    at: datetime
    by: str | None
    before: str | None
    after: str | None
    own: OwnWrite | None = None
    seen: bool = False
    since: datetime | None = None
    lost: bool = False


def rows(
    changes: Sequence[StatusChange],
    current: str | None,
    own: Sequence[OwnWrite],
    observed: Sequence[Observation] = (),
) -> list[Row]:
    """All status changes known of one record, oldest first, each said once.

    Args:
        changes: the CRM's own history of the status
        current: the status now
        own: what we wrote to this record, any field
        observed: what syncs saw change; used where the CRM's history is silent
    """
    found = [Row(one.at, one.by, one.before or None, one.after or None) for one in changes if one.before != one.after]
    _order(found, current or None)
    for one in observed:
        if one.field == "status" and one.since is not None and not _told(found, one):
            row = Row(one.seen_at, None, one.before or None, one.after or None, seen=True, since=one.since)
            _insert(found, row)
    if own:
        _mark(found, [write for write in own if write.field == "status"], current)
    if lost := [one for one in changes if not one.before and not one.after]:
        _leave_holes(found, [one.at for one in lost], current or None)
    return found


def _leave_holes(found: list[Row], lost: Sequence[datetime], current: str | None) -> None:
    """Puts in the changes of which nobody knows what they were, unless another row tells of the same.

    What held after the last one of several is what the next row found, or what is now; between two of them, and before
    one that nothing precedes, nothing is known, and the record counts as blank. A row whose two values are the same and
    not those of the row before it makes the walk say “at least since”.
    """
    for at in sorted(lost):
        if not any(_tells_of(row, at) for row in found):
            _insert(found, Row(at, None, None, None, lost=True))
    following: Row | None = None
    for row in reversed(found):
        if row.lost and (following is None or not following.lost):
            row.before = row.after = following.before if following is not None else current
        following = row
    if found and found[0].lost and found[0].before is not None:
        found.insert(0, Row(found[0].at, None, None, None, lost=True))


def _tells_of(row: Row, at: datetime) -> bool:
    if row.seen and row.since is not None:
        return row.since - SKEW <= at <= row.at + SKEW
    return row.own is not None and abs(row.at - at) <= SKEW


def _order(found: list[Row], current: str | None) -> None:
    """By time. Changes of the same second are recorded in no order: each follows the one that left its `before`, and
    the last of them leaves what comes next, or the status now.
    """
    found.sort(key=_when)
    start = 0
    while start < len(found):
        end = start + 1
        while end < len(found) and found[end].at == found[start].at:
            end += 1
        if end - start > 1:
            before = found[start - 1] if start else None
            then = found[end].before if end < len(found) else current
            found[start:end] = _chained(found[start:end], before, then)
        start = end


def _chained(group: list[Row], before: Row | None, then: str | None) -> list[Row]:
    """The order in which most of them fit each other, their neighbours included; of equal ones the given one."""

    def fits(order: Sequence[Row]) -> int:
        links = sum(one.after == other.before for one, other in pairwise(order))
        return links + (before is not None and before.after == order[0].before) + (order[-1].after == then)

    head, tail = group[:_MOST_AT_ONCE], group[_MOST_AT_ONCE:]
    return [*max(permutations(head), key=fits), *tail]


def _when(row: Row) -> datetime:
    return row.at


def _insert(found: list[Row], row: Row) -> None:
    place = len(found)
    while place and found[place - 1].at > row.at:
        place -= 1
    found.insert(place, row)


def _told(found: Sequence[Row], seen: Observation) -> bool:
    """Whether the CRM's history, or an earlier observation, already says that the value came to be `after` then."""
    assert seen.since is not None
    earliest, latest = seen.since - SKEW, seen.seen_at + SKEW
    return any(row.after == (seen.after or None) and earliest < row.at <= latest for row in found)


def _mark(found: list[Row], writes: list[OwnWrite], current: str | None) -> None:
    """Says which rows are writes of ours, and adds those of our writes that the CRM recorded no row of."""
    unmatched = []
    for write in sorted(writes, key=_confirmed, reverse=True):
        row = _match(found, write)
        if row is not None:
            row.own = write
            if row.seen:
                row.at, row.seen = write.at, False
        else:
            unmatched.append(write)
    found.sort(key=_when)
    for write in unmatched:
        row = Row(write.at, None, write.before or None, write.after or None, write)
        if _fits(found, row, current or None):
            _insert(found, row)


def _confirmed(write: OwnWrite) -> datetime:
    return write.at


def _match(found: Sequence[Row], write: OwnWrite) -> Row | None:
    """The last row that says the same as our write and may be it."""
    before, after = write.before or None, write.after or None
    for row in reversed(found):
        if row.own is None and row.before == before and row.after == after and _may_be(row, write):
            return row
    return None


def _may_be(row: Row, write: OwnWrite) -> bool:
    if row.since is not None:
        return row.since - SKEW <= write.at <= row.at + SKEW
    return write.at - _CONFIRMED_WITHIN <= row.at <= write.at + SKEW


def _fits(found: Sequence[Row], row: Row, current: str | None) -> bool:
    """Whether what came after agrees with the row, and what came before does not say it already."""
    later = [other.before for other in found if other.at > row.at]
    if (later[0] if later else current) != row.after:
        return False
    earlier = [other for other in found if other.at <= row.at]
    return not earlier or not _says_it(earlier[-1], row)


def _says_it(last: Row, row: Row) -> bool:
    """The row before is our write itself, learned of late; or of an undone write there is nothing to be seen."""
    if (last.before, last.after) == (row.before, row.after) and row.at - last.at <= _LEARNED_WITHIN:
        return True
    is_taken_back = row.own is not None and (row.own.undone or row.own.rule == UNDO)
    return is_taken_back and last.after == row.after
