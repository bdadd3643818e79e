"""How fast people are judged: cases in memory, then read from a mirror, with ten activities each. One core.

    python -m bench.judge [people]

All shipped rules are on. Three in ten people need a correction. Prints people per second of processor time against
the targets 60,000 (cases in memory) and 25,000 (read and judge).
"""

from __future__ import annotations

import gc
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from connector.case import OrgFacts, build
from connector.cli import ALLOCATIONS
from connector.judge import Rules, judge, load
from connector.model import CONTACT, FIELDS, LEAD, OBJECTS
from connector.policy import Policy
from connector.policy.layers import Layer
from connector.policy.loader import load as load_policy
from connector.ports import PERSON_COLUMNS, Batch, Mark, Row, Table
from connector.store.mirror import Mirror

NOW = datetime(2026, 4, 1, tzinfo=UTC)
START = datetime(2024, 4, 1, tzinfo=UTC)
STATUSES = ("Inquiry", "MAQL", "LAL", "MQL", "SAL", "Re-Market", "Disqualified")
WRONG = ("Left Vmail", "No Answer", "Wrong Number", "lal", "Prospecting")
SOURCES = ("Website", "ZoomInfo", "Webinar", "Referral", None)
ACTIVITIES = (("call", "out", "voicemail"), ("mail", "out", "done"), ("list_mail", "out", ""), ("mail", "in", ""))
PER_PERSON = 10
_OBJECTS = (Table.LEAD, Table.CONTACT)
_HISTORIES = (Table.LEAD_HISTORY, Table.CONTACT_HISTORY)


def setting() -> tuple[Policy, Rules, OrgFacts]:
    """The default preset with every rule on, in an org that has every field."""
    tables = {"evidence": {"complete": True}, "rules": {"junk": {"on": True}, "source": {"first_source": True}}}
    policy = load_policy(tables=Layer("bench", tables)).policy.for_org(["Closed - Converted"])
    org = OrgFacts(writable=frozenset((on, field) for on in OBJECTS for field in FIELDS))
    return policy, load(policy), org


def batches(people: int) -> Iterator[Batch]:
    """So many people, seven leads to three contacts, their history and what happened to them."""
    for table in (Table.USER, *_OBJECTS, *_HISTORIES, Table.TASK):
        yield from batches_of(table, people)
    for table in sorted(set(Table) - {Table.USER, *_OBJECTS, *_HISTORIES, Table.TASK}):
        yield from batches_of(table, people)


def batches_of(table: Table, people: int) -> Iterator[Batch]:
    """The rows of one of the tables."""
    leads = people * 7 // 10
    if table is Table.USER:
        user = ("u1", "Jo Smith", "jo@acme.com", 1, "user", "Sales", "Sales Rep", None, None)
        yield Batch(Table.USER, [user], mark=Mark("1"))
    elif table in _OBJECTS:
        count = leads if table is Table.LEAD else people - leads
        yield from _in_pages(table, count, lambda on, numbers: _people(on, numbers)[0], table.value)
    elif table in _HISTORIES:
        count, on = (leads, LEAD) if table is Table.LEAD_HISTORY else (people - leads, CONTACT)
        yield from _in_pages(table, count, lambda on, numbers: _people(on, numbers)[1], on)
    elif table is Table.TASK:
        yield from _in_pages(Table.TASK, leads, _activities, LEAD, last=False)
        yield from _in_pages(Table.TASK, people - leads, _activities, CONTACT)
    else:
        yield Batch(table, [], mark=Mark("1"))


def _in_pages(
    table: Table, count: int, rows: Callable[[str, range], list[Row]], on: str, *, last: bool = True
) -> Iterator[Batch]:
    for first in range(0, count, 2_000):
        numbers = range(first, min(first + 2_000, count))
        mark = Mark("1") if last and numbers.stop == count else None
        yield Batch(table, rows(on, numbers), mark=mark)


