"""One thing that is wrong with a policy."""

from __future__ import annotations

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """What is wrong, where (file, line and key), and what to do next."""

    what: str
    where: str
    next: str
