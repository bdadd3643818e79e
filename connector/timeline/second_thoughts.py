"""What somebody entered and took back within ten minutes: a slip of the hand, not a part of the history (spec §4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from msgspec.structs import replace

from connector.timeline.rows import Row

_QUICKLY = timedelta(minutes=10)

Same = Callable[[str | None, str | None], bool]
"""Whether two texts are the same status."""


def without_second_thoughts(rows: Sequence[Row], same: Same) -> list[Row]:
    """The rows without those by which the same user went somewhere and was back within ten minutes, until there are
    none. Who came back to another spelling has changed that, and no more. Rows that are ours or only seen stay.
    """
    kept: list[Row] = []
    for row in rows:
        kept.append(row)
        if (first := _left(kept, same)) is None:
            continue
        before = kept[first].before
        del kept[first:]
        if before != row.after:
            kept.append(replace(row, before=before))
    return kept


def _left(rows: Sequence[Row], same: Same) -> int | None:
    """Where the user of the last row left the status to which that row returns; None if they were not there just now.

    Whoever went and came back on the way is gone from `rows` already: there is one such place at most.
    """
    last = rows[-1]
    for i in range(len(rows) - 2, -1, -1):
        row = rows[i]
        is_theirs = row.by is not None and row.by == last.by and row.own is None and last.own is None
        if not is_theirs or row.after != rows[i + 1].before or last.at - row.at > _QUICKLY:
            return None
        if same(row.before, last.after):
            return i
    return None
