"""Who waits for a promise to be kept: open promises with what a board shows of their people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.model import Promise, Ref, Waiting
from connector.store.bulk import Connection, listed
from connector.store.mirror.tables import OBJECT_NAMES
from connector.store.mirror.verdicts import PROMISE, promise_of

_QUERY: Final = (
    "SELECT p.object, p.id, p.first_name, p.last_name, coalesce(p.company, a.name), p.source, p.owner_id, u.name, "
    f"s.total, {listed(PROMISE, 'o.')} FROM promise AS o JOIN person AS p ON p.key = o.key "
    "LEFT JOIN accounts AS a ON a.id = p.account_id LEFT JOIN users AS u ON u.id = p.owner_id "
    "LEFT JOIN score AS s ON s.key = o.key "
    "WHERE o.stopped_at IS NULL AND o.state IN ('running', 'breached', 'backlog', 'no_clock') "
    "ORDER BY o.key, o.number"
)


def waiting(connection: Connection, org: str) -> Iterator[Waiting]:
    """Everybody who waits, as last judged; all that is promised to a person comes together."""
    for part in connection.stream(_QUERY):
        for object, id, first, last, company, source, owner, owner_name, score, *values in part:
            promise: Promise = promise_of(values)
            yield Waiting(
                ref=Ref(org, OBJECT_NAMES[object], id),
                name=" ".join(name for name in (first, last) if name),
                company=company or "",
                source=source or "",
                owner=owner_name or owner or "",
                owner_id=owner or "",
                score=score or None,
                promise=promise,
            )
