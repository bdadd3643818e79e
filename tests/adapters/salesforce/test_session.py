"""The session logs in again and sends again exactly where that is safe, and with everything the request had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses

from connector.adapters.salesforce.budget import Allowance
from connector.adapters.salesforce.errors import LocatorLost
from connector.adapters.salesforce.session import LONGEST_WAIT, TRIES, UNREACHED_TRIES, Pace
from connector.errors import Abort, BudgetSpent, CrmFailed, LeaseLost, LoginFailed, Unanswered
from tests.adapters.salesforce.wire import DATA, URL, session

EXPIRED = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
PATH = "/services/data/v62.0/composite/sobjects"
WRITE = {"json": {"records": []}, "headers": {"Sforce-Auto-Assign": "FALSE"}}


@pytest.fixture(autouse=True)
def wire() -> Iterator[responses.RequestsMock]:
    """Nothing leaves this process."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def held() -> None:
    """A guard that lets everything through."""


@pytest.mark.trap("S1")
def test_after_a_new_login_every_header_is_there_again(wire: responses.RequestsMock) -> None:
    """The resent request carries its own headers and the new token: assignment rules stay off."""
    wire.patch(f"{URL}{PATH}", status=401, json=EXPIRED)
    wire.patch(f"{URL}{PATH}", json=[])
    session().ask("PATCH", PATH, guard=held, **WRITE)
    first, second = (call.request for call in wire.calls)
    assert (first.headers["Authorization"], second.headers["Authorization"]) == ("Bearer token1", "Bearer token2")
    assert first.headers["Sforce-Auto-Assign"] == second.headers["Sforce-Auto-Assign"] == "FALSE"
    assert first.body == second.body


def test_a_session_that_stays_dead_ends(wire: responses.RequestsMock) -> None:
    """If not even a new session is taken, there is one new login, and an end with advice."""
    wire.get(f"{DATA}/limits", status=401, json=EXPIRED)
    with pytest.raises(LoginFailed) as caught:
        session().get("/services/data/v62.0/limits")
    assert len(wire.calls) == 2
    assert "My Domain" in caught.value.next


@pytest.mark.parametrize("body", ["", "<html>Unauthorized</html>", '{"errorCode":"INVALID_SESSION_ID"}'])
def test_an_odd_401_is_an_expired_session_too(wire: responses.RequestsMock, body: str) -> None:
    """A 401 without the usual body is survived as well."""
    wire.get(f"{DATA}/limits", status=401, body=body)
    wire.get(f"{DATA}/limits", json={})
    assert session().get("/services/data/v62.0/limits") == {}


def test_a_given_token_cannot_be_renewed(wire: responses.RequestsMock) -> None:
    """An expired access token from outside is told as such, with what to do."""
    wire.get(f"{DATA}/limits", status=401, json=EXPIRED)
    with pytest.raises(LoginFailed) as caught:
        session(renewable=False).get("/services/data/v62.0/limits")
    assert "fresh token" in caught.value.next


@pytest.mark.trap("S29")
@pytest.mark.parametrize("status", [406, 420, 429, 500, 502, 503, 504])
def test_reads_are_tried_again(wire: responses.RequestsMock, status: int) -> None:
    """Whatever may pass, with or without a body, is waited out when reading."""
    waits: list[float] = []
    wire.get(f"{DATA}/limits", status=status, body="<html></html>")
    wire.get(f"{DATA}/limits", status=status, body="")
    wire.get(f"{DATA}/limits", json={"ok": 1})
    assert session(waits).get("/services/data/v62.0/limits") == {"ok": 1}
    assert len(waits) == 2


def test_html_in_place_of_json_is_tried_again(wire: responses.RequestsMock) -> None:
    """A 200 that is a gateway's page is no answer."""
    wire.get(f"{DATA}/limits", body="<html>maintenance</html>")
    wire.get(f"{DATA}/limits", json={"ok": 1})
    assert session().get("/services/data/v62.0/limits") == {"ok": 1}


def test_reads_end_after_some_tries(wire: responses.RequestsMock) -> None:
    """A CRM that keeps failing is told as such, with the last reason."""
    wire.get(f"{DATA}/limits", status=503, json=[{"errorCode": "SERVER_UNAVAILABLE", "message": "too busy"}])
    with pytest.raises(CrmFailed) as caught:
        session().get("/services/data/v62.0/limits")
    assert "too busy" in caught.value.what
    assert len(wire.calls) == TRIES


def test_a_server_that_is_not_there_is_given_up_sooner(wire: responses.RequestsMock) -> None:
    """A mistyped address should not take a quarter of a minute to be told."""
    waits: list[float] = []
    wire.get(f"{DATA}/limits", body=requests.ConnectTimeout("nobody there"))
    with pytest.raises(CrmFailed) as caught:
        session(waits).get("/services/data/v62.0/limits")
    assert len(wire.calls) == UNREACHED_TRIES
    assert sum(waits) < 3
    assert "cannot reach" in caught.value.what


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "json": [{"errorCode": "UNKNOWN_EXCEPTION", "message": "x"}]},
        {"status": 503, "body": ""},
        {"status": 406, "body": ""},
        {"body": requests.ConnectionError("Connection aborted.")},
        {"body": requests.ReadTimeout("slow")},
        {"body": "<html>200 of a gateway</html>"},
    ],
)
def test_a_write_without_a_whole_answer_is_sent_once(wire: responses.RequestsMock, answer: Any) -> None:
    """Whether it was carried out nobody knows, so it is not repeated blindly."""
    wire.patch(f"{URL}{PATH}", **answer)
    with pytest.raises(Unanswered):
        session().ask("PATCH", PATH, guard=held, **WRITE)
    assert len(wire.calls) == 1


