"""When an activity happened, where what the person did and the row that tells of it end at different times."""

from __future__ import annotations

from typing import Final

ALONE: Final = frozenset({"form", "mail", "opt_out", "auto_reply"})
"""Kinds of what a person does alone, at one moment. A call or a meeting is over when its row says so."""
_DAY: Final = 86_400


def happened_at(kind: str, direction: str, at: int | None, created_at: int | None, *, is_closed: bool) -> int | None:
    """When it happened, in epoch seconds.

    What came in had happened when its row was created, whether somebody has ticked it off since or never does: when the
    row was closed says how long they waited. An earlier time that an integration noted counts, and so does an earlier
    day, of a row that was brought over from another system; the day on which the row was created tells nothing new. All
    else happened at its end, and what is still open only stands where it was created.
    """
    if created_at is None:
        return at
    if kind not in ALONE or direction != "in":
        return at if is_closed else created_at
    if not is_closed or at is None:
        return created_at
    is_day_of_creation = at % _DAY == 0 and created_at - at < 2 * _DAY
    return created_at if is_day_of_creation else min(at, created_at)
