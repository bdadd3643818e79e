"""One login, many requests: what is sent again, when a token is renewed, which links are followed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
import responses

from connector.adapters.dynamics.budget import Requests
from connector.errors import BudgetSpent, CrmFailed, LoginFailed, Unanswered
from tests.adapters.dynamics.wire import DATA, NOW, URL, session

LEADS = f"{DATA}/leads"
PATH = "/api/data/v9.2/leads"


def tokens(calls: Any) -> list[str]:
    """The tokens of the requests, in order."""
    return [call.request.headers["Authorization"].removeprefix("Bearer ") for call in calls]


@responses.activate
def test_a_refused_token_is_replaced_once() -> None:
    """On 401 the request goes out again with a new token, and so do all later ones."""
    responses.get(LEADS, status=401)
    responses.get(LEADS, json={"value": [1]})
    responses.get(LEADS, json={"value": [2]})
    made = session()
    assert [made.get(PATH)["value"], made.get(PATH)["value"]] == [[1], [2]]
    assert tokens(responses.calls) == ["token1", "token2", "token2"]


@responses.activate
def test_a_second_refusal_is_a_mistake() -> None:
    """A new token that is refused at once will not get better by asking again."""
    responses.get(LEADS, status=401)
    with pytest.raises(LoginFailed, match="not even a new one"):
        session().get(PATH)
    assert len(responses.calls) == 2


@responses.activate
def test_a_given_token_cannot_be_renewed() -> None:
    """A token from connector.toml that is refused is said to be over, with what to do."""
    responses.get(LEADS, status=401)
    with pytest.raises(LoginFailed, match="cannot be renewed") as raised:
        session(renewable=False).get(PATH)
    assert "client_credentials" in raised.value.next


@responses.activate
def test_a_token_is_renewed_before_its_end() -> None:
    """When its time is nearly over the next request logs in first, instead of being refused."""
    responses.get(LEADS, json={"value": []})
    clock = [NOW]
    made = session(until=NOW + timedelta(minutes=55), now=lambda: clock[0])
    made.get(PATH)
    clock[0] += timedelta(minutes=56)
    made.get(PATH)
    assert tokens(responses.calls) == ["token1", "token2"]


@responses.activate
def test_reads_are_sent_again_after_what_may_pass() -> None:
    """A gateway's page, a cut connection and a 429 are waited out; the wait is the one that was named."""
    responses.get(LEADS, status=502, body="<html>")
    responses.get(LEADS, body=requests.ConnectionError("reset"))
    responses.get(LEADS, status=429, headers={"Retry-After": "280"})
    responses.get(LEADS, json={"value": []})
    waits: list[float] = []
    assert session(waits).get(PATH) == {"value": []}
    assert waits[-1] == 280
    assert len(waits) == 3


@responses.activate
def test_a_write_without_an_answer_is_not_sent_again() -> None:
    """Whether it was carried out nobody knows; the caller is told so. After a plain refusal it does go out again."""
    responses.patch(LEADS, status=503)
    asked: list[None] = []
    with pytest.raises(Unanswered):
        session().send("PATCH", PATH, guard=lambda: asked.append(None), data=b"{}")
    assert len(responses.calls) == len(asked) == 1
    responses.reset()
    responses.patch(LEADS, status=429)
    responses.patch(LEADS, status=204)
    session().send("PATCH", PATH, guard=lambda: asked.append(None), data=b"{}")
    assert len(asked) == 3


@responses.activate
def test_once_is_once() -> None:
    """A request that somebody else will repeat is not repeated here, but for a token that has ended."""
    responses.post(LEADS, status=401)
    responses.post(LEADS, status=503)
    with pytest.raises(Unanswered):
        session().once("POST", PATH)
    assert len(responses.calls) == 2


def test_links_stay_with_the_crm() -> None:
    """A link is followed letter for letter on the CRM's own address, and on no other: the token is the CRM's alone."""
    made = session()
    cookie = "/api/data/v9.2/leads?$select=a&$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253c%22/%3E"
    assert made.local(f"{URL}{cookie}") == cookie
    assert made.local(cookie) == cookie
    for elsewhere in ("https://evil.example/api", "http://acme.crm.dynamics.com/api", f"{URL}.evil.example/x"):
        with pytest.raises(CrmFailed, match="another address"):
            made.local(elsewhere)


@responses.activate
@pytest.mark.trap("D15")
def test_next_links_are_sent_letter_for_letter() -> None:
    """What stands in a link is neither decoded nor encoded again, nor is anything added."""
    link = f"{LEADS}?$select=a,b&$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ccookie%2520%22%20/%3E"
    responses.get(url=link.partition("?")[0], json={"value": []})
    made = session()
    made.get(made.local(link), "odata.maxpagesize=5000")
    assert responses.calls[0].request.url == link
    assert responses.calls[0].request.headers["Prefer"] == "odata.maxpagesize=5000"


@responses.activate
def test_requests_are_counted_against_our_share() -> None:
    """Where an admin said how many requests a day there are, we stop at our share of them."""
    responses.get(LEADS, json={}, headers={"x-ms-ratelimit-burst-remaining-xrm-requests": "5997"})
    requests = Requests(daily=8, share=0.25)
    made = session(requests=requests)
    made.get(PATH)
    made.get(PATH)
    with pytest.raises(BudgetSpent, match=r"its share is used up \(\S+ of 8 a day\)"):
        made.get(PATH)
    assert (requests.now().ours, requests.burst) == (2, 5_997)
