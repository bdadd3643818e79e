"""Publishers and solutions, as far as they decide about names and numbers [D 5.3]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.sandbox.dynamics.base import PUBLISHER_ID
from connector.sandbox.dynamics.errors import DataverseError

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

TABLE, COLUMN, OPTION_SET = 1, 2, 9
"""Component types."""


def prefixes(org: Org) -> set[str]:
    """The customization prefixes of all publishers."""
    rows = org.storage.reader().execute("SELECT customizationprefix FROM publisher")
    return {prefix.lower() for (prefix,) in rows if prefix}


def option_prefix(org: Org, solution: object) -> int:
    """What the numbers of new options begin with in that solution; without one the default publisher's."""
    id = PUBLISHER_ID if solution is None else _solution(org, solution)[1]
    query = "SELECT customizationoptionvalueprefix FROM publisher WHERE publisherid = ?"
    found = org.storage.reader().execute(query, (id,)).fetchone()
    return int(found[0]) if found and found[0] else 10_000


def put_in(org: Org, solution: object, kind: int, id: str) -> None:
    """Makes a part of the environment a component of that solution; once is enough. Raises DataverseError."""
    if solution is None:
        return
    solution_id = _solution(org, solution)[0]
    query = "SELECT 1 FROM solutioncomponent WHERE solutionid = ? AND objectid = ?"
    if org.storage.reader().execute(query, (solution_id, id)).fetchone() is None:
        org.load("solutioncomponent", ["solutionid", "objectid", "componenttype"], [[solution_id, id, kind]])


def _solution(org: Org, name: object) -> tuple[str, str]:
    """Id and publisher of a solution. Raises DataverseError if there is none of that name."""
    query = "SELECT solutionid, publisherid FROM solution WHERE uniquename = ?"
    found = org.storage.reader().execute(query, (str(name),)).fetchone()
    if found is None:
        raise DataverseError(404, "0x80040217", f"solution With uniquename = {name} Does Not Exist")
    return str(found[0]), str(found[1])
