"""How bulk jobs behave in an org: the `[bulk]` table of a faults file."""

from __future__ import annotations

import msgspec


class BulkRules(msgspec.Struct, forbid_unknown_fields=True):
    """`polls`: how often a job answers InProgress before JobComplete (0: complete at the first look).

    `page_rows`: rows in a page of results when the client names no number. `hold_after`: so many rows are processed,
    then the job stays InProgress until it is aborted or the key is set back to 0. `fail_after`: so many rows are
    processed, then the job fails with `fail_message`. Either is 0 for never. `daily_query_jobs` and `daily_batches` are
    the org's allowances for 24 hours; a batch is 10,000 ingested rows [D bulk limits].
    """

    polls: int = 1
    page_rows: int = 50_000
    hold_after: int = 0
    fail_after: int = 0
    fail_message: str = "InternalServerError : The job could not be processed. Please try again."
    daily_query_jobs: int = 10_000
    daily_batches: int = 15_000
