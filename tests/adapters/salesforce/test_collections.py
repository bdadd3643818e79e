"""Collections: one outcome per update whatever happens, locks tried again, nothing repeated blindly."""

from __future__ import annotations

import json
from typing import Any

import pytest
import responses

from connector.adapters.salesforce import collections
from connector.adapters.salesforce.targets import Target, Targets
from connector.errors import LeaseLost
from connector.model import CONTACT, LEAD, Kind, Ref
from connector.ports import Outcome, Result, Table, Update, Way
from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.rules import RowFault, RowLock
from tests.adapters.journal import Remembered
from tests.adapters.salesforce.wire import DATA, session
from tests.adapters.salesforce.world import SalesforceWorld

ROWS = Way("rows", 200)
FIELDS = {"status": Target("Status", Kind.TEXT), "disposition": Target("Last_Call_Disposition__c", Kind.TEXT)}
TARGETS = {LEAD: Targets("Lead", FIELDS), CONTACT: Targets("Contact", FIELDS)}


def updates(count: int, status: str = "SQL", object: str = LEAD) -> list[Update]:
    """Updates of leads that need not exist."""
    return [Update(Ref("acme", object, f"00Q5g{number:010d}EAA"), {"status": status}) for number in range(count)]


def written(
    given: list[Update], waits: list[float] | None = None, guard: Any = lambda: None, size: int = 200
) -> list[Outcome]:
    """All outcomes."""
    return list(collections.write(session(waits), given, TARGETS, guard, size))


def answer(request: Any) -> tuple[int, dict[str, str], str]:
    """Every row is written."""
    records = json.loads(request.body)["records"]
    return 200, {}, json.dumps([{"id": record["Id"], "success": True, "errors": []} for record in records])


@responses.activate
@pytest.mark.trap("S1")
def test_assignment_rules_are_always_off() -> None:
    """Every collections request says Sforce-Auto-Assign: FALSE, and asks for no all-or-nothing."""
    responses.add_callback("PATCH", f"{DATA}/composite/sobjects", answer)
    outcomes = written(updates(450))
    assert {outcome.result for outcome in outcomes} == {Result.WRITTEN}
    assert len(responses.calls) == 3
    for call in responses.calls:
        assert call.request.headers["Sforce-Auto-Assign"] == "FALSE"
        assert json.loads(call.request.body)["allOrNone"] is False


@pytest.mark.trap("S1")
def test_the_owner_stays(world: SalesforceWorld) -> None:
    """An active assignment rule would give the lead to somebody else; a status written by us does not."""
    ref = Ref(world.org, LEAD, world.add(Table.LEAD, last_name="Doe", company="A", status="Inquiry", owner_id=ADMIN_ID))
    list(world.adapter().write([Update(ref, {"status": "SQL"})], ROWS, Remembered()))
    query = 'SELECT OwnerId, Status FROM Lead WHERE "Id" = ?'
    assert world.crm.storage.reader().execute(query, (ref.id,)).fetchone() == (ADMIN_ID, "SQL")


@responses.activate
@pytest.mark.trap("S20")
def test_outcomes_are_matched_by_position() -> None:
    """HTTP 200 hides failures, and failed rows lack their id: the place in the list tells which they are."""
    rows = [
        {"success": False, "errors": [{"statusCode": "STRING_TOO_LONG", "message": "too long", "fields": ["Status"]}]},
        {"id": "00Q5g0000000001EAA", "success": True, "errors": []},
        {"success": False, "errors": []},
    ]
    responses.patch(f"{DATA}/composite/sobjects", json=rows)
    given = updates(3)
    outcomes = written(given)
    assert [outcome.ref for outcome in outcomes] == [update.ref for update in given]
    assert [outcome.result for outcome in outcomes] == [Result.FAILED, Result.WRITTEN, Result.FAILED]
    assert (outcomes[0].code, outcomes[0].text) == ("STRING_TOO_LONG", "too long [Status]")
    assert outcomes[2].text


@responses.activate
@pytest.mark.parametrize("body", ["[]", "{}", "[1]", "[1, 2, 3]", "<html>"])
def test_an_answer_that_does_not_fit_leaves_all_unknown(body: str) -> None:
    """Fewer or other answers than records: nobody knows which are meant."""
    responses.patch(f"{DATA}/composite/sobjects", body=body)
    given = updates(1 if body == "[]" else 3)
    assert {outcome.result for outcome in written(given)} == {Result.UNKNOWN}


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ({"drop": 0}, "SQL"),
        ({"drop": 0, "carried_out": False}, "Inquiry"),
        ({"drop": 10}, "SQL"),
        ({"status": 503}, "Inquiry"),
        ({"status": 500, "carried_out": True}, "SQL"),
    ],
)
def test_an_unanswered_request_is_unknown_and_is_not_repeated(
    world: SalesforceWorld, fault: dict[str, Any], value: str
) -> None:
    """Carried out or not: the outcome is unknown, and only one request was made."""
    ref = Ref(world.org, LEAD, world.add(Table.LEAD, last_name="Doe", company="A", status="Inquiry"))
    adapter = world.adapter()
    adapter.count(Table.LEAD)
    watch = world.faults.add(path="composite/sobjects", times=0, latency=0.0)
    world.faults.add(path="composite/sobjects", **fault)
    (outcome,) = adapter.write([Update(ref, {"status": "SQL"})], ROWS, Remembered())
    assert outcome.result is Result.UNKNOWN
    assert watch.hits == 1
    assert world.value(ref, "status") == value


