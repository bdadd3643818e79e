"""Writing rows: one outcome each, nothing overwritten, nothing made anew, nothing repeated that may have been done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from connector.adapters.dynamics.batches import Batches
from connector.adapters.dynamics.lanes import STOPPED
from connector.adapters.dynamics.metadata import Option
from connector.adapters.dynamics.targets import Target, Targets
from connector.adapters.dynamics.writing import AGAIN, Extras, Writer
from connector.adapters.web.errors import Broke, Refused
from connector.errors import LeaseLost
from connector.model import CONTACT, LEAD, Kind, Ref
from connector.ports import Outcome, Result, Update
from tests.adapters.dynamics.batchserver import DATA, Asked, BatchServer, Reply, error

STATUS = Target("statuscode", Kind.TEXT, "Status", (Option(1, "New", 0), Option(2, "Contacted", 0)))
CONTACT_STATUS = Target("conn_contactstatus", Kind.TEXT, "Picklist", (Option(727000000, "Inquiry"),))
TARGETS = {
    LEAD: Targets("lead", "leads", {"status": STATUS, "score": Target("conn_leadscore", Kind.NUMBER, "Decimal")}),
    CONTACT: Targets("contact", "contacts", {"status": CONTACT_STATUS}),
}
DONE: Reply = (204, {"OData-EntityId": "x"}, None)
CHANGED = error(412, "0x80060882", "The version of the existing record doesn't match the RowVersion property provided.")


def lead(number: int, *, version: str = 'W/"7"', text: str = "Contacted") -> Update:
    return Update(Ref("acme", LEAD, f"00000000-0000-0000-0000-{number:012d}"), {"status": text}, version)


def write(
    server: BatchServer,
    updates: Sequence[Update],
    *,
    batch: int = 100,
    extras: Extras | None = None,
    guard: Callable[[], None] = lambda: None,
) -> dict[Ref, Outcome]:
    outcomes = list(Writer(server, Batches(server), extras or Extras(), batch).write(updates, TARGETS, guard))
    assert Counter(outcome.ref for outcome in outcomes) == Counter({update.ref for update in updates})
    return {outcome.ref: outcome for outcome in outcomes}


def number(asked: Asked) -> int:
    return int(asked.path.partition("(")[2].partition(")")[0][-12:])


@pytest.mark.trap("D24")
@pytest.mark.trap("D32")
def test_each_row_goes_with_its_version() -> None:
    """A PATCH with the etag of the reread and the pair of state and status reason, in a batch that does not stop."""
    server = BatchServer(lambda asked: DONE)
    contact = Update(Ref("acme", CONTACT, "c"), {"status": "Inquiry"}, 'W/"9"')
    outcomes = write(server, [lead(1), contact])
    assert {outcome.result for outcome in outcomes.values()} == {Result.WRITTEN}
    one, other = server.asked
    assert (one.method, one.path) == ("PATCH", f"{DATA}/leads({lead(1).ref.id})?tag=connector")
    assert (one.headers["If-Match"], one.body) == ('W/"7"', {"statecode": 0, "statuscode": 2})
    assert (other.headers["If-Match"], other.body) == ('W/"9"', {"conn_contactstatus": 727000000})
    assert other.path == f"{DATA}/contacts(c)?tag=connector"


def test_a_row_without_a_version_is_not_sent() -> None:
    """Nothing is written blindly: without a version the row has to be reread first."""
    server = BatchServer(lambda asked: DONE)
    (outcome,) = write(server, [lead(1, version="")]).values()
    assert (outcome.result, server.requests) == (Result.CONFLICT, [])


@pytest.mark.trap("D23")
@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (CHANGED, Result.CONFLICT),
        (error(412, "", "older servers"), Result.CONFLICT),
        (error(404, "0x80040217", "lead With Id = 1 Does Not Exist"), Result.CONFLICT),
        (error(404, "", "older servers"), Result.CONFLICT),
        (error(412, "0x80040333", "a duplicate"), Result.FAILED),
        (error(500, "0x80040333", "a duplicate"), Result.FAILED),
        (error(412, "0x80040237", "matching key values"), Result.FAILED),
        (error(400, "0x80048408", "5 is not a valid status code"), Result.FAILED),
        (error(403, "0x8004F504", "secured column"), Result.FAILED),
        (error(500, "0x80040265", "a plug-in says no"), Result.FAILED),
        ((502, {}, None), Result.UNKNOWN),
        ((200, {"ETag": 'W/"8"'}, {"leadid": "1"}), Result.WRITTEN),
    ],
)
def test_what_an_answer_means(reply: Reply, result: Result) -> None:
    """By status and code, never by text: changed or gone is a conflict, a refusal keeps the CRM's own words."""
    (outcome,) = write(BatchServer(lambda asked: reply), [lead(1)]).values()
    assert outcome.result is result
    if result is Result.FAILED:
        assert outcome.code == reply[2]["error"]["code"].lower()
        assert outcome.text == reply[2]["error"]["message"]


@pytest.mark.trap("D13")
def test_one_bad_row_does_not_stop_the_others() -> None:
    """Rows are single operations, not a change set: each has an answer of its own."""
    server = BatchServer(lambda asked: error(400, "0x80040265") if number(asked) == 2 else DONE)
    outcomes = write(server, [lead(n) for n in range(4)])
    assert [outcomes[lead(n).ref].result for n in range(4)] == [
        Result.WRITTEN,
        Result.WRITTEN,
        Result.FAILED,
        Result.WRITTEN,
    ]


