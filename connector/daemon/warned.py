"""What the log was told of passes that tell alerts, so that a cause which stays is told once and not every few minutes.

A channel that is down, or a task that nobody can take, is a problem of each pass. The same one is told again when a day
is over, or after its channel got something through.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

AGAIN: Final = timedelta(days=1)
_NUMBERS: Final = re.compile(r"\d[\d,.:]*")
"""How many it concerns, and when, differs from pass to pass."""


class Warned:
    """When each org's causes were told last, as far as this process knows."""

    def __init__(self) -> None:
        self._at: dict[str, dict[str, datetime]] = {}

    def news(self, org: str, problems: Sequence[str], sent: Mapping[str, int], now: datetime) -> list[str]:
        """Those of a pass's problems that are to be told. `sent`: what got through in that pass, by channel.

        A problem of a channel begins with its name and a colon.
        """
        causes = {_NUMBERS.sub("#", problem): problem for problem in problems}
        through = tuple(f"{channel}: " for channel, count in sent.items() if count)
        known = {
            cause: at
            for cause, at in self._at.get(org, {}).items()
            if timedelta() <= now - at < AGAIN and (cause in causes or not cause.startswith(through))
        }
        new = {cause: problem for cause, problem in causes.items() if cause not in known}
        self._at[org] = {**known, **dict.fromkeys(new, now)}
        return list(new.values())

    def keep(self, orgs: Collection[str]) -> None:
        """Forgets all other orgs."""
        for gone in set(self._at) - set(orgs):
            self._at.pop(gone, None)
