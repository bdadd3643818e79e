"""A policy's forward path as the rule qualify asks for it, looked up once."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from connector.policy import Policy


class Funnel(msgspec.Struct, frozen=True):
    """Names of statuses by what becomes of people there; None where the policy has no such status.

    `out`: closed, customer and converts: nobody is moved from there. `to_score`: where the bar leads. `by_score`: from
    where. `below_ready`: from where a direct request leads to `ready`. `to_fit`: where the entry status leads by fit.
    """

    out: frozenset[str]
    closed: str | None
    customer: str | None
    recycle: str | None
    entry: str | None
    ready: str | None
    below_ready: frozenset[str]
    to_score: str | None
    by_score: frozenset[str]
    to_fit: str | None


@lru_cache(maxsize=16)
def funnel(policy: Policy) -> Funnel:
    """The policy's, for any org."""
    role, rank = policy.role, policy.rank
    ready, to_score = role("ready"), role("scored") or role("ready")
    recycle, entry, fit = role("recycle"), role("entry"), role("fit")
    by_score = {
        name
        for name in (entry, recycle, fit)
        if name is not None and to_score is not None and _is_below(rank(name), rank(to_score), name == recycle)
    }
    below = {
        name for name in policy.file.status if ready is not None and _is_below(rank(name), rank(ready), name == recycle)
    }
    leads_to_fit = fit is not None and entry is not None and _is_below(rank(entry), rank(fit), False)
    return Funnel(
        out=frozenset(name for one in ("closed", "customer", "converts") if (name := role(one)) is not None),
        closed=role("closed"),
        customer=role("customer"),
        recycle=recycle,
        entry=entry,
        ready=ready,
        below_ready=frozenset(below),
        to_score=to_score,
        by_score=frozenset(by_score),
        to_fit=fit if leads_to_fit else None,
    )


def _is_below(rank: int | None, other: int | None, is_recycle: bool) -> bool:
    """Whether a move from the one to the other goes forward; out of recycle it always does."""
    return is_recycle or (rank is not None and other is not None and rank < other)
