"""How fast the mirror takes an org in, reads it out and takes a night's changes, in processor time and memory.

    python -m bench.mirror [leads] [activities each]

Rows are made up on the way; no CRM, no adapter and no rules take part. One lead in five is converted and has a
contact; each lead has two status changes and every other one a campaign membership.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from connector.model import Change, Evidence, Judgement
from connector.ports import PERSON_COLUMNS, Batch, Mark, Row, Table
from connector.store.mirror import Mirror

BATCH: Final = 10_000
START: Final = 1_700_000_000
NOW: Final = datetime(2026, 4, 1, tzinfo=UTC)
STATUSES: Final = ("Inquiry", "MAQL", "LAL", "Left Vmail", "Re-Market")


class Org:
    """Made-up rows of an org with so many leads."""

    def __init__(self, leads: int, activities: int) -> None:
        self.leads = leads
        self.activities = activities

    def rows(self, table: Table) -> Iterator[Row]:
        """All rows of a table."""
        made = {
            Table.USER: self._users,
            Table.CAMPAIGN: self._campaigns,
            Table.LEAD: lambda: (self.lead(number) for number in range(self.leads)),
            Table.CONTACT: lambda: (self._contact(number) for number in range(0, self.leads, 5)),
            Table.LEAD_HISTORY: self._history,
            Table.CAMPAIGN_MEMBER: self._members,
            Table.TASK: self._tasks,
        }
        return made[table]()

    def lead(self, number: int, **changed: object) -> Row:
        """One lead."""
        row = dict.fromkeys(PERSON_COLUMNS)
        converted = number % 5 == 0
        row |= {
            "id": lead_id(number),
            "version": f"2026-01-01T00:00:{number % 60:02}.000Z",
            "created_at": START + number,
            "modified_at": START + number,
            "modified_by": _id("005", number % 50),
            "status": STATUSES[number % len(STATUSES)],
            "source": "Web",
            "email": f"person{number}@example.com",
            "phone": "+1 555 0100",
            "first_name": "Ann",
            "last_name": f"Lee {number}",
            "title": "VP Sales",
            "company": f"Acme {number // 10}",
            "country": "US",
            "owner_id": _id("005", number % 50),
            "is_converted": int(converted),
            "converted_at": START + number if converted else None,
            "converted_contact": _id("003", number) if converted else None,
            "is_inactive": 0,
            "is_bounced": 0,
            **changed,
        }
        return tuple(row.values())

    def _contact(self, number: int) -> Row:
        changed = {"id": _id("003", number), "created_at": START + number + 1000}
        return self.lead(1, **changed, email=f"person{number}@example.com", status=None)

    def _users(self) -> Iterator[Row]:
        for number in range(50):
            yield _id("005", number), f"User {number}", None, 1, "user", None, None, None, None

    def _campaigns(self) -> Iterator[Row]:
        for number in range(20):
            yield _id("701", number), f"Campaign {number}", "Webinar", 1

    def _history(self) -> Iterator[Row]:
        for number in range(2 * self.leads):
            who, at = number % self.leads, START + number
            yield _id("017", number), lead_id(who), at, _id("005", 1), "Inquiry", STATUSES[who % 5]

    def _members(self) -> Iterator[Row]:
        for number in range(0, self.leads, 2):
            yield _id("00v", number), _id("701", number % 20), lead_id(number), None, 1, START + number, START + number

    def _tasks(self) -> Iterator[Row]:
        for number in range(self.activities * self.leads):
            who = lead_id(number * 7919 % self.leads)
            what, at = ("call", "out", "connected", _id("005", number % 50), ""), START + number
            yield _id("00T", number), who, None, at, *what, at


def lead_id(number: int) -> str:
    """The id of a lead."""
    return _id("00Q", number)


def _id(prefix: str, number: int) -> str:
    return f"{prefix}{number:012}AAA"


class Stopwatch:
    """Processor seconds, less what making up rows took."""

    def __init__(self) -> None:
        self.made_up = 0.0
        self._began = time.process_time()

    def batches(self, table: Table, rows: Iterator[Row]) -> Iterator[Batch]:
        """Rows in batches; the time to make them up is not counted."""
        while True:
            began = time.process_time()
            part = list(islice(rows, BATCH))
            self.made_up += time.process_time() - began
            if not part:
                yield Batch(table, mark=Mark("1"))
                return
            yield Batch(table, part)

    def seconds(self) -> float:
        """So far."""
        return time.process_time() - self._began - self.made_up


def load(mirror: Mirror, org: Org) -> None:
    """The first load, table by table."""
    tables = (Table.USER, Table.CAMPAIGN, Table.LEAD, Table.CONTACT, Table.LEAD_HISTORY, Table.CAMPAIGN_MEMBER)
    for table in (*tables, Table.TASK):
        watch = Stopwatch()
        for batch in watch.batches(table, org.rows(table)):
            mirror.put(batch, first=True)
        if table is Table.CONTACT:
            mirror.intake.settle()
        _say(f"first load of {table.value}", watch.seconds())


def read(mirror: Mirror) -> None:
    """Everybody's evidence, and everybody judged to nothing much."""
    watch = Stopwatch()
    people = sum(len(page) for page in mirror.people.everyone())
    _say("read everybody", watch.seconds(), people)
    watch = Stopwatch()
    for page in mirror.people.pages(NOW):
        mirror.verdicts.store([(one, _judged(one)) for one in page])
    _say("read and store verdicts, a change for one in three", watch.seconds(), people)
    watch = Stopwatch()
    changes = sum(1 for _ in mirror.verdicts.changes())
    _say("read standing changes in order", watch.seconds(), changes)


