"""Rows of many tables in any mixture, collected and loaded by the thousand."""

from __future__ import annotations

from collections import Counter

from connector.sandbox.dynamics.org import Org

_BLOCK = 2_000


class Pour:
    """Takes rows and gives out ids. `counts` says how many rows of each table were taken so far."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._waiting: dict[str, list[tuple[object, ...]]] = {}
        self._columns: dict[str, tuple[str, ...]] = {}
        self.counts: Counter[str] = Counter()

    def mint(self, entity: str) -> str:
        """A fresh id for a row of that table."""
        return self._org.id_of(self._org.next_version())

    def put(self, entity: str, columns: tuple[str, ...], row: tuple[object, ...]) -> None:
        """Takes one row. A table has the same columns every time."""
        waiting = self._waiting.setdefault(entity, [])
        self._columns.setdefault(entity, columns)
        waiting.append(row)
        if len(waiting) >= _BLOCK:
            self._write(entity, waiting)

    def flush(self) -> None:
        """Loads what is waiting."""
        for entity, waiting in self._waiting.items():
            self._write(entity, waiting)

    def _write(self, entity: str, waiting: list[tuple[object, ...]]) -> None:
        self._org.load(entity, self._columns[entity], waiting)
        self.counts[entity] += len(waiting)
        waiting.clear()
