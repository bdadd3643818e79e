"""Linking two rows that many of either kind may belong to, such as a user and a role."""

from __future__ import annotations

from connector.adapters.dynamics.batches import Guard
from connector.adapters.dynamics.session import Session, sequence
from connector.adapters.web.errors import Declined
from connector.errors import Skip


def link(session: Session, entities: str, id: str, to: str, guard: Guard) -> None:
    """Links the row `id` of `entities` to the collection `to`; a link that is there already is left."""
    key = f"{entities.removesuffix('s')}id"
    if any(row.get(key) == id for row in sequence(session.get(f"{session.data}/{to}?$select={key}"))):
        return
    body = {"@odata.id": f"{session.url}{session.data}/{entities}({id})"}
    try:
        session.send("POST", f"{session.data}/{to}/$ref", guard=guard, repeat=True, json=body)
    except Declined as error:
        raise Skip(error.what, where=to, next=error.next) from error
