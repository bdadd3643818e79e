"""Traps of `$batch`."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.rules import RowFault
from tests.sandbox.dynamics.batchtext import change_set, operation, replies, send, whole
from tests.sandbox.dynamics.webapi import refusal

LEADS = "/api/data/v9.2/leads"
BATCH = {"Content-Type": "multipart/mixed; boundary=batch_x"}


@pytest.mark.trap("D13")
def test_going_on_after_an_error_does_not_split_a_change_set(web: Any) -> None:
    """Ten rows in one change set, one of them bad: one error, no row, although the batch was to go on."""
    rows: list[Any] = [("POST", LEADS, {"lastname": f"n{number}"}) for number in range(10)]
    rows[6] = ("POST", LEADS, {"lastname": "x" * 51})
    answer = send(web, change_set(*rows), prefer="odata.continue-on-error")
    assert answer.status_code == 200
    [parts] = replies(answer)
    assert [part[0] for part in parts] == [400]
    assert web.value("leads") == []


@pytest.mark.trap("D14")
def test_lines_that_end_in_lf_are_not_read(web: Any) -> None:
    """A batch joined with "\\n" is refused as a whole, and nothing is written."""
    text = whole(operation("POST", LEADS, {"lastname": "a"})).replace(b"\r\n", b"\n")
    status, code, message = refusal(web.call("POST", "$batch", data=text, headers=BATCH))
    assert (status, code) == (400, "0x80048d19")
    assert "Stream was not readable" in message
    assert web.value("leads") == []


@pytest.mark.trap("D16")
def test_a_row_that_comes_back_has_no_reference(web: Any) -> None:
    """With return=representation there is no OData-EntityId, so that `$1` stands for nothing."""
    task = {"subject": "t", "regardingobjectid_lead_task@odata.bind": "$1"}
    made: Any = ("POST", LEADS, {"lastname": "a"}, {"Prefer": "return=representation"})
    [[failed]] = replies(send(web, change_set(made, ("POST", "/api/data/v9.2/tasks", task))))
    assert failed[1]["error"]["message"] == "Content-ID Reference: '$1' does not exist in the batch context."
    plain: Any = ("POST", LEADS, {"lastname": "a"})
    [parts] = replies(send(web, change_set(plain, ("POST", "/api/data/v9.2/tasks", task))))
    assert [part[0] for part in parts] == [204, 204]


@pytest.mark.trap("D17")
def test_a_batch_sent_elsewhere_is_refused(web: Any) -> None:
    """Parts whose URLs have another base than the API's answer 0x80060888; so does a batch beside the API's path."""
    base = web.root.removesuffix("/api/data/v9.2")
    answer = send(web, operation("GET", f"{base}/leads"))
    assert answer.status_code == 400
    assert replies(answer)[0][1]["error"]["code"] == "0x80060888"
    text = whole(operation("GET", LEADS))
    assert refusal(web.call("POST", f"{base}/api/data/$batch", data=text, headers=BATCH))[:2] == (400, "0x80060888")


@pytest.mark.trap("D6")
def test_one_part_may_be_throttled_in_an_answer_of_200(web: Any, new_org: Org) -> None:
    """Whoever looks at the outer status alone takes a row for written that was not."""
    fault = RowFault(table="lead", status=429, code="0x80072322", message="Number of requests exceeded", retry_after=3)
    new_org.rules.row_fault = (fault,)
    rows = [operation("POST", LEADS, {"lastname": name}) for name in "ab"]
    answer = send(web, *rows, prefer="odata.continue-on-error")
    assert answer.status_code == 200
    assert [(part[0], part[2].get("Retry-After")) for part in replies(answer)] == [(429, "3"), (204, None)]
    assert [row["lastname"] for row in web.value("leads")] == ["b"]
