"""A large org, skewed as in life, through sync and judging: one in a hundred people holds three in ten activities.

    python -m bench.skewed [people] [--json]

A million people with ten million activities by default. The CRM is a generator, so that only connector's own memory is
measured: the process's peak, with the target of `make bench` (400 MB). Times are processor time. All rules are on, with
score and clock; nothing was ever applied, so every stay since the beginning counts as promised.
"""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, cast

from bench.judge import ACTIVITIES, NOW, START, batches_of, setting
from bench.process import spent
from connector.cli import ALLOCATIONS
from connector.judging import judge_dirty
from connector.model import CONTACT, FIELDS, LEAD, OBJECTS
from connector.ports import (
    Adapter,
    Batch,
    Budget,
    FieldSchema,
    Mark,
    ObjectSchema,
    OrgSchema,
    PicklistValue,
    Row,
    Table,
)
from connector.store.ledger import Ledger
from connector.store.mirror import Mirror
from connector.sync import sync

AVERAGE = 10
FEW = 100
"""One in so many people …"""
SHARE = 0.3
"""… holds this share of all activities."""
MEMORY = 400_000_000


class Crm:
    """As much of an adapter as a first sync asks for; everything is made up while it is read. `making`: processor
    seconds that this took."""

    def __init__(self, people: int) -> None:
        self._people = people
        self._leads = people * 7 // 10
        self._counts = {Table.TASK: sum(map(held, range(people)))}
        self.making = 0.0

    def schema(self, *, fresh: bool = False) -> OrgSchema:
        """An org with every field of ours."""
        texts = ("Raw", "Inquiry", "MAQL", "LAL", "MQL", "SAL", "Re-Market", "Disqualified", "Customer")
        values = tuple(PicklistValue(text, text) for text in texts)
        objects = {
            on: ObjectSchema(on, on, on, {f: FieldSchema(f, f, f, "", writable=True, values=values) for f in FIELDS})
            for on in OBJECTS
        }
        return OrgSchema("bench", "Bench", "UTC", "me", "me", "1", objects)

    def read(self, table: Table, since: Mark | None) -> Iterator[Batch]:
        """Everything of a table."""
        made = self._tasks() if table is Table.TASK else batches_of(table, self._people)
        while True:
            begun = time.process_time()
            batch = next(made, None)
            self.making += time.process_time() - begun
            if batch is None:
                return
            yield batch

    def count(self, table: Table) -> int:
        """How many rows it has; they are made up for that once more."""
        if table not in self._counts:
            self._counts[table] = sum(len(batch.rows) for batch in self.read(table, None))
        return self._counts[table]

    def budget(self) -> Budget:
        """There is no limit."""
        return Budget(None, None, 0)

    def _tasks(self) -> Iterator[Batch]:
        for first in range(0, self._people, 500):
            rows: list[Row] = []
            numbers = range(first, min(first + 500, self._people))
            rolls = random.Random(first)
            for number in numbers:
                rows += self._of(number, rolls)
            yield Batch(Table.TASK, rows, mark=Mark("1") if numbers.stop == self._people else None)

    def _of(self, number: int, rolls: random.Random) -> Iterator[Row]:
        lead = number < self._leads
        who = f"{LEAD}{number:012d}" if lead else f"{CONTACT}{number - self._leads:012d}"
        ids = (who, None) if lead else (None, who)
        for step in range(held(number)):
            what = ACTIVITIES[rolls.randrange(4) if rolls.random() < 0.3 else rolls.randrange(3)]
            at = int((START + timedelta(minutes=rolls.randrange(1_050_000))).timestamp())
            yield (f"t{who}{step}", *ids, at, *what, "u1", "", at)


def held(number: int) -> int:
    """How many activities a person holds: ten on average."""
    return int(AVERAGE * SHARE * FEW) if number % FEW == 0 else 6 + number % 3


class Skewed(NamedTuple):
    """What it came to. Seconds are processor time, without what making the rows up took; `peak`: bytes of memory."""

    people: int
    activities: int
    rows: int
    sync: float
    judge: float
    changes: int
    mirror: int
    peak: int


def measured(people: int) -> Skewed:
    """Sync and judge so many people in this process."""
    gc.set_threshold(ALLOCATIONS)  # as the command line does
    policy, rules, _ = setting()
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder) / "ledger.db", "bench", lambda: NOW) as ledger,
        Mirror.open(Path(folder) / "mirror.db", "bench", ()) as mirror,
    ):
        crm: Any = Crm(people)
        begun = time.process_time()
        done = sync(mirror, cast(Adapter, crm), ledger, policy, mapping="bench", now=NOW)
        read = time.process_time() - begun - crm.making
        begun = time.process_time()
        counts = judge_dirty(mirror, ledger, policy, rules, mirror.org_facts(), NOW)
        judged = time.process_time() - begun
        size = (Path(folder) / "mirror.db").stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    tasks, rows = done.read.get("task", 0), sum(done.read.values())
    return Skewed(people, tasks, rows, read, judged, sum(counts.changes.values()), size, peak)


def apart(people: int) -> Skewed:
    """The same in a process of its own, so that its peak of memory is nobody else's."""
    took = spent([sys.executable, "-m", "bench.skewed", str(people), "--json"], os.environ)
    found = Skewed(*json.loads(took.said))
    return found._replace(peak=max(found.peak, took.peak))


def main() -> None:
    """Measures and prints."""
    people = next((int(word) for word in sys.argv[1:] if word.isdigit()), 1_000_000)
    found = measured(people)
    if "--json" in sys.argv:
        print(json.dumps(found))
        return
    print(f"{found.people:,} people, {found.activities:,} activities; mirror {found.mirror / 1e6:,.0f} MB")
    print(f"sync {found.sync:,.1f} s, {found.rows / found.sync:,.0f} rows/s")
    print(f"judged and stored {found.judge:,.1f} s, {people / found.judge:,.0f} people/s; {found.changes:,} changes")
    print(f"peak memory {found.peak / 1e6:,.0f} MB   (target {MEMORY / 1e6:,.0f})")


if __name__ == "__main__":
    main()
