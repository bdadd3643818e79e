"""Our publisher and our solution: what everything we add carries the name of, and by what an admin finds it again.

Names of columns begin with the publisher's prefix, numbers of options with its number [wire §5.3].
"""

from __future__ import annotations

from typing import Any, Final

from connector.adapters.dynamics import query
from connector.adapters.dynamics.batches import Guard
from connector.adapters.dynamics.session import Session, sequence
from connector.adapters.web.errors import Declined
from connector.errors import Skip

PREFIX: Final = "conn"
NAME: Final = "connector"
"""Unique name of the publisher and of the solution."""
OPTION_PREFIX: Final = 45_310
"""What numbers of our options begin with, unless the environment has our publisher with another one."""
FIRST: Final = 10_000
"""Options per prefix: numbers are prefix × 10,000 and on."""
IN_SOLUTION: Final = {"MSCRM.SolutionUniqueName": NAME}
_TITLE: Final = "Connector"
_DESCRIPTION: Final = "Columns, status reasons and the security role that connector added."


def ensure(session: Session, guard: Guard) -> int:
    """Makes publisher and solution if they are not there; gives the first number of our options.

    Raises Skip if another publisher owns the prefix.
    """
    publisher = _publisher(session)
    if publisher is None:
        body = {
            "uniquename": NAME,
            "friendlyname": _TITLE,
            "description": _DESCRIPTION,
            "customizationprefix": PREFIX,
            "customizationoptionvalueprefix": OPTION_PREFIX,
        }
        _make(session, "publishers", body, guard)
        publisher = _publisher(session)
    if publisher is None:
        raise Skip("the publisher was made, but is not shown", where=NAME, next="run the command again")
    if not _solution(session):
        body = {
            "uniquename": NAME,
            "friendlyname": _TITLE,
            "description": _DESCRIPTION,
            "version": "1.0.0.0",
            "publisherid@odata.bind": f"/publishers({publisher['publisherid']})",
        }
        _make(session, "solutions", body, guard)
    return int(publisher["customizationoptionvalueprefix"]) * FIRST


def _publisher(session: Session) -> Any:
    columns = ["publisherid", "uniquename", "customizationprefix", "customizationoptionvalueprefix"]
    found = sequence(session.get(query.path(session, "publishers", columns, f"customizationprefix eq '{PREFIX}'")))
    if found and found[0]["uniquename"] != NAME:
        raise Skip(
            f"the prefix {PREFIX}_ belongs to the publisher {found[0]['uniquename']!r}, not to ours",
            where="publishers",
            next="give that publisher another prefix, or name columns of your own in the mapping",
        )
    return found[0] if found else None


def _solution(session: Session) -> bool:
    path = query.path(session, "solutions", ["solutionid"], f"uniquename eq '{NAME}'")
    return bool(sequence(session.get(path)))


def _make(session: Session, entities: str, body: dict[str, Any], guard: Guard) -> None:
    """Its unique name lets it be there only once: sent again, it is refused, which the next look tells from a fault."""
    try:
        session.send("POST", f"{session.data}/{entities}", guard=guard, repeat=True, json=body)
    except Declined as error:
        path = query.path(session, entities, ["uniquename"], f"uniquename eq '{NAME}'")
        if not sequence(session.get(path)):
            raise Skip(error.what, where=entities, next=error.next) from error
