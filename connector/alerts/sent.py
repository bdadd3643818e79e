"""What came of sending one message."""

from __future__ import annotations

import msgspec

from connector.store.ledger import Told


class Sent(msgspec.Struct, frozen=True):
    """`state`: SENT, FAILED (certainly not sent) or UNKNOWN (it may have arrived). `note`: the other side's words.

    `alerts`: how many it told of. `to`: whom it went to; None if that is not told apart from whom it was meant for.
    """

    state: Told
    note: str = ""
    alerts: int = 0
    to: tuple[str, ...] | None = None