def night(mirror: Mirror, org: Org) -> None:
    """One lead in a hundred was changed, as many got a call; then those are judged."""
    watch = Stopwatch()
    changed = (
        org.lead(number, status="SQL", version="2", modified_at=START * 2) for number in range(1, org.leads, 100)
    )
    for batch in watch.batches(Table.LEAD, changed):
        mirror.put(batch)
    _say("a night's leads", watch.seconds(), org.leads // 100)
    watch = Stopwatch()
    calls = ((f"00Tnew{n:012}", lead_id(n), None, START * 2, "call", "in", "", None) for n in range(1, org.leads, 100))
    for batch in watch.batches(Table.TASK, calls):
        mirror.put(batch)
    _say("a night's calls", watch.seconds(), org.leads // 100)
    watch = Stopwatch()
    people = 0
    for page in mirror.people.pages(NOW):
        people += len(page)
        mirror.verdicts.store([(one, _judged(one)) for one in page])
    _say("a night's people read and stored", watch.seconds(), people)


def again(mirror: Mirror, org: Org) -> None:
    """All leads and their calls read in full once more; nothing has changed but what the night brought."""
    for table in (Table.LEAD, Table.TASK):
        watch = Stopwatch()
        mirror.intake.begin(table)
        for batch in watch.batches(table, org.rows(table)):
            mirror.put(batch, first=True)
        _say(f"{table.value} read in full again and compared", watch.seconds())


def _judged(one: Evidence) -> Judgement:
    if one.key % 3:
        return Judgement()
    person = one.person
    change = Change(
        ref=person.ref, field="status", before=person.status, after="SQL", rule="bench", because="", version=""
    )
    return Judgement(changes=(change,))


def _say(what: str, seconds: float, rows: int = 0) -> None:
    rate = f"{rows / seconds:>12,.0f}/s" if rows and seconds else " " * 14
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:52} {seconds:8.2f} s {rate}   peak {memory:6.0f} MiB", flush=True)


def main() -> None:
    """Prints a line per step."""
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    activities = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with tempfile.TemporaryDirectory() as folder, Mirror.open(Path(folder) / "mirror.db", "bench") as mirror:
        org = Org(leads, activities)
        load(mirror, org)
        read(mirror)
        night(mirror, org)
        again(mirror, org)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        print(f"on disk: {size / leads:,.0f} bytes per lead")


if __name__ == "__main__":
    main()
