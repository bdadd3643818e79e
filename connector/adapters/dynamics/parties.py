"""Who took part in an activity, where what it is about is no lead or contact: a campaign, an opportunity, an account.

Who stands on the other side counts: the sender of what came in, the recipients of what went out, those invited, the
customer who responded. Per activity one lead and one contact at most: the first in that order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from connector.adapters.dynamics import query
from connector.adapters.dynamics.org import asked
from connector.adapters.dynamics.query import LOGICAL_NAME
from connector.adapters.dynamics.view import View

TABLE: Final = "activityparty"
SENDER, TO, CC, BCC, REQUIRED, OPTIONAL, CUSTOMER = 1, 2, 3, 4, 5, 6, 11
"""How somebody takes part (participationtypemask) [wire §6.2]."""
CAME_IN: Final = (SENDER,)
WENT_OUT: Final = (TO, CC, BCC)
OTHERS: Final = (CUSTOMER, REQUIRED, OPTIONAL, TO, SENDER)
_PARTY: Final = "_partyid_value"


class Whose(NamedTuple):
    """The ids of a lead and a contact; None for none."""

    lead: str | None = None
    contact: str | None = None


class Parties:
    """Looks up who took part."""

    def __init__(self, view: View) -> None:
        self._view = view

    def of(self, activities: Mapping[str, Sequence[int]]) -> Mapping[str, Whose]:
        """Activity → whose it is. `activities`: id → the ways of taking part that count, best first."""
        info = self._view.metadata.table(TABLE)
        if info is None or not activities:
            return {}
        leads, contacts = (self._view.mapping.object(name).api for name in ("lead", "contact"))
        ranked: dict[str, list[tuple[int, str, str]]] = {}
        for row in self._rows(info.set, activities):
            id_, part, party = row["_activityid_value"], row.get("participationtypemask"), row.get(_PARTY)
            kind = row.get(f"{_PARTY}@{LOGICAL_NAME}")
            if party and part in activities.get(id_, ()) and kind in (leads, contacts):
                ranked.setdefault(id_, []).append((activities[id_].index(part), kind, party))
        return {id_: _whose(sorted(found), leads, contacts) for id_, found in ranked.items()}

    def _rows(self, entities: str, activities: Iterable[str]) -> Iterable[Mapping[str, Any]]:
        select = ["_activityid_value", _PARTY, "participationtypemask"]
        found: list[Mapping[str, Any]] = []
        for part in query.parts(activities):
            found += asked(partial(self._part, entities, select, part)) or []
        return found

    def _part(self, entities: str, select: Sequence[str], part: Sequence[str]) -> list[Mapping[str, Any]]:
        path = query.path(self._view.session, entities, select, query.among("activityid", part))
        return list(query.rows(self._view.session, path, annotated=True))


def _whose(ranked: Sequence[tuple[int, str, str]], leads: str, contacts: str) -> Whose:
    first = {kind: party for _, kind, party in reversed(ranked)}
    return Whose(first.get(leads), first.get(contacts))
