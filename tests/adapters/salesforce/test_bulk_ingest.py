"""Bulk jobs: journalled before each step, one outcome per update, and nothing believed that no file says."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import responses

from connector.adapters.salesforce import bulk_ingest
from connector.adapters.salesforce.targets import Target, Targets
from connector.errors import CrmFailed, LeaseLost
from connector.model import LEAD, Kind, Ref
from connector.ports import JobState, Outcome, Result, Table, Update, Way
from connector.sandbox.salesforce.rules import RowLock
from tests.adapters.contract import ODD
from tests.adapters.journal import Remembered
from tests.adapters.salesforce.wire import DATA, session
from tests.adapters.salesforce.world import SalesforceWorld

BULK = Way("bulk", 50_000)
TARGETS = {
    LEAD: Targets(
        "Lead",
        {
            "status": Target("Status", Kind.TEXT),
            "disposition": Target("Last_Call_Disposition__c", Kind.TEXT),
            "wake_up_date": Target("Wake_Up_Date__c", Kind.DATE),
        },
    )
}


def leads(world: SalesforceWorld, count: int) -> list[Ref]:
    """Leads in Inquiry."""
    return [
        Ref(world.org, LEAD, world.add(Table.LEAD, last_name=f"Doe {n}", company="Acme", status="Inquiry"))
        for n in range(count)
    ]


def write(world: SalesforceWorld, refs: list[Ref], journal: Remembered | None = None) -> dict[Ref, Outcome]:
    """Writes SQL by bulk; one outcome each."""
    given = [Update(ref, {"status": "SQL"}) for ref in refs]
    outcomes = list(world.adapter().write(given, BULK, journal or Remembered()))
    assert sorted(outcome.ref for outcome in outcomes) == sorted(refs)
    return {outcome.ref: outcome for outcome in outcomes}


def updates(count: int, **values: str | None) -> list[Update]:
    """Updates of leads that need not exist."""
    return [Update(Ref("acme", LEAD, f"00Q5g{number:010d}EAA"), values) for number in range(count)]


def uploads(given: list[Update]) -> list[list[list[str]]]:
    """The rows of each CSV file made for these updates."""
    files = [upload for upload, _ in bulk_ingest._uploads(given, TARGETS[LEAD])]
    return [list(csv.reader(io.StringIO(file.decode(), newline=""))) for file in files]


@pytest.mark.trap("S16")
def test_a_cleared_field_is_said_and_a_missing_one_left_alone() -> None:
    """None is `#N/A`; a field that an update does not name is an empty cell, which changes nothing."""
    first = Update(Ref("acme", LEAD, "00Q5g0000000001EAA"), {"status": "SQL", "disposition": None})
    second = Update(Ref("acme", LEAD, "00Q5g0000000002EAA"), {"wake_up_date": "2026-01-31"})
    assert uploads([first, second]) == [
        [
            ["Id", "Status", "Last_Call_Disposition__c", "Wake_Up_Date__c"],
            ["00Q5g0000000001EAA", "SQL", "#N/A", ""],
            ["00Q5g0000000002EAA", "", "", "2026-01-31"],
        ]
    ]


@pytest.mark.trap("S17")
@pytest.mark.trap("S18")
def test_line_ends_are_those_declared_and_there_is_no_byte_order_mark() -> None:
    """LF on every machine, UTF-8, no mark before the first name."""
    ((file, _),) = bulk_ingest._uploads(updates(2, status="Köln"), TARGETS[LEAD])
    assert file.startswith(b'"Id"')
    assert b"\r" not in file
    assert file.count(b"\n") == 3
    assert "Köln".encode() in file


@pytest.mark.trap("S33")
def test_only_what_changed_is_sent() -> None:
    """The header holds Id and the changed fields, nothing that was read and no Name."""
    assert uploads(updates(1, status="SQL"))[0][0] == ["Id", "Status"]


def test_an_upload_is_cut_at_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither rows nor bytes pass the CRM's limits, and one id never stands twice in a job."""
    monkeypatch.setattr(bulk_ingest, "BYTES", 120)
    assert [len(file) - 1 for file in uploads(updates(5, status="x" * 20))] == [2, 2, 1]
    monkeypatch.setattr(bulk_ingest, "BYTES", 10**6)
    monkeypatch.setattr(bulk_ingest, "ROWS", 4)
    assert [len(file) - 1 for file in uploads(updates(9, status="x"))] == [4, 4, 1]
    assert [len(file) - 1 for file in uploads(updates(1, status="x") * 2)] == [1, 1]


@pytest.mark.trap("S20")
def test_each_row_has_its_own_outcome(world: SalesforceWorld) -> None:
    """JobComplete hides failures: the result files tell them apart, texts with colons whole."""
    refs = leads(world, 5)
    world.refuse(refs[3].id)
    outcomes = write(world, refs)
    assert outcomes[refs[3]].result is Result.FAILED
    assert outcomes[refs[3]].code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert "A budget is required: now" in outcomes[refs[3]].text
    assert [outcomes[ref].result for ref in refs[:3]] == [Result.WRITTEN] * 3
    assert [world.value(ref, "status") for ref in refs] == ["SQL", "SQL", "SQL", "Inquiry", "SQL"]


