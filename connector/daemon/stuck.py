"""Whether an org's alerts get nowhere: the job that tells them has failed then, and /readyz says so.

A channel that refuses is known from the ledger, whichever process tried. One whose address or secret cannot be read is
not even tried, so each process counts the passes itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.alerts.refused import OFTEN, down, untold
from connector.openorg import OpenOrg
from connector.store.ledger import Told


class Stuck:
    """How many passes in a row could not even try a channel, by org."""

    def __init__(self) -> None:
        self._passes: dict[tuple[str, str], int] = {}

    def why(self, org: OpenOrg, problems: Sequence[str]) -> str:
        """After a pass with these problems, which begin with their channel: why nothing gets through, "" if it does."""
        found = untold(org.ledger.deliveries, org.now())
        reasons = [down(found, org.ledger.deliveries)]
        waiting = {one.channel for one in found if one.state is Told.PENDING and not one.tries}
        before, self._passes = self._passes, {key: n for key, n in self._passes.items() if key[0] != org.name}
        for channel in sorted(waiting):
            problem = next((one for one in problems if one.startswith(f"{channel}: ")), "")
            passes = before.get((org.name, channel), 0) + bool(problem)
            self._passes[org.name, channel] = passes
            if problem and passes >= OFTEN:
                reasons.append(problem)
        return "; ".join(filter(None, reasons))
