"""Jobs that an earlier process left behind are brought to an end, and tell what they know."""

from __future__ import annotations

from itertools import islice

import pytest
import responses

from connector.adapters.salesforce.settle import settle
from connector.errors import LeaseLost, NotPermitted
from connector.model import LEAD, Ref
from connector.ports import Result, Table, Update, Way
from connector.sandbox.salesforce.rules import RowLock
from tests.adapters.journal import Remembered
from tests.adapters.salesforce.wire import DATA, session
from tests.adapters.salesforce.world import SalesforceWorld

BULK = Way("bulk", 50_000)


def left_behind(world: SalesforceWorld, lose_at: int | None) -> tuple[str, list[Ref]]:
    """A job of three leads whose process died: at the lease check before that step, or while reading results."""
    refs = [
        Ref(world.org, LEAD, world.add(Table.LEAD, last_name=f"Doe {n}", company="A", status="Inquiry"))
        for n in range(3)
    ]
    journal = Remembered(lose_at=lose_at)
    stream = world.adapter().write([Update(ref, {"status": "SQL"}) for ref in refs], BULK, journal)
    if lose_at is None:
        list(islice(stream, 1))
    else:
        with pytest.raises(LeaseLost):
            list(stream)
    return journal.last_job, refs


@pytest.mark.parametrize("lose_at", [2, 3], ids=["before upload", "before completion"])
def test_an_open_job_is_aborted_and_nothing_is_known(world: SalesforceWorld, lose_at: int) -> None:
    """The lease is asked before the abort, which is a write too."""
    job, refs = left_behind(world, lose_at)
    journal = Remembered()
    outcomes = list(world.adapter().settle(job, refs, journal))
    assert {outcome.result for outcome in outcomes} == {Result.UNKNOWN}
    assert journal.asked == 1
    assert {world.value(ref, "status") for ref in refs} == {"Inquiry"}


def test_an_open_job_is_not_aborted_without_the_lease(world: SalesforceWorld) -> None:
    """A process that lost its lease leaves the job to its successor."""
    job, refs = left_behind(world, 3)
    with pytest.raises(LeaseLost):
        list(world.adapter().settle(job, refs, Remembered(lose_at=1)))


def test_a_job_at_work_is_waited_for(world: SalesforceWorld) -> None:
    """A job that is still running is not given up: its rows are being written."""
    world.crm.rules.bulk.polls = 4
    job, refs = left_behind(world, None)
    assert {outcome.result for outcome in world.adapter().settle(job, refs, Remembered())} == {Result.WRITTEN}


def test_settling_twice_tells_the_same(world: SalesforceWorld) -> None:
    """Settling writes nothing of its own, so it can be done again."""
    job, refs = left_behind(world, None)
    first = list(world.adapter().settle(job, refs, Remembered()))
    assert list(world.adapter().settle(job, refs, Remembered())) == first


def test_an_aborted_job_tells_again_that_nothing_is_known(world: SalesforceWorld) -> None:
    """The second settling finds the job aborted."""
    job, refs = left_behind(world, 3)
    for _ in range(2):
        outcomes = list(world.adapter().settle(job, refs, Remembered()))
        assert {outcome.result for outcome in outcomes} == {Result.UNKNOWN}


@pytest.mark.trap("S19")
def test_a_row_the_job_could_not_lock_is_unknown(world: SalesforceWorld) -> None:
    """The process that died may have sent it again by collections and been heard: only a reread can tell."""
    refs = [
        Ref(world.org, LEAD, world.add(Table.LEAD, last_name=f"Doe {n}", company="A", status="Inquiry"))
        for n in range(3)
    ]
    world.crm.rules.row_lock.append(RowLock(object="Lead", ids=(refs[1].id,), times=1))
    journal = Remembered()
    written = list(world.adapter().write([Update(ref, {"status": "SQL"}) for ref in refs], BULK, journal))
    assert {outcome.result for outcome in written} == {Result.WRITTEN}
    settled = {o.ref: o.result for o in world.adapter().settle(journal.last_job, refs, Remembered())}
    assert settled == {refs[0]: Result.WRITTEN, refs[1]: Result.UNKNOWN, refs[2]: Result.WRITTEN}


@responses.activate
@pytest.mark.parametrize(
    ("status", "code"), [(404, "NOT_FOUND"), (400, "MALFORMED_ID"), (404, "ENTITY_IS_DELETED"), (404, "")]
)
def test_a_job_the_crm_forgot(status: int, code: str) -> None:
    """Jobs are removed after seven days: every row is unknown."""
    body = [{"errorCode": code, "message": "The requested resource does not exist"}] if code else []
    responses.get(f"{DATA}/jobs/ingest/750x", status=status, json=body)
    (outcome,) = settle(session(), "750x", [Ref("acme", LEAD, "00Q5g0000000001EAA")], Remembered())
    assert outcome.result is Result.UNKNOWN


@responses.activate
def test_a_job_we_may_not_see_stops() -> None:
    """A refusal is no answer about the rows."""
    responses.get(f"{DATA}/jobs/ingest/750x", status=403, json=[{"errorCode": "API_DISABLED_FOR_ORG", "message": "x"}])
    with pytest.raises(NotPermitted):
        list(settle(session(), "750x", [Ref("acme", LEAD, "00Q5g0000000001EAA")], Remembered()))
