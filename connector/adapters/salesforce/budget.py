"""How many API calls there are for us, and when to stop.

Salesforce says on every answer what the org used in the last 24 hours: `Sforce-Limit-Info: api-usage=18/5000`. No call
is made to find out. Polls, logins and result files count as calls like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from threading import Lock

from connector.errors import BudgetSpent
from connector.ports import Budget
from connector.words import part

_USAGE = re.compile(r"(?:^|[^-])api-usage=(\d+)/(\d+)")


class Allowance:
    """Counts calls and stops them at two lines: our share of a day, and the part of the day nobody but people may use.

    `share`: of the daily allowance, for this process. `stop_at`: once this share of the day's calls is gone, by
    whoever, we make no more. Safe to use from several threads.
    """

    def __init__(self, share: float = 1.0, stop_at: float = 1.0) -> None:
        self._share, self._stop_at = share, stop_at
        self._allowed: int | None = None
        self._used: int | None = None
        self._ours = 0
        self._lock = Lock()

    def ask(self) -> None:
        """Before a call: counts it. Raises BudgetSpent if it is one too many."""
        with self._lock:
            self._refuse()
            self._ours += 1

    def hear(self, headers: Mapping[str, str]) -> None:
        """After an answer: takes in what the org says it has used."""
        found = _USAGE.search(headers.get("Sforce-Limit-Info") or "")
        if found:
            with self._lock:
                self._used, self._allowed = int(found[1]), int(found[2])

    def now(self) -> Budget:
        """As last heard."""
        with self._lock:
            return Budget(self._allowed, self._used, self._ours)

    def _refuse(self) -> None:
        if self._allowed is None or self._used is None:
            return
        if self._used >= self._allowed * self._stop_at:
            raise BudgetSpent(
                f"{self._used:,} of the org's {self._allowed:,} API calls of the last 24 hours are used; "
                f"connector stops at {part(self._stop_at)}",
                next="run again later, or raise api_stop_at in connector.toml",
            )
        if self._ours >= max(1, self._allowed * self._share):
            raise BudgetSpent(
                f"this run has made {self._ours:,} API calls: its share is used up ({part(self._share)} of the org's "
                f"{self._allowed:,} a day)",
                next="run again later, or raise api_share in connector.toml",
            )