def test_a_value_the_org_does_not_have_fails_alone() -> None:
    """It is not sent, and says what to do."""
    server = BatchServer(lambda asked: DONE)
    outcomes = write(server, [lead(1, text="Zombie"), lead(2)])
    assert outcomes[lead(1).ref].code == "UNFIT"
    assert "connector schema apply" in outcomes[lead(1).ref].text
    assert [number(asked) for asked in server.asked] == [2]


@pytest.mark.trap("D28")
@pytest.mark.parametrize("code", ["0x80044150", "0x80044151", "0x80072324"])
def test_a_passing_fault_is_tried_again_in_smaller_batches(code: str) -> None:
    """Deadlocks and timeouts are sent again, the last time alone; then the row has failed."""
    tries: Counter[int] = Counter()

    def answer(asked: Asked) -> Reply:
        tries[number(asked)] += 1
        stubborn = number(asked) == 3
        return error(500, code) if stubborn or tries[number(asked)] <= number(asked) % 3 else DONE

    server = BatchServer(answer)
    outcomes = write(server, [lead(n) for n in range(30)])
    failed = [ref for ref, outcome in outcomes.items() if outcome.result is Result.FAILED]
    assert failed == [lead(3).ref]
    assert tries[3] == 1 + len(AGAIN)
    assert len(server.requests[0]) == 30
    assert max(len(request) for request in server.requests[1:]) == AGAIN[0]
    assert len(server.slept) == len(AGAIN)


@pytest.mark.trap("D6")
def test_a_limit_that_hits_single_rows() -> None:
    """Rows turned away for sending too much wait as long as they were told, and none of them fails."""
    left = iter([5, 5, 20])
    room = [0]

    def before(number: int) -> None:
        room[0] = next(left)

    def answer(asked: Asked) -> Reply:
        room[0] -= 1
        return DONE if room[0] >= 0 else error(429, "0x80072322", "too many", **{"Retry-After": "42"})

    server = BatchServer(answer, before)
    outcomes = write(server, [lead(n) for n in range(20)])
    assert {outcome.result for outcome in outcomes.values()} == {Result.WRITTEN}
    assert server.slept == [42.0, 42.0]
    assert len(server.asked) == 20 + 15 + 10


def test_a_limit_that_never_ends() -> None:
    """If no row gets through for long, the rows fail with the CRM's words instead of waiting for ever."""
    server = BatchServer(lambda asked: error(429, "0x80072322", "too many", **{"Retry-After": "1"}))
    (outcome,) = write(server, [lead(1)]).values()
    assert (outcome.result, outcome.code) == (Result.FAILED, "0x80072322")
    assert len(server.requests) == STOPPED + 1


@pytest.mark.trap("D6")
def test_a_limit_that_hits_the_whole_request() -> None:
    """It is sent again after the named time, and no row notices."""

    def before(number: int) -> None:
        if number == 1:
            raise Refused("Number of requests exceeded the limit of 6000", after=37.0)

    server = BatchServer(lambda asked: DONE, before)
    outcomes = write(server, [lead(n) for n in range(4)], batch=2)
    assert {outcome.result for outcome in outcomes.values()} == {Result.WRITTEN}
    assert server.slept == [37.0]
    assert len(server.requests) == 3


def test_no_answer_is_unknown() -> None:
    """A request that broke leaves its rows unknown and is not repeated; the others are written."""

    def before(number: int) -> None:
        if number == 1:
            raise Broke("HTTP 502")

    server = BatchServer(lambda asked: DONE, before)
    outcomes = write(server, [lead(n) for n in range(4)], batch=2)
    assert Counter(outcome.result for outcome in outcomes.values()) == {Result.UNKNOWN: 2, Result.WRITTEN: 2}
    assert len(server.requests) == 2


@pytest.mark.trap("D13")
def test_a_batch_that_stopped() -> None:
    """Operations that were not answered are unknown, not written."""
    server = BatchServer(lambda asked: DONE)
    server.stops = True
    outcomes = write(server, [lead(n) for n in range(3)])
    assert [outcomes[lead(n).ref].result for n in range(3)] == [Result.WRITTEN, Result.UNKNOWN, Result.UNKNOWN]


def test_the_same_row_twice_goes_in_two_requests() -> None:
    """The first write changes the version, so that the second must be told by the CRM."""
    server = BatchServer(lambda asked: DONE)
    updates = [lead(1), lead(1, text="New")]
    outcomes = list(Writer(server, Batches(server), Extras()).write(updates, TARGETS, lambda: None))
    assert len(outcomes) == 2
    assert [len(request) for request in server.requests] == [1, 1]


def test_nothing_is_bypassed_unless_it_is_said() -> None:
    """Plug-ins and flows run on our writes like on any other; only connector.toml turns that off."""
    server = BatchServer(lambda asked: DONE)
    write(server, [lead(1)])
    write(server, [lead(1)], extras=Extras(("CustomSync", "CustomAsync"), bypass_flows=True))
    plain, bypassing = (asked.headers for asked in server.asked)
    assert not [name for name in plain if "Bypass" in name or "Callback" in name]
    assert plain["MSCRM.SuppressDuplicateDetection"] == "true"
    assert bypassing["MSCRM.BypassBusinessLogicExecution"] == "CustomSync,CustomAsync"
    assert bypassing["MSCRM.SuppressCallbackRegistrationExpanderJob"] == "true"


def test_a_lost_lease_writes_nothing_more() -> None:
    """The lease is looked at before each request."""
    looks: list[int] = []

    def guard() -> None:
        looks.append(1)
        if len(looks) == 2:
            raise LeaseLost("gone")

    server = BatchServer(lambda asked: DONE)
    with pytest.raises(LeaseLost):
        write(server, [lead(n) for n in range(6)], batch=2, guard=guard)
    assert len(server.requests) == 1
