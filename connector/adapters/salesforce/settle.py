"""A bulk job that an earlier process left behind: brought to its end, and asked what became of each row.

    Open                        never completed, nothing was or will be written: aborted, every row UNKNOWN
    UploadComplete, InProgress  waited for
    JobComplete, Failed, Aborted  its result files say which rows were done
    not found                   forgotten by the CRM (after 7 days) or never made: every row UNKNOWN

UNKNOWN means: reread, then decide. Nothing is sent again here. A row that the job could not lock is UNKNOWN as well:
the process that died may have sent it once more by collections, and may have been heard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connector.adapters.salesforce.bulk_ingest import abort
from connector.adapters.salesforce.bulk_query import wait
from connector.adapters.salesforce.collections import is_lock
from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.ingest_results import outcomes
from connector.adapters.salesforce.session import Session
from connector.model import Ref
from connector.ports import Journal, Outcome, Result


def settle(session: Session, job: str, refs: Sequence[Ref], journal: Journal) -> Iterator[Outcome]:
    """One outcome per ref."""
    path = f"{session.data}/jobs/ingest/{job}"
    try:
        state = session.get(path)
        if state["state"] == "Open":
            abort(session, path, journal)
        ended = wait(session, path)
    except Declined as error:
        if error.code not in ("NOT_FOUND", "INVALID_ID_FIELD", "MALFORMED_ID", "ENTITY_IS_DELETED", "HTTP_404"):
            raise
        yield from (Outcome(ref, Result.UNKNOWN, error.code, f"no bulk job {job}") for ref in refs)
        return
    for outcome in outcomes(session, ended, refs):
        yield Outcome(outcome.ref, Result.UNKNOWN, outcome.code, outcome.text) if is_lock(outcome) else outcome
