"""How updates are sent, and how many API calls a plan will take at least: login, reread, canary, writes and polls.

Collections up to `bulk_above` updates, bulk jobs above: Salesforce itself advises bulk from some 2,000 records on
[D limits cheat sheet].
"""

from __future__ import annotations

from math import ceil

from connector.adapters.salesforce import bulk_ingest, collections
from connector.adapters.salesforce.reread import BY_ID
from connector.ports import Way

IDS_PER_CALL = 650
"""Records reread by one GET: what fits into a URL of 16,384 bytes."""
_SNAPSHOT = 5
"""Fields, tasks, events, mails, campaign members."""
_CANARY = 3
"""Records that go first, at least."""
_JOB = 6
"""Create, upload, complete, two polls, one result file."""


def way(updates: int, bulk_above: int) -> Way:
    """Rows (collections) or bulk (jobs), and how many records each takes."""
    return Way("rows", collections.SIZE) if updates <= bulk_above else Way("bulk", bulk_ingest.ROWS)


def calls_for(updates: int, bulk_above: int, *, login: bool) -> int:
    """The least number of API calls that applying so many record updates takes.

    A describe; the canary (two snapshots, reread, write, reread); then for each batch a reread and a write.
    """
    if updates == 0:
        return 0
    sent = way(updates, bulk_above)
    write = 1 if sent.name == "rows" else _JOB
    canary = 2 * _SNAPSHOT + 2 + write
    left = max(0, updates - _CANARY)
    full, rest = divmod(left, sent.size)
    reread = full * _reread(sent.size) + (_reread(rest) if rest else 0)
    return int(login) + 1 + canary + reread + ceil(left / sent.size) * write


def _reread(records: int) -> int:
    """By id, or one query for all that changed."""
    return ceil(records / IDS_PER_CALL) if records <= BY_ID else 1