@pytest.mark.trap("S19")
def test_locked_rows_go_by_collections(world: SalesforceWorld) -> None:
    """Bulk jobs run in parallel and lock each other out: what met a lock is sent again in small requests."""
    refs = leads(world, 6)
    world.crm.rules.row_lock.append(RowLock(object="Lead", ids=(refs[1].id, refs[4].id), times=2))
    outcomes = write(world, refs)
    assert {outcome.result for outcome in outcomes.values()} == {Result.WRITTEN}
    assert {world.value(ref, "status") for ref in refs} == {"SQL"}


@pytest.mark.trap("S16")
def test_a_text_that_csv_cannot_say_goes_by_rest(world: SalesforceWorld) -> None:
    """`#N/A` as a text would clear the field in a CSV file; it is written as a text."""
    refs = leads(world, 2)
    given = [Update(refs[0], {"status": "#N/A"}), Update(refs[1], {"status": ODD})]
    outcomes = list(world.adapter().write(given, BULK, Remembered()))
    assert {outcome.result for outcome in outcomes} == {Result.WRITTEN}
    assert [world.value(ref, "status") for ref in refs] == ["#N/A", ODD]


@pytest.mark.trap("S20")
def test_rows_a_failed_job_did_not_get_to_are_unknown(world: SalesforceWorld) -> None:
    """A job that failed half way wrote some rows and not others; only the files say which."""
    refs = leads(world, 450)
    world.crm.rules.bulk.fail_after = 200
    outcomes = write(world, refs)
    written = [ref for ref in refs if outcomes[ref].result is Result.WRITTEN]
    assert len(written) == 200
    assert {outcomes[ref].result for ref in refs if ref not in written} == {Result.UNKNOWN}
    assert [world.value(ref, "status") == "SQL" for ref in refs] == [ref in written for ref in refs]


@pytest.mark.parametrize("fault", [{"truncate": 90}, {"drop": 90}, {"status": 503}], ids=lambda f: next(iter(f)))
def test_a_broken_result_file_is_asked_for_again(world: SalesforceWorld, fault: dict[str, Any]) -> None:
    """A result file that breaks off is read again until it holds as many rows as the job says."""
    refs = leads(world, 4)
    hit = world.faults.add(path="successfulResults", times=2, **fault)
    assert {outcome.result for outcome in write(world, refs).values()} == {Result.WRITTEN}
    assert hit.hits == 2


def test_a_result_file_that_stays_broken_leaves_rows_unknown(world: SalesforceWorld) -> None:
    """What no whole file says is unknown; it is never taken for written."""
    refs = leads(world, 4)
    world.faults.add(path="successfulResults", times=0, truncate=90)
    results = [outcome.result for outcome in write(world, refs).values()]
    assert Result.UNKNOWN in results
    assert Result.FAILED not in results


def test_an_upload_without_an_answer_gives_the_job_up(world: SalesforceWorld) -> None:
    """Whether the file arrived nobody knows; the job is aborted, so that no row of it is ever written."""
    refs = leads(world, 3)
    world.faults.add(path="batches", drop=0)
    journal = Remembered()
    assert {outcome.result for outcome in write(world, refs, journal).values()} == {Result.UNKNOWN}
    assert [state for _, state in journal.steps] == [JobState.CREATED]
    assert {world.value(ref, "status") for ref in refs} == {"Inquiry"}


@pytest.mark.parametrize("fault", [{"drop": 0}, {"drop": 0, "carried_out": False}, {"status": 503}])
def test_completing_twice_is_no_different(world: SalesforceWorld, fault: dict[str, Any]) -> None:
    """An unanswered UploadComplete is said again: the job runs once."""
    refs = leads(world, 3)
    world.faults.add(path="jobs/ingest/[^/]*$", method="PATCH", **fault)
    assert {outcome.result for outcome in write(world, refs).values()} == {Result.WRITTEN}
    history = "SELECT count(*) FROM LeadHistory WHERE Field = 'Status' AND NewValue = 'SQL'"
    assert world.crm.storage.reader().execute(history).fetchone() == (3,)


def test_polling_survives_a_lost_session_and_a_flaky_server(world: SalesforceWorld) -> None:
    """A job that works is never aborted because a look at it failed."""
    refs = leads(world, 3)
    world.crm.rules.bulk.polls = 3
    world.faults.add(path="jobs/ingest/[^/]*$", method="GET", times=2, status=503)
    world.faults.add(path="jobs/ingest/[^/]*$", method="GET", first=3, drop=0)
    assert {outcome.result for outcome in write(world, refs).values()} == {Result.WRITTEN}


@pytest.mark.parametrize("lose_at", [1, 2, 3])
def test_the_lease_is_looked_at_before_each_step(world: SalesforceWorld, lose_at: int) -> None:
    """Before creating, uploading and completing: lost at any of them, nothing is written."""
    refs = leads(world, 2)
    with pytest.raises(LeaseLost):
        write(world, refs, Remembered(lose_at=lose_at))
    assert {world.value(ref, "status") for ref in refs} == {"Inquiry"}


@responses.activate
def test_a_job_that_cannot_be_created_says_so() -> None:
    """A refused job ends with the CRM's reason; nothing was journalled."""
    responses.post(f"{DATA}/jobs/ingest", status=503, body="")
    journal = Remembered()
    with pytest.raises(CrmFailed):
        list(bulk_ingest.write(session(), updates(1, status="SQL"), TARGETS, journal))
    assert journal.steps == []
