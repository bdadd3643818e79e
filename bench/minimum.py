"""The least number of API calls that page and batch sizes allow, worked out from the numbers of rows alone.

What connector does beyond the bare minimum on purpose counts as part of it: every table that is read in full is counted
by the org (one call), every job has a create, a poll and its result pages, every write is reread. What it does by
accident (asking twice, polling often, pages not filled) does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import ceil

REST_PAGE = 2_000
REST_TO = 20_000
"""Rows that are read page by page; more go by a job."""
RESULT_PAGE = 50_000
JOB = 50_000
"""Records per ingest job."""
QUERIES_PER_JOB = 2
"""Create and one poll, then the result pages."""
BY_ID = 20_000
IDS_PER_CALL = 650
"""Ids that fit into the address of one request."""
STEPS_PER_JOB = 5
"""Create, upload, complete, one poll, the successful rows."""
DESCRIBES = 2
"""Leads and contacts."""
ORG = 6
"""The versions, the organisation, the converting values, the tracked fields of two objects, the assignment rules."""
SOURCES = {"user": 2, "contact_history": 0}
"""Users are asked for as users and as queues; a status that is not tracked has no history to ask for."""
CANARY = 12
"""Rereads before and after, and two snapshots: fields, tasks, events, mails, campaign members."""


def table(rows: int) -> int:
    """Reading a table in full: a count, and its pages or a job."""
    return 1 + (QUERIES_PER_JOB + ceil(rows / RESULT_PAGE) if rows > REST_TO else max(1, ceil(rows / REST_PAGE)))


def sync(read: Mapping[str, int]) -> int:
    """A first sync that read so many rows per table."""
    return ORG + DESCRIBES + sum(SOURCES.get(name, 1) * table(rows) for name, rows in read.items())


def apply(records: int, canary: int) -> int:
    """Applying a plan of so many records by jobs, `canary` first. Few are reread by id, many by what changed."""
    rest = records - canary
    jobs = ceil(rest / JOB)
    rereads = jobs if min(rest, JOB) > BY_ID else ceil(rest / IDS_PER_CALL)
    return 1 + CANARY + STEPS_PER_JOB * (1 + jobs) + rereads


def is_write(call: str) -> bool:
    """Whether a request, as `bench/org.py` counts it, belongs to writing rows."""
    method, _, path = call.partition(" ")
    return path.startswith("jobs/ingest") or (method == "PATCH" and path.startswith("composite/sobjects"))


def besides_writes(calls: Counter[str]) -> int:
    """How many requests there were besides those that write rows."""
    return sum(count for call, count in calls.items() if not is_write(call))
