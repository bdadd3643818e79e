"""Who somebody was before: points for facts that a sync saw change. What is known lets a crossing be dated by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from connector.model import Observation
from connector.policy import Policy

FIT: Final = "fit"
"""The name under which it is kept that points for facts changed, with a mark of the policy's points behind it."""


class Enriched(NamedTuple):
    """Until `at` the person had `before` points for who they were."""

    at: datetime
    before: int


@lru_cache(maxsize=16)
def field_of(policy: Policy) -> str | None:
    """The name for changes of points by this policy: other points for facts make another one. None: it has no points.

    So it is never compared what one policy gave with what the next one gives.
    """
    score = policy.file.score
    if score.source != "own" or not score.fit:
        return None
    lines = "\n".join(f"{name} {line.model_dump_json()}" for name, line in score.fit.items())
    return f"{FIT} {sha256(lines.encode()).hexdigest()[:12]}"


def changes(noted: Iterable[Observation], policy: Policy) -> tuple[Enriched, ...]:
    """Those by this policy's points, oldest first."""
    field = field_of(policy)
    found = [Enriched(one.seen_at, int(one.before)) for one in noted if one.field == field and one.before is not None]
    return tuple(sorted(found))
