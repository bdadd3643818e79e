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
_LOGIN_AND_DESCRIBES = 3
_CANARY = 12
"""Two snapshots of a few records (fields, tasks, events, mails, campaign members) and their write."""
_JOB = 7
"""Create, upload, complete, three polls, one result file."""


def way(updates: int, bulk_above: int) -> Way:
    """Rows (collections) or bulk (jobs), and how many records each takes."""
    return Way("rows", collections.SIZE) if updates <= bulk_above else Way("bulk", bulk_ingest.ROWS)


def calls_for(updates: int, bulk_above: int) -> int:
    """The least number of API calls that applying so many record updates takes."""
    if updates == 0:
        return 0
    sent = way(updates, bulk_above)
    pieces = ceil(updates / sent.size)
    reread = ceil(min(updates, sent.size) / IDS_PER_CALL) * pieces if sent.size <= BY_ID else pieces
    writes = pieces if sent.name == "rows" else pieces * _JOB
    return _LOGIN_AND_DESCRIBES + _CANARY + reread + writes
