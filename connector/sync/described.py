"""Users who came to another department, title or role: whose work counted then is asked of the time it was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

from msgspec.structs import replace

from connector.model import Observation, Ref, User
from connector.sla.then import USER, described, nameless
from connector.store.ledger import Ledger


def keep_described(
    ledger: Ledger, before: Mapping[str, User], after: Mapping[str, User], since: datetime | None, now: datetime
) -> None:
    """Keeps in the ledger who is described otherwise than at the last sync, or gone. Nothing on the first one."""
    changed = []
    for id, user in before.items():
        then, today = described(user), described(after[id]) if id in after else None
        if then != today:
            changed.append(Observation(Ref(ledger.org, USER, id), USER, since, now, then, today))
    _without_names(ledger)
    if changed:
        ledger.observations.record(changed)


def _without_names(ledger: Ledger) -> None:
    """Takes names and addresses out that an earlier version kept."""
    kept = ledger.observations.of_object(USER)
    for ref, group in groupby(kept, key=lambda one: one.ref):
        seen = list(group)
        bare = [replace(one, before=_nameless(one.before), after=_nameless(one.after)) for one in seen]
        if bare != seen:
            ledger.observations.instead(ref, USER, [one for one in bare if one.before != one.after])


def _nameless(text: str | None) -> str | None:
    return nameless(text) if text is not None else None