def _people(on: str, numbers: range) -> tuple[list[Row], list[Row]]:
    """Their rows and their history, the same whenever asked."""
    rolls = random.Random(numbers.start)
    rows: list[Row] = []
    changes: list[Row] = []
    for number in numbers:
        who = f"{on}{number:012d}"
        created = START + timedelta(minutes=rolls.randrange(1_000_000))
        way = [rolls.choice(STATUSES[:4]), rolls.choice(STATUSES)]
        if rolls.random() < 0.25:
            way.append(rolls.choice(WRONG))
        at = created
        for step, (before, after) in enumerate(pairwise(way)):
            at += timedelta(days=rolls.randrange(1, 20), minutes=rolls.randrange(1000))
            if before != after:
                changes.append((f"h{who}{step}", who, int(at.timestamp()), "u1", before, after))
        stamp = None if rolls.random() < 0.05 else int(at.timestamp())
        values: dict[str, object] = {
            "id": who,
            "version": "2026-01-01T00:00:00Z",
            "created_at": int(created.timestamp()),
            "modified_at": int((at + timedelta(days=1)).timestamp()),
            "status": way[-1],
            "status_entered_at": stamp,
            "status_since_is_estimate": 0,
            "cycle": 1,
            "first_source": "Webinar",
            "status_reason": "Not ready",
            "wake_up_date": "2026-08-01",
            "source": rolls.choice(SOURCES),
            "email": f"{on}{number}@acme{number % 997}.com",
            "phone": "+1 555 0100",
            "first_name": "Jane",
            "last_name": f"Doe {number}",
            "title": "Head of Operations",
            "score": 25.0,  # as it was written: who they are; some have written to us since
            "company": "Acme",
            "owner_id": "u1",
            "is_converted": 0,
            "is_inactive": 0,
            "is_bounced": 0,
        }
        rows.append(tuple(values.get(column) for column in PERSON_COLUMNS))
    return rows, changes


def _activities(on: str, numbers: range) -> list[Row]:
    rolls = random.Random(numbers.start + 1)
    rows: list[Row] = []
    for number in numbers:
        who = f"{on}{number:012d}"
        lead, contact = (who, None) if on == LEAD else (None, who)
        for step in range(PER_PERSON):
            kind, direction, outcome = ACTIVITIES[rolls.randrange(4) if rolls.random() < 0.3 else rolls.randrange(3)]
            at = int((START + timedelta(minutes=rolls.randrange(1_050_000))).timestamp())
            rows.append((f"t{who}{step}", lead, contact, at, kind, direction, outcome, "u1", "", at))
    return rows


def main(people: int = 100_000) -> dict[str, float]:
    """Measures and prints."""
    gc.set_threshold(ALLOCATIONS)  # as the command line does
    policy, rules, org = setting()
    with tempfile.TemporaryDirectory() as folder, Mirror.open(Path(folder) / "mirror.db", "bench", ()) as mirror:
        for batch in batches(people):
            mirror.put(batch, first=True)
        mirror.notes.set_synced_at(NOW)
        return _measured(mirror, policy, rules, org)


def _measured(mirror: Mirror, policy: Policy, rules: Rules, org: OrgFacts) -> dict[str, float]:
    reading = building = judging = 0.0
    people = changed = 0
    pages = mirror.people.everyone()
    while True:
        start = time.process_time()
        page = next(pages, None)
        reading += time.process_time() - start
        if page is None:
            break
        start = time.process_time()
        cases = [(evidence.person, build(evidence, policy, org, NOW)) for evidence in page]
        building += time.process_time() - start
        start = time.process_time()
        judged = [judge(person, case, rules) for person, case in cases]
        judging += time.process_time() - start
        people += len(page)
        changed += sum(bool(one.changes) for one in judged)
    figures = {"judge": people / judging, "case": people / building, "read": people / reading}
    figures["read and judge"] = people / (reading + building + judging)
    print(f"{people:,} people with {PER_PERSON} activities each; {changed / people:.0%} need a correction")
    print(f"judge, cases in memory {figures['judge']:>10,.0f} people/s   (target 60,000)")
    print(f"build a case           {figures['case']:>10,.0f} people/s")
    print(f"read from the mirror   {figures['read']:>10,.0f} people/s")
    print(f"read and judge         {figures['read and judge']:>10,.0f} people/s   (target 25,000)")
    return figures


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
