"""Channels that get nothing through: what the daemon, its metrics and `connector status` say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from connector.alerts.raising import DIGEST
from connector.store.ledger import Deliveries, Told, Untold
from connector.words import plural

OFTEN: Final = 3
"""Refusals in a row after which a channel is taken to be down."""
LOOKED_BACK: Final = timedelta(days=7)
"""For how long what was given up is told of."""


def untold(deliveries: Deliveries, now: datetime) -> list[Untold]:
    """What waits, was refused or was lately given up, by channel."""
    return deliveries.untold(now - LOOKED_BACK)


def down(found: Sequence[Untold], deliveries: Deliveries) -> str:
    """Which channels have refused alerts again and again and got nothing through since; "" if none has.

    The digest of the morning is a job of its own.
    """
    return "; ".join(
        f"{one.channel} has refused {plural(one.count, 'alert')} {one.tries} times: {one.note}"
        for one in found
        if one.state is Told.FAILED and one.tries >= OFTEN and not one.channel.startswith(DIGEST)
        if not _got_through(one, deliveries)
    )


def lines(found: Sequence[Untold]) -> Iterator[str]:
    """For `connector status`: what was refused or given up, and where to look."""
    for one in found:
        if one.state is Told.FAILED:
            what = f"{one.channel} refuses {plural(one.count, 'alert')}, tried {plural(one.tries, 'time')} so far"
            yield f"{what}: {one.note} (connector alerts --state failed)"
        elif one.state is Told.GIVEN_UP:
            what = f"{one.channel} never told {plural(one.count, 'alert')} of the last {LOOKED_BACK.days} days"
            yield f"{what}: {one.note} (connector alerts --state given_up)"


def _got_through(one: Untold, deliveries: Deliveries) -> bool:
    last = deliveries.last_sent(one.channel)
    return last is not None and last >= one.since
