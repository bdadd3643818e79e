"""What goes wrong in a night: on the wire, in the org's rows, with its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from connector.sandbox.faults import Faults
from connector.sandbox.salesforce.rules import RowFault, RowLock
from tests.soak.crm import WatchedOrg

WIRE: dict[str, list[dict[str, Any]]] = {
    "503 now and then": [{"status": 503, "every": 7}],
    "503 as a page": [{"status": 503, "body": "html", "first": 3, "times": 2}],
    "429, wait": [{"status": 429, "retry_after": 1, "times": 2}],
    "too many at once": [
        {"status": 403, "code": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests Limit exceeded.", "every": 9}
    ],
    "answers lost": [{"drop": 0, "every": 9}],
    "cut in the answer": [{"drop": 40, "every": 8}],
    "cut short": [{"truncate": 30, "every": 8}],
    "expired sessions": [{"expire_sessions": True, "every": 9}],
    "slow": [{"latency": 0.1, "every": 5}],
    "all at once": [
        {"status": 503, "every": 11},
        {"drop": 0, "every": 13},
        {"drop": 25, "every": 17},
        {"expire_sessions": True, "every": 19},
    ],
}
"""With patience the night is done all the same."""


class Weather(NamedTuple):
    """`name`, and whether the night can be expected to write everything (`passes`)."""

    name: str
    passes: bool
    begin: Callable[[], object]


CLEAR = Weather("clear", True, lambda: None)


def forecast(random: Random, org: WatchedOrg, faults: Faults) -> Iterator[Weather]:
    """One night after the other: every third is clear; between them everything there is, in another order each time."""
    every = [Weather(*one) for one in (*_wire(faults), *_rows(org), *_lasting(random, org, faults))]
    while True:
        for number, weather in enumerate(random.sample(every, len(every))):
            if number % 2 == 0:
                yield CLEAR
            yield weather


def calm(org: WatchedOrg, faults: Faults) -> None:
    """Nothing goes wrong any more."""
    faults.wire.clear()
    org.rules.row_lock.clear()
    org.rules.row_fault.clear()
    org.rules.limits.query_rows = 0
    org.usage.maximum = 100_000


def _wire(faults: Faults) -> list[Any]:
    def put(keys: list[dict[str, Any]]) -> Callable[[], object]:
        return lambda: [faults.add(path="/services/data", **one) for one in keys]

    return [(name, True, put(keys)) for name, keys in WIRE.items()]


def _rows(org: WatchedOrg) -> list[Any]:
    refused = {"code": "CANNOT_X", "message": "No.", "operation": "update"}
    return [
        ("row locks", True, lambda: org.rules.row_lock.append(RowLock(share=0.3, times=2))),
        ("rows locked for ever", True, lambda: org.rules.row_lock.append(RowLock(share=0.3, times=0))),
        ("rows refused", True, lambda: org.rules.row_fault.append(RowFault(every=3, **refused))),
    ]


def _lasting(random: Random, org: WatchedOrg, faults: Faults) -> list[Any]:
    def truncated() -> None:
        org.rules.limits.query_rows = 40
        faults.add(path="/results", truncate=200, times=2)

    def down(**keys: Any) -> Callable[[], object]:
        return lambda: faults.add(path="/services/data", first=random.randint(2, 40), times=0, **keys)

    def poor() -> None:
        org.usage.maximum = org.usage.used(org.clock()) + random.randint(5, 60)

    return [
        ("truncated CSV", True, truncated),
        ("down for good", False, down(status=503)),
        ("refused for good", False, down(status=400, code="MALFORMED_QUERY", message="no")),
        ("the day's calls run out", False, poor),
    ]
