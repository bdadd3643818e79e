"""How many requests there are for us, and when to stop.

Dataverse tells nobody how many requests a day the licences allow or how many are gone, so an admin may say how many
they are (`api_daily`); then our share of them is kept to. What it does tell on answers is for the moment only: how many
requests are left in the present five minutes, of the one server that answered [wire §4.4].
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from connector.errors import BudgetSpent
from connector.ports import Budget
from connector.words import part

BURST = "x-ms-ratelimit-burst-remaining-xrm-requests"


class Requests:
    """Counts requests and stops them at our share of a day. Safe to use from several threads.

    `daily`: what the licences allow, None if nobody said. `share`: our part of it. `burst`: requests left in the
    present five minutes, as last heard.
    """

    def __init__(self, daily: int | None = None, share: float = 1.0) -> None:
        self._daily, self._share = daily, share
        self._ours = 0
        self._lock = Lock()
        self.burst: int | None = None

    def ask(self) -> None:
        """Before a request: counts it. Raises BudgetSpent if it is one too many."""
        with self._lock:
            if self._daily is not None and self._ours >= max(1, self._daily * self._share):
                raise BudgetSpent(
                    f"this run has made {self._ours:,} requests: its share is used up ({part(self._share)} of "
                    f"{self._daily:,} a day)",
                    next="run again later, or raise api_share or api_daily in connector.toml",
                )
            self._ours += 1

    def hear(self, headers: Mapping[str, str]) -> None:
        """After an answer: takes in what is left for the moment."""
        left = headers.get(BURST) or ""
        if left.isdigit():
            with self._lock:
                self.burst = int(left)

    def now(self) -> Budget:
        """What this run has made; what others have is not known."""
        with self._lock:
            return Budget(self._daily, None, self._ours)
