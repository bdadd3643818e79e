"""Result files are matched to what was sent, however their columns and rows lie."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from connector.adapters.salesforce.ingest_results import _error, outcomes
from connector.model import LEAD, Ref
from connector.ports import Outcome, Result
from tests.adapters.salesforce.wire import DATA, session

REFS = [Ref("acme", LEAD, f"00Q5g000000000{number}EAA") for number in range(1, 4)]
JOB = {"id": "7503h00000CV7GpAAL", "state": "JobComplete"}


def told(processed: int, failed: int, **more: Any) -> list[Outcome]:
    """The outcomes of a job with these counters."""
    job = {**JOB, "numberRecordsProcessed": processed, "numberRecordsFailed": failed, **more}
    return list(outcomes(session(), job, REFS))


def result(which: str, body: str) -> None:
    """One result file."""
    responses.get(f"{DATA}/jobs/ingest/{JOB['id']}/{which}Results/", body=body.encode(), content_type="text/csv")


@responses.activate
def test_columns_in_another_order_and_without_quotes() -> None:
    """Failed results come with re-ordered, unquoted columns [R bulkapi2-dx]; rows come in any order."""
    result("failed", f'"sf__Id","sf__Error",Id,Status\n"","STRING_TOO_LONG:too long:Status --",{REFS[2].id},SQL\n')
    result("successful", f'"sf__Id","sf__Created","Status","Id"\n"{REFS[1].id}","false","S","{REFS[1].id}"\n'
           f'"{REFS[0].id}","false","S","{REFS[0].id}"\n')  # fmt: skip
    found = told(3, 1)
    assert [outcome.result for outcome in found] == [Result.WRITTEN, Result.WRITTEN, Result.FAILED]
    assert [outcome.ref for outcome in found] == REFS
    assert (found[2].code, found[2].text) == ("STRING_TOO_LONG", "too long [Status]")


@responses.activate
def test_ids_of_15_characters_are_the_same_records() -> None:
    """The file may name records by 15 characters where we sent 18."""
    rows = "".join(f'"{ref.id[:15]}","false","{ref.id[:15]}"\n' for ref in REFS)
    result("successful", '"sf__Id","sf__Created","Id"\n' + rows)
    assert {outcome.result for outcome in told(3, 0)} == {Result.WRITTEN}


@responses.activate
def test_files_that_the_counters_make_needless_are_not_asked_for() -> None:
    """Each file is a call: without failures only one is read."""
    result("successful", '"sf__Id","sf__Created","Id"\n' + "".join(f'"{r.id}","false","{r.id}"\n' for r in REFS))
    told(3, 0)
    assert len(responses.calls) == 1


@responses.activate
def test_rows_no_file_names_are_unknown() -> None:
    """Unprocessed rows were not done, but only a reread can tell what they are now."""
    result("successful", f'"sf__Id","sf__Created","Id"\n"{REFS[0].id}","false","{REFS[0].id}"\n')
    found = told(1, 0, state="Aborted")
    assert [outcome.result for outcome in found] == [Result.WRITTEN, Result.UNKNOWN, Result.UNKNOWN]
    assert "Aborted" in found[1].text


@responses.activate
def test_a_job_that_never_began_has_no_files() -> None:
    """Without counters nothing was processed, and nothing is asked."""
    assert {outcome.result for outcome in outcomes(session(), {**JOB, "state": "Failed"}, REFS)} == {Result.UNKNOWN}
    assert len(responses.calls) == 0


@responses.activate
def test_a_file_with_too_many_rows_is_not_believed() -> None:
    """More rows than the job says means the file is another's or broken."""
    result("successful", '"sf__Id","sf__Created","Id"\n' + "".join(f'"{r.id}","false","{r.id}"\n' for r in REFS))
    assert {outcome.result for outcome in told(2, 0)} == {Result.UNKNOWN}


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (
            "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--",
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
        ),
        (
            "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 200 records: 001xxx,001yyy:--",
            "UNABLE_TO_LOCK_ROW",
            "unable to obtain exclusive access to this record or 200 records: 001xxx,001yyy",
        ),
        (
            "STRING_TOO_LONG:Status: data value too large: x:Status --",
            "STRING_TOO_LONG",
            "Status: data value too large: x [Status]",
        ),
        ("SOMETHING", "SOMETHING", ""),
        ("", "", ""),
    ],
)
def test_error_cells_are_split_at_the_first_and_last_colon(text: str, code: str, message: str) -> None:
    """Messages hold colons themselves."""
    assert _error(text) == (code, message)
