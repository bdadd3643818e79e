"""When the bar was crossed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from connector.score.behaviour import Event
from connector.score.enriched import Enriched
from connector.score.scoring import Scoring

_FEW: Final = 16


def crossed_at(
    scoring: Scoring,
    fit: int,
    events: Sequence[Event],
    not_before: datetime | None = None,
    enriched: Sequence[Enriched] = (),
) -> datetime | None:
    """When somebody whose score reaches the bar now crossed it: at the last deed, or change of facts, before which it
    did not.

    Between these a score only falls, so a crossing is always one of them. Who the person was before the changes that
    are known is taken as it was first known.

    Args:
        scoring: the policy's score
        fit: points for who the person is
        events: everything that earns points, oldest first
        not_before: an earlier crossing need not be looked for
        enriched: when other facts came, and the points for facts before; oldest first

    Returns: the moment; None if it was before `not_before`.
    """
    done, changed = len(events), len(enriched)
    while done or changed:
        if changed and (not done or enriched[changed - 1].at >= events[done - 1][0]):
            changed -= 1
            when, fit = enriched[changed]
        else:
            done -= 1
            when = events[done][0]
        if not_before is not None and when < not_before:
            return None
        if not _qualified(scoring, fit, events, done, when):
            return when
    return None


def _qualified(scoring: Scoring, fit: int, events: Sequence[Event], done: int, when: datetime) -> bool:
    """Whether the first so many events reached the bar at that time.

    No event takes points away: where the latest few reach the bar, all of them do. So somebody who wrote to us ten
    thousand times costs ten thousand looks at a few events, not at all of them.
    """
    few = _FEW
    while few < done:
        behaviour, _ = scoring.behaviour(events[done - few : done], when)
        if scoring.qualifies(fit, behaviour):
            return True
        few *= 8
    behaviour, _ = scoring.behaviour(events[:done], when)
    return scoring.qualifies(fit, behaviour)