@pytest.mark.trap("S19")
def test_row_locks_are_tried_again_in_smaller_requests(world: SalesforceWorld) -> None:
    """A row that somebody held is written in the end; the others are not sent a second time."""
    ids = [world.add(Table.LEAD, last_name=f"Doe {n}", company="A", status="Inquiry") for n in range(6)]
    refs = [Ref(world.org, LEAD, one) for one in ids]
    world.crm.rules.row_lock.append(RowLock(object="Lead", ids=tuple(ids[:2]), times=2))
    outcomes = list(world.adapter().write([Update(ref, {"status": "SQL"}) for ref in refs], ROWS, Remembered()))
    assert {outcome.result for outcome in outcomes} == {Result.WRITTEN}
    assert [world.value(ref, "status") for ref in refs] == ["SQL"] * 6
    history = "SELECT count(*) FROM LeadHistory WHERE Field = 'Status' AND NewValue = 'SQL'"
    assert world.crm.storage.reader().execute(history).fetchone() == (6,)
    assert len(world.waits.seconds) == 2


@pytest.mark.trap("S19")
def test_a_row_that_stays_locked_fails_with_its_code(world: SalesforceWorld) -> None:
    """After the last try alone it is a failed row, and the rest is written."""
    ids = [world.add(Table.LEAD, last_name=f"Doe {n}", company="A", status="Inquiry") for n in range(3)]
    world.crm.rules.row_lock.append(RowLock(object="Lead", ids=(ids[1],), times=0))
    given = [Update(Ref(world.org, LEAD, one), {"status": "SQL"}) for one in ids]
    outcomes = {outcome.ref.id: outcome for outcome in world.adapter().write(given, ROWS, Remembered())}
    assert outcomes[ids[1]].code == "UNABLE_TO_LOCK_ROW"
    assert {outcomes[one].result for one in (ids[0], ids[2])} == {Result.WRITTEN}


def test_a_trigger_that_met_a_lock_counts_as_one() -> None:
    """A trigger's own failure is tried again only when a lock was its reason."""
    code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    ref = Ref("acme", LEAD, "x")
    assert collections.is_lock(Outcome(ref, Result.FAILED, code, "MyTrigger: System.DmlException: UNABLE_TO_LOCK_ROW"))
    assert not collections.is_lock(Outcome(ref, Result.FAILED, code, "MyTrigger: System.NullPointerException"))
    assert not collections.is_lock(Outcome(ref, Result.WRITTEN))


@responses.activate
def test_the_lease_is_asked_before_every_request() -> None:
    """Each request of a batch asks; a lost lease stops before the next one, and what was answered is kept."""
    responses.add_callback("PATCH", f"{DATA}/composite/sobjects", answer)
    journal = Remembered(lose_at=2)
    stream = collections.write(session(), updates(300), TARGETS, journal.still_ours)
    got = []
    with pytest.raises(LeaseLost):
        got.extend(stream)  # type: ignore[arg-type]
    assert len(responses.calls) == 1


@responses.activate
def test_one_id_twice_goes_in_two_requests() -> None:
    """The CRM refuses one id twice in one request, so the second update follows in another."""
    responses.add_callback("PATCH", f"{DATA}/composite/sobjects", answer)
    given = updates(1) + updates(1, "Raw")
    assert len(written(given)) == 2
    sent = [[record["Status"] for record in json.loads(call.request.body)["records"]] for call in responses.calls]
    assert sent == [["SQL"], ["Raw"]]


@responses.activate
def test_objects_are_not_mixed_like_salt_and_pepper() -> None:
    """A change of type cuts a request into chunks, ten at most: rows of one object stand together."""
    responses.add_callback("PATCH", f"{DATA}/composite/sobjects", answer)
    leads, contacts = updates(20), updates(20, object=CONTACT)
    mixed = [one for pair in zip(leads, contacts, strict=True) for one in pair]
    assert {outcome.ref for outcome in written(mixed)} == {update.ref for update in mixed}
    types = [record["attributes"]["type"] for record in json.loads(responses.calls[0].request.body)["records"]]
    assert types == sorted(types)


def refusal(code: str, message: str, trap: str | None = None) -> Any:
    """A case of the test below, which may be a trap of the wire."""
    return pytest.param(code, message, marks=[pytest.mark.trap(trap)] if trap else [], id=code)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        refusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", "S21"),
        refusal("ENTITY_IS_DELETED", "entity is deleted", "S22"),
        refusal("DUPLICATES_DETECTED", "Use one of these records?", "S35"),
        refusal("FIELD_CUSTOM_VALIDATION_EXCEPTION", "A budget is needed: fill it in", "S44"),
        refusal("INACTIVE_OWNER_OR_USER", "operation performed with inactive user", "S41"),
        refusal("ENTITY_IS_LOCKED", "This record is locked."),
    ],
)
def test_refused_rows_fail_with_the_crms_words_and_never_again(world: SalesforceWorld, code: str, message: str) -> None:
    """What will not go away is told once, by row, and the rest of the batch goes on."""
    refs = [
        Ref(world.org, LEAD, world.add(Table.LEAD, last_name=f"Doe {n}", company="A", status="Inquiry"))
        for n in range(4)
    ]
    fault = RowFault(code, message, object="Lead", every=2, times=1)
    world.crm.rules.row_fault.append(fault)
    outcomes = list(world.adapter().write([Update(ref, {"status": "SQL"}) for ref in refs], ROWS, Remembered()))
    failed = [outcome for outcome in outcomes if outcome.result is Result.FAILED]
    assert [(outcome.code, outcome.text) for outcome in failed] == [(code, message)]
    assert sum(outcome.result is Result.WRITTEN for outcome in outcomes) == 3
    assert not world.waits.seconds
