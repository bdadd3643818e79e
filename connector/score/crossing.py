"""When the bar was crossed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.score.behaviour import Event
from connector.score.scoring import Scoring


def crossed_at(
    scoring: Scoring, fit: int, events: Sequence[Event], not_before: datetime | None = None
) -> datetime | None:
    """When somebody whose score reaches the bar now crossed it: at the last deed before which it did not.

    Between deeds a score only falls, so a crossing is always a deed. Who the person was is taken as it is now.

    Args:
        scoring: the policy's score
        fit: points for who the person is
        events: everything that earns points, oldest first
        not_before: an earlier crossing need not be looked for

    Returns: the moment; None if it was before `not_before`.
    """
    for at in range(len(events) - 1, -1, -1):
        when = events[at][0]
        if not_before is not None and when < not_before:
            return None
        behaviour, _ = scoring.behaviour(events[:at], when)
        if not scoring.qualifies(fit, behaviour):
            return when
    return None