@pytest.mark.trap("S28")
@pytest.mark.parametrize(
    "answer",
    [
        {"status": 429, "body": ""},
        {"status": 420, "body": ""},
        {
            "status": 403,
            "json": [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests Limit exceeded."}],
        },
        {"body": requests.ConnectTimeout("slow")},
    ],
)
def test_a_write_that_was_turned_away_is_sent_again(wire: responses.RequestsMock, answer: Any) -> None:
    """What certainly did nothing may be repeated, and the lease is looked at before each try."""
    asked: list[int] = []
    wire.patch(f"{URL}{PATH}", **answer)
    wire.patch(f"{URL}{PATH}", json=[])
    assert session().ask("PATCH", PATH, guard=lambda: asked.append(1), **WRITE) == []
    assert len(asked) == 2


def test_a_lease_lost_between_two_tries_stops(wire: responses.RequestsMock) -> None:
    """Waiting can cost the lease: then the second try is not made."""
    left = [1]

    def guard() -> None:
        if not left:
            raise LeaseLost("gone")
        left.pop()

    wire.patch(f"{URL}{PATH}", status=429, body="")
    with pytest.raises(LeaseLost):
        session().ask("PATCH", PATH, guard=guard, **WRITE)
    assert len(wire.calls) == 1


@pytest.mark.trap("S28")
def test_a_spent_day_stops_at_once(wire: responses.RequestsMock) -> None:
    """The daily limit is not waited for."""
    waits: list[float] = []
    limit = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    wire.get(f"{DATA}/limits", status=403, json=limit)
    with pytest.raises(BudgetSpent):
        session(waits).get("/services/data/v62.0/limits")
    assert (len(wire.calls), waits) == (1, [])


@pytest.mark.trap("S27")
def test_the_budget_is_asked_before_each_call(wire: responses.RequestsMock) -> None:
    """Once the org has used its part of the day, no further request is made."""
    wire.get(f"{DATA}/limits", json={}, headers={"Sforce-Limit-Info": "api-usage=80/100"})
    made = session(allowance=Allowance(1.0, 0.8))
    made.get("/services/data/v62.0/limits")
    with pytest.raises(BudgetSpent):
        made.get("/services/data/v62.0/limits")
    assert len(wire.calls) == 1


@pytest.mark.trap("S2")
def test_a_locator_is_not_retried_in_a_new_session(wire: responses.RequestsMock) -> None:
    """Behind a new login a locator is refused for ever: the query must begin again from its last key."""
    wire.get(f"{DATA}/query/01g-2000", status=401, json=EXPIRED)
    wire.get(f"{DATA}/limits", json={})
    made = session()
    with pytest.raises(LocatorLost):
        made.get("/services/data/v62.0/query/01g-2000", bound=True)
    made.get("/services/data/v62.0/limits")
    assert [call.request.headers["Authorization"] for call in wire.calls] == ["Bearer token1", "Bearer token2"]


def test_the_crm_says_how_long_to_wait(wire: responses.RequestsMock) -> None:
    """Retry-After is obeyed, within reason."""
    waits: list[float] = []
    wire.get(f"{DATA}/limits", status=429, headers={"Retry-After": "7"})
    wire.get(f"{DATA}/limits", status=503, headers={"Retry-After": "86400"})
    wire.get(f"{DATA}/limits", json={})
    session(waits).get("/services/data/v62.0/limits")
    assert waits == [7.0, LONGEST_WAIT]


def test_waits_grow_and_differ_between_processes() -> None:
    """Waits double, are bounded, and carry jitter; with a seed they are the same each time."""
    first, again, other = Pace(seed=1), Pace(seed=1), Pace(seed=2)
    waits = [first.after(tries) for tries in range(1, 9)]
    assert waits == [again.after(tries) for tries in range(1, 9)]
    assert waits != [other.after(tries) for tries in range(1, 9)]
    assert all(0.25 * 2**n <= wait <= 30 for n, wait in enumerate(waits[:6]))


@pytest.mark.trap("S42")
def test_the_sdk_gets_a_session_id_and_never_logs_in_itself(wire: responses.RequestsMock) -> None:
    """simple-salesforce reads with our token; when that expires we log in and ask again."""
    wire.get(f"{DATA}/sobjects/Lead/describe", status=401, json=EXPIRED)
    wire.get(f"{DATA}/sobjects/Lead/describe", json={"name": "Lead"})
    assert session().sdk(lambda sf: sf.Lead.describe()) == {"name": "Lead"}
    assert [call.request.headers["Authorization"] for call in wire.calls] == ["Bearer token1", "Bearer token2"]


def test_a_declined_request_is_not_repeated(wire: responses.RequestsMock) -> None:
    """What will not go away is said at once."""
    wire.get(f"{DATA}/limits", status=400, json=[{"errorCode": "MALFORMED_QUERY", "message": "unexpected token"}])
    with pytest.raises(Abort):
        session().get("/services/data/v62.0/limits")
    assert len(wire.calls) == 1
