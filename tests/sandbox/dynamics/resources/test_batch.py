"""`$batch` over HTTP: order, change sets, references, going on after an error."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.rules import Limits, RowFault
from tests.sandbox.dynamics.batchtext import change_set, operation, replies, send

LEADS = "/api/data/v9.2/leads"
LONG = {"lastname": "x" * 51}
NOBODY = "00000000-0000-0000-0000-00000000dead"


def names(web: Any) -> list[str]:
    """The last names of all leads, sorted."""
    return sorted(row["lastname"] for row in web.value("leads", "$select=lastname"))


def test_parts_are_answered_in_their_order(web: Any) -> None:
    """A row made, the rows read with it, one column read: each with status, headers and body of its own."""
    answer = send(
        web,
        operation("POST", LEADS, {"lastname": "a"}),
        operation("GET", f"{LEADS}?$select=lastname", headers={"Prefer": "odata.maxpagesize=1"}),
        operation("GET", f"{LEADS}({NOBODY})?$select=lastname"),
        prefer="odata.continue-on-error",
    )
    assert answer.headers["content-type"].startswith("multipart/mixed; boundary=batchresponse_")
    assert answer.headers["Preference-Applied"] == "odata.continue-on-error"
    made, read, missing = replies(answer)
    assert (made[0], made[1], made[2]["OData-EntityId"]) == (204, None, made[2]["Location"])
    assert [row["lastname"] for row in read[1]["value"]] == ["a"]
    assert read[2]["Content-Type"] == "application/json; odata.metadata=minimal"
    assert missing[0] == 404
    assert missing[1]["error"] == {"code": "0x80040217", "message": f"lead With Id = {NOBODY} Does Not Exist"}
    assert "REQ_ID" in missing[2]


def test_without_the_preference_the_first_failure_ends_the_batch(web: Any) -> None:
    """Outer 400; what ran before stays, what comes later is not run."""
    rows = [operation("POST", LEADS, body) for body in ({"lastname": "a"}, LONG, {"lastname": "b"})]
    answer = send(web, *rows)
    assert answer.status_code == 400
    assert [one[0] for one in replies(answer)] == [204, 400]
    assert names(web) == ["a"]


def test_a_change_set_is_all_or_nothing(web: Any) -> None:
    """One failure undoes the others and is the one part of the answer; with continue-on-error the batch goes on."""
    rows = change_set(("POST", LEADS, {"lastname": "a"}), ("POST", LEADS, LONG))
    answer = send(web, rows, operation("POST", LEADS, {"lastname": "b"}), prefer="odata.continue-on-error")
    [[failed], after] = replies(answer)
    assert (answer.status_code, failed[0], failed[1]["error"]["code"]) == (200, 400, "0x80044331")
    assert failed[2]["Content-ID"] == "2"
    assert after[0] == 204
    assert names(web) == ["b"]


def test_content_ids_stand_for_rows_made_before(web: Any) -> None:
    """`$1` as a URL, at the start of one and in a bind; each part of a change set echoes its own."""
    task = {"subject": "t", "regardingobjectid_lead_task@odata.bind": "$1"}
    rows = change_set(
        ("POST", LEADS, {"lastname": "a"}),
        ("PUT", "$1/subject", {"value": "s"}),
        ("POST", "/api/data/v9.2/tasks", task),
        ("PATCH", "$1", {"firstname": "f"}),
    )
    [set_] = replies(send(web, rows))
    assert [(one[0], one[2]["Content-ID"]) for one in set_] == [(204, "1"), (204, "2"), (204, "3"), (204, "4")]
    [lead] = web.value("leads", "$select=subject,firstname&$expand=Lead_Tasks($select=subject)")
    assert (lead["subject"], lead["firstname"], lead["Lead_Tasks"][0]["subject"]) == ("s", "f", "t")


@pytest.mark.parametrize("place", ["url", "bind"])
def test_an_unknown_content_id_is_refused(web: Any, place: str) -> None:
    """With the recorded words, and the whole change set is undone."""
    second: tuple[str, str, Any] = ("PUT", "$7/subject", {"value": "s"})
    if place == "bind":
        second = ("POST", "/api/data/v9.2/tasks", {"subject": "t", "regardingobjectid_lead_task@odata.bind": "$7"})
    [[failed]] = replies(send(web, change_set(("POST", LEADS, {"lastname": "a"}), second)))
    assert failed[0] == 400
    assert failed[1]["error"]["message"] == "Content-ID Reference: '$7' does not exist in the batch context."
    assert names(web) == []


def test_if_match_works_for_each_part(web: Any) -> None:
    """A stale etag fails its own row with 412, the next is written."""
    first, second = web.made("leads", {"lastname": "a"}), web.made("leads", {"lastname": "b"})
    etag = web.body(f"leads({first})")["@odata.etag"]
    answer = send(
        web,
        operation("PATCH", f"{LEADS}({first})", {"subject": "s"}, {"If-Match": 'W/"1"'}),
        operation("PATCH", f"{LEADS}({second})", {"subject": "s"}, {"If-Match": "*"}),
        operation("PATCH", f"{LEADS}({first})", {"subject": "t"}, {"If-Match": etag}),
        prefer="odata.continue-on-error",
    )
    assert [one[0] for one in replies(answer)] == [412, 204, 204]


def test_urls_are_absolute_or_begin_with_the_path(web: Any) -> None:
    """Anything else, and another host, is 0x80060888; so is a batch in a batch."""
    good = [f"{web.root}/leads", LEADS]
    wrong = ["leads", "/leads", "https://elsewhere.example/api/data/v9.2/leads", "/api/data/v9.2/$batch"]
    answer = send(web, *(operation("GET", url) for url in (*good, *wrong)), prefer="odata.continue-on-error")
    found = replies(answer)
    assert [one[0] for one in found] == [200, 200, 400, 400, 400, 400]
    assert {one[1]["error"]["code"] for one in found[2:]} == {"0x80060888"}


def test_long_urls_fit_into_a_batch_only(web: Any) -> None:
    """Over 32,768 characters a GET must come in a batch."""
    ids = ",".join(f"'{NOBODY}'" for _ in range(900))
    url = f"{LEADS}?$filter=Microsoft.Dynamics.CRM.In(PropertyName='leadid',PropertyValues=[{ids}])"
    assert web.call("GET", url).status_code == 414
    assert replies(send(web, operation("GET", url)))[0][0] == 200


def test_a_throttled_part_tells_when_to_come_again(web: Any, new_org: Org) -> None:
    """429 with Retry-After inside an answer of 200."""
    new_org.rules.row_fault = (RowFault(table="lead", status=429, code="0x80072322", message="m", retry_after=7),)
    rows = [operation("POST", LEADS, {"lastname": name}) for name in "ab"]
    first, second = replies(send(web, *rows, prefer="odata.continue-on-error"))
    assert (first[0], first[2]["Retry-After"], second[0]) == (429, "7", 204)


def test_a_batch_is_one_request_whose_time_counts_in_full(web: Any, new_org: Org) -> None:
    """Ten operations: one of the 6,000 requests, ten times the cost."""
    new_org.rules.limits = Limits(cost_ms=1_000)
    before = web.ask("WhoAmI").headers
    answer = send(web, *[operation("GET", f"{LEADS}?$top=1")] * 10)
    burst, left = "x-ms-ratelimit-burst-remaining-xrm-requests", "x-ms-ratelimit-time-remaining-xrm-requests"
    assert int(before[burst]) - int(answer.headers[burst]) == 1
    spent = float(before[left].replace(",", "")) - float(answer.headers[left].replace(",", ""))
    assert 10 <= spent < 12
