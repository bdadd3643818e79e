"""What the scorecard says beside the promises that are broken now."""

from __future__ import annotations

from collections.abc import Sequence

from connector.case import Case
from connector.model import Promise, PromiseState
from connector.policy.loader import Loaded
from connector.sla import in_force_since


class Promised:
    """Counts over everybody. `people`: to how many something is, or was, promised; the backlog apart."""

    def __init__(self) -> None:
        self.people = self._late = self._backlog = 0
        self._is_preview = False

    def add(self, promises: Sequence[Promise], case: Case) -> None:
        """One person's."""
        self._is_preview = self._is_preview or in_force_since(case) is None
        states = {one.state for one in promises}
        self.people += bool(states - {PromiseState.BACKLOG})
        self._backlog += PromiseState.BACKLOG in states
        self._late += any(one.state is PromiseState.BREACHED and not one.is_open for one in promises)

    def note(self) -> str:
        """What was kept too late, what is backlog, and whether all of it is a preview."""
        said = [f"{self._late:,} were kept too late"] if self._late else []
        if self._backlog:
            said.append(
                f"backlog: {self._backlog:,} wait since nobody knows when, or since before promises were in force"
            )
        if self._is_preview and self.people:
            said.append("as if promises had always been in force: they are from the first apply on")
        return "; ".join(said)


def unpromised(loaded: Loaded) -> str:
    """Why nobody can say whether promises are kept; the empty text if it can be said."""
    if not loaded.file.rules.get("sla", {}).get("on", True):
        return "the rule sla is off"
    return "" if loaded.file.sla.promise else "the policy promises nothing ([sla.promise])"
