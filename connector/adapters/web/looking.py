"""Looking around in a CRM: questions that a login may be refused, and the CRM's clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from connector.adapters.web.errors import Declined
from connector.errors import CrmFailed, NotPermitted

T = TypeVar("T")


class Asked:
    """Asks, and keeps why an answer was refused: subject → reason."""

    def __init__(self) -> None:
        self.refused: dict[str, str] = {}

    def of(self, subject: str, ask: Callable[[], T], otherwise: T) -> T:
        """The answer, or `otherwise` if this login may not ask."""
        try:
            return ask()
        except (Declined, NotPermitted, CrmFailed) as error:
            self.refused[str(subject)] = error.what
            return otherwise


def skew(told: str, now: datetime) -> timedelta | None:
    """How far the CRM's clock is ahead of ours. `told`: the Date of an answer that has just come, in ISO; "": none.

    In whole seconds; the way there and back is not taken off.
    """
    return datetime.fromisoformat(told) - now.replace(microsecond=0) if told else None
